//! The opening example: one question at the edge, put to three scalar types by the same function.

use nalgebra::DMatrix;
use sgd_stability::matrix::positive_definite;
use sgd_stability::number::{Exact, Field, Interval, Verdict};

/// Decides whether λ_max(A) < 1 for A = [[1/3, 2/3], [2/3, 1/3]]. No roots are needed: the condition is I
/// − A ≻ 0. The largest eigenvalue is exactly 1, so the answer is no.
fn largest_eigenvalue_is_below_one<T: Field>() -> Verdict {
    let [third, two_thirds] = [T::ratio(1, 3), T::ratio(2, 3)];
    let entries = [third.clone(), two_thirds.clone(), two_thirds, third];
    let a = DMatrix::from_row_slice(2, 2, &entries);
    positive_definite(&(DMatrix::identity(2, 2) - a))
}

#[test]
fn a_rational_knows_that_the_edge_is_not_inside() {
    assert_eq!(largest_eigenvalue_is_below_one::<Exact>(), Verdict::Fails);
}

#[test]
fn an_interval_says_that_it_cannot_tell() {
    assert_eq!(
        largest_eigenvalue_is_below_one::<Interval<128>>(),
        Verdict::Undecided
    );
}

#[test]
fn a_double_is_wrong_with_full_confidence() {
    assert_eq!(largest_eigenvalue_is_below_one::<f64>(), Verdict::Holds);
}
