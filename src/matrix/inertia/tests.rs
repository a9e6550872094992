use proptest::prelude::*;

use super::*;
use crate::number::{Exact, Interval};

fn matrix<T: Field>(rows: &[&[i64]]) -> DMatrix<T> {
    DMatrix::from_fn(rows.len(), rows.len(), |i, j| T::int(rows[i][j]))
}

fn counts(rows: &[&[i64]]) -> (usize, usize, usize) {
    let found = inertia(&matrix::<Exact>(rows)).unwrap();
    (found.positive, found.zero, found.negative)
}

#[test]
fn the_inertia_of_small_matrices_is_known() {
    assert_eq!(counts(&[]), (0, 0, 0));
    assert_eq!(counts(&[&[0]]), (0, 1, 0));
    assert_eq!(counts(&[&[1, 1], &[1, 1]]), (1, 1, 0));
    assert_eq!(counts(&[&[0, 3], &[3, 0]]), (1, 0, 1));
    assert_eq!(counts(&[&[0, 1, 1], &[1, 0, 1], &[1, 1, 0]]), (1, 0, 2));
    assert_eq!(counts(&[&[1, 2], &[2, 1]]), (1, 0, 1));
    assert_eq!(counts(&[&[0, 0, 1], &[0, 5, 0], &[1, 0, 0]]), (2, 0, 1));
}

#[test]
fn singular_matrices_are_semidefinite_and_not_definite() {
    let singular = matrix::<Exact>(&[&[1, -1], &[-1, 1]]);
    assert_eq!(positive_semidefinite(&singular), Verdict::Holds);
    assert_eq!(positive_definite(&singular), Verdict::Fails);
    let hollow = matrix::<Exact>(&[&[0, 1], &[1, 5]]);
    assert_eq!(positive_semidefinite(&hollow), Verdict::Fails);
    let empty = DMatrix::<Exact>::zeros(0, 0);
    assert_eq!(positive_definite(&empty), Verdict::Holds);
}

#[test]
fn nan_is_undecided() {
    let matrix = DMatrix::from_element(2, 2, f64::NAN);
    assert_eq!(positive_semidefinite(&matrix), Verdict::Undecided);
    assert_eq!(inertia(&matrix), None);
}

#[test]
#[should_panic(expected = "2 × 3")]
fn a_matrix_that_is_not_square_is_a_bug() {
    positive_definite(&DMatrix::<f64>::zeros(2, 3));
}

/// Symmetric matrices of small integers over small denominators, often singular.
fn symmetric() -> impl Strategy<Value = DMatrix<Exact>> {
    (1usize..5).prop_flat_map(|d| {
        proptest::collection::vec((-3i64..4, 1u64..4), d * d).prop_map(move |entries| {
            DMatrix::from_fn(d, d, |i, j| {
                let (numerator, denominator) = entries[i.max(j) * d + i.min(j)];
                Exact::fraction(numerator, denominator)
            })
        })
    })
}

proptest! {
    /// Sylvester's law: a congruence by an invertible (unit triangular) matrix keeps the inertia.
    #[test]
    fn inertia_is_kept_by_congruence(a in symmetric(), seed in symmetric()) {
        let d = a.nrows();
        let lower = DMatrix::from_fn(d, d, |i, j| match i.cmp(&j) {
            Ordering::Less => Exact::from(0),
            Ordering::Equal => Exact::from(1),
            Ordering::Greater => seed[(i % seed.nrows(), j % seed.nrows())].clone(),
        });
        let congruent = &lower * &a * lower.transpose();
        prop_assert_eq!(inertia(&a), inertia(&congruent));
    }

    /// A symmetric 3 × 3 matrix with a zero diagonal offers no diagonal pivot. The sum of its
    /// eigenvalues is 0 and their product is 2abc.
    #[test]
    fn hollow_matrices_have_the_signs_of_their_determinant(a in -3i64..4, b in -3i64..4, c in -3i64..4) {
        let found = counts(&[&[0, a, b], &[a, 0, c], &[b, c, 0]]);
        let expected = match (a * b * c).signum() {
            1 => (1, 0, 2),
            -1 => (2, 0, 1),
            _ if [a, b, c] == [0; 3] => (0, 3, 0),
            _ => (1, 1, 1),
        };
        prop_assert_eq!(found, expected);
    }

    /// nalgebra's eigenvalues are computed without elimination; they may disagree only near zero.
    #[test]
    fn inertia_agrees_with_eigenvalues(a in symmetric()) {
        let found = inertia(&a).unwrap();
        let eigenvalues = a.map(|x| x.to_f64()).symmetric_eigenvalues();
        // Entries are at most 3 and d ≤ 4, so the solver's error is far below 1e-12. A non-zero
        // eigenvalue is far above it, because the product of the non-zero ones is a rational with a
        // denominator of at most 6⁴.
        let near = |x: &&f64| x.abs() < 1e-12;
        prop_assert_eq!(found.zero, eigenvalues.iter().filter(near).count());
        prop_assert_eq!(found.positive, eigenvalues.iter().filter(|x| **x >= 1e-12).count());
        prop_assert_eq!(found.negative, eigenvalues.iter().filter(|x| **x <= -1e-12).count());
    }

    /// A Gram matrix is semi-definite, and definite exactly when it has full rank.
    #[test]
    fn gram_matrices_are_semidefinite(a in symmetric()) {
        let gram = &a * &a;
        prop_assert_eq!(positive_semidefinite(&gram), Verdict::Holds);
        let full = inertia(&a).unwrap().zero == 0;
        prop_assert_eq!(positive_definite(&gram).holds(), full);
        prop_assert_eq!(inertia(&a).unwrap().rank(), inertia(&gram).unwrap().rank());
    }

    /// An interval may abstain but is never wrong, however few bits it has.
    #[test]
    fn intervals_never_contradict_the_exact_answer(a in symmetric()) {
        let narrow = a.map(|x| Interval::<6>::from_exact(&x));
        for (exact, certified) in [
            (positive_semidefinite(&a), positive_semidefinite(&narrow)),
            (positive_definite(&a), positive_definite(&narrow)),
        ] {
            prop_assert!(certified == exact || certified == Verdict::Undecided);
        }
        if let Some(found) = inertia(&narrow) {
            prop_assert_eq!(Some(found), inertia(&a));
        }
    }
}
