//! Few samples backward: one sweep over `W`.
//!
//! The columns of `W` are cut into blocks, so that those of `x` and of `dx` stay in the first cache
//! while the rows of `W` pass, some at a time. Each of their vectors is in a register while all
//! samples pass: it multiplies `delta` into `dx` as it was, and takes up `deltaᵀ·x`.

use std::array::from_fn;
use std::cell::RefCell;
use std::ops::Range;

use super::{PIECES, ROWS};
use crate::kernel::buffer::Buffer;
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::start::Start;
use crate::kernel::view::{MatrixMut, MatrixRef, share_of};

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
    buffers: &'a mut Buffers,
}

/// Kept from sweep to sweep.
#[derive(Default)]
struct Buffers {
    delta: Buffer,
    x: Buffer,
    dx: Buffer,
}

/// A vector in memory.
type Cell = [f32; LANES];

/// A block of columns: for each of its vectors one cell per sample.
struct Block<'a> {
    x: &'a [Cell],
    dx: &'a mut [Cell],
    samples: usize,
}

impl Kernel for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        match L::REGISTERS >= 32 {
            true => self.blocks::<L, 8>(lanes),
            false => self.blocks::<L, 2>(lanes),
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
            static BUFFERS: RefCell<Buffers> = RefCell::default();
        }
        BUFFERS.with_borrow_mut(|buffers| {
            isa.run(Sweep {
                delta,
                weights,
                dx,
                part,
                buffers,
            });
        });
    }

    #[inline(always)]
    fn blocks<L: Lanes, const STEP: usize>(mut self, lanes: L) {
        let (samples, outputs) = self.delta.shape();
        let (part, parts) = self.part;
        let first = share_of(outputs, part, parts, ROWS).start;
        let pieces = PIECES * part / parts..PIECES * (part + 1) / parts;
        let columns = match &self.weights {
            Weights::Kept(weights) => weights.columns(),
            Weights::Changed { weights, .. } => weights.columns(),
        };
        let delta = self.buffers.delta.numbers(samples * outputs);
        pack_delta::<STEP>(self.delta, pieces.clone(), delta);
        let width = (VECTORS / samples.max(1)).max(1) * LANES;
        for start in (0..columns).step_by(width) {
            let columns = start..columns.min(start + width);
            let cells = samples * columns.len().div_ceil(LANES);
            let x = cells_of(&mut self.buffers.x, cells);
            if let Weights::Changed { x: from, .. } = &self.weights {
                load_block(lanes, from.block(0..samples, columns.clone()), x);
            }
            let mut tree = Tree::new(cells_of(&mut self.buffers.dx, 4 * cells), cells);
            for piece in pieces.clone() {
                let rows = share_of(outputs, piece, PIECES, ROWS);
                tree.current.fill([0.0; LANES]);
                let mut block = Block {
                    x,
                    dx: tree.current,
                    samples,
                };
                let delta = &delta[rows.start * samples..rows.end * samples];
                let weights = (&mut self.weights, self.dx.is_some());
                let rows = rows.start - first..rows.end - first;
                sweep_rows::<L, STEP>(lanes, weights, rows.clone(), &columns, delta, &mut block);
                if self.dx.is_some() {
                    tree.take_up(lanes, !rows.is_empty());
                }
            }
            if let Some(dx) = &mut self.dx {
                store_block(lanes, tree.current, dx.block(0..samples, columns));
            }
        }
    }
}

fn cells_of(buffer: &mut Buffer, cells: usize) -> &mut [Cell] {
    buffer.numbers(cells * LANES).as_chunks_mut().0
}

/// The sums of pieces, added as a tree: `(0 + 1) + (2 + 3)`. Pieces without rows are left out.
struct Tree<'a> {
    /// The piece that is being summed; at the end the sum of all.
    current: &'a mut [Cell],
    /// The sums of one, two and four pieces that wait for their other half.
    waiting: [&'a mut [Cell]; 3],
    is_there: [bool; 3],
    pieces: usize,
}

impl<'a> Tree<'a> {
    /// `room`: four times `cells`.
    fn new(room: &'a mut [Cell], cells: usize) -> Self {
        let (current, rest) = room.split_at_mut(cells);
        let (one, rest) = rest.split_at_mut(cells);
        let (two, four) = rest.split_at_mut(cells);
        Tree {
            current,
            waiting: [one, two, four],
            is_there: [false; 3],
            pieces: 0,
        }
    }

    /// Takes up the current piece; `is_there`: it has rows.
    #[inline(always)]
    fn take_up<L: Lanes>(&mut self, lanes: L, mut is_there: bool) {
        let halves = self.pieces.trailing_ones() as usize;
        for level in 0..halves {
            if self.is_there[level] {
                for (here, before) in self.current.iter_mut().zip(&*self.waiting[level]) {
                    let (sum, before) = (lanes.load(here), lanes.load(before));
                    lanes.store(
                        if is_there {
                            lanes.add(before, sum)
                        } else {
                            before
                        },
                        here,
                    );
                }
                is_there = true;
            }
        }
        self.pieces += 1;
        if let Some(waiting) = self.waiting.get_mut(halves) {
            waiting.copy_from_slice(self.current);
            self.is_there[halves] = is_there;
        }
    }
}

/// All rows of one piece, `STEP` at a time, and then one by one.
#[inline(always)]
fn sweep_rows<L: Lanes, const STEP: usize>(
    lanes: L,
    (weights, is_down): (&mut Weights, bool),
    rows: Range<usize>,
    columns: &Range<usize>,
    delta: &[f32],
    block: &mut Block,
) {
    let samples = block.samples;
    let mut row = rows.start;
    while row < rows.end {
        let delta = &delta[(row - rows.start) * samples..];
        let weights = (&mut *weights, is_down);
        row += match rows.end - row >= STEP {
            true => step::<L, STEP>(lanes, weights, row, columns, delta.as_chunks().0, block),
            false => step::<L, 1>(lanes, weights, row, columns, delta.as_chunks().0, block),
        };
    }
}

/// Some rows of `W` and all samples; gives the number of rows.
#[inline(always)]
fn step<L: Lanes, const ROWS: usize>(
    lanes: L,
    (weights, is_down): (&mut Weights, bool),
    row: usize,
    columns: &Range<usize>,
    delta: &[[f32; ROWS]],
    block: &mut Block,
) -> usize {
    let delta = &delta[..block.samples];
    match weights {
        Weights::Kept(weights) => {
            let weights = from_fn(|r| &weights.row(row + r)[columns.clone()]);
            pass_down::<L, ROWS>(lanes, weights, delta, block);
        }
        Weights::Changed { weights, start, .. } => {
            let weights = weights.rows_mut(row).map(|row| &mut row[columns.clone()]);
            match (is_down, *start) {
                (true, _) => change::<L, ROWS, true, false>(lanes, weights, delta, block),
                (_, Start::Zero) => change::<L, ROWS, false, true>(lanes, weights, delta, block),
                (_, _) => change::<L, ROWS, false, false>(lanes, weights, delta, block),
            }
        }
    }
    ROWS
}

/// The columns of `delta` of each piece, `STEP` at a time, the numbers of a sample side by side; then
/// its last ones one by one.
fn pack_delta<const STEP: usize>(delta: MatrixRef, pieces: Range<usize>, out: &mut [f32]) {
    let (samples, outputs) = delta.shape();
    for rows in pieces.map(|piece| share_of(outputs, piece, PIECES, ROWS)) {
        let out = &mut out[rows.start * samples..rows.end * samples];
        let whole = rows.len() / STEP * STEP;
        for i in 0..samples {
            let (groups, rest) = delta.row(i)[rows.clone()].as_chunks::<STEP>();
            for (g, group) in groups.iter().enumerate() {
                out[(g * samples + i) * STEP..][..STEP].copy_from_slice(group);
            }
            for (j, number) in rest.iter().enumerate() {
                out[(whole + j) * samples + i] = *number;
            }
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
fn store_block<L: Lanes>(lanes: L, from: &[Cell], mut to: MatrixMut) {
    let samples = to.rows();
    for i in 0..samples {
        let cells = from[i..].iter().step_by(samples);
        for (from, to) in cells.zip(to.row_mut(i).chunks_mut(LANES)) {
            lanes.store_cut(lanes.load(from), to);
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
