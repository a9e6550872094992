//! One rectangle of the product: blocks for the caches, panels for the tiles.

use std::ops::Range;

use super::pack::pack;
use super::tile::{Panel, tile};
use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::start::Start;
use crate::kernel::view::{MatrixMut, MatrixRef};

/// The largest block in k. After each block C goes through memory once more, which costs more than
/// a panel of B (up to 100 KiB) that does not fit the first cache.
const DEPTH: usize = 800;
/// The largest block in m: a block of A, up to 300 KiB, stays in the second cache beside a panel of
/// B.
const ROWS: usize = 96;
/// The largest block in n.
const COLUMNS: usize = 1024;
/// Up to this many rows the rows of B are read where they stand. More rows pay for copying them side
/// by side: no processor foresees reads that jump from row to row, and every block of A repeats them.
const DIRECT_ROWS: usize = 128;
/// Rows of the tile for the last few rows.
const SHORT: usize = 4;

/// What is done to a block of C while it is in the cache: called with the rows and columns it covers.
pub(super) type Finish<'a> = dyn Fn(Range<usize>, Range<usize>, MatrixMut) + 'a;

/// `c ← start + a·b` on one thread.
pub(super) struct Product<'a> {
    pub(super) a: MatrixRef<'a>,
    pub(super) b: MatrixRef<'a>,
    pub(super) start: Start,
    pub(super) c: MatrixMut<'a>,
    /// Room for panels of B.
    pub(super) room: &'a mut Buffer,
    /// Called with each block of C that is done.
    pub(super) finish: &'a Finish<'a>,
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
        for columns in blocks(c.columns(), COLUMNS, L::TILE_VECTORS * LANES) {
            for depth in blocks(a.columns(), DEPTH, 1) {
                let b = b.block(depth.clone(), columns.clone());
                let mut b = Right::new::<L>(b, a.rows(), self.room);
                let start = match depth.start {
                    0 => self.start,
                    _ => Start::Accumulate,
                };
                for rows in blocks(c.rows(), ROWS, L::TILE_ROWS) {
                    let a = a.block(rows.clone(), depth.clone());
                    let (first, mut c) = (rows.start == 0, c.block(rows.clone(), columns.clone()));
                    tiles(lanes, (a, first), &mut b, start, c.reborrow());
                    if depth.end == self.a.columns() {
                        (self.finish)(rows, columns.clone(), c);
                    }
                }
            }
        }
    }
}

/// A block of B, cut into panels of whole vectors.
struct Right<'a> {
    b: MatrixRef<'a>,
    /// Panels before this column are read where they stand.
    direct: usize,
    /// Room for the other panels; each is packed, the last one padded with zeros, just before the
    /// first block of rows needs it.
    room: &'a mut [f32],
    /// Are they kept for further blocks of rows, one behind the other? Otherwise each takes the
    /// place of the one before, which is still in the first cache.
    kept: bool,
}

impl<'a> Right<'a> {
    #[inline(always)]
    fn new<L: Lanes>(b: MatrixRef<'a>, rows: usize, buffer: &'a mut Buffer) -> Self {
        let (depth, columns) = b.shape();
        let width = L::TILE_VECTORS * LANES;
        let readable = b.strides().1 == 1 && (b.strides().0 >= width || depth == 1);
        let direct = match readable && rows <= DIRECT_ROWS {
            true => columns / width * width,
            false => 0,
        };
        let kept = rows > ROWS;
        let room = match kept {
            true => (columns - direct).next_multiple_of(LANES),
            false => width,
        };
        let room = buffer.numbers(depth * room);
        Right {
            b,
            direct,
            room,
            kept,
        }
    }

    /// The panel of these columns; `first`: for the first block of rows.
    #[inline(always)]
    fn panel<L: Lanes>(&mut self, lanes: L, columns: Range<usize>, first: bool) -> Panel<'_> {
        let depth = self.b.rows();
        let width = panel_width::<L>(self.b.columns() - columns.start);
        let at = match self.kept {
            true => depth * columns.start.saturating_sub(self.direct),
            false => 0,
        };
        let direct = columns.start < self.direct;
        let panel = self.b.block(0..depth, columns);
        if direct {
            return Panel {
                numbers: panel.numbers(),
                stride: self.b.strides().0.max(width),
            };
        }
        let room = &mut self.room[at..][..depth * width];
        if first {
            pack(lanes, panel, width, room);
        }
        Panel {
            numbers: room,
            stride: width,
        }
    }
}

/// The width of the next panel of B, when so many columns are left.
fn panel_width<L: Lanes>(left: usize) -> usize {
    L::TILE_VECTORS.min(left.div_ceil(LANES)) * LANES
}

/// The height of the next panel of A, when so many rows are left.
fn panel_height<L: Lanes>(left: usize) -> usize {
    match left {
        ..=SHORT => SHORT,
        5..=8 if L::TILE_ROWS > 8 => 8,
        _ => L::TILE_ROWS,
    }
}

/// Cuts a range into panels; `size(left)` is the size of the next one, the last may be cut short.
fn panels(range: Range<usize>, size: fn(usize) -> usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = range.start;
    std::iter::from_fn(move || {
        let first = start;
        start = range.end.min(first + size(range.end - first));
        (first < range.end).then_some(first..start)
    })
}

/// All tiles of a block of C: a panel of B stays in the first cache while the panels of A pass.
#[inline(always)]
fn tiles<L: Lanes>(
    lanes: L,
    (a, first): (MatrixRef, bool),
    b: &mut Right,
    start: Start,
    mut c: MatrixMut,
) {
    let (rows, columns) = c.shape();
    for across in panels(0..columns, panel_width::<L>) {
        let vectors = across.len().div_ceil(LANES);
        let b = b.panel(lanes, across.clone(), first);
        for down in panels(0..rows, panel_height::<L>) {
            let height = panel_height::<L>(rows - down.start);
            let (a, c) = (a.row_block(down.clone()), c.block(down, across.clone()));
            match (height, vectors) {
                (12, 2) => tile::<L, 12, 2>(lanes, a, b, start, c),
                (12, 1) => tile::<L, 12, 1>(lanes, a, b, start, c),
                (6, 1) => tile::<L, 6, 1>(lanes, a, b, start, c),
                (8, 2) => tile::<L, 8, 2>(lanes, a, b, start, c),
                (8, 1) => tile::<L, 8, 1>(lanes, a, b, start, c),
                (4, 2) => tile::<L, 4, 2>(lanes, a, b, start, c),
                (4, 1) => tile::<L, 4, 1>(lanes, a, b, start, c),
                shape => unreachable!("no tile has the shape {shape:?}"),
            }
        }
    }
}
