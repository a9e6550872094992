//! The two factors of a product, with what is known or kept of them.

use std::ops::Range;

use super::order;
use super::packed::{Panels, PanelsBlock};
use super::zeros::{KnownRows, Zeros};
use crate::kernel::view::MatrixRef;

/// The left factor of a product: a matrix, perhaps one whose zeros are known ([`Zeros::factor`]), or of
/// which all terms count ([`LeftFactor::full`]).
#[derive(Clone, Copy)]
pub struct LeftFactor<'a> {
    pub(super) matrix: MatrixRef<'a>,
    pub(super) search: Search<'a>,
}

/// Where a product learns which terms of its left factor are zero.
#[derive(Clone, Copy)]
pub(super) enum Search<'a> {
    /// It looks for them.
    Here,
    /// It does not, all terms count.
    Nowhere,
    /// They are known, for a matrix of which this is the first row.
    Before(&'a Zeros, usize),
}

impl<'a> From<MatrixRef<'a>> for LeftFactor<'a> {
    fn from(matrix: MatrixRef<'a>) -> Self {
        let search = Search::Here;
        LeftFactor { matrix, search }
    }
}

impl<'a> LeftFactor<'a> {
    /// A matrix of which no term is left out.
    pub fn full(matrix: MatrixRef<'a>) -> Self {
        let search = Search::Nowhere;
        LeftFactor { matrix, search }
    }

    pub(super) fn is_transpose(&self) -> bool {
        order::is_transpose(self.matrix)
    }

    /// Some of its rows: of one whose zeros are known they begin with a group, of a transpose they are
    /// whole bands.
    pub(super) fn row_block(self, rows: Range<usize>) -> Self {
        let search = match self.search {
            Search::Before(zeros, first) => Search::Before(zeros, first + rows.start),
            search => search,
        };
        let matrix = self.matrix.row_block(rows);
        LeftFactor { matrix, search }
    }

    /// What is known of these rows in a block in k.
    pub(super) fn known_rows(&self, block: usize, rows: &Range<usize>) -> Option<KnownRows<'a>> {
        match self.search {
            Search::Before(zeros, first) => {
                let rows = first + rows.start..first + rows.end;
                Some(zeros.rows(block, rows))
            }
            _ => None,
        }
    }
}

/// The right factor of a product: a matrix, or one that was copied into panels.
#[derive(Clone, Copy)]
pub enum RightFactor<'a> {
    /// As it lies.
    Matrix(MatrixRef<'a>),
    /// Copied before.
    Panels(PanelsBlock<'a>),
}

impl<'a> From<MatrixRef<'a>> for RightFactor<'a> {
    fn from(matrix: MatrixRef<'a>) -> Self {
        RightFactor::Matrix(matrix)
    }
}

impl<'a> From<&'a Panels> for RightFactor<'a> {
    fn from(panels: &'a Panels) -> Self {
        RightFactor::Panels(panels.whole())
    }
}

impl RightFactor<'_> {
    pub(super) fn shape(&self) -> (usize, usize) {
        match self {
            RightFactor::Matrix(matrix) => matrix.shape(),
            RightFactor::Panels(panels) => panels.shape(),
        }
    }

    /// Is it a matrix whose rows lie number by number?
    pub(super) fn has_adjacent_columns(&self) -> bool {
        match self {
            RightFactor::Matrix(matrix) => matrix.has_adjacent_columns(),
            RightFactor::Panels(_) => false,
        }
    }

    /// Does every product have to turn it?
    pub(super) fn is_turned(&self) -> bool {
        match self {
            RightFactor::Matrix(matrix) => !matrix.has_adjacent_columns(),
            RightFactor::Panels(_) => false,
        }
    }

    /// The block of these rows and columns; of panels the columns are whole panels.
    pub(super) fn block(&self, rows: Range<usize>, columns: Range<usize>) -> Self {
        match self {
            RightFactor::Matrix(matrix) => RightFactor::Matrix(matrix.block(rows, columns)),
            RightFactor::Panels(panels) => RightFactor::Panels(panels.block(rows, columns)),
        }
    }
}
