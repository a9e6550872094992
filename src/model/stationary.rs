//! Minima that do not interpolate: the second moment at which SGD becomes stationary.
//!
//! When the sample gradients at the minimum do not vanish, their covariance `Σ_g` enters every step:
//! `X⁺ = T(X) + η²pΣ_g`, provided that the gradients are independent of the Hessians or the cross terms
//! vanish. A fixed point solves `(C − ηD)(X) = ηpΣ_g`, a linear system on Sym(d) (Mulayoff and Michaeli
//! 2024, Theorem 5).

use nalgebra::{DMatrix, DVector};

use super::Quadratic;
use super::second_moment::{self, Maps};
use crate::matrix::solve::{Solution, solve};
use crate::matrix::{Algebra, symmetric};
use crate::number::{Field, Symbol};

/// The outcome of solving for the fixed point.
#[derive(Clone, Debug, PartialEq)]
pub enum Covariance<T> {
    /// The unique solution, d × d; it is a second moment only when it is semi-definite.
    Unique(DMatrix<T>),
    /// `C − ηD` is singular: flat directions, or the edge of stability.
    Singular,
    /// The scalar cannot tell which.
    Unknown,
}

/// The solution of `(C − ηD)(X) = ηpΣ_g` for batches of noise weight `p` and a gradient covariance
/// `Σ_g` (d × d, per sample, population form).
///
/// # Panics
/// When `Σ_g` does not have the model's dimension.
pub fn covariance<T: Field>(
    model: &Quadratic<T>,
    weight: &T,
    learning_rate: &T,
    gradient_covariance: &DMatrix<T>,
) -> Covariance<T> {
    let (d, shape) = (model.dimension(), gradient_covariance.shape());
    assert_eq!(
        shape,
        (d, d),
        "a gradient covariance {shape:?} in dimension {d}"
    );
    let maps = Maps::of(model, weight);
    let slack = second_moment::slack(maps.drift, maps.diffusion, learning_rate);
    let noise = noise(gradient_covariance.clone(), weight, learning_rate);
    let basis = symmetric::pairs(d);
    let entries = basis.iter().map(|&(i, j)| noise[(i, j)].clone());
    let gram = symmetric::sandwich(&DMatrix::<T>::identity(d, d));
    let right = gram * DVector::from_iterator(basis.len(), entries);
    match solve(&slack, &right) {
        Solution::Unique(x) => Covariance::Unique(symmetric::assemble(d, x.as_slice())),
        Solution::Singular => Covariance::Singular,
        Solution::Unknown => Covariance::Unknown,
    }
}

/// The right-hand side `ηpΣ_g`.
fn noise<A: Algebra<T>, T: Field>(gradient_covariance: A, weight: &T, learning_rate: &T) -> A {
    gradient_covariance.scaled(&(learning_rate * weight))
}

/// The equation of the fixed point in LaTeX.
pub fn latex() -> String {
    let [drift, diffusion, eta] = ["C(X)", "D(X)", r"\eta"].map(Symbol::named);
    let slack = second_moment::slack(drift, diffusion, &eta);
    format!(
        "{slack} = {}",
        noise(Symbol::named(r"\Sigma_g"), &Symbol::named("p"), &eta)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Exact;

    #[test]
    fn one_dimension_is_solved_by_hand() {
        // C = 2a = 2, D = 1 at p = 0.5 for curvature 1: (2 − η) x = η p Σ_g.
        let model = Quadratic::one_dimensional(&[Exact::from(1)]).unwrap();
        let noise = DMatrix::from_element(1, 1, Exact::from(3));
        let half = Exact::fraction(1, 2);
        let at = |eta: i64| covariance(&model, &half, &Exact::from(eta), &noise);
        let expected = DMatrix::from_element(1, 1, Exact::fraction(3, 2));
        assert_eq!(at(1), Covariance::Unique(expected));
        assert_eq!(at(2), Covariance::Singular);
        assert_eq!(latex(), r"C(X) - \eta\,D(X) = \eta\,p\,\Sigma_g");
    }
}
