//! The backward half for few samples: a sweep over the rows of `W`, one or two at a time and some
//! vectors wide. The rows are held in registers while the contributing samples are processed: `dx` gains
//! `delta` times the old rows, and the rows gain `deltaᵀ·x`.

use std::array::from_fn;
use std::cell::RefCell;
use std::ops::Range;

use super::nonzero::{Nonzero, PAIR, SampleDelta};
use super::pieces::{PIECES, Part, ROWS, Tree};
use super::row_kernel::{Block, Cell, change, pass_down};
use crate::kernel::buffer::Buffer;
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::start::Start;
use crate::kernel::view::{MatrixMut, MatrixRef, share_of};

/// Up to this many samples, rows are processed one by one; rows to which no sample contributes are not
/// read.
const ONE_BY_ONE: usize = 2;

/// The number of rows processed at a time. Two rows share the reads of `x` and `dx`; with a third or
/// fourth, hardly any sample could be skipped.
fn at_a_time(samples: usize) -> usize {
    if samples <= ONE_BY_ONE { 1 } else { PAIR }
}

/// What a sweep does with the weights.
pub(super) enum Weights<'a> {
    /// The weights are only read.
    Kept(MatrixRef<'a>),
    /// `W ← start + deltaᵀ·x`.
    Changed {
        weights: MatrixMut<'a>,
        start: Start,
        x: MatrixRef<'a>,
    },
}

impl Weights<'_> {
    fn columns(&self) -> usize {
        match self {
            Weights::Kept(weights) => weights.columns(),
            Weights::Changed { weights, .. } => weights.columns(),
        }
    }
}

/// The backward half of a layer, for the rows of `W` in one part, on one thread.
pub(super) struct Sweep<'a> {
    /// The derivative with respect to all outputs.
    delta: MatrixRef<'a>,
    /// The rows of the part.
    weights: Weights<'a>,
    /// The part's contribution to the derivative of the input, before the derivative of ReLU is applied.
    dx: Option<MatrixMut<'a>>,
    part: Part,
    workspace: &'a mut Workspace,
}

/// Memory that is reused from sweep to sweep.
#[derive(Default)]
struct Workspace {
    nonzero: Nonzero,
    x: Buffer,
    dx: Buffer,
}

impl Kernel for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        let Part { number, of } = self.part;
        let (samples, outputs) = self.delta.shape();
        let rows = share_of(outputs, number, of, ROWS);
        let delta = self.delta.block(0..samples, rows);
        self.workspace.nonzero.find(delta, at_a_time(samples));
        // At most half of the registers hold rows: the new value of each vector and, if the derivative
        // is passed down, also its old value.
        let most = match (at_a_time(samples), &self.dx) {
            (PAIR, Some(_)) => L::REGISTERS / 8,
            _ => L::REGISTERS / 4,
        };
        let (columns, mut start) = (self.weights.columns(), 0);
        while start < columns {
            start += LANES
                * match (columns - start).div_ceil(LANES).min(most) {
                    8.. => self.block::<L, 8>(lanes, start),
                    4.. => self.block::<L, 4>(lanes, start),
                    2.. => self.block::<L, 2>(lanes, start),
                    _ => self.block::<L, 1>(lanes, start),
                };
        }
    }
}

impl Sweep<'_> {
    /// Runs on the calling thread.
    pub(super) fn run_here(
        isa: Isa,
        delta: MatrixRef,
        weights: Weights,
        dx: Option<MatrixMut>,
        part: Part,
    ) {
        thread_local! {
            static WORKSPACE: RefCell<Workspace> = RefCell::default();
        }
        WORKSPACE.with_borrow_mut(|workspace| {
            isa.run(Sweep {
                delta,
                weights,
                dx,
                part,
                workspace,
            });
        });
    }

    /// Processes all rows, `VECTORS` vectors wide, from column `start`. Returns the number of vectors.
    #[inline(always)]
    fn block<L: Lanes, const VECTORS: usize>(&mut self, lanes: L, start: usize) -> usize {
        let (samples, outputs) = self.delta.shape();
        let Part { number, of } = self.part;
        let first = share_of(outputs, number, of, ROWS).start;
        let columns = start..self.weights.columns().min(start + VECTORS * LANES);
        let cells = samples * VECTORS;
        let x = self.workspace.x.numbers(cells * LANES).as_chunks_mut().0;
        if let Weights::Changed { x: from, .. } = &self.weights {
            load_block::<L, VECTORS>(lanes, from.block(0..samples, columns.clone()), x);
        }
        let sums = self.workspace.dx.numbers(4 * cells * LANES);
        let mut tree = Tree::new(sums.as_chunks_mut().0, cells);
        let is_down = self.dx.is_some();
        for piece in PIECES * number / of..PIECES * (number + 1) / of {
            let rows = share_of(outputs, piece, PIECES, ROWS);
            let rows = rows.start - first..rows.end - first;
            if is_down {
                tree.current.fill([0.0; LANES]);
            }
            let mut block = Block::<VECTORS> {
                x: x.as_chunks().0,
                dx: tree.current.as_chunks_mut().0,
            };
            for (rows, samples) in self.workspace.nonzero.of(&rows) {
                let (weights, columns, block) = (&mut self.weights, &columns, &mut block);
                let row = rows.start;
                if rows.len() == PAIR {
                    weights.pass::<L, PAIR, VECTORS>(lanes, row, columns, is_down, samples, block);
                } else {
                    weights.pass::<L, 1, VECTORS>(lanes, row, columns, is_down, samples, block);
                }
            }
            if is_down {
                tree.take_up(lanes, !rows.is_empty());
            }
        }
        if let Some(dx) = &mut self.dx {
            store_block::<L, VECTORS>(lanes, tree.current, dx.block(0..samples, columns));
        }
        VECTORS
    }
}

impl Weights<'_> {
    /// Processes the rows starting at `row`, with the samples that contribute to them.
    #[inline(always)]
    fn pass<L: Lanes, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        lanes: L,
        row: usize,
        columns: &Range<usize>,
        is_down: bool,
        samples: &[SampleDelta],
        block: &mut Block<VECTORS>,
    ) {
        match self {
            Weights::Kept(weights) => {
                let w = from_fn(|r| &weights.row(row + r)[columns.clone()]);
                pass_down::<L, ROWS, VECTORS>(lanes, w, samples, block);
            }
            Weights::Changed {
                start: Start::Accumulate,
                ..
            } if samples.is_empty() => {}
            Weights::Changed { weights, start, .. } => {
                let w = weights.rows_mut(row).map(|row| &mut row[columns.clone()]);
                match (is_down, *start) {
                    (true, _) => change::<L, ROWS, VECTORS, true, false>(lanes, w, samples, block),
                    (_, Start::Zero) => {
                        change::<L, ROWS, VECTORS, false, true>(lanes, w, samples, block)
                    }
                    (_, _) => change::<L, ROWS, VECTORS, false, false>(lanes, w, samples, block),
                }
            }
        }
    }
}

#[inline(always)]
fn load_block<L: Lanes, const VECTORS: usize>(lanes: L, from: MatrixRef, to: &mut [Cell]) {
    for (i, to) in to.chunks_exact_mut(VECTORS).enumerate() {
        for (from, to) in from.row(i).chunks(LANES).zip(to) {
            lanes.store(lanes.load_padded(from), to);
        }
    }
}

#[inline(always)]
fn store_block<L: Lanes, const VECTORS: usize>(lanes: L, from: &[Cell], mut to: MatrixMut) {
    for (i, from) in from.chunks_exact(VECTORS).enumerate() {
        for (from, to) in from.iter().zip(to.row_mut(i).chunks_mut(LANES)) {
            lanes.store_cut(lanes.load(from), to);
        }
    }
}
