//! Few samples backward: one sweep over `W`.
//!
//! The columns of `W` are cut into blocks, so that those of `x` and of `dx` stay in the first cache
//! while the rows of `W` pass, some at a time. Each of their vectors is in a register while all
//! samples pass: it multiplies `delta` into `dx` as it was, and takes up `deltaᵀ·x`.

use std::array::from_fn;
use std::cell::RefCell;

use super::Below;
use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::start::Start;
use crate::kernel::view::{MatrixMut, MatrixRef};

/// Vectors of `x` in a block, and of `dx`: 12 KiB each.
const VECTORS: usize = 192;

/// What a sweep does to the weights.
pub(super) enum Weights<'a> {
    /// Nothing.
    Kept(MatrixRef<'a>),
    /// `W ← start + deltaᵀ·x`.
    Changed {
        weights: MatrixMut<'a>,
        start: Start,
        x: MatrixRef<'a>,
    },
}

/// The backward half of a layer, on one thread.
pub(super) struct Sweep<'a> {
    pub(super) delta: MatrixRef<'a>,
    pub(super) weights: Weights<'a>,
    pub(super) below: Option<Below<'a>>,
}

/// Kept from sweep to sweep.
#[derive(Default)]
struct Buffers {
    delta: Buffer,
    x: Buffer,
    dx: Buffer,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// A vector in memory.
type Cell = [f32; LANES];

/// A block of columns: for each of its vectors one number per sample, one vector behind the other.
struct Block<'a> {
    x: &'a [Cell],
    dx: &'a mut [Cell],
    samples: usize,
}

impl Kernel for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        BUFFERS.with_borrow_mut(|buffers| match L::REGISTERS >= 32 {
            true => self.blocks::<L, 8>(lanes, buffers),
            false => self.blocks::<L, 2>(lanes, buffers),
        });
    }
}

impl Sweep<'_> {
    #[inline(always)]
    fn blocks<L: Lanes, const ROWS: usize>(mut self, lanes: L, buffers: &mut Buffers) {
        let (samples, outputs) = self.delta.shape();
        let columns = match &self.weights {
            Weights::Kept(weights) => weights.columns(),
            Weights::Changed { weights, .. } => weights.columns(),
        };
        let delta = buffers.delta.numbers(samples * outputs);
        pack_delta::<ROWS>(self.delta, delta);
        let width = (VECTORS / samples.max(1)).max(1) * LANES;
        for first in (0..columns).step_by(width) {
            let columns = first..columns.min(first + width);
            let numbers = samples * columns.len().next_multiple_of(LANES);
            let (x, _) = buffers.x.numbers(numbers).as_chunks_mut();
            let (dx, _) = buffers.dx.numbers(numbers).as_chunks_mut();
            if let Weights::Changed { x: from, .. } = &self.weights {
                load_block(lanes, from.block(0..samples, columns.clone()), x);
            }
            dx.fill([0.0; LANES]);
            let mut block = Block { x, dx, samples };
            let mut row = 0;
            while row < outputs {
                let delta = &delta[row * samples..];
                row += match outputs - row {
                    left if left >= ROWS => {
                        let (delta, _) = delta.as_chunks::<ROWS>();
                        self.rows::<L, ROWS>(lanes, row, &columns, delta, &mut block)
                    }
                    _ => self.rows::<L, 1>(lanes, row, &columns, delta.as_chunks().0, &mut block),
                };
            }
            if let Some(below) = &mut self.below {
                let dx = below.dx.block(0..samples, columns.clone());
                let gate = below.gate.map(|gate| gate.block(0..samples, columns));
                store_block(lanes, block.dx, gate, dx);
            }
        }
    }

    /// Some rows of `W` and all samples.
    #[inline(always)]
    fn rows<L: Lanes, const ROWS: usize>(
        &mut self,
        lanes: L,
        row: usize,
        columns: &std::ops::Range<usize>,
        delta: &[[f32; ROWS]],
        block: &mut Block,
    ) -> usize {
        let delta = &delta[..block.samples];
        match (&mut self.weights, &self.below) {
            (Weights::Kept(weights), _) => {
                let weights = from_fn(|r| &weights.row(row + r)[columns.clone()]);
                pass_down::<L, ROWS>(lanes, weights, delta, block);
            }
            (Weights::Changed { weights, start, .. }, below) => {
                let weights = weights.rows_mut(row).map(|row| &mut row[columns.clone()]);
                match (below, *start) {
                    (Some(_), _) => change::<L, ROWS, true, false>(lanes, weights, delta, block),
                    (None, Start::Zero) => {
                        change::<L, ROWS, false, true>(lanes, weights, delta, block)
                    }
                    (None, Start::Accumulate) => {
                        change::<L, ROWS, false, false>(lanes, weights, delta, block)
                    }
                }
            }
        }
        ROWS
    }
}

/// `ROWS` columns of `delta` at a time, the numbers of a sample side by side; then the rest one by
/// one.
fn pack_delta<const ROWS: usize>(delta: MatrixRef, out: &mut [f32]) {
    let (samples, outputs) = delta.shape();
    let whole = outputs / ROWS * ROWS;
    for i in 0..samples {
        let row = delta.row(i);
        let (groups, rest) = row.as_chunks::<ROWS>();
        for (g, group) in groups.iter().enumerate() {
            out[(g * samples + i) * ROWS..][..ROWS].copy_from_slice(group);
        }
        for (j, number) in rest.iter().enumerate() {
            out[(whole + j) * samples + i] = *number;
        }
    }
}

#[inline(always)]
fn load_block<L: Lanes>(lanes: L, from: MatrixRef, to: &mut [Cell]) {
    let samples = from.rows();
    for i in 0..samples {
        let row = from.row(i).chunks(LANES);
        for (from, to) in row.zip(to[i..].iter_mut().step_by(samples)) {
            lanes.store(lanes.load_padded(from), to);
        }
    }
}

#[inline(always)]
fn store_block<L: Lanes>(lanes: L, from: &[Cell], gate: Option<MatrixRef>, mut to: MatrixMut) {
    let samples = to.rows();
    for i in 0..samples {
        let cells = from[i..].iter().step_by(samples);
        let row = to.row_mut(i).chunks_mut(LANES);
        for (v, (from, to)) in cells.zip(row).enumerate() {
            let dx = lanes.load(from);
            let dx = match gate {
                Some(gate) => {
                    lanes.where_positive(lanes.load_padded(&gate.row(i)[v * LANES..]), dx)
                }
                None => dx,
            };
            lanes.store_cut(dx, to);
        }
    }
}

/// `dx ← dx + delta·w`.
#[inline(always)]
fn pass_down<L: Lanes, const ROWS: usize>(
    lanes: L,
    weights: [&[f32]; ROWS],
    delta: &[[f32; ROWS]],
    block: &mut Block,
) {
    for (v, dx) in block.dx.chunks_exact_mut(block.samples).enumerate() {
        let w: [L::Vector; ROWS] = from_fn(
            #[inline(always)]
            |r| lanes.load_padded(&weights[r][v * LANES..]),
        );
        for (delta, dx) in delta.iter().zip(dx) {
            let mut sum = lanes.load(dx);
            for r in 0..ROWS {
                sum = lanes.fma(lanes.splat(delta[r]), w[r], sum);
            }
            lanes.store(sum, dx);
        }
    }
}

/// `dx ← dx + delta·w` if `DOWN`, and `w ← w + deltaᵀ·x`, from zero if `NEW`.
#[inline(always)]
fn change<L: Lanes, const ROWS: usize, const DOWN: bool, const NEW: bool>(
    lanes: L,
    mut weights: [&mut [f32]; ROWS],
    delta: &[[f32; ROWS]],
    block: &mut Block,
) {
    let vectors = block.x.chunks_exact(block.samples);
    for (v, (x, dx)) in vectors
        .zip(block.dx.chunks_exact_mut(block.samples))
        .enumerate()
    {
        let old: [L::Vector; ROWS] = match NEW {
            true => [lanes.splat(0.0); ROWS],
            false => from_fn(
                #[inline(always)]
                |r| lanes.load_padded(&weights[r][v * LANES..]),
            ),
        };
        let mut new = old;
        for ((delta, x), dx) in delta.iter().zip(x).zip(dx) {
            let x = lanes.load(x);
            let mut sum = lanes.load(dx);
            for r in 0..ROWS {
                let delta = lanes.splat(delta[r]);
                if DOWN {
                    sum = lanes.fma(delta, old[r], sum);
                }
                new[r] = lanes.fma(delta, x, new[r]);
            }
            if DOWN {
                lanes.store(sum, dx);
            }
        }
        for (weights, new) in weights.iter_mut().zip(new) {
            lanes.store_cut(new, &mut weights[v * LANES..]);
        }
    }
}
