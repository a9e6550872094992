//! The smallest quotient `xᵀAx / xᵀBx` of two rational matrices, refined to any number of digits.
//!
//! It is the largest `η` with `A − ηB ⪰ 0`. Floating point gives the first vector and a corrector (all
//! eigenpairs of the pencil); residuals are computed over ℚ, so every correction gains about as many
//! digits as floating point has. The quotient of any vector is an *upper* bound of the smallest one,
//! and its error is the square of the vector's error.

use nalgebra::{DMatrix, DVector};
use num_traits::Zero;

use super::{Algebra, Fractions, pencil};
use crate::number::Exact;

/// The number of significant bits kept of a correction.
const CORRECTION_BITS: i32 = 60;
/// Eigenvalues within this relative distance of the smallest quotient form its cluster. Corrections
/// along them are left out, because their digits would be noise.
const CLUSTER: f64 = 1e-9;
/// The smallest gain of a correction, in bits, that justifies another one.
const LEAST_GAIN: i32 = 4;

/// `xᵀAx / xᵀBx` for a vector close to the minimiser, to `bits` bits or to as many as can be reached;
/// `None` when floating point cannot represent the pencil. `A` is definite, `B` semi-definite and not
/// zero; both are symmetric, r × r.
pub fn least_quotient(a: &Fractions, b: &Fractions, bits: i32) -> Option<Exact> {
    let corrector = Corrector::of(a, b)?;
    let column = DMatrix::from_column_slice(a.shape().0, 1, corrector.vectors.column(0).as_slice());
    let mut vector = rounded(&column, CORRECTION_BITS)?;
    let mut known = 0;
    loop {
        let quotient = quotient(a, b, &vector, 2 * known + 4 * CORRECTION_BITS)?;
        // The error of the quotient is the square of the vector's error.
        if 2 * known >= bits {
            return Some(quotient);
        }
        let images = (a.clone() * vector.clone(), b.clone() * vector.clone());
        let residual = images.0 - images.1.scaled(&quotient);
        let Some(correction) = corrector.correct(&residual, &quotient) else {
            return Some(quotient);
        };
        let (length, own) = (vector.exponent()?, correction.exponent()?);
        if length - own < known + LEAST_GAIN {
            return Some(quotient);
        }
        known = length - own;
        vector = (vector - correction).in_units_of(known + CORRECTION_BITS - length);
    }
}

fn quotient(a: &Fractions, b: &Fractions, x: &Fractions, bits: i32) -> Option<Exact> {
    let below = x.dot(&(b.clone() * x.clone()));
    let above = x.dot(&(a.clone() * x.clone()));
    (below > Exact::zero()).then(|| (above / below).rounded_to(bits as u32))
}

/// The eigenpairs of the pencil in floating point, for `A·2^−scale_a` and `B·2^−scale_b`.
struct Corrector {
    scales: (i32, i32),
    /// `1/η_j`, in descending order.
    inverses: Vec<f64>,
    /// The vectors `x_j` with `x_jᵀAx_k = δ_jk`, as columns.
    vectors: DMatrix<f64>,
}

impl Corrector {
    fn of(a: &Fractions, b: &Fractions) -> Option<Self> {
        let scales = (a.exponent()?, b.exponent()?);
        let factor = a.scaled_to_f64(-scales.0).cholesky()?.l();
        let inner = factor.solve_lower_triangular(&b.scaled_to_f64(-scales.1))?;
        let inner = factor.solve_lower_triangular(&inner.transpose())?;
        let symmetric = (&inner + inner.transpose()) * 0.5;
        let (inverses, vectors) = pencil::leading_eigenpairs(&symmetric, a.shape().0)?;
        let vectors = factor.transpose().solve_upper_triangular(&vectors)?;
        (inverses.first()? > &0.0).then_some(Corrector {
            scales,
            inverses,
            vectors,
        })
    }

    /// The solution `Δ` of `(A − θB)Δ = residual`, without components in the cluster of the smallest
    /// quotient.
    fn correct(&self, residual: &Fractions, quotient: &Exact) -> Option<Fractions> {
        let size = residual.exponent()?;
        let theta = quotient * Exact::power_of_two(self.scales.1 - self.scales.0);
        let theta = theta.to_f64();
        let along = self.vectors.tr_mul(&residual.scaled_to_f64(-size));
        let parts = DVector::from_fn(along.nrows(), |j, _| match 1.0 - theta * self.inverses[j] {
            gap if gap > CLUSTER => along[(j, 0)] / gap,
            _ => 0.0,
        });
        let found = &self.vectors * parts;
        let column = DMatrix::from_column_slice(found.len(), 1, found.as_slice());
        let found = rounded(&column, CORRECTION_BITS)?;
        let found = found.scaled(&Exact::power_of_two(size - self.scales.0));
        (!found.is_zero()).then_some(found)
    }
}

/// The matrix rounded to this many bits of its largest entry; `None` when that is not finite.
pub fn rounded(matrix: &DMatrix<f64>, bits: i32) -> Option<Fractions> {
    let size = matrix.amax();
    if size > 0.0 && size.is_finite() {
        Fractions::rounded(matrix, bits - size.log2().ceil() as i32)
    } else {
        (size == 0.0).then(|| Fractions::zeros(matrix.nrows(), matrix.ncols()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Field;

    #[test]
    fn the_golden_ratio_is_refined_to_two_hundred_digits() {
        // λ_max [[1, 1], [1, 0]] = φ, so the smallest quotient of (I, ·) is 1/φ = φ − 1, a root of x² +
        // x = 1.
        let fibonacci = Fractions::from_fn(2, 2, |i, j| i64::from(i + j < 2).into());
        let found = least_quotient(&Fractions::identity(2), &fibonacci, 700).unwrap();
        let excess = found.square() + &found - Exact::from(1);
        assert!(excess.abs() <= Exact::power_of_two(-690));
    }

    #[test]
    fn a_cluster_stops_the_refinement_and_not_the_program() {
        let identity = Fractions::identity(3);
        assert_eq!(
            least_quotient(&identity, &identity, 300),
            Some(Exact::from(1))
        );
        assert_eq!(least_quotient(&identity, &Fractions::zeros(3, 3), 60), None);
    }
}
