//! Decides whether a rational symmetric matrix is positive semi-definite. Rounded arithmetic of growing
//! precision is tried first; exact elimination over the integers decides the rest.

use std::cmp::Ordering;

use nalgebra::DMatrix;

use super::cholesky::{Proof, prove};
use super::fraction_free::{self, Sign};
use super::{Fractions, positive_semidefinite};
use crate::number::{Exact, Field, Interval, Precise, Verdict};

/// Up to this many rows, elimination over the integers is as quick as a rounded factorisation.
const SMALL: usize = 3;

/// The precision, in bits, of the first and by far the quickest factorisation.
const FIRST_RUNG: u32 = f64::MANTISSA_DIGITS;

/// The largest pivot, in bits, before an integer elimination is given up. A matrix of a hundred rows
/// with entries of 300 bits stays below it.
const LARGEST_PIVOT: u32 = 60_000;

/// The total length of all denominators, in bits, beyond which interval arithmetic is tried first.
const LONG_DENOMINATORS: u64 = 1 << 16;

/// Is the symmetric matrix positive semi-definite? Undecided only when it is within about `2^−1000`
/// of the edge, or on it, and too large for exact elimination.
///
/// # Panics
/// When the matrix is not square.
pub fn semidefinite(matrix: &Fractions) -> Verdict {
    semidefinite_within(matrix, 0)
}

/// [`semidefinite`] for a matrix that is known to lie within about `2^−bits` of the edge: precisions
/// that cannot decide it are skipped.
///
/// # Panics
/// When the matrix is not square.
pub fn semidefinite_within(matrix: &Fractions, bits: u32) -> Verdict {
    let n = matrix.shape().0;
    if let Some(sign) = sign_of_diagonal(matrix) {
        return sign.is_semidefinite().into();
    }
    let eliminate = || {
        let sign = fraction_free::sign(matrix, LARGEST_PIVOT);
        sign.map(Sign::is_semidefinite)
    };
    let quickly = if n > SMALL {
        by_rounded_arithmetic(matrix, |own| own > bits && own == FIRST_RUNG)
    } else {
        eliminate()
    };
    // More bits never prove a singular matrix definite, so a singular matrix goes straight to
    // elimination.
    let singular = || n > SMALL && fraction_free::independent_rows_modulo_prime(matrix).len() < n;
    let found = quickly
        .or_else(|| singular().then(eliminate).flatten())
        .or_else(|| by_rounded_arithmetic(matrix, |own| own > bits && own != FIRST_RUNG))
        .or_else(eliminate);
    found.map_or(Verdict::Undecided, Verdict::from)
}

/// Are the denominators so long that interval arithmetic is tried first?
fn has_long_denominators(matrix: &DMatrix<Exact>) -> bool {
    // An integer has the denominator 1, which has one bit.
    let bits = |entry: &Exact| u64::from(entry.denominator().bits() - 1);
    matrix.iter().map(bits).sum::<u64>() > LONG_DENOMINATORS
}

/// The sign of a diagonal matrix; `None` for any other.
fn sign_of_diagonal(matrix: &Fractions) -> Option<Sign> {
    let signs = || (0..matrix.shape().0).map(|i| matrix.numerator(i, i).sign());
    matrix.is_diagonal().then(|| match signs().min() {
        Some(Ordering::Less) => Sign::Negative,
        Some(Ordering::Equal) => Sign::Singular,
        Some(Ordering::Greater) | None => Sign::Definite,
    })
}

/// Does rounded arithmetic prove that the symmetric matrix is positive definite? `false` proves
/// nothing.
pub fn proved_definite(matrix: &Fractions) -> bool {
    by_rounded_arithmetic(matrix, |_| true) == Some(true)
}

/// `Some(true)`: definite; `Some(false)`: not semi-definite; `None`: singular or nearly so. Only
/// precisions that `takes` accepts are tried.
fn by_rounded_arithmetic(matrix: &Fractions, takes: impl Fn(u32) -> bool) -> Option<bool> {
    type Rung = (u32, fn(&Fractions) -> Proof);
    const LADDER: [Rung; 5] = [
        (FIRST_RUNG, prove::<f64>),
        (128, prove::<Precise<128>>),
        (256, prove::<Precise<256>>),
        (512, prove::<Precise<512>>),
        (1024, prove::<Precise<1024>>),
    ];
    LADDER
        .into_iter()
        .filter(|(own, _)| takes(*own))
        .find_map(|(_, prove)| match prove(matrix) {
            Proof::Definite => Some(true),
            Proof::Negative => Some(false),
            Proof::Nothing => None,
        })
}

/// Is the symmetric rational matrix positive semi-definite? Never undecided.
///
/// # Panics
/// When the matrix is not square.
pub fn exactly_semidefinite(matrix: &DMatrix<Exact>) -> bool {
    if has_long_denominators(matrix) {
        let enclosed = matrix.map(|entry| Interval::<512>::from_exact(&entry));
        match positive_semidefinite(&enclosed) {
            Verdict::Undecided => {}
            decided => return decided.holds(),
        }
    }
    exact_sign(matrix).is_semidefinite()
}

/// The sign of a symmetric rational matrix. Never undecided.
///
/// # Panics
/// When the matrix is not square.
pub fn exact_sign(matrix: &DMatrix<Exact>) -> Sign {
    let matrix = &Fractions::of(matrix);
    let n = matrix.shape().0;
    if let Some(sign) = sign_of_diagonal(matrix) {
        return sign;
    }
    let proved = |takes: fn(u32) -> bool| {
        if n > SMALL {
            by_rounded_arithmetic(matrix, takes)
        } else {
            None
        }
    };
    // As above: more bits hardly ever prove a matrix definite that is singular modulo a prime.
    let singular = || fraction_free::independent_rows_modulo_prime(matrix).len() < n;
    let found = proved(|own| own == FIRST_RUNG).or_else(|| {
        if n > SMALL && singular() {
            None
        } else {
            proved(|own| own != FIRST_RUNG)
        }
    });
    match found {
        Some(true) => Sign::Definite,
        Some(false) => Sign::Negative,
        None => fraction_free::sign(matrix, u32::MAX).expect("an elimination without a limit ends"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matrix::{inertia, positive_semidefinite};

    /// Products `BDBᵀ` with `B` d × r: often singular, of either sign.
    fn symmetric() -> impl Strategy<Value = DMatrix<Exact>> {
        (1usize..8, 1usize..8).prop_flat_map(|(d, r)| {
            let entries = proptest::collection::vec((-4i64..5, 1u64..5), d * r);
            let signs = proptest::collection::vec(-1i64..8, r);
            (entries, signs).prop_map(move |(entries, signs)| {
                let entries = entries.iter().map(|&(p, q)| Exact::fraction(p, q));
                let b = DMatrix::from_iterator(d, r, entries);
                let scaled = DMatrix::from_fn(d, r, |i, j| &b[(i, j)] * Exact::from(signs[j]));
                scaled * b.transpose()
            })
        })
    }

    proptest! {
        #[test]
        fn every_road_to_definiteness_agrees(a in symmetric()) {
            let expected = positive_semidefinite(&a);
            let fractions = Fractions::of(&a);
            prop_assert_eq!(semidefinite(&fractions), expected);
            let eliminated = fraction_free::sign(&fractions, u32::MAX).unwrap();
            prop_assert_eq!(Verdict::from(eliminated.is_semidefinite()), expected);
            prop_assert_eq!(exact_sign(&a), eliminated);
            for proof in [prove::<f64>(&fractions), prove::<Precise<128>>(&fractions)] {
                match proof {
                    Proof::Definite => {
                        let found = inertia(&a).expect("a rational matrix");
                        prop_assert_eq!(found.positive, a.nrows());
                    }
                    Proof::Negative => prop_assert_eq!(expected, Verdict::Fails),
                    Proof::Nothing => {}
                }
            }
            let rank = inertia(&a).expect("a rational matrix").rank();
            prop_assert_eq!(fraction_free::independent_rows(&fractions).len(), rank);
            let regular = rank == a.nrows();
            prop_assert!(!expected.holds() || regular == (eliminated == Sign::Definite));
        }
    }

    #[test]
    fn a_margin_below_every_double_is_decided() {
        // The eigenvalues of cI − 11ᵀ are c and c − d.
        let d = 12;
        for (offset, expected) in [
            ("1e-200", Verdict::Holds),
            ("-1e-200", Verdict::Fails),
            ("0", Verdict::Holds),
        ] {
            let c = Exact::from(d as i64) + offset.parse::<Exact>().unwrap();
            let matrix = DMatrix::from_fn(d, d, |i, j| {
                let on = if i == j { c.clone() } else { Exact::from(0) };
                on - Exact::from(1)
            });
            assert_eq!(semidefinite(&Fractions::of(&matrix)), expected, "{offset}");
        }
    }

    /// The entries are too long for elimination and the margin is below every `f64`: more bits decide.
    #[test]
    fn what_is_too_long_to_eliminate_is_decided_by_more_bits() {
        let d = 24;
        let tiny: Exact = "1e-1500".parse().unwrap();
        for (offset, expected) in [("1e-25", Verdict::Holds), ("-1e-25", Verdict::Fails)] {
            let c = Exact::from(d as i64) + offset.parse::<Exact>().unwrap();
            let entry = |i: usize, j: usize| {
                let on = if i == j { c.clone() } else { Exact::from(0) };
                on - Exact::from(1) + &tiny * Exact::from((i * j + i + j) as i64)
            };
            let matrix = Fractions::of(&DMatrix::from_fn(d, d, entry));
            assert_eq!(fraction_free::sign(&matrix, LARGEST_PIVOT), None);
            assert_eq!(semidefinite(&matrix), expected, "{offset}");
        }
    }

    #[test]
    fn a_span_is_told_from_what_lies_outside() {
        let rows = |entries: &[i64]| {
            Fractions::from_fn(entries.len() / 3, 3, |i, j| entries[3 * i + j].into())
        };
        let plane = rows(&[1, 2, 3, 0, 1, 1]);
        assert!(fraction_free::spans(&plane, &rows(&[2, 5, 7, 0, 0, 0])));
        assert!(!fraction_free::spans(&plane, &rows(&[2, 5, 7, 0, 0, 1])));
        assert_eq!(
            fraction_free::independent_rows(&rows(&[0, 0, 0, 1, 2, 3, 2, 4, 6, 0, 1, 0])),
            [1, 3]
        );
    }
}
