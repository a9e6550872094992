//! Few samples backward: the rows of `W` pass, one or two at a time and some vectors wide. They are in
//! registers while the samples that reach them pass: they multiply `delta` into `dx` as they were,
//! and take up `deltaᵀ·x`.

use std::array::from_fn;
use std::cell::RefCell;
use std::ops::Range;

use super::rows::{Block, Cell, change, pass_down};
use super::terms::{PAIR, Term, Terms};
use super::tree::Tree;
use super::{PIECES, ROWS};
use crate::kernel::buffer::Buffer;
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::start::Start;
use crate::kernel::view::{MatrixMut, MatrixRef, share_of};

/// Up to this many samples rows pass one by one: those that no sample reaches are not read.
const ONE_BY_ONE: usize = 2;

/// How many rows pass at a time. Two share the reading of `x` and of `dx`; with a third or fourth
/// hardly any sample would be left out.
fn at_a_time(samples: usize) -> usize {
    match samples <= ONE_BY_ONE {
        true => 1,
        false => PAIR,
    }
}

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

impl Weights<'_> {
    fn columns(&self) -> usize {
        match self {
            Weights::Kept(weights) => weights.columns(),
            Weights::Changed { weights, .. } => weights.columns(),
        }
    }
}

/// The backward half of a layer for the rows of `W` of one part, on one thread.
pub(super) struct Sweep<'a> {
    /// All columns of it.
    delta: MatrixRef<'a>,
    /// The part's rows.
    weights: Weights<'a>,
    /// Where its contribution to the derivative goes, not gated.
    dx: Option<MatrixMut<'a>>,
    /// The part and the number of parts.
    part: (usize, usize),
    room: &'a mut Room,
}

/// Kept from sweep to sweep.
#[derive(Default)]
struct Room {
    terms: Terms,
    x: Buffer,
    dx: Buffer,
}

impl Kernel for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        let (part, parts) = self.part;
        let (samples, outputs) = self.delta.shape();
        let rows = share_of(outputs, part, parts, ROWS);
        let delta = self.delta.block(0..samples, rows);
        self.room.terms.find(delta, at_a_time(samples));
        // At most half of the registers hold rows: each vector as it will be, and where it is passed
        // down also as it was.
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
    /// Runs on this thread.
    pub(super) fn run_here(
        isa: Isa,
        delta: MatrixRef,
        weights: Weights,
        dx: Option<MatrixMut>,
        part: (usize, usize),
    ) {
        thread_local! {
            static ROOM: RefCell<Room> = RefCell::default();
        }
        ROOM.with_borrow_mut(|room| {
            isa.run(Sweep {
                delta,
                weights,
                dx,
                part,
                room,
            });
        });
    }

    /// All rows, so many vectors wide, from column `start` on. Gives the number of vectors.
    #[inline(always)]
    fn block<L: Lanes, const VECTORS: usize>(&mut self, lanes: L, start: usize) -> usize {
        let (samples, outputs) = self.delta.shape();
        let (part, parts) = self.part;
        let first = share_of(outputs, part, parts, ROWS).start;
        let columns = start..self.weights.columns().min(start + VECTORS * LANES);
        let cells = samples * VECTORS;
        let x = self.room.x.numbers(cells * LANES).as_chunks_mut().0;
        if let Weights::Changed { x: from, .. } = &self.weights {
            load_block::<L, VECTORS>(lanes, from.block(0..samples, columns.clone()), x);
        }
        let room = self.room.dx.numbers(4 * cells * LANES).as_chunks_mut().0;
        let mut tree = Tree::new(room, cells);
        let is_down = self.dx.is_some();
        for piece in PIECES * part / parts..PIECES * (part + 1) / parts {
            let rows = share_of(outputs, piece, PIECES, ROWS);
            let rows = rows.start - first..rows.end - first;
            if is_down {
                tree.current.fill([0.0; LANES]);
            }
            let mut block = Block::<VECTORS> {
                x: x.as_chunks().0,
                dx: tree.current.as_chunks_mut().0,
            };
            for (rows, terms) in self.room.terms.of(&rows) {
                let (at, weights) = ((rows.start, &columns), &mut self.weights);
                match rows.len() {
                    PAIR => weights.pass::<L, PAIR, VECTORS>(lanes, at, is_down, terms, &mut block),
                    _ => weights.pass::<L, 1, VECTORS>(lanes, at, is_down, terms, &mut block),
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
    /// Some rows and the samples that reach them.
    #[inline(always)]
    fn pass<L: Lanes, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        lanes: L,
        (row, columns): (usize, &Range<usize>),
        is_down: bool,
        terms: &[Term],
        block: &mut Block<VECTORS>,
    ) {
        match self {
            Weights::Kept(weights) => {
                let w = from_fn(|r| &weights.row(row + r)[columns.clone()]);
                pass_down::<L, ROWS, VECTORS>(lanes, w, terms, block);
            }
            Weights::Changed {
                start: Start::Accumulate,
                ..
            } if terms.is_empty() => {}
            Weights::Changed { weights, start, .. } => {
                let w = weights.rows_mut(row).map(|row| &mut row[columns.clone()]);
                match (is_down, *start) {
                    (true, _) => change::<L, ROWS, VECTORS, true, false>(lanes, w, terms, block),
                    (_, Start::Zero) => {
                        change::<L, ROWS, VECTORS, false, true>(lanes, w, terms, block)
                    }
                    (_, _) => change::<L, ROWS, VECTORS, false, false>(lanes, w, terms, block),
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
