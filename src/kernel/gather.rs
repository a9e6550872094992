//! Copies selected rows of a matrix side by side.

use super::elementwise::in_row_blocks;
use super::view::{MatrixMut, MatrixRef};

/// Sets row `i` of `to` to row `rows[i]` of `from`, for each entry of `rows`. Columns must be adjacent.
///
/// # Panics
/// When the shapes do not match, or `from` has no such row.
pub fn gather(from: MatrixRef, rows: &[usize], to: MatrixMut) {
    assert!(
        to.shape() == (rows.len(), from.columns()),
        "{} rows of a matrix of shape {:?} into one of shape {:?}",
        rows.len(),
        from.shape(),
        to.shape()
    );
    in_row_blocks(to, &|first, mut to| {
        for i in 0..to.rows() {
            to.row_mut(i).copy_from_slice(from.row(rows[first + i]));
        }
    });
}
