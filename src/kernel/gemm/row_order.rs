//! The order in which the rows of a transposed block of A are packed.
//!
//! In the gradient of a layer's weights A is δᵀ: a row holds what reaches one unit, and behind a rectifier
//! half of it is zero. Hardly a sample leaves six neighbouring units untouched at once; where units
//! that few samples reach stand together, a quarter of all terms is zero in whole micro-panels.

use std::iter::zip;

use crate::kernel::view::MatrixRef;

/// How many terms of a block are looked at, at most.
const LOOKS: usize = 64;

/// An order of rows.
#[derive(Default)]
pub(super) struct RowOrder {
    /// Which row stands in each place.
    pub(super) rows: Vec<usize>,
    /// The place of each row.
    pub(super) places: Vec<usize>,
    counts: Vec<u32>,
}

impl RowOrder {
    /// Every row stays in its place.
    pub(super) fn keep(&mut self, rows: usize) {
        self.rows.clear();
        self.rows.extend(0..rows);
        self.places.clone_from(&self.rows);
    }

    /// The rows of A by how many of a few terms are not zero; `across` is Aᵀ, with adjacent columns.
    #[inline(always)]
    pub(super) fn sort(&mut self, across: MatrixRef) {
        self.keep(across.columns());
        self.counts.clear();
        self.counts.resize(across.columns(), 0);
        for term in (0..across.rows()).step_by(across.rows().div_ceil(LOOKS)) {
            for (count, x) in zip(&mut self.counts, across.row(term)) {
                *count += u32::from(*x != 0.0);
            }
        }
        self.rows.sort_by_key(|&row| self.counts[row]);
        for (place, &row) in self.rows.iter().enumerate() {
            self.places[row] = place;
        }
    }
}
