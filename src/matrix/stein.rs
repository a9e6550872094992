//! Is the spectral radius of a positive map `T(X) = mean_w M_w X M_wᵀ` below 1?
//!
//! Such a map keeps the semi-definite cone, whether or not it is self-adjoint. `ρ(T) < 1` exactly when
//! `Z − T(Z) = I` has a unique solution and that solution is `≻ 0`: if `ρ(T) < 1`, then `Z = Σ Tᵏ(I)`;
//! conversely `Z ≻ 0` and `T(Z) = Z − I ≺ Z` bound the radius (Stein 1952 for one factor). No roots or
//! complex numbers are needed.

use nalgebra::{DMatrix, DVector};

use super::algebra::mean_of;
use super::solve::{Solution, solve};
use super::{positive_definite, symmetric};
use crate::number::{Field, Verdict};

/// Is `ρ(T) < 1` for the mean over these equally likely factors `M_w` (each d × d)? Holds for d = 0;
/// fails on the edge `ρ = 1`.
///
/// # Panics
/// When there are no factors, or they are not square matrices of one size.
pub fn contracts<T: Field>(factors: &[DMatrix<T>]) -> Verdict {
    let d = factors.first().expect("at least one factor").nrows();
    if d == 0 {
        return Verdict::Holds;
    }
    let identity = symmetric::sandwich(&DMatrix::<T>::identity(d, d));
    let system = &identity - mean_of(factors, symmetric::sandwich);
    let basis = symmetric::pairs(d);
    let unit = |&(i, j): &(usize, usize)| if i == j { T::one() } else { T::zero() };
    let right = DVector::from_iterator(basis.len(), basis.iter().map(unit));
    match solve(&system, &right) {
        Solution::Unique(solution) => {
            positive_definite(&symmetric::assemble(d, solution.as_slice()))
        }
        Solution::Singular => Verdict::Fails,
        Solution::Unknown => Verdict::Undecided,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matrix::polynomial::spectral_radius_below_one;
    use crate::number::Exact;

    fn square(entries: &[i64], denominator: u64) -> DMatrix<Exact> {
        let d = entries.len().isqrt();
        let entries = entries
            .iter()
            .map(|&entry| Exact::fraction(entry, denominator));
        DMatrix::from_iterator(d, d, entries)
    }

    #[test]
    fn one_dimension_is_the_mean_square() {
        let factors = |a: i64, b: i64| [square(&[a], 5), square(&[b], 5)];
        // (9 + 16)/25 is half of 2: the mean is 1/2; (1 + 49)/25 has the mean 1.
        assert_eq!(contracts(&factors(3, 4)), Verdict::Holds);
        assert_eq!(contracts(&factors(1, 7)), Verdict::Fails);
        assert_eq!(contracts(&factors(1, 8)), Verdict::Fails);
        assert_eq!(contracts(&[square(&[], 1)]), Verdict::Holds);
    }

    proptest! {
        #[test]
        fn one_factor_contracts_as_its_characteristic_polynomial_says(
            entries in proptest::collection::vec(-4i64..=4, 9),
            denominator in 1u64..=6,
        ) {
            let matrix = square(&entries, denominator);
            prop_assert_eq!(
                contracts(std::slice::from_ref(&matrix)),
                spectral_radius_below_one(&matrix)
            );
        }
    }
}
