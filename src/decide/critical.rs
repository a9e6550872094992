//! Critical learning rates: for each criterion the end of the interval on which it holds.

use std::collections::BTreeMap;

use nalgebra::DMatrix;
use num_traits::Zero;
use serde::{Deserialize, Serialize};

use super::exact_test::MeanSquareTest;
use crate::criterion::{gradient_descent, non_uniformity, one_dimension, one_step};
use crate::matrix::{Bracket, bracket, pencil, positive_semidefinite};
use crate::model::Quadratic;
use crate::number::Exact;

/// The relative width of a bracket when none is asked for: 1e-12.
pub fn default_width() -> Exact {
    Exact::from(10).pow(12).reciprocal()
}

/// The critical learning rate of each criterion as a certified bracket; `None` when the criterion
/// holds at every learning rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriticalRates {
    /// `2/λ_max(H)`.
    pub gradient_descent: Option<Bracket>,
    /// `1/(s√p)`.
    pub non_uniformity: Option<Bracket>,
    /// `η₁`, the end of the one-step criterion.
    pub one_step: Option<Bracket>,
    /// `η*`, the end of mean-square stability.
    pub mean_square: Option<Bracket>,
}

impl CriticalRates {
    /// All four, to this relative width.
    ///
    /// # Panics
    /// When the model is a saddle: there the criteria need not hold on an interval.
    pub fn of(model: &Quadratic, weight: &Exact, width: &Exact) -> Self {
        CriticalRates {
            gradient_descent: of_gradient_descent(model, width),
            non_uniformity: of_non_uniformity(model, weight, width),
            one_step: of_one_step(model, weight, width),
            mean_square: of_mean_square(model, weight, width),
        }
    }
}

/// Why a criterion has no finite critical learning rate, by its name.
pub(super) fn unbounded(model: &Quadratic, weight: &Exact) -> BTreeMap<String, String> {
    let flat = model
        .is_flat()
        .then_some("every H_i is zero: SGD stands still");
    let quiet = match (weight.is_zero(), is_uniform(model)) {
        (true, _) => Some("p = 0: the full batch has no sample noise"),
        (_, true) => Some("Σ = 0: all samples have the same curvature"),
        _ => None,
    };
    [
        ("gradient_descent", flat),
        ("non_uniformity", quiet),
        ("one_step", flat),
        ("mean_square", flat),
    ]
    .into_iter()
    .filter_map(|(name, reason)| Some((name.to_owned(), reason?.to_owned())))
    .collect()
}

fn is_uniform(model: &Quadratic) -> bool {
    model.hessians().iter().all(|h| h == model.hessian())
}

/// `2/λ_max(H)`; `None` when `H = 0`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_gradient_descent(model: &Quadratic, width: &Exact) -> Option<Bracket> {
    if let Some(known) = known_in_one_dimension(model, &Exact::zero()) {
        return known;
    }
    let curvature = model.curvature();
    let stable =
        |eta: &Exact| positive_semidefinite(&gradient_descent::slack(&curvature, eta)).holds();
    let proposed = pencil::largest_eigenvalue(&rounded(model.hessian())).map(|a| 2.0 / a);
    Some(bracket(stable, &usable(proposed, model), width))
}

/// `1/(s√p)`; `None` when `p = 0` or `Σ = 0`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_non_uniformity(model: &Quadratic, weight: &Exact, width: &Exact) -> Option<Bracket> {
    assert_minimum(model);
    if weight.is_zero() || is_uniform(model) {
        return None;
    }
    let curvature = model.curvature();
    let stable = |eta: &Exact| {
        positive_semidefinite(&non_uniformity::slack(&curvature, eta, weight)).holds()
    };
    let squared = pencil::largest_eigenvalue(&rounded(&curvature.variance));
    let proposed = squared.map(|s2| (s2 * weight.to_f64()).sqrt().recip());
    Some(bracket(stable, &usable(proposed, model), width))
}

/// `η₁`, the largest learning rate with `2H − η(H² + pΣ) ⪰ 0`; `None` when `H = 0`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_one_step(model: &Quadratic, weight: &Exact, width: &Exact) -> Option<Bracket> {
    if let Some(known) = known_in_one_dimension(model, weight) {
        return known;
    }
    let curvature = model.curvature();
    let stable =
        |eta: &Exact| positive_semidefinite(&one_step::slack(&curvature, eta, weight)).holds();
    let second_moment = rounded(&one_step::second_moment(&curvature, weight));
    let proposed = pencil::critical_factor(&(rounded(model.hessian()) * 2.0), &second_moment);
    Some(bracket(stable, &usable(proposed, model), width))
}

/// `η*`, the largest learning rate at which SGD is mean-square stable; `None` when `H = 0`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_mean_square(model: &Quadratic, weight: &Exact, width: &Exact) -> Option<Bracket> {
    if let Some(known) = known_in_one_dimension(model, weight) {
        return known;
    }
    let test = MeanSquareTest::of(model, weight);
    let maps = &test.maps;
    let proposed = pencil::critical_factor(&rounded(&maps.drift), &rounded(&maps.diffusion));
    let stable = |eta: &Exact| test.holds(eta);
    Some(bracket(stable, &usable(proposed, model), width))
}

/// What needs no search: nothing is critical when `H = 0`, and in one dimension `2a/(a² + ps²)`
/// is rational.
fn known_in_one_dimension(model: &Quadratic, weight: &Exact) -> Option<Option<Bracket>> {
    assert_minimum(model);
    if model.is_flat() {
        return Some(None);
    }
    let entry = |matrix: &DMatrix<Exact>| matrix[(0, 0)].clone();
    (model.dimension() == 1).then(|| {
        let (a, s2) = (entry(model.hessian()), entry(&model.variance()));
        Some(Bracket::point(one_dimension::critical(a, s2, weight)))
    })
}

/// At a saddle a search for the end of an interval could go on for ever.
fn assert_minimum(model: &Quadratic) {
    assert!(model.is_minimum(), "critical learning rates of a saddle");
}

fn rounded(matrix: &DMatrix<Exact>) -> DMatrix<f64> {
    matrix.map(|entry| entry.to_f64())
}

/// A proposal made exact; when there is none, `2/tr H`, which is at most `2/λ_max(H)` and at
/// least a d-th of it. (A loss that is not flat has `tr H > 0`.)
fn usable(proposed: Option<f64>, model: &Quadratic) -> Exact {
    let exact = proposed
        .and_then(Exact::from_f64)
        .filter(|eta| *eta > Exact::zero());
    exact.unwrap_or_else(|| Exact::from(2) / model.hessian().trace())
}
