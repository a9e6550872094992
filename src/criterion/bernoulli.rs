//! Mean-square stability with Bernoulli batches (Dexter et al. 2024): every sample independently joins
//! the batch with probability `B/n`, and the sum over the batch is divided by `B`.
//!
//! As in [`super::mean_square`], the criterion is `C − ηD ⪰ 0`, here with `D(X) = HXH + qV(X)` and
//! `q = (n − B)/(nB)`. This `D` exceeds that of the other schemes by `(q − p)V + pHXH`, in the order of
//! the cone.

use nalgebra::DMatrix;

use super::symbols::eta;
use crate::matrix::{Algebra, positive_semidefinite, symmetric};
use crate::model::Quadratic;
use crate::model::second_moment::{self, Maps};
use crate::number::{Field, Symbol, Verdict};

/// Is SGD with Bernoulli batches of weight `q`
/// ([`crate::model::sampling::bernoulli_weight`]) mean-square stable?
pub fn verdict<T: Field>(model: &Quadratic<T>, learning_rate: &T, weight: &T) -> Verdict {
    let maps = Maps::bernoulli(model, weight);
    positive_semidefinite(&super::mean_square::slack(&maps, learning_rate))
}

/// The incoherent part of the criterion, `Id − η²qV` on Sym(d), as a Gram matrix. `Id − η²qV ⪰ 0` is
/// necessary for stability, because the rest of the second-moment map is positive.
pub fn incoherent_slack<T: Field>(
    model: &Quadratic<T>,
    learning_rate: &T,
    weight: &T,
) -> DMatrix<T> {
    let d = model.dimension();
    let factor = learning_rate.square() * weight;
    let incoherent = crate::matrix::algebra::mean_of(model.hessians(), symmetric::sandwich);
    symmetric::sandwich(&DMatrix::identity(d, d)) - incoherent.scaled(&factor)
}

/// Does the necessary condition `Id − η²qV ⪰ 0` hold?
pub fn incoherent_verdict<T: Field>(
    model: &Quadratic<T>,
    learning_rate: &T,
    weight: &T,
) -> Verdict {
    positive_semidefinite(&incoherent_slack(model, learning_rate, weight))
}

/// `C(X) − ηD(X)` in LaTeX.
pub fn latex() -> String {
    let [h, x, v, q] = ["H", "X", "V(X)", "q"].map(Symbol::named);
    let diffusion = second_moment::bernoulli_diffusion(&h * &x * &h, v, &q);
    second_moment::slack(second_moment::drift(&h, &x), diffusion, &eta()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn one_dimension_is_decided_by_hand() {
        // Curvatures 0 and 2, B = 1: q = 1/2, D = 1 + 2q = 2, C = 2, so η* = 1.
        let (model, q) = (golden::one_flat_sample(), Exact::fraction(1, 2));
        assert!(verdict(&model, &Exact::from(1), &q).holds());
        assert!(verdict(&model, &"1.0001".parse().unwrap(), &q).fails());
        // V = 2: η² ≤ 1.
        assert!(incoherent_verdict(&model, &Exact::from(1), &q).holds());
        assert!(incoherent_verdict(&model, &"1.0001".parse().unwrap(), &q).fails());
        let expected = r"H\,X + X\,H - \eta\,\left(H\,X\,H + q\,V(X)\right)";
        assert_eq!(latex(), expected);
    }
}
