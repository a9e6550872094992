//! Random reshuffling: every epoch uses each sample once, in a new uniform order.
//!
//! In each epoch the second moment is mapped by `T_RR(X) = E_π[P_π X P_πᵀ]`. When `B` divides `n`, each
//! order is as likely as its reverse, so `T_RR` is self-adjoint, and `E‖x_t‖²` stays bounded exactly
//! when `Id − T_RR ⪰ 0` on Sym(d). `T_RR` is a polynomial of degree `2n/B` in `η`, and the stable
//! learning rates need not form an interval. With a short last batch, only strict stability is decided.
//!
//! The cost is a chain of matrix products for each of the `n!/(B!)^K` orders.

use nalgebra::DMatrix;

use crate::matrix::algebra::mean_of;
use crate::matrix::range::{range_basis, restricted};
use crate::matrix::{positive_semidefinite, stein, symmetric};
use crate::model::{Quadratic, reshuffling};
use crate::number::{Exact, Field, Verdict};

/// The Gram matrix of `T_RR` on Sym(d) (m × m, m = d(d+1)/2).
///
/// # Panics
/// When `batch` is zero.
pub fn epoch_map<T: Field>(model: &Quadratic<T>, batch: usize, learning_rate: &T) -> DMatrix<T> {
    let epochs = reshuffling::epochs(model.samples(), batch);
    mean_of(&epochs, |epoch| {
        symmetric::sandwich(&reshuffling::factor(model, epoch, learning_rate))
    })
}

/// Does `E‖x_t‖²` stay bounded, `Id − T_RR ⪰ 0`? The edge counts as stable.
///
/// # Panics
/// When `batch` does not divide the number of samples: `T_RR` is then not self-adjoint.
pub fn verdict<T: Field>(model: &Quadratic<T>, batch: usize, learning_rate: &T) -> Verdict {
    let (n, d) = (model.samples(), model.dimension());
    assert!(
        batch > 0 && n.is_multiple_of(batch),
        "batches of {batch} do not divide {n} samples"
    );
    let identity = symmetric::sandwich(&DMatrix::<T>::identity(d, d));
    positive_semidefinite(&(identity - epoch_map(model, batch, learning_rate)))
}

/// Does `E‖x_t‖²` converge to zero on the range of `H`, for any batch size? Fails on the edge.
///
/// # Panics
/// When `batch` is zero.
pub fn converges(model: &Quadratic, batch: usize, learning_rate: &Exact) -> Verdict {
    let basis = range_basis(model.hessian());
    let epochs = reshuffling::epochs(model.samples(), batch);
    let factor = |epoch| restricted(&reshuffling::factor(model, epoch, learning_rate), &basis);
    stein::contracts(&epochs.iter().map(factor).collect::<Vec<_>>())
}

/// The criterion in LaTeX.
pub fn latex() -> String {
    let [last, first] = ["H_{b_K}", "H_{b_1}"].map(super::symbols::step);
    let product = format!(r"\left({last}\right) \cdots \left({first}\right)");
    let slack = r"X - \mathrm{E}_\pi\left[P_\pi\,X\,P_\pi^\top\right]";
    format!(r"X \mapsto {slack} \succeq 0, \quad P_\pi = {product}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;

    #[test]
    fn the_stiff_pair_is_stable_on_two_intervals() {
        let at = |eta: &str| verdict(&golden::stiff_pair(), 1, &eta.parse::<Exact>().unwrap());
        for (eta, stable) in [
            ("0.2298", true),
            ("0.2299", false),
            ("0.8701", false),
            ("0.8702", true),
            ("11/10", true),
            ("1.1001", false),
        ] {
            assert_eq!(at(eta), stable.into(), "{eta}");
        }
    }

    #[test]
    fn a_short_last_batch_is_decided_strictly() {
        let model = golden::three_inputs();
        assert!(converges(&model, 2, &Exact::from(1)).holds());
        assert!(converges(&model, 2, &Exact::from(3)).fails());
        assert!(converges(&model, 1, &Exact::fraction(5, 4)).holds());
    }
}
