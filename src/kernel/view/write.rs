//! The mutable view.

use std::marker::PhantomData;
use std::ops::Range;

use super::read::extent;

/// A mutable view of a row-major matrix: element (i, j) is at `i·row_stride + j`. The view has exclusive
/// access to its elements for `'a`, but not to the numbers between its rows.
#[derive(Debug)]
pub struct MatrixMut<'a> {
    /// Points to the first element. Elements (i, j) inside the shape are valid for reads and writes for
    /// `'a`, and no other reference to them is used during that time.
    pub(super) first: *mut f32,
    rows: usize,
    columns: usize,
    row_stride: usize,
    elements: PhantomData<&'a mut [f32]>,
}

// SAFETY: the view is the only road to its elements, exactly as `&mut [f32]`, which is Send.
unsafe impl Send for MatrixMut<'_> {}

impl<'a> MatrixMut<'a> {
    /// A row-major matrix: `data` contains exactly `rows × columns` numbers, row after row.
    ///
    /// # Panics
    /// When `data` has a different length.
    pub fn new(data: &'a mut [f32], rows: usize, columns: usize) -> Self {
        assert!(
            Some(data.len()) == rows.checked_mul(columns),
            "{} numbers are no {rows} × {columns} matrix",
            data.len()
        );
        Self::strided(data, (rows, columns), columns)
    }

    /// A matrix of `shape` (rows, columns) whose rows begin `row_stride` numbers apart; its first
    /// element is `data[0]`. The numbers between the rows are never accessed.
    ///
    /// # Panics
    /// When an element lies outside `data`, or rows overlap.
    pub fn strided(data: &'a mut [f32], shape: (usize, usize), row_stride: usize) -> Self {
        assert!(
            extent(shape, (row_stride, 1)) <= data.len() && (row_stride >= shape.1 || shape.0 <= 1),
            "a matrix of shape {shape:?} with row stride {row_stride} does not fit in {} numbers",
            data.len()
        );
        MatrixMut {
            first: data.as_mut_ptr(),
            rows: shape.0,
            columns: shape.1,
            row_stride,
            elements: PhantomData,
        }
    }

    /// The number of rows.
    #[inline]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    #[inline]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The shape: (rows, columns).
    #[inline]
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// The start of row `i`; for an empty matrix an arbitrary pointer that is never used.
    fn row_start(&self, i: usize) -> *mut f32 {
        assert!(
            i < self.rows,
            "row {i} of a matrix of shape {:?}",
            self.shape()
        );
        match self.columns {
            0 => self.first,
            // SAFETY: row i has an element, which lies inside the allocation behind `first`.
            _ => unsafe { self.first.add(i * self.row_stride) },
        }
    }

    /// Row `i`, for reading.
    ///
    /// # Panics
    /// When there is no such row.
    #[inline]
    pub fn row(&self, i: usize) -> &[f32] {
        // SAFETY: the elements of row i are valid, adjacent and ours; `&self` forbids writing.
        unsafe { std::slice::from_raw_parts(self.row_start(i), self.columns) }
    }

    /// Row `i`, for writing.
    ///
    /// # Panics
    /// When there is no such row.
    #[inline]
    pub fn row_mut(&mut self, i: usize) -> &mut [f32] {
        // SAFETY: the elements of row i are valid, adjacent and ours; `&mut self` forbids others.
        unsafe { std::slice::from_raw_parts_mut(self.row_start(i), self.columns) }
    }

    /// Rows `first`, `first + 1`, …, for writing.
    ///
    /// # Panics
    /// When there are not enough rows.
    pub(in crate::kernel) fn rows_mut<const ROWS: usize>(
        &mut self,
        first: usize,
    ) -> [&mut [f32]; ROWS] {
        // SAFETY: as in `row_mut`; rows do not overlap and each is taken once.
        std::array::from_fn(|row| unsafe {
            std::slice::from_raw_parts_mut(self.row_start(first + row), self.columns)
        })
    }

    /// The same view with a shorter lifetime.
    pub fn reborrow(&mut self) -> MatrixMut<'_> {
        self.all()
    }

    /// The block with these rows and columns, with a shorter lifetime.
    ///
    /// # Panics
    /// When a range reaches beyond the matrix.
    #[inline]
    pub fn block(&mut self, rows: Range<usize>, columns: Range<usize>) -> MatrixMut<'_> {
        let whole = self.all();
        let (above, _) = whole.split_at_row(rows.end);
        let (_, rows) = above.split_at_row(rows.start);
        let (left, _) = rows.split_at_column(columns.end);
        left.split_at_column(columns.start).1
    }

    /// Splits the view into the rows before `at` and the rest.
    ///
    /// # Panics
    /// When there are fewer than `at` rows.
    pub fn split_at_row(self, at: usize) -> (MatrixMut<'a>, MatrixMut<'a>) {
        let (rows, columns) = self.shape();
        assert!(at <= rows, "split of {:?} at row {at}", self.shape());
        let start = if at < rows {
            self.row_start(at)
        } else {
            self.first
        };
        (
            self.part(self.first, at, columns),
            self.part(start, rows - at, columns),
        )
    }

    /// Splits the view into the columns before `at` and the rest.
    ///
    /// # Panics
    /// When there are fewer than `at` columns.
    pub fn split_at_column(self, at: usize) -> (MatrixMut<'a>, MatrixMut<'a>) {
        let (rows, columns) = self.shape();
        assert!(at <= columns, "split of {:?} at column {at}", self.shape());
        let start = if rows > 0 && at < columns {
            // SAFETY: element (0, at) lies inside the allocation behind `first`.
            unsafe { self.first.add(at) }
        } else {
            self.first
        };
        (
            self.part(self.first, rows, at),
            self.part(start, rows, columns - at),
        )
    }

    /// A view of all elements, which must be handed out only once.
    pub(super) fn all<'b>(&self) -> MatrixMut<'b> {
        self.part(self.first, self.rows, self.columns)
    }

    /// A view of some of our elements, which must be handed out only once.
    pub(super) fn part<'b>(&self, first: *mut f32, rows: usize, columns: usize) -> MatrixMut<'b> {
        MatrixMut {
            first,
            rows,
            columns,
            row_stride: self.row_stride,
            elements: PhantomData,
        }
    }
}
