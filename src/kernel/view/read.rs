//! The read-only view.

use std::ops::Range;

/// A read-only view of a matrix: element (i, j) is at `i·row_stride + j·column_stride` in a slice.
///
/// Strides are arbitrary, so transposes and blocks are also views. Nothing is copied. The constructor
/// asserts once that every element lies inside the slice.
#[derive(Clone, Copy, Debug)]
pub struct MatrixRef<'a> {
    /// Starts with the first element, and ends with the last one or later.
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

/// The length of the slice that a matrix of this shape and these strides needs.
pub(super) fn extent(shape: (usize, usize), strides: (usize, usize)) -> usize {
    match shape {
        (0, _) | (_, 0) => 0,
        (rows, columns) => (rows - 1)
            .checked_mul(strides.0)
            .zip((columns - 1).checked_mul(strides.1))
            .and_then(|(down, across)| down.checked_add(across)?.checked_add(1))
            .expect("a matrix must fit in the address space"),
    }
}

impl<'a> MatrixRef<'a> {
    /// A row-major matrix: `data` contains exactly `rows × columns` numbers, row after row.
    ///
    /// # Panics
    /// When `data` has a different length.
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        assert!(
            Some(data.len()) == rows.checked_mul(columns),
            "{} numbers are no {rows} × {columns} matrix",
            data.len()
        );
        Self::strided(data, (rows, columns), (columns, 1))
    }

    /// A matrix of `shape` (rows, columns) with `strides` (between rows, between columns), whose first
    /// element is `data[0]`.
    ///
    /// # Panics
    /// When an element lies outside `data`.
    pub fn strided(data: &'a [f32], shape: (usize, usize), strides: (usize, usize)) -> Self {
        assert!(
            extent(shape, strides) <= data.len(),
            "a matrix of shape {shape:?} with strides {strides:?} does not fit in {} numbers",
            data.len()
        );
        MatrixRef {
            data,
            rows: shape.0,
            columns: shape.1,
            row_stride: strides.0,
            column_stride: strides.1,
        }
    }

    /// The number of rows.
    #[inline]
    pub fn rows(self) -> usize {
        self.rows
    }

    /// The number of columns.
    #[inline]
    pub fn columns(self) -> usize {
        self.columns
    }

    /// The shape: (rows, columns).
    #[inline]
    pub fn shape(self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// The strides in numbers: (between rows, between columns).
    #[inline]
    pub fn strides(self) -> (usize, usize) {
        (self.row_stride, self.column_stride)
    }

    /// The same numbers with rows and columns exchanged.
    #[must_use]
    #[inline]
    pub fn transposed(self) -> Self {
        let (shape, strides) = (self.shape(), self.strides());
        Self::strided(self.data, (shape.1, shape.0), (strides.1, strides.0))
    }

    /// The block with these rows and columns.
    ///
    /// # Panics
    /// When a range reaches beyond the matrix.
    #[must_use]
    #[inline]
    pub fn block(self, rows: Range<usize>, columns: Range<usize>) -> Self {
        assert!(
            rows.start <= rows.end && rows.end <= self.rows,
            "rows {rows:?} of a matrix of shape {:?}",
            self.shape()
        );
        assert!(
            columns.start <= columns.end && columns.end <= self.columns,
            "columns {columns:?} of a matrix of shape {:?}",
            self.shape()
        );
        let first = rows.start * self.row_stride + columns.start * self.column_stride;
        let data = self.data.get(first..).unwrap_or(&[]);
        Self::strided(data, (rows.len(), columns.len()), self.strides())
    }

    /// The block with these rows and all columns.
    ///
    /// # Panics
    /// When the range reaches beyond the matrix.
    #[must_use]
    #[inline]
    pub fn row_block(self, rows: Range<usize>) -> Self {
        self.block(rows, 0..self.columns)
    }

    /// Element (i, j).
    ///
    /// # Panics
    /// When the element is outside the matrix.
    pub fn get(self, i: usize, j: usize) -> f32 {
        assert!(
            i < self.rows && j < self.columns,
            "element {:?} of a matrix of shape {:?}",
            (i, j),
            self.shape()
        );
        self.data[i * self.row_stride + j * self.column_stride]
    }

    /// Row `i` as a slice.
    ///
    /// # Panics
    /// When the elements of a row are not adjacent ([`MatrixRef::has_adjacent_columns`]), or
    /// there is no such row.
    #[inline]
    pub fn row(self, i: usize) -> &'a [f32] {
        assert!(
            i < self.rows && self.has_adjacent_columns(),
            "row {i} as a slice of a matrix of shape {:?} with strides {:?}",
            self.shape(),
            self.strides()
        );
        match self.columns {
            0 => &[],
            columns => &self.data[i * self.row_stride..][..columns],
        }
    }

    /// Whether the elements of each row are adjacent in memory.
    #[inline]
    pub fn has_adjacent_columns(self) -> bool {
        self.column_stride == 1 || self.columns <= 1
    }

    /// The slice behind the view, starting with the first element.
    #[inline]
    pub(in crate::kernel) fn numbers(self) -> &'a [f32] {
        self.data
    }
}
