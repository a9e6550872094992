//! The order in which the rows of a transposed block of A are packed.
//!
//! In the gradient with respect to a layer's weights, A is δᵀ: a row holds the derivatives that reach
//! one unit, and after a ReLU half of them are zero. Six neighbouring units are rarely all zero for the
//! same sample. But when units that few samples reach are sorted next to each other, a quarter of all
//! terms is zero in whole micro-panels.

use std::iter::zip;

use crate::kernel::view::MatrixRef;

/// The largest number of terms of a block that are examined.
const LOOKS: usize = 64;

/// A permutation of rows.
#[derive(Default)]
pub(super) struct RowOrder {
    /// The row at each position.
    pub(super) rows: Vec<usize>,
    /// The position of each row.
    pub(super) places: Vec<usize>,
    counts: Vec<u32>,
}

impl RowOrder {
    /// The order in which every row keeps its position.
    pub(super) fn keep(&mut self, rows: usize) {
        self.rows.clear();
        self.rows.extend(0..rows);
        self.places.clone_from(&self.rows);
    }

    /// Sorts the rows of A by how many of a few terms are not zero; `across` is Aᵀ, with adjacent
    /// columns.
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
