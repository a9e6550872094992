//! One rectangle of the product: blocks for the caches, panels for the tiles.

use std::ops::Range;

use super::UNIT;
use super::left::{self, Left};
use super::operands::{LeftFactor, RightFactor};
use super::order;
use super::panels::{panel_height, panel_width, panels};
use super::right::Right;
use super::terms::{Counting, Sparse, Terms};
use super::tile::tile;
use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::start::Start;
use crate::kernel::view::{MatrixMut, MatrixRef};

/// The largest block in k. After each block C goes through memory once more, which costs more than
/// a panel of B (up to 200 KiB) that does not fit the first cache.
const DEPTH: usize = 800;
/// The largest block in m: a block of A, up to 340 KiB, stays in the second cache beside a panel of
/// B. A batch of a hundred is one block. Of a transpose a band is a block, up to 1.2 MB.
const ROWS: usize = 108;
/// The largest block in n.
const COLUMNS: usize = 1024;

/// What is done to a block of C while it is in the cache: called with the rows and columns it covers.
pub(super) type Finish<'a> = dyn Fn(Range<usize>, Range<usize>, MatrixMut) + 'a;

/// `c ← start + a·b` on one thread.
pub(super) struct Product<'a> {
    pub(super) a: LeftFactor<'a>,
    pub(super) b: RightFactor<'a>,
    pub(super) start: Start,
    pub(super) c: MatrixMut<'a>,
    /// Where to look for terms that are zero.
    pub(super) sparse: Sparse,
    /// The blocks of rows.
    pub(super) blocks: &'a [Range<usize>],
    pub(super) room: &'a mut Room,
    /// Called with each block of C that is done.
    pub(super) finish: &'a Finish<'a>,
}

/// Room that is kept from product to product: fresh pages cost more than a small product.
#[derive(Default)]
pub(super) struct Room {
    left: left::Room,
    panels: Buffer,
    terms: Terms,
}

/// The blocks of these rows of A, counted from the first one: equal ones, or the bands of a transpose.
pub(super) fn row_blocks(a: MatrixRef, rows: Range<usize>) -> Vec<Range<usize>> {
    if !order::is_transpose(a) {
        return blocks(rows.len(), ROWS, UNIT.0).collect();
    }
    let bands = order::bands(a.rows()).filter(|band| rows.contains(&band.start));
    let counted = bands.map(|band| band.start - rows.start..band.end - rows.start);
    counted.collect()
}

/// The blocks in k.
pub(super) fn depths(depth: usize) -> impl Iterator<Item = Range<usize>> {
    blocks(depth, DEPTH, 1)
}

/// Equal blocks of at most `largest`, cut at multiples of `unit`.
fn blocks(length: usize, largest: usize, unit: usize) -> impl Iterator<Item = Range<usize>> {
    let count = length.div_ceil(largest).max(1);
    let size = length.div_ceil(count).next_multiple_of(unit).max(1);
    (0..length)
        .step_by(size)
        .map(move |first| first..length.min(first + size))
}

impl Kernel for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let (a, b, mut c) = (self.a, self.b, self.c);
        // A block of one column would not tell.
        let is_transpose = a.is_transpose();
        let Room {
            left,
            panels,
            terms,
        } = self.room;
        for columns in blocks(c.columns(), COLUMNS, UNIT.1) {
            for (place, depth) in depths(a.matrix.columns()).enumerate() {
                let b = b.block(depth.clone(), columns.clone());
                terms.begin(self.sparse, depth.len());
                let mut b = Right::new(b, self.blocks, panels);
                let start = match depth.start {
                    0 => self.start,
                    _ => Start::Accumulate,
                };
                for rows in self.blocks {
                    let known = a.known_rows(place, rows);
                    let block = a.matrix.block(rows.clone(), depth.clone());
                    let left = Left::new(lanes, block, is_transpose, known, left);
                    let mut terms = match known {
                        Some(known) => Counting::Known(known),
                        None => {
                            terms.in_rows(lanes, left.matrix());
                            Counting::Found(&mut *terms)
                        }
                    };
                    let (first, mut c) = (rows.start == 0, c.block(rows.clone(), columns.clone()));
                    let factors = (&left, &mut b);
                    tiles(lanes, factors, first, &mut terms, start, c.reborrow());
                    if depth.end == a.matrix.columns() {
                        (self.finish)(rows.clone(), columns.clone(), c);
                    }
                }
            }
        }
    }
}

/// All tiles of a block of C: a panel of B stays in the first cache while the panels of A pass.
#[inline(always)]
fn tiles<L: Lanes>(
    lanes: L,
    (a, b): (&Left, &mut Right),
    first: bool,
    terms: &mut Counting,
    start: Start,
    mut c: MatrixMut,
) {
    let (rows, columns) = c.shape();
    for unit in (0..columns).step_by(UNIT.1) {
        let columns = unit..columns.min(unit + UNIT.1);
        let b = b.panel(lanes, columns.clone(), first);
        if first {
            terms.in_columns(lanes, b);
        }
        for across in panels(columns, panel_width::<L>) {
            let vectors = across.len().div_ceil(LANES);
            let b = b.beginning_at(across.start - unit);
            let mut c = c.block(0..rows, across);
            for down in panels(0..rows, panel_height) {
                let height = panel_height(rows - down.start);
                let terms = terms.of(down.start, unit);
                let c = (c.reborrow(), a.rows_of_c(down.clone()));
                let a = (a, down.start);
                match (height, vectors) {
                    (6, 4) => tile::<L, 6, 4>(lanes, (a, b), terms, start, c),
                    (6, 3) => tile::<L, 6, 3>(lanes, (a, b), terms, start, c),
                    (6, 2) => tile::<L, 6, 2>(lanes, (a, b), terms, start, c),
                    (6, 1) => tile::<L, 6, 1>(lanes, (a, b), terms, start, c),
                    (4, 4) => tile::<L, 4, 4>(lanes, (a, b), terms, start, c),
                    (4, 3) => tile::<L, 4, 3>(lanes, (a, b), terms, start, c),
                    (4, 2) => tile::<L, 4, 2>(lanes, (a, b), terms, start, c),
                    (4, 1) => tile::<L, 4, 1>(lanes, (a, b), terms, start, c),
                    shape => unreachable!("no tile has the shape {shape:?}"),
                }
            }
        }
    }
}
