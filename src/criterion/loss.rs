//! Criteria for the expected loss: does it fall in one step from every point? At a single point the
//! same conditions become bounds on measured sharpnesses.
//!
//! Let `L = ½xᵀHx`, `g = Hx`, `g_b = H_bx` and `S_b = E g_b g_bᵀ`.
//!
//! * `E L(x⁺) − L(x) = −η‖g‖² + (η²/2) tr(H S_b)` is never positive when
//!   `2H² − ηE[H_bHH_b] ⪰ 0`. At one point, this is the bound `tr(HS_b)/‖g‖² ≤ 2/η` on the gradient-noise interaction, or
//!   equivalently `tr(HS_b)/tr(S_b) ≤ (2/η)‖g‖²/tr(S_b)` on the interaction-aware sharpness (Lee and
//!   Jang 2023).
//! * `E L_b(x⁺) − E L_b(x) = −ηE‖g_b‖² + (η²/2) E g_bᵀH_bg_b`, for the loss on the batch itself, is
//!   never positive when `2E[H_b²] − ηE[H_b³] ⪰ 0`. At one point, this is the bound
//!   `E[g_bᵀH_bg_b]/E‖g_b‖² ≤ 2/η` on the batch sharpness. (Andreyev and Beneventano 2024 use the mean
//!   of the ratios, [`mean_of_batch_sharpness`]; the identity is for the ratio of the means.)
//! * For the distance, the condition `2H − ηE[H_b²] ⪰ 0` is [`super::one_step`].

use nalgebra::{DMatrix, DVector};

use super::symbols::eta;
use crate::matrix::algebra::mean_of;
use crate::matrix::{Algebra, positive_semidefinite};
use crate::model::{Quadratic, second_moment};
use crate::number::{Field, Symbol, Verdict};

/// The slack `2F − ηG`, where `F` is the first-order decrease and `G` the second-order increase.
pub fn slack<A: Algebra<T>, T: Field>(first: A, second: A, learning_rate: &T) -> A {
    first.scaled(&T::int(2)) - second.scaled(learning_rate)
}

/// The mean `E[H_b X H_b]` for batches of noise weight `p`.
fn diffusion<T: Field>(model: &Quadratic<T>, x: &DMatrix<T>, weight: &T) -> DMatrix<T> {
    let h = model.hessian();
    second_moment::diffusion(h * x * h, model.mean_sandwich(x), weight)
}

/// Does the expected loss never increase in one step, from any point: `2H² − ηE[H_bHH_b] ⪰ 0`?
pub fn non_expansion<T: Field>(model: &Quadratic<T>, learning_rate: &T, weight: &T) -> Verdict {
    let first = model.hessian().squared();
    let second = diffusion(model, model.hessian(), weight);
    positive_semidefinite(&slack(first, second, learning_rate))
}

/// Does the expected loss of the batch on itself never increase in one step, from any point:
/// `2E[H_b²] − ηE[H_b³] ⪰ 0`? All batches are enumerated.
///
/// # Panics
/// When there are no batches.
pub fn batch_non_expansion<T: Field>(
    model: &Quadratic<T>,
    batches: &[Vec<usize>],
    learning_rate: &T,
) -> Verdict {
    let hessians: Vec<_> = batches.iter().map(|b| model.batch_hessian(b)).collect();
    let second = mean_of(&hessians, Algebra::squared);
    let third = mean_of(&hessians, |h| h * h * h);
    positive_semidefinite(&slack(second, third, learning_rate))
}

/// The three numbers that determine how one step from a point changes the expected loss.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction<T> {
    /// The squared gradient norm `‖g‖²`.
    pub squared_gradient: T,
    /// The mean squared batch gradient norm, `tr S_b = E‖g_b‖²`.
    pub squared_batch_gradient: T,
    /// The mean curvature along the batch gradients, `tr(H S_b) = E g_bᵀHg_b`.
    pub curvature: T,
}

impl<T: Field> Interaction<T> {
    /// The numbers at displacement `x` (length d) from the minimum, for batches of noise weight `p`.
    pub fn at(model: &Quadratic<T>, x: &DVector<T>, weight: &T) -> Self {
        let gradient = model.hessian() * x;
        let noise = diffusion(model, &(x * x.transpose()), weight);
        Interaction {
            squared_gradient: gradient.dot(&gradient),
            squared_batch_gradient: trace(&noise),
            curvature: trace(&(model.hessian() * noise)),
        }
    }

    /// The slack `2‖g‖² − η tr(HS_b)`, which is `≥ 0` when the expected loss does not increase.
    pub fn slack(&self, learning_rate: &T) -> T {
        slack(
            self.squared_gradient.clone(),
            self.curvature.clone(),
            learning_rate,
        )
    }

    /// The gradient-noise interaction `tr(HS_b)/‖g‖²`, at most `2/η` when the expected loss does not
    /// increase.
    ///
    /// # Panics
    /// Over ℚ, when the gradient is zero.
    pub fn gradient_noise_interaction(&self) -> T {
        &self.curvature / &self.squared_gradient
    }

    /// The interaction-aware sharpness `tr(HS_b)/tr(S_b)`.
    ///
    /// # Panics
    /// Over ℚ, when every batch gradient is zero.
    pub fn interaction_aware_sharpness(&self) -> T {
        &self.curvature / &self.squared_batch_gradient
    }
}

/// The numerator `E[g_bᵀH_bg_b]` and the denominator `E‖g_b‖²` of batch sharpness as a ratio of means,
/// by enumerating all batches. The quotient is at most `2/η` exactly when the expected batch loss does
/// not increase.
///
/// # Panics
/// When there are no batches.
pub fn batch_sharpness<T: Field>(
    model: &Quadratic<T>,
    batches: &[Vec<usize>],
    x: &DVector<T>,
) -> (T, T) {
    let terms = batch_terms(model, batches, x);
    let count = T::int(terms.len() as i64);
    let zero = (T::zero(), T::zero());
    let sum = terms
        .iter()
        .fold(zero, |(top, low), (t, l)| (top + t, low + l));
    (sum.0 / &count, sum.1 / count)
}

/// Batch sharpness as the mean of the ratios `g_bᵀH_bg_b/‖g_b‖²` over the batches whose gradient is not
/// zero; `None` when there are none. It is an empirical measure, not a criterion.
///
/// # Panics
/// When there are no batches.
pub fn mean_of_batch_sharpness<T: Field>(
    model: &Quadratic<T>,
    batches: &[Vec<usize>],
    x: &DVector<T>,
) -> Option<T> {
    let terms = batch_terms(model, batches, x);
    let ratios: Vec<T> = terms
        .iter()
        .filter(|(_, low)| !low.is_zero())
        .map(|(top, low)| top / low)
        .collect();
    let sum = ratios.iter().cloned().reduce(|sum, ratio| sum + ratio)?;
    Some(sum / T::int(ratios.len() as i64))
}

/// `g_bᵀH_bg_b` and `‖g_b‖²` for every batch.
fn batch_terms<T: Field>(
    model: &Quadratic<T>,
    batches: &[Vec<usize>],
    x: &DVector<T>,
) -> Vec<(T, T)> {
    let term = |b: &Vec<usize>| {
        let hessian = model.batch_hessian(b);
        let gradient = &hessian * x;
        (
            gradient.dot(&(hessian * &gradient)),
            gradient.dot(&gradient),
        )
    };
    batches.iter().map(term).collect()
}

fn trace<T: Field>(matrix: &DMatrix<T>) -> T {
    (0..matrix.nrows()).fold(T::zero(), |sum, i| sum + &matrix[(i, i)])
}

/// The slack of the loss in LaTeX.
pub fn latex() -> String {
    let h = Symbol::named("H").square();
    let noise = Symbol::named(r"\mathrm{E}[H_b H H_b]");
    slack::<Symbol, Symbol>(h, noise, &eta()).to_string()
}

/// The slack of the batch loss in LaTeX.
pub fn latex_of_batch() -> String {
    let [second, third] = [r"\mathrm{E}[H_b^2]", r"\mathrm{E}[H_b^3]"].map(Symbol::named);
    slack::<Symbol, Symbol>(second, third, &eta()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn one_dimension_is_decided_by_hand() {
        // Curvatures 0 and 2: H = 1, E[H_bHH_b] = 2, E[H_b²] = 2, E[H_b³] = 4. Every bound ends at
        // η = 1.
        let (model, one) = (golden::one_flat_sample(), Exact::from(1));
        let single = [vec![0], vec![1]];
        let beyond = "1.001".parse().unwrap();
        assert!(non_expansion(&model, &one, &one).holds());
        assert!(non_expansion(&model, &beyond, &one).fails());
        assert!(batch_non_expansion(&model, &single, &one).holds());
        assert!(batch_non_expansion(&model, &single, &beyond).fails());
        let x = DVector::from_element(1, Exact::from(3));
        let found = Interaction::at(&model, &x, &one);
        assert_eq!(found.gradient_noise_interaction(), Exact::from(2));
        assert_eq!(found.interaction_aware_sharpness(), Exact::from(1));
        assert_eq!(
            batch_sharpness(&model, &single, &x),
            (Exact::from(36), Exact::from(18))
        );
        assert_eq!(
            mean_of_batch_sharpness(&model, &single, &x),
            Some(Exact::from(2))
        );
        // With rank-one samples, a batch of one has the ratio ‖x_i‖²: here 1, 1 and 2.
        let x = DVector::from_row_slice(&[1, -2].map(Exact::from));
        assert_eq!(
            mean_of_batch_sharpness(&golden::three_inputs(), &[vec![0], vec![1], vec![2]], &x),
            Some(Exact::fraction(4, 3))
        );
        let still = DVector::from_element(1, Exact::from(0));
        assert_eq!(mean_of_batch_sharpness(&model, &single, &still), None);
        assert_eq!(latex(), r"2\,H^2 - \eta\,\mathrm{E}[H_b H H_b]");
    }
}
