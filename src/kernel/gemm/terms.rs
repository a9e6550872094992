//! The terms of a sum that are worth adding.
//!
//! What a rectifier has passed and what a dark image holds is zero in half of all places, and the
//! same places in a few rows that follow each other are all zero often enough to look for them: a
//! term that is zero in six rows at once is left out for all of them. To look costs one read of
//! the factor, some hundredths of the product.

use super::UNIT;
use super::operands::{LeftFactor, RightFactor, Search};
use super::tile::Panel;
use super::zeros::KnownRows;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// So many rows or columns must share what is found, or it is not looked for.
const SHARING: usize = 64;

/// Where the first so many places of a group all count, the others are taken to count too: a full
/// factor is not worth a whole look.
const SAMPLE: usize = 64;

/// Where to look for terms that are zero.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Sparse {
    /// In groups of rows of A.
    Rows,
    /// In groups of columns of B.
    Columns,
    /// Nowhere.
    #[default]
    Neither,
}

impl Sparse {
    /// For the product `a·b`: in the factor whose numbers are adjacent.
    pub(super) fn of(a: &LeftFactor, b: &RightFactor) -> Self {
        let is_searched = a.matrix.has_adjacent_columns() || a.is_transpose();
        match a.search {
            Search::Before(..) => Sparse::Rows,
            Search::Nowhere => Sparse::Neither,
            Search::Here if is_searched && b.shape().1 >= SHARING => Sparse::Rows,
            Search::Here if b.has_adjacent_columns() && a.matrix.rows() >= SHARING => {
                Sparse::Columns
            }
            Search::Here => Sparse::Neither,
        }
    }
}

/// For groups, one after the other: the places `k` that count.
#[derive(Default)]
pub(super) struct Lists {
    places: Vec<u16>,
    /// Where the places of each group end.
    ends: Vec<usize>,
}

impl Lists {
    fn clear(&mut self) {
        self.places.clear();
        self.ends.clear();
    }

    /// The places of a group.
    #[inline(always)]
    fn of(&self, group: usize) -> &[u16] {
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.places[start..self.ends[group]]
    }

    /// Adds those of further groups.
    pub(super) fn append(&mut self, more: &Lists) {
        let before = self.places.len();
        self.places.extend(&more.places);
        self.ends.extend(more.ends.iter().map(|end| before + end));
    }

    /// Gives back the room that it does not need.
    pub(super) fn shrink(&mut self) {
        self.places.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Adds a group; its places are the rows of the matrix.
    #[inline(always)]
    fn add<L: Lanes>(&mut self, lanes: L, group: MatrixRef) {
        let start = self.places.len();
        self.places.resize(start + group.rows() + LANES, 0);
        let count = list(lanes, group, &mut self.places[start..]);
        self.places.truncate(start + count);
        self.ends.push(start + count);
    }
}

/// The terms of a block that are found while it is multiplied.
#[derive(Default)]
pub(super) struct Terms {
    lists: Lists,
    sparse: Sparse,
}

impl Terms {
    pub(super) fn lists(&self) -> &Lists {
        &self.lists
    }

    /// For a block of B of so many rows.
    pub(super) fn begin(&mut self, sparse: Sparse, depth: usize) {
        self.lists.clear();
        self.sparse = sparse;
        if sparse == Sparse::Neither {
            self.lists.places.extend(0..depth as u16);
            self.lists.ends.push(depth);
        }
    }

    /// For a block of A: its groups of rows.
    #[inline(always)]
    pub(super) fn in_rows<L: Lanes>(&mut self, lanes: L, a: MatrixRef) {
        if self.sparse == Sparse::Rows {
            self.lists.clear();
            for first in (0..a.rows()).step_by(UNIT.0) {
                let group = a.row_block(first..a.rows().min(first + UNIT.0));
                self.lists.add(lanes, group.transposed());
            }
        }
    }

    /// For the next panel of a block of B: a group of columns.
    #[inline(always)]
    pub(super) fn in_columns<L: Lanes>(&mut self, lanes: L, panel: Panel) {
        if self.sparse == Sparse::Columns {
            self.lists.add(lanes, panel.matrix());
        }
    }
}

/// The terms of a block: known before, or found with it.
pub(super) enum Counting<'a> {
    Known(KnownRows<'a>),
    Found(&'a mut Terms),
}

impl Counting<'_> {
    /// The places that count for the group with this row and this column.
    #[inline(always)]
    pub(super) fn of(&self, row: usize, column: usize) -> &[u16] {
        match self {
            Counting::Known(known) => known.lists.of(known.first_group + row / UNIT.0),
            Counting::Found(terms) => terms.lists.of(match terms.sparse {
                Sparse::Rows => row / UNIT.0,
                Sparse::Columns => column / UNIT.1,
                Sparse::Neither => 0,
            }),
        }
    }

    /// See [`Terms::in_columns`].
    #[inline(always)]
    pub(super) fn in_columns<L: Lanes>(&mut self, lanes: L, panel: Panel) {
        if let Counting::Found(terms) = self {
            terms.in_columns(lanes, panel);
        }
    }
}

/// Writes down the rows that are not all zero, and counts them. There is room for a vector more than
/// there are rows.
#[inline(always)]
fn list<L: Lanes>(lanes: L, group: MatrixRef, places: &mut [u16]) -> usize {
    let (depth, mut count) = (group.rows(), 0);
    for first in (0..depth).step_by(LANES) {
        if (first, count) == (SAMPLE, SAMPLE) {
            (SAMPLE..depth).for_each(|k| places[k] = k as u16);
            return depth;
        }
        let room = places[count..].first_chunk_mut().expect("room");
        count += append(nonzero_rows(lanes, group, first), first as u16, room);
    }
    count
}

/// A bit for each of 16 rows, the first one the lowest: is anything in it not zero?
#[inline(always)]
fn nonzero_rows<L: Lanes>(lanes: L, group: MatrixRef, first: usize) -> u16 {
    let rows = first..group.rows().min(first + LANES);
    let along = group.transposed();
    let mut bits = 0;
    if along.has_adjacent_columns() {
        let next = along.strides().0.wrapping_mul(UNIT.0);
        for column in 0..along.rows() {
            let row = &along.row(column)[rows.clone()];
            lanes.prefetch(row.as_ptr().wrapping_add(next));
            bits |= lanes.nonzero(lanes.load_padded(row));
        }
        return bits;
    }
    for (place, k) in rows.enumerate() {
        let parts = group.row(k).chunks(LANES);
        let any = parts.fold(
            0,
            #[inline(always)]
            |any, part| any | lanes.nonzero(lanes.load_padded(part)),
        );
        bits |= u16::from(any != 0) << place;
    }
    bits
}

/// The places of the bits of a byte, and behind them anything.
const PLACES: [[u16; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut bits = 0;
    while bits < table.len() {
        let (mut count, mut place) = (0, 0);
        while place < 8 {
            table[bits][count] = place as u16;
            count += bits >> place & 1;
            place += 1;
        }
        bits += 1;
    }
    table
};

/// Writes down the places of the bits, and counts them.
#[inline(always)]
fn append(bits: u16, first: u16, room: &mut [u16; LANES]) -> usize {
    let mut count = 0;
    for (half, byte) in bits.to_le_bytes().into_iter().enumerate() {
        let first = first + 8 * half as u16;
        let room = room[count..].first_chunk_mut().expect("eight places");
        *room = PLACES[usize::from(byte)].map(|place| first + place);
        count += byte.count_ones() as usize;
    }
    count
}
