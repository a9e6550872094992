//! Matrices whose rows belong to samples, c rows each: block `i` holds the rows of sample `i`.

use crate::matrix::{Algebra, Fractions};
use crate::number::{Exact, Whole};

/// The blocks `A_i·B_iᵀ` (c × c), one below the other, of two matrices of equal shape.
pub(super) fn inner(a: &Fractions, b: &Fractions, outputs: usize) -> Fractions {
    let entry = |row: usize, column: usize| {
        let mut sum = Whole::zero();
        let other = b.row(row - row % outputs + column);
        for (x, y) in a.row(row).iter().zip(other) {
            sum.add_product(x, y);
        }
        sum
    };
    let blocks = Fractions::from_fn(a.shape().0, outputs, entry);
    over_both(blocks, a, b)
}

/// The blocks `W_i·R_i` of weights, c × c a sample, and rows.
pub(super) fn combined(weights: &Fractions, rows: &Fractions) -> Fractions {
    let outputs = weights.shape().1;
    let entry = |row: usize, column| {
        let first = row - row % outputs;
        let mut sum = Whole::zero();
        for (k, weight) in weights.row(row).iter().enumerate() {
            sum.add_product(weight, rows.numerator(first + k, column));
        }
        sum
    };
    let (height, width) = rows.shape();
    over_both(Fractions::from_fn(height, width, entry), weights, rows)
}

/// A matrix of numerators over the denominators of both.
fn over_both(numerators: Fractions, a: &Fractions, b: &Fractions) -> Fractions {
    let denominator = Whole::product(a.denominator(), b.denominator());
    numerators.scaled(&Exact::quotient(&Whole::one(), &denominator))
}
