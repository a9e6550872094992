//! The two factors of a product, with what is known or kept of them.

use std::ops::Range;

use super::kept::{Panels, PanelsBlock};
use super::order;
use super::zeros::{KnownRows, Zeros};
use crate::kernel::view::MatrixRef;

/// The left factor of a product: a matrix, perhaps one whose zeros are known ([`Zeros::factor`]).
#[derive(Clone, Copy)]
pub struct LeftFactor<'a> {
    pub(super) matrix: MatrixRef<'a>,
    zeros: Option<&'a Zeros>,
    /// The first row, counted from that of the matrix whose zeros are known.
    first: usize,
}

impl<'a> From<MatrixRef<'a>> for LeftFactor<'a> {
    fn from(matrix: MatrixRef<'a>) -> Self {
        LeftFactor {
            matrix,
            zeros: None,
            first: 0,
        }
    }
}

impl<'a> LeftFactor<'a> {
    pub(super) fn known(matrix: MatrixRef<'a>, zeros: &'a Zeros, first: usize) -> Self {
        LeftFactor {
            matrix,
            zeros: Some(zeros),
            first,
        }
    }

    /// Are its zeros known?
    pub(super) fn is_known(&self) -> bool {
        self.zeros.is_some()
    }

    pub(super) fn is_transpose(&self) -> bool {
        order::is_transpose(self.matrix)
    }

    /// Some of its rows.
    ///
    /// # Panics
    /// When there are not so many.
    #[must_use]
    pub fn row_block(self, rows: Range<usize>) -> Self {
        LeftFactor {
            first: self.first + rows.start,
            matrix: self.matrix.row_block(rows),
            ..self
        }
    }

    /// What is known of these rows in a block in k.
    pub(super) fn known_rows(&self, block: usize, rows: &Range<usize>) -> Option<KnownRows<'a>> {
        let zeros = self.zeros?;
        Some(zeros.rows(block, self.first + rows.start, rows.len()))
    }
}

/// The right factor of a product: a matrix, or one that is kept in panels.
#[derive(Clone, Copy)]
pub enum RightFactor<'a> {
    /// As it lies.
    Matrix(MatrixRef<'a>),
    /// Copied already.
    Kept(PanelsBlock<'a>),
}

impl<'a> From<MatrixRef<'a>> for RightFactor<'a> {
    fn from(matrix: MatrixRef<'a>) -> Self {
        RightFactor::Matrix(matrix)
    }
}

impl<'a> From<&'a Panels> for RightFactor<'a> {
    fn from(panels: &'a Panels) -> Self {
        RightFactor::Kept(panels.whole())
    }
}

impl RightFactor<'_> {
    pub(super) fn shape(&self) -> (usize, usize) {
        match self {
            RightFactor::Matrix(matrix) => matrix.shape(),
            RightFactor::Kept(panels) => panels.shape(),
        }
    }

    /// Is it a matrix whose rows lie number by number?
    pub(super) fn has_adjacent_columns(&self) -> bool {
        match self {
            RightFactor::Matrix(matrix) => matrix.has_adjacent_columns(),
            RightFactor::Kept(_) => false,
        }
    }

    /// Does every product have to turn it?
    pub(super) fn is_turned(&self) -> bool {
        match self {
            RightFactor::Matrix(matrix) => !matrix.has_adjacent_columns(),
            RightFactor::Kept(_) => false,
        }
    }

    /// The block of these rows and columns; of kept panels the columns begin with a panel.
    pub(super) fn block(&self, rows: Range<usize>, columns: Range<usize>) -> Self {
        match self {
            RightFactor::Matrix(matrix) => RightFactor::Matrix(matrix.block(rows, columns)),
            RightFactor::Kept(panels) => RightFactor::Kept(panels.block(rows, columns)),
        }
    }
}
