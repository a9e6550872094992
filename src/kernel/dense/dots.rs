//! Few samples forward: dot products of the rows of `W`, where they lie, with the samples.

use std::array::from_fn;

use super::finish::Finish;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::view::{MatrixMut, MatrixRef};

/// Rows of `W` that are handed out together.
pub(super) const UNIT: usize = 16;

/// `y ← x·Wᵀ + b`, perhaps rectified, on one thread.
pub(super) struct Dots<'a> {
    pub(super) x: MatrixRef<'a>,
    pub(super) weights: MatrixRef<'a>,
    pub(super) bias: &'a [f32],
    pub(super) rectified: bool,
    pub(super) y: MatrixMut<'a>,
}

impl Kernel for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        let (m, n) = self.y.shape();
        for row in (0..n).step_by(UNIT) {
            let mut sample = 0;
            while sample < m {
                sample += match m - sample {
                    1 => self.tiles::<L, 1, 16>(lanes, sample, row),
                    2 => self.tiles::<L, 2, 8>(lanes, sample, row),
                    _ => self.tiles::<L, 4, 4>(lanes, sample, row),
                };
            }
        }
        let Dots {
            bias, rectified, y, ..
        } = self;
        Finish { bias, rectified, y }.run(lanes);
    }
}

impl Dots<'_> {
    /// The products of `SAMPLES` samples with 16 rows of `W`, `ROWS` at a time, of which 16 in all
    /// are in a tile. Gives the number of samples.
    #[inline(always)]
    fn tiles<L: Lanes, const SAMPLES: usize, const ROWS: usize>(
        &mut self,
        lanes: L,
        sample: usize,
        row: usize,
    ) -> usize {
        let (m, n) = self.y.shape();
        // Beyond the edge the last one is taken again, and the result dropped.
        let x: [&[f32]; SAMPLES] = from_fn(|i| self.x.row((sample + i).min(m - 1)));
        for first in (row..n.min(row + UNIT)).step_by(ROWS) {
            let w: [&[f32]; ROWS] = from_fn(|r| self.weights.row((first + r).min(n - 1)));
            let mut sums = [lanes.splat(0.0); LANES];
            multiply(lanes, x, w, &mut sums);
            let mut tile = [0.0; LANES];
            lanes.store(lanes.tree_sums(sums), &mut tile);
            let (tile, _) = tile.as_chunks::<ROWS>();
            let count = ROWS.min(n - first);
            for (i, tile) in tile.iter().enumerate().take(m - sample) {
                self.y.row_mut(sample + i)[first..][..count].copy_from_slice(&tile[..count]);
            }
        }
        SAMPLES
    }
}

/// Lane by lane the products of every sample with every row: sample `i` with row `r` at
/// `i·ROWS + r`.
#[inline(always)]
fn multiply<L: Lanes, const SAMPLES: usize, const ROWS: usize>(
    lanes: L,
    x: [&[f32]; SAMPLES],
    w: [&[f32]; ROWS],
    sums: &mut [L::Vector; LANES],
) {
    // A quarter or a half of the tile at a time, as the registers allow.
    match (SAMPLES, L::REGISTERS >= 32) {
        (1, true) => part::<L, 1, 8>(lanes, &x, &w, sums),
        (1, false) => part::<L, 1, 4>(lanes, &x, &w, sums),
        (2, true) => part::<L, 2, 8>(lanes, &x, &w, sums),
        (4, true) => part::<L, 4, 4>(lanes, &x, &w, sums),
        _ => part::<L, 2, 2>(lanes, &x, &w, sums),
    }
}

#[inline(always)]
fn part<L: Lanes, const HIGH: usize, const WIDE: usize>(
    lanes: L,
    x: &[&[f32]],
    w: &[&[f32]],
    sums: &mut [L::Vector; LANES],
) {
    let rows = w.len();
    for (i, x) in x.as_chunks::<HIGH>().0.iter().enumerate() {
        for (r, w) in w.as_chunks::<WIDE>().0.iter().enumerate() {
            let part = chains(lanes, *x, *w);
            for (di, part) in part.into_iter().enumerate() {
                let at = (i * HIGH + di) * rows + r * WIDE;
                sums[at..][..WIDE].copy_from_slice(&part);
            }
        }
    }
}

#[inline(always)]
fn chains<L: Lanes, const HIGH: usize, const WIDE: usize>(
    lanes: L,
    x: [&[f32]; HIGH],
    w: [&[f32]; WIDE],
) -> [[L::Vector; WIDE]; HIGH] {
    let mut sums = [[lanes.splat(0.0); WIDE]; HIGH];
    let whole = x[0].len() / LANES;
    let (x_whole, w_whole) = (
        x.map(|x| &x.as_chunks::<LANES>().0[..whole]),
        w.map(|w| &w.as_chunks::<LANES>().0[..whole]),
    );
    for t in 0..whole {
        let x = from_fn(
            #[inline(always)]
            |i| lanes.load(&x_whole[i][t]),
        );
        let w = from_fn(
            #[inline(always)]
            |r| lanes.load(&w_whole[r][t]),
        );
        add(lanes, &mut sums, x, w);
    }
    if x[0].len() % LANES > 0 {
        let x = from_fn(
            #[inline(always)]
            |i| lanes.load_padded(&x[i][whole * LANES..]),
        );
        let w = from_fn(
            #[inline(always)]
            |r| lanes.load_padded(&w[r][whole * LANES..]),
        );
        add(lanes, &mut sums, x, w);
    }
    sums
}

#[inline(always)]
fn add<L: Lanes, const HIGH: usize, const WIDE: usize>(
    lanes: L,
    sums: &mut [[L::Vector; WIDE]; HIGH],
    x: [L::Vector; HIGH],
    w: [L::Vector; WIDE],
) {
    for i in 0..HIGH {
        for r in 0..WIDE {
            sums[i][r] = lanes.fma(x[i], w[r], sums[i][r]);
        }
    }
}
