//! The terms that are not skipped: those in which at least one row of a micro-panel of A is not zero.
//!
//! Half of the output of a ReLU and of a dark image is zero, often in six rows at once. Searching for
//! zeros costs one read of A, a few hundredths of the product.

use super::blocking::MR;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// If none of this many first terms can be skipped, the others are not skipped either, since a full
/// search of a dense factor is not worthwhile.
const SAMPLE: usize = 64;

/// For each micro-panel of a block of A, the terms not skipped; without micro-panels, no search was
/// made.
#[derive(Default)]
pub(super) struct Nonzero {
    terms: Vec<u16>,
    /// The end of the terms of each micro-panel in the list.
    ends: Vec<usize>,
    depth: usize,
}

impl Nonzero {
    /// Forgets everything, so that no term is skipped.
    pub(super) fn clear(&mut self) {
        self.terms.clear();
        self.ends.clear();
    }

    /// Searches a block of A with adjacent columns.
    #[inline(always)]
    pub(super) fn find<L: Lanes>(&mut self, lanes: L, a: MatrixRef) {
        self.clear();
        self.depth = a.columns();
        for first in (0..a.rows()).step_by(MR) {
            let panel = a.row_block(first..a.rows().min(first + MR));
            let start = self.terms.len();
            // Terms are written a whole vector at a time.
            self.terms.resize(start + self.depth + LANES, 0);
            let end = start + list(lanes, panel, &mut self.terms[start..]);
            self.terms.truncate(end);
            self.ends.push(end);
        }
    }

    /// The terms not skipped in the micro-panel that begins with this row; `None` means all terms.
    #[inline(always)]
    pub(super) fn of_panel(&self, row: usize) -> Option<&[u16]> {
        let panel = row / MR;
        let end = *self.ends.get(panel)?;
        let start = panel.checked_sub(1).map_or(0, |before| self.ends[before]);
        (end - start < self.depth).then(|| &self.terms[start..end])
    }
}

/// Lists the columns that are not zero in all rows; returns their number. `list` must have room for one
/// vector more than there are columns.
#[inline(always)]
fn list<L: Lanes>(lanes: L, panel: MatrixRef, list: &mut [u16]) -> usize {
    let (depth, mut count) = (panel.columns(), 0);
    for first in (0..depth).step_by(LANES) {
        if (first, count) == (SAMPLE, SAMPLE) {
            return depth;
        }
        let room = list[count..].first_chunk_mut().expect("a vector more");
        count += append(nonzero_columns(lanes, panel, first), first as u16, room);
    }
    count
}

/// One bit for each of 16 columns, the first one lowest: whether the column has a nonzero entry.
#[inline(always)]
fn nonzero_columns<L: Lanes>(lanes: L, panel: MatrixRef, first: usize) -> u16 {
    let columns = first..panel.columns().min(first + LANES);
    let next_panel = panel.strides().0.wrapping_mul(MR);
    let mut bits = 0;
    for i in 0..panel.rows() {
        let row = &panel.row(i)[columns.clone()];
        lanes.prefetch(row.as_ptr().wrapping_add(next_panel));
        bits |= lanes.nonzero(lanes.load_padded(row));
    }
    bits
}

/// The indices of the bits set in a byte, followed by arbitrary entries.
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

/// Writes `first` plus the index of each bit that is set; returns the number of bits set.
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
