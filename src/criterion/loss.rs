//! Does the expected loss fall in one step, from every point? And measured at one point: the
//! sharpness that the noise sees.
//!
//! With `L = ½xᵀHx`, `g = Hx`, `g_b = H_bx`, `S_b = E g_b g_bᵀ`:
//!
//! * `E L(x⁺) − L(x) = −η‖g‖² + (η²/2) tr(H S_b)`: never positive when `2H² − ηE[H_bHH_b] ⪰ 0`. At one
//!   point: the gradient-noise interaction `tr(HS_b)/‖g‖² ≤ 2/η`, or the interaction-aware sharpness
//!   `tr(HS_b)/tr(S_b) ≤ (2/η)‖g‖²/tr(S_b)` (Lee and Jang 2023): the same statement.
//! * `E L_b(x⁺) − E L_b(x) = −ηE‖g_b‖² + (η²/2) E g_bᵀH_bg_b`, the loss on the batch itself: never
//!   positive when `2E[H_b²] − ηE[H_b³] ⪰ 0`. At one point: batch sharpness
//!   `E[g_bᵀH_bg_b]/E‖g_b‖² ≤ 2/η` (Andreyev and Beneventano 2024, who take the mean of the ratios:
//!   [`mean_of_batch_sharpness`]; the identity is for the ratio of the means).
//! * `2H − ηE[H_b²] ⪰ 0` for the distance is [`super::one_step`].

use nalgebra::{DMatrix, DVector};

use super::symbols::eta;
use crate::matrix::algebra::mean_of;
use crate::matrix::{Algebra, positive_semidefinite};
use crate::model::{Quadratic, second_moment};
use crate::number::{Field, Symbol, Verdict};

/// `2F − ηG`: what falls to first order against what the step adds to second order.
pub fn slack<A: Algebra<T>, T: Field>(first: A, second: A, learning_rate: &T) -> A {
    first.scaled(&T::int(2)) - second.scaled(learning_rate)
}

/// `E[H_b X H_b]` for batches of noise weight `p`.
fn diffusion<T: Field>(model: &Quadratic<T>, x: &DMatrix<T>, weight: &T) -> DMatrix<T> {
    let h = model.hessian();
    second_moment::diffusion(h * x * h, model.mean_sandwich(x), weight)
}

/// Does the expected loss not rise in one step from any point, `2H² − ηE[H_bHH_b] ⪰ 0`?
pub fn non_expansion<T: Field>(model: &Quadratic<T>, learning_rate: &T, weight: &T) -> Verdict {
    let first = model.hessian().squared();
    let second = diffusion(model, model.hessian(), weight);
    positive_semidefinite(&slack(first, second, learning_rate))
}

/// Does the expected loss of the batch on itself not rise in one step from any point,
/// `2E[H_b²] − ηE[H_b³] ⪰ 0`? By enumeration of all batches.
///
/// # Panics
/// When there is no batch.
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

/// The three numbers of one step from a point, by the noise weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction<T> {
    /// `‖g‖²`.
    pub squared_gradient: T,
    /// `tr S_b = E‖g_b‖²`.
    pub squared_batch_gradient: T,
    /// `tr(H S_b) = E g_bᵀHg_b`.
    pub curvature: T,
}

impl<T: Field> Interaction<T> {
    /// At the distance `x` from the minimum (length d).
    pub fn at(model: &Quadratic<T>, x: &DVector<T>, weight: &T) -> Self {
        let gradient = model.hessian() * x;
        let noise = diffusion(model, &(x * x.transpose()), weight);
        Interaction {
            squared_gradient: gradient.dot(&gradient),
            squared_batch_gradient: trace(&noise),
            curvature: trace(&(model.hessian() * noise)),
        }
    }

    /// `2‖g‖² − η tr(HS_b)`: not negative when the expected loss does not rise.
    pub fn slack(&self, learning_rate: &T) -> T {
        slack(
            self.squared_gradient.clone(),
            self.curvature.clone(),
            learning_rate,
        )
    }

    /// The gradient-noise interaction `tr(HS_b)/‖g‖²`, at most `2/η` when the loss does not rise.
    ///
    /// # Panics
    /// Over ℚ when the gradient is zero.
    pub fn gradient_noise_interaction(&self) -> T {
        &self.curvature / &self.squared_gradient
    }

    /// The interaction-aware sharpness `tr(HS_b)/tr(S_b)`.
    ///
    /// # Panics
    /// Over ℚ when every batch gradient is zero.
    pub fn interaction_aware_sharpness(&self) -> T {
        &self.curvature / &self.squared_batch_gradient
    }
}

/// Batch sharpness as the ratio of the means: `E[g_bᵀH_bg_b]` and `E‖g_b‖²`, by enumeration; their
/// quotient is at most `2/η` exactly when the expected batch loss does not rise.
///
/// # Panics
/// When there is no batch.
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

/// Batch sharpness as the mean of the ratios `g_bᵀH_bg_b/‖g_b‖²`, over the batches whose gradient is not
/// zero; `None` when there is none. An empirical measure and no criterion.
///
/// # Panics
/// When there is no batch.
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

/// `g_bᵀH_bg_b` and `‖g_b‖²` of every batch.
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
        // Curvatures 0 and 2: H = 1, E[H_bHH_b] = 2, E[H_b²] = 2, E[H_b³] = 4; all end at η = 1.
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
        // Of rank-one samples a batch of one has the ratio ‖x_i‖²: here 1, 1 and 2.
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
