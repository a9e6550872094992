//! The forward product for few samples: dot products of the samples with the rows of `W`, read in place.

use std::array::from_fn;
use std::cell::RefCell;

use super::epilogue::BiasRelu;
use crate::kernel::buffer::Buffer;
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::view::{MatrixMut, MatrixRef};

/// The number of rows of `W` that stay in the L2 cache while all samples are processed.
const GROUP: usize = 16;

/// A vector in memory.
type Cell = [f32; LANES];

/// `y ← x·Wᵀ + b` on one thread, followed by ReLU if `relu` is set.
pub(super) struct Dots<'a> {
    pub(super) x: MatrixRef<'a>,
    pub(super) weights: MatrixRef<'a>,
    pub(super) bias: &'a [f32],
    pub(super) relu: bool,
    pub(super) y: MatrixMut<'a>,
}

impl Dots<'_> {
    /// Runs on the calling thread.
    pub(super) fn run_here(self, isa: Isa) {
        thread_local! {
            static BUFFER: RefCell<Buffer> = RefCell::default();
        }
        BUFFER.with_borrow_mut(|buffer| {
            let (dots, cells) = (self, buffer);
            isa.run(Packed { dots, cells });
        });
    }
}

/// The computation, with memory for the packed samples.
struct Packed<'a> {
    dots: Dots<'a>,
    cells: &'a mut Buffer,
}

impl Kernel for Packed<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Dots {
            x,
            weights,
            bias,
            relu,
            mut y,
        } = self.dots;
        let ((m, k), n) = (x.shape(), weights.rows());
        let vectors = k.div_ceil(LANES);
        let cells = self.cells.numbers((m + 1) * vectors * LANES);
        let (cells, _) = cells.as_chunks_mut();
        pack(lanes, x, cells);
        for first in (0..n).step_by(GROUP) {
            let rows = weights.row_block(first..n.min(first + GROUP));
            let mut y = y.block(0..m, first..n.min(first + GROUP));
            let mut sample = 0;
            while sample < m {
                let x = &cells[sample * vectors..];
                sample += match m - sample {
                    1 => tiles::<L, 1, 16>(lanes, x, rows, y.block(sample..m, 0..rows.rows())),
                    2 => tiles::<L, 2, 8>(lanes, x, rows, y.block(sample..m, 0..rows.rows())),
                    _ => tiles::<L, 4, 4>(lanes, x, rows, y.block(sample..m, 0..rows.rows())),
                };
            }
        }
        BiasRelu { bias, relu, y }.run(lanes);
    }
}

/// The number of samples in the next tile when `left` remain. In a tile of four, the last may be
/// missing.
fn height(left: usize) -> usize {
    match left {
        1 | 2 => left,
        _ => 4,
    }
}

/// Packs the samples of a tile side by side, vector by vector, padded with zeros.
#[inline(always)]
fn pack<L: Lanes>(lanes: L, x: MatrixRef, cells: &mut [Cell]) {
    let (m, k) = x.shape();
    let vectors = k.div_ceil(LANES);
    let mut first = 0;
    while first < m {
        let height = height(m - first);
        let tile = &mut cells[first * vectors..][..height * vectors];
        for i in 0..height {
            let to = tile.iter_mut().skip(i).step_by(height);
            let row = x.row((first + i).min(m - 1));
            for (from, to) in row.chunks(LANES).zip(to) {
                lanes.store(lanes.load_padded(from), to);
            }
        }
        first += height;
    }
}

/// Multiplies a tile of samples by a group of rows of `W`, 16 results at a time. Returns the number of
/// samples.
#[inline(always)]
fn tiles<L: Lanes, const SAMPLES: usize, const ROWS: usize>(
    lanes: L,
    x: &[Cell],
    weights: MatrixRef,
    mut y: MatrixMut,
) -> usize {
    let (x, _) = x.as_chunks::<SAMPLES>();
    let (count, k) = weights.shape();
    let x = &x[..k.div_ceil(LANES)];
    for first in (0..count).step_by(ROWS) {
        // Beyond the edge, the last row is used again and its result is dropped.
        let mut w: [&[f32]; ROWS] = [&[]; ROWS];
        for (r, w) in w.iter_mut().enumerate() {
            *w = weights.row((first + r).min(count - 1));
        }
        let mut tile = [0.0; LANES];
        lanes.store(lanes.tree_sums(multiply(lanes, x, w)), &mut tile);
        let (tile, _) = tile.as_chunks::<ROWS>();
        for (i, tile) in tile.iter().enumerate().take(y.rows()) {
            let to = &mut y.row_mut(i)[first..];
            match to.first_chunk_mut() {
                Some(whole) => *whole = *tile,
                None => to.copy_from_slice(&tile[..to.len()]),
            }
        }
    }
    SAMPLES
}

/// The products of every sample with every row, still separate by lanes: sample `i` with row `r` is at
/// `i·ROWS + r`.
#[inline(always)]
fn multiply<L: Lanes, const SAMPLES: usize, const ROWS: usize>(
    lanes: L,
    x: &[[Cell; SAMPLES]],
    w: [&[f32]; ROWS],
) -> [L::Vector; LANES] {
    let mut sums = [lanes.splat(0.0); LANES];
    // The number of rows at a time is as large as the registers allow.
    match (SAMPLES, L::REGISTERS >= 32) {
        (1 | 2, true) => part::<L, SAMPLES, ROWS, 8>(lanes, x, &w, &mut sums),
        (_, true) | (1, false) => part::<L, SAMPLES, ROWS, 4>(lanes, x, &w, &mut sums),
        (2, false) => part::<L, SAMPLES, ROWS, 2>(lanes, x, &w, &mut sums),
        (_, false) => part::<L, SAMPLES, ROWS, 1>(lanes, x, &w, &mut sums),
    }
    sums
}

#[inline(always)]
fn part<L: Lanes, const SAMPLES: usize, const ROWS: usize, const AT_A_TIME: usize>(
    lanes: L,
    x: &[[Cell; SAMPLES]],
    w: &[&[f32]; ROWS],
    sums: &mut [L::Vector; LANES],
) {
    for (part, w) in w.as_chunks::<AT_A_TIME>().0.iter().enumerate() {
        let chains = chains(lanes, x, w);
        for i in 0..SAMPLES {
            for r in 0..AT_A_TIME {
                sums[i * ROWS + part * AT_A_TIME + r] = chains[i][r];
            }
        }
    }
}

#[inline(always)]
fn chains<L: Lanes, const SAMPLES: usize, const ROWS: usize>(
    lanes: L,
    x: &[[Cell; SAMPLES]],
    w: &[&[f32]; ROWS],
) -> [[L::Vector; ROWS]; SAMPLES] {
    let mut sums = [[lanes.splat(0.0); ROWS]; SAMPLES];
    let whole = w[0].len() / LANES;
    let mut cells: [&[Cell]; ROWS] = [&[]; ROWS];
    for (cells, w) in cells.iter_mut().zip(w) {
        *cells = &w.as_chunks().0[..whole];
    }
    for (t, x) in x[..whole].iter().enumerate() {
        let w = from_fn(
            #[inline(always)]
            |r| lanes.load(&cells[r][t]),
        );
        add(lanes, &mut sums, x, w);
    }
    if let Some(x) = x.get(whole) {
        let w = from_fn(
            #[inline(always)]
            |r| lanes.load_padded(&w[r][whole * LANES..]),
        );
        add(lanes, &mut sums, x, w);
    }
    sums
}

#[inline(always)]
fn add<L: Lanes, const SAMPLES: usize, const ROWS: usize>(
    lanes: L,
    sums: &mut [[L::Vector; ROWS]; SAMPLES],
    x: &[Cell; SAMPLES],
    w: [L::Vector; ROWS],
) {
    for i in 0..SAMPLES {
        let x = lanes.load(&x[i]);
        for r in 0..ROWS {
            sums[i][r] = lanes.fma(x, w[r], sums[i][r]);
        }
    }
}
