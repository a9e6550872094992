//! One or two rows of `W`, some vectors wide, held in registers while the contributing samples are
//! processed.

use std::array::from_fn;

use super::nonzero::{PAIR, SampleDelta};
use crate::kernel::lanes::{LANES, Lanes};

/// A vector in memory.
pub(super) type Cell = [f32; LANES];

/// Some columns of the samples' inputs, and of the derivative with respect to them.
pub(super) struct Block<'a, const VECTORS: usize> {
    pub(super) x: &'a [[Cell; VECTORS]],
    pub(super) dx: &'a mut [[Cell; VECTORS]],
}

/// `dx ← dx + delta·w`.
#[inline(always)]
pub(super) fn pass_down<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    lanes: L,
    w: [&[f32]; ROWS],
    samples: &[SampleDelta],
    block: &mut Block<VECTORS>,
) {
    let mut old = [[lanes.splat(0.0); VECTORS]; ROWS];
    for (old, w) in old.iter_mut().zip(w) {
        *old = read(lanes, w);
    }
    for sample in samples {
        let deltas = splats::<L, ROWS>(lanes, &sample.deltas);
        for (v, dx) in block.dx[sample.sample].iter_mut().enumerate() {
            add_down(lanes, &deltas, &old, v, dx);
        }
    }
}

/// `dx ← dx + delta·w` if `DOWN`, and `w ← w + deltaᵀ·x`, starting from zero if `NEW`.
#[inline(always)]
pub(super) fn change<
    L: Lanes,
    const ROWS: usize,
    const VECTORS: usize,
    const DOWN: bool,
    const NEW: bool,
>(
    lanes: L,
    w: [&mut [f32]; ROWS],
    samples: &[SampleDelta],
    block: &mut Block<VECTORS>,
) {
    let mut old = [[lanes.splat(0.0); VECTORS]; ROWS];
    if !NEW {
        for (old, w) in old.iter_mut().zip(&w) {
            *old = read(lanes, w);
        }
    }
    let mut new = old;
    for sample in samples {
        let deltas = splats::<L, ROWS>(lanes, &sample.deltas);
        let (x, dx) = (&block.x[sample.sample], &mut block.dx[sample.sample]);
        for v in 0..VECTORS {
            if DOWN {
                add_down(lanes, &deltas, &old, v, &mut dx[v]);
            }
            let x = lanes.load(&x[v]);
            for r in 0..ROWS {
                new[r][v] = lanes.fma(deltas[r], x, new[r][v]);
            }
        }
    }
    for (w, new) in w.into_iter().zip(new) {
        for (to, new) in w.chunks_mut(LANES).zip(new) {
            lanes.store_cut(new, to);
        }
    }
}

#[inline(always)]
fn add_down<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    lanes: L,
    deltas: &[L::Vector; ROWS],
    w: &[[L::Vector; VECTORS]; ROWS],
    v: usize,
    dx: &mut Cell,
) {
    let mut sum = lanes.load(dx);
    for r in 0..ROWS {
        sum = lanes.fma(deltas[r], w[r][v], sum);
    }
    lanes.store(sum, dx);
}

#[inline(always)]
fn splats<L: Lanes, const ROWS: usize>(lanes: L, numbers: &[f32; PAIR]) -> [L::Vector; ROWS] {
    from_fn(
        #[inline(always)]
        |r| lanes.splat(numbers[r]),
    )
}

/// Reads the vectors of a row; the last one may be incomplete.
#[inline(always)]
fn read<L: Lanes, const VECTORS: usize>(lanes: L, row: &[f32]) -> [L::Vector; VECTORS] {
    match row.as_chunks::<LANES>().0.first_chunk::<VECTORS>() {
        Some(whole) => from_fn(
            #[inline(always)]
            |v| lanes.load(&whole[v]),
        ),
        None => from_fn(
            #[inline(always)]
            |v| lanes.load_padded(&row[v * LANES..]),
        ),
    }
}
