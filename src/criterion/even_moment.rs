//! Stability of higher moments (Ma and Ying 2021): is there a `C` with `E‖x_t‖^k ≤ C‖x_0‖^k` for all
//! `t`?
//!
//! For even `k`, the map `E[A_b^{⊗k}]` on the symmetric tensors is self-adjoint and keeps the cone of
//! the powers `x^{⊗k}`, so the moment is bounded exactly when `Id − E[A_b^{⊗k}] ⪰ 0`. This is decided
//! on a Gram matrix of `C(d + k − 1, k)` rows, by enumerating all batches. `k = 2` is
//! [`super::mean_square`].
//!
//! A necessary condition for every unit vector `v` ([`directional_slack`]) is
//! `(1/n) Σ (vᵀH_iv)^k ≤ 2^k B^{k−1}/η^k`. It follows from Minkowski's inequality
//! `‖ηh_b‖_k ≤ 1 + ‖1 − ηh_b‖_k ≤ 2` and `E h_b^k ≥ B^{1−k} (1/n) Σ h_i^k`.

use nalgebra::{DMatrix, DVector};

use super::symbols::{eta, step};
use crate::matrix::algebra::mean_of;
use crate::matrix::positive_semidefinite;
use crate::matrix::symmetric_power::symmetric_power;
use crate::model::Quadratic;
use crate::number::{Field, Symbol, Verdict};

/// The slack `Id − E[A_b^{⊗k}]` as a Gram matrix on the symmetric tensors of order `k`, for these
/// equally likely batches ([`Sampling::batches`](crate::model::Sampling::batches)).
///
/// # Panics
/// When the order is odd or there are no batches.
pub fn slack<T: Field>(
    model: &Quadratic<T>,
    batches: &[Vec<usize>],
    learning_rate: &T,
    order: usize,
) -> DMatrix<T> {
    assert!(
        order.is_multiple_of(2),
        "the exact test needs an even order, not {order}"
    );
    let d = model.dimension();
    let mean = mean_of(batches, |b| {
        symmetric_power(&model.step(b, learning_rate), order)
    });
    symmetric_power(&DMatrix::identity(d, d), order) - mean
}

/// Does `E‖x_t‖^k` stay bounded, for even `k`? The edge counts as stable.
///
/// # Panics
/// When the order is odd or there are no batches.
pub fn verdict<T: Field>(
    model: &Quadratic<T>,
    batches: &[Vec<usize>],
    learning_rate: &T,
    order: usize,
) -> Verdict {
    positive_semidefinite(&slack(model, batches, learning_rate, order))
}

/// The slack `1 − E|1 − ηa_b|^k` for the curvatures `a_b` of equally likely batches in one dimension,
/// where it gives an exact criterion for every order `k ≥ 1`; `None` when the scalar cannot tell a
/// sign.
///
/// # Panics
/// When there are no curvatures.
pub fn one_dimensional_slack<T: Field>(
    curvatures: &[T],
    learning_rate: &T,
    order: usize,
) -> Option<T> {
    assert!(
        !curvatures.is_empty(),
        "a mean is taken over at least one batch"
    );
    let mut sum = T::zero();
    for curvature in curvatures {
        let factor = T::one() - learning_rate * curvature;
        let size = match factor.sign()? {
            std::cmp::Ordering::Less => -factor,
            _ => factor,
        };
        sum += power(&size, order);
    }
    Some(T::one() - sum / T::int(curvatures.len() as i64))
}

/// The slack `2^k B^{k−1} − η^k m_k`, where `m_k` is the mean of `(vᵀH_iv)^k` over the samples.
pub fn bound_slack<T: Field>(moment: &T, batch: &T, learning_rate: &T, order: usize) -> T {
    let most = power(&T::int(2), order) * power(batch, order - 1);
    most - power(learning_rate, order) * moment
}

/// [`bound_slack`] along a direction of any length, scaled to unit length.
///
/// # Panics
/// When `direction` does not have the model's dimension; over ℚ, also when it is zero.
pub fn directional_slack<T: Field>(
    model: &Quadratic<T>,
    direction: &DVector<T>,
    batch: usize,
    learning_rate: &T,
    order: usize,
) -> T {
    let (d, length) = (model.dimension(), direction.len());
    assert_eq!(d, length, "a direction of length {length} in dimension {d}");
    let norm = direction.dot(direction);
    let along = |h: &DMatrix<T>| power(&(direction.dot(&(h * direction)) / &norm), order);
    let sum = model
        .hessians()
        .iter()
        .map(along)
        .fold(T::zero(), |sum, term| sum + term);
    let moment = sum / T::int(model.samples() as i64);
    bound_slack(&moment, &T::int(batch as i64), learning_rate, order)
}

/// The criterion in LaTeX.
pub fn latex() -> String {
    let step = step("H_b");
    format!(r"\mathrm{{Id}} - \mathrm{{E}}\left[\left({step}\right)^{{\otimes k}}\right]")
}

/// The bound along a direction for `k = 4` in LaTeX.
pub fn latex_of_bound() -> String {
    let [moment, batch] = [r"\mathrm{E}_i (v^\top H_i v)^4", "B"].map(Symbol::named);
    bound_slack(&moment, &batch, &eta(), 4).to_string()
}

/// `x^exponent` by repeated squaring, so that an even power of an interval is not negative.
fn power<T: Field>(x: &T, exponent: usize) -> T {
    match exponent {
        0 => T::one(),
        even if even.is_multiple_of(2) => power(x, even / 2).square(),
        odd => x * power(x, odd - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::criterion::mean_square;
    use crate::model::{Sampling, golden};
    use crate::number::Exact;

    fn single(model: &Quadratic) -> Vec<Vec<usize>> {
        Sampling::WithoutReplacement.batches(model.samples(), 1)
    }

    #[test]
    fn the_second_moment_is_the_mean_square() {
        for (_, model) in golden::all() {
            for eta in ["1/5", "5/9", "1", "5/4", "1.2679"] {
                let eta = eta.parse().unwrap();
                let general = verdict(&model, &single(&model), &eta, 2);
                assert_eq!(general, mean_square::verdict(&model, &eta, &Exact::from(1)));
            }
        }
    }

    /// The critical learning rates of the toy at x = 1: 0.550000 for L³, 0.547937 for L⁴, 0.542258 for
    /// L⁸, and 5/9 for L¹.
    #[test]
    fn the_moments_of_the_toy_end_at_their_known_places() {
        let model = golden::toy_edge();
        let curvatures = ["1/5", "19/5"].map(|text| text.parse::<Exact>().unwrap());
        for (order, below, above) in [
            (1, "5/9", "0.5556"),
            (3, "0.54999", "0.55001"),
            (4, "0.547936", "0.547938"),
            (8, "0.542257", "0.542259"),
        ] {
            for (eta, stable) in [(below, true), (above, false)] {
                let eta: Exact = eta.parse().unwrap();
                let slack = one_dimensional_slack(&curvatures, &eta, order).unwrap();
                assert_eq!(slack >= Exact::from(0), stable, "order {order} at {eta}");
                if order % 2 == 0 {
                    assert_eq!(verdict(&model, &single(&model), &eta, order), stable.into());
                }
            }
        }
    }

    #[test]
    fn the_bound_along_an_axis_is_known() {
        // vᵀH_iv = 1, 0, 1: m_4 = 2/3 ≤ 16B³/η⁴.
        let axis = DVector::from_row_slice(&[3, 0].map(Exact::from));
        let at = |eta: &str, batch| {
            let eta = eta.parse().unwrap();
            directional_slack(&golden::three_inputs(), &axis, batch, &eta, 4)
        };
        assert!(at("2.21", 1) > Exact::from(0) && at("2.22", 1) < Exact::from(0));
        assert!(at("5.04", 3) > Exact::from(0) && at("5.05", 3) < Exact::from(0));
    }
}
