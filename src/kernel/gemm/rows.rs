//! The rows of A in a tile.

use std::marker::PhantomData;

/// Rows of A at equal distances: element (i, k) stands at `i·down + k·along`.
///
/// One pointer, and one comparison for a whole column: with a pointer or a comparison for each row a
/// tile's sums no longer fit in the registers beside them.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, const ROWS: usize> {
    first: *const f32,
    down: usize,
    along: usize,
    /// So many numbers, from the first on, may begin a column.
    starts: usize,
    numbers: PhantomData<&'a [f32]>,
}

impl<'a, const ROWS: usize> Rows<'a, ROWS> {
    /// The rows whose first element is the first of `numbers`.
    ///
    /// # Panics
    /// When the last row begins behind the end.
    #[inline(always)]
    pub(super) fn new(numbers: &'a [f32], down: usize, along: usize) -> Self {
        let starts = numbers.len().checked_sub((ROWS - 1) * down);
        Rows {
            first: numbers.as_ptr(),
            down,
            along,
            starts: starts.expect("the rows of a tile"),
            numbers: PhantomData,
        }
    }

    /// The place of column `k` in the first row.
    ///
    /// # Panics
    /// When there is no such column.
    #[inline(always)]
    pub(super) fn column(&self, k: u16) -> usize {
        let first = usize::from(k) * self.along;
        assert!(first < self.starts, "a column of a tile");
        first
    }

    /// The element of row `i` of a column.
    ///
    /// # Safety
    /// `i < ROWS`, and `column` comes from [`Rows::column`].
    #[inline(always)]
    pub(super) unsafe fn get(&self, i: usize, column: usize) -> f32 {
        // SAFETY: the caller's promise.
        unsafe { *self.first.add(column).add(i * self.down) }
    }
}
