//! Almost sure stability: the sign of the Lyapunov exponent
//! `lim (1/t) log‖A_{b_t} ⋯ A_{b_1}‖` on the range of `H` (Ziyin et al. 2023; Chemnitz and Engel 2024).
//!
//! In one dimension the exponent is `E log|1 − ηa_b|`, whose sign is that of `Π_b (1 − ηa_b)² − 1` over
//! all equally likely batches. It is decided over ℚ without logarithms. The stable learning rates need
//! not form an interval. Mean-square stability is the stronger property.
//!
//! In several dimensions there are certificates from the words of `k` batches,
//! `P_w = A_{b_k} ⋯ A_{b_1}`: stable when `Π_w ‖P_w‖_F² < 1` (the exponent is at most
//! `(1/2k) E log‖P_w‖_F²`), unstable when `Π_b det(A_b)² > 1` (it is at least `(1/r) E log|det A_b|`).
//! If neither holds, the verdict is undecided.

use std::cmp::Ordering;

use nalgebra::DMatrix;
use num_traits::{One, Zero};

use super::alignment::squared_norm;
use super::symbols::{eta, step};
use crate::matrix::Algebra;
use crate::matrix::polynomial::determinant;
use crate::number::{Exact, Field, Symbol, Verdict};

/// The product `Π_b (1 − ηa_b)²` over the curvatures of all equally likely batches, in one dimension.
pub fn squared_product<T: Field>(curvatures: &[T], learning_rate: &T) -> T {
    let factor = |a: &T| (T::one() - learning_rate * a).square();
    curvatures
        .iter()
        .map(factor)
        .fold(T::one(), |product, factor| product * factor)
}

/// The sign of the Lyapunov exponent in one dimension: `Less` is stable, `Greater` unstable, `Equal`
/// the edge; `None` when the scalar cannot tell. With a zero factor the exponent is −∞, which is
/// stable.
pub fn exponent_sign<T: Field>(curvatures: &[T], learning_rate: &T) -> Option<Ordering> {
    squared_product(curvatures, learning_rate).compare(&T::one())
}

/// Is the Lyapunov exponent in one dimension `≤ 0`, that is `Π_b (1 − ηa_b)² ≤ 1`? Below the edge, runs
/// converge almost surely. On the edge they need not even stay bounded: with the factors 1/10 and 10,
/// `log|x|` is a simple random walk.
pub fn one_dimensional_verdict<T: Field>(curvatures: &[T], learning_rate: &T) -> Verdict {
    let order = exponent_sign(curvatures, learning_rate);
    Verdict::non_negative(order.map(Ordering::reverse))
}

/// Holds when words of up to `length` batches prove that the Lyapunov exponent is negative; fails when
/// they prove that it is positive. `batch_hessians` are the equally likely `H_b` on the range of `H`
/// ([`crate::model::Quadratic::batch_hessians_on_range`]), in any coordinates. There are `m^length` words of `m`
/// batches.
///
/// # Panics
/// When there are no batches.
pub fn verdict(batch_hessians: &[DMatrix<Exact>], learning_rate: &Exact, length: usize) -> Verdict {
    let first = batch_hessians.first().expect("at least one batch");
    let identity = DMatrix::identity(first.nrows(), first.nrows());
    let step = |h: &DMatrix<Exact>| &identity - h.clone().scaled(learning_rate);
    let steps: Vec<_> = batch_hessians.iter().map(step).collect();
    if volumes_grow(&steps) {
        return Verdict::Fails;
    }
    let mut words = vec![identity];
    for _ in 0..length {
        let longer = |word: &DMatrix<Exact>| steps.iter().map(|a| a * word).collect::<Vec<_>>();
        words = words.iter().flat_map(longer).collect();
        if norms_shrink(&words) {
            return Verdict::Holds;
        }
    }
    Verdict::Undecided
}

/// Is `Π_b det(A_b)² > 1`?
fn volumes_grow(steps: &[DMatrix<Exact>]) -> bool {
    let product = steps
        .iter()
        .map(determinant)
        .fold(Exact::one(), |p, d| p * d.square());
    product > Exact::one()
}

/// Is `Π_w ‖P_w‖_F² < 1`?
fn norms_shrink(words: &[DMatrix<Exact>]) -> bool {
    let norms = words.iter().map(squared_norm);
    let product = norms.fold(Exact::one(), |product, norm| {
        if product.is_zero() {
            return product;
        }
        product * norm
    });
    product < Exact::one()
}

/// The certificate of stability from words of `k` batches, in LaTeX.
pub fn latex_of_words() -> String {
    let [last, first] = ["H_{w_k}", "H_{w_1}"].map(step);
    format!(r"\prod_w \|\left({last}\right) \cdots \left({first}\right)\|_F^2 < 1")
}

/// The criterion in one dimension for two batches, in LaTeX.
pub fn latex() -> String {
    let curvatures = ["a_1", "a_2"].map(Symbol::named);
    let product = squared_product(&curvatures, &eta());
    (Symbol::one() - product).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Quadratic, Sampling, golden};

    fn on_range(model: &Quadratic) -> Vec<DMatrix<Exact>> {
        model.batch_hessians_on_range(Sampling::WithReplacement, 1)
    }

    #[test]
    fn the_toy_is_stable_on_two_intervals() {
        let curvatures = ["1/5", "19/5"].map(|text| text.parse::<Exact>().unwrap());
        for (eta, sign) in [
            ("0.559471", Ordering::Less),
            ("0.559472", Ordering::Greater),
            ("7/10", Ordering::Greater),
            ("4.7036", Ordering::Greater),
            ("4.7037", Ordering::Less),
            ("100/19", Ordering::Equal),
            ("5", Ordering::Less),
        ] {
            let found = exponent_sign(&curvatures, &eta.parse().unwrap());
            assert_eq!(found, Some(sign), "{eta}");
        }
    }

    #[test]
    fn certificates_are_on_the_right_side_and_leave_a_gap() {
        let inputs = on_range(&golden::three_inputs());
        let at = |eta: &str| verdict(&inputs, &eta.parse().unwrap(), 4);
        assert_eq!(at("1"), Verdict::Holds);
        assert_eq!(at("4"), Verdict::Fails);
        assert_eq!(at("1.6"), Verdict::Undecided);
        let toy = on_range(&golden::toy_edge());
        assert_eq!(verdict(&toy, &"5/9".parse().unwrap(), 1), Verdict::Holds);
        assert_eq!(verdict(&toy, &"7/10".parse().unwrap(), 1), Verdict::Fails);
    }
}
