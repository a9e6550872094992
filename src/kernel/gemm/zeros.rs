//! Zeros that many products share, found once.

use std::ops::Range;

use super::UNIT;
use super::block::{depths, row_blocks};
use super::left::{Left, Room};
use super::operands::{LeftFactor, Search};
use super::order::{self, Order};
use super::terms::{Lists, Sparse, Terms};
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, Lanes};
use crate::kernel::view::MatrixRef;

/// Where a factor A is zero, found once for all products whose A is zero there too: what a rectifier
/// has closed stays closed along every direction.
pub struct Zeros {
    shape: (usize, usize),
    is_transpose: bool,
    /// For each block in k.
    blocks: Vec<Known>,
}

/// What is known of all rows of a block in k.
#[derive(Default)]
struct Known {
    /// Of a transpose: within each band.
    order: Order,
    /// The terms of each group of rows.
    lists: Lists,
}

/// What is known of some rows.
#[derive(Clone, Copy)]
pub(super) struct KnownRows<'a> {
    /// Of a transpose: where each row goes, and which row goes there.
    pub(super) order: Option<(&'a [usize], &'a [usize])>,
    pub(super) lists: &'a Lists,
    pub(super) first_group: usize,
}

impl Zeros {
    /// The rows of a group.
    pub const GROUP: usize = UNIT.0;

    /// Those of `a`, m × k, which has adjacent columns or is the transpose of a matrix that has.
    ///
    /// # Panics
    /// With other strides.
    pub fn of(isa: Isa, a: MatrixRef) -> Self {
        assert!(
            a.has_adjacent_columns() || order::is_transpose(a),
            "zeros are looked for along adjacent numbers"
        );
        isa.run(Find { a })
    }

    /// The room, counted in numbers of 4 bytes, that is taken at most for a matrix of this shape: for each
    /// group of rows a place of 16 bits for every term and an end of 64 for every block of them; of a
    /// transpose also two places of 64 bits for every row in each block.
    pub fn most_numbers((rows, terms): (usize, usize), is_transpose: bool) -> usize {
        let blocks = depths(terms).count();
        let order = if is_transpose { 4 * rows * blocks } else { 0 };
        rows.div_ceil(UNIT.0) * (terms.div_ceil(2) + 2 * blocks) + order
    }

    /// `a` as the left factor of a product, which leaves out the terms that are known to be zero in
    /// whole groups of six rows.
    ///
    /// # Panics
    /// When it has another shape, or is a transpose where the other is none.
    pub fn factor<'a>(&'a self, a: MatrixRef<'a>) -> LeftFactor<'a> {
        assert_eq!(
            (a.shape(), order::is_transpose(a)),
            (self.shape, self.is_transpose),
            "a factor whose zeros are known"
        );
        LeftFactor {
            matrix: a,
            search: Search::Before(self, 0),
        }
    }

    /// [`Zeros::factor`] for some rows, of which `a` is the first, a multiple of six; of a matrix that
    /// is no transpose.
    ///
    /// # Panics
    /// When these are no such rows.
    pub fn rows_factor<'a>(&'a self, first: usize, a: MatrixRef<'a>) -> LeftFactor<'a> {
        let fits = first.is_multiple_of(UNIT.0) && first + a.rows() <= self.shape.0;
        assert!(
            fits && a.columns() == self.shape.1 && !self.is_transpose && a.has_adjacent_columns(),
            "rows {first} and on of shape {:?} of a factor of shape {:?} whose zeros are known",
            a.shape(),
            self.shape
        );
        LeftFactor {
            matrix: a,
            search: Search::Before(self, first),
        }
    }

    /// What is known of these rows, which begin with a group, and of a transpose are a band.
    pub(super) fn rows(&self, block: usize, rows: Range<usize>) -> KnownRows<'_> {
        let fits = match self.is_transpose {
            true => order::bands(self.shape.0).any(|band| band == rows),
            false => rows.start.is_multiple_of(UNIT.0),
        };
        assert!(fits, "rows {rows:?} of a factor whose zeros are known");
        let Known { order, lists } = &self.blocks[block];
        KnownRows {
            lists,
            first_group: rows.start / UNIT.0,
            order: self
                .is_transpose
                .then(|| (&order.places[rows.clone()], &order.rows[rows])),
        }
    }
}

struct Find<'a> {
    a: MatrixRef<'a>,
}

impl Kernel for Find<'_> {
    type Output = Zeros;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Zeros {
        let (a, is_transpose) = (self.a, order::is_transpose(self.a));
        let rows = row_blocks(a, 0..a.rows());
        let (mut room, mut terms) = (Room::default(), Terms::default());
        let blocks = depths(a.columns()).map(
            #[inline(always)]
            |depth| {
                let mut known = Known::default();
                terms.begin(Sparse::Rows, depth.len());
                for rows in &rows {
                    let block = a.block(rows.clone(), depth.clone());
                    let left = Left::new(lanes, block, is_transpose, None, &mut room);
                    terms.in_rows(lanes, left.matrix());
                    known.lists.append(terms.lists());
                    if is_transpose {
                        known.order.append(room.order());
                    }
                }
                known.lists.shrink();
                known
            },
        );
        Zeros {
            shape: a.shape(),
            is_transpose,
            blocks: blocks.collect(),
        }
    }
}
