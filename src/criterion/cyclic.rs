//! Cyclic SGD and shuffle-once: the same epoch is repeated, with the step matrix
//! `P = A_{b_K} ⋯ A_{b_1}`.
//!
//! Nothing is random, so SGD converges from every start exactly when `ρ(P) < 1` on the range of `H`.
//! This is decided from the characteristic polynomial by the recursion of Schur and Cohn. `P` is not
//! symmetric; at `ρ(P) = 1`, boundedness would also require semi-simple eigenvalues, which is not
//! tested.

use crate::matrix::polynomial::spectral_radius_below_one;
use crate::matrix::range::{range_basis, restricted};
use crate::model::Quadratic;
use crate::model::reshuffling::{Epoch, factor};
use crate::number::{Exact, Verdict};

/// Does the distance to the minimum converge to zero on the range of `H`? Fails on the edge.
pub fn converges(model: &Quadratic, epoch: &Epoch, learning_rate: &Exact) -> Verdict {
    let basis = range_basis(model.hessian());
    spectral_radius_below_one(&restricted(&factor(model, epoch, learning_rate), &basis))
}

/// The criterion in LaTeX.
pub fn latex() -> String {
    let [last, first] = ["H_{b_K}", "H_{b_1}"].map(super::symbols::step);
    format!(r"\rho\left(\left({last}\right) \cdots \left({first}\right)\right) < 1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::stein;
    use crate::model::{golden, reshuffling};

    #[test]
    fn polynomial_and_linear_system_agree_on_every_order() {
        for model in [golden::three_inputs(), golden::diagonal_mean()] {
            for epoch in reshuffling::epochs(3, 1) {
                for eta in ["1/2", "1", "3/2", "1.9", "2", "5/2"] {
                    let eta = eta.parse().unwrap();
                    let product = factor(&model, &epoch, &eta);
                    assert_eq!(
                        converges(&model, &epoch, &eta),
                        stein::contracts(&[product])
                    );
                }
            }
        }
    }

    #[test]
    fn flat_directions_are_left_out() {
        let flat = golden::three_inputs().hessians()[..1].to_vec();
        let model = Quadratic::new(flat).unwrap();
        let epoch = reshuffling::in_order(1, 1);
        assert!(converges(&model, &epoch, &Exact::from(1)).holds());
        assert!(converges(&model, &epoch, &Exact::from(2)).fails());
    }
}
