//! Critical learning rates: for each criterion the end of the interval on which it holds.
//!
//! Machine numbers, refined over ℚ to the digits asked for, say where the end is; the two ends of
//! the bracket are then decided exactly. Between them stands the chain
//! `2/max_i λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use num_traits::{One, Zero};
use serde::{Deserialize, Serialize};

use super::mean_square::MeanSquare;
use super::subject::Subject;
use crate::criterion::{one_dimension, one_step};
use crate::matrix::least_quotient::least_quotient;
use crate::matrix::{Algebra, Bracket, Fractions, bracket};
use crate::model::{Model, Quadratic};
use crate::number::{Exact, Verdict};

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
        let model = minimum(model);
        let subject = Subject::of(&model, weight);
        Self::of_subject(&subject, &mut MeanSquare::of(&subject), width)
    }

    /// All four, with a mean-square question that is ready.
    ///
    /// # Panics
    /// When the chain `η₁ ≤ η* ≤ 2/λ_max(H)` is broken, which would be a fault of this program.
    pub(super) fn of_subject(
        subject: &Subject,
        mean_square: &mut MeanSquare,
        width: &Exact,
    ) -> Self {
        let rates = CriticalRates {
            gradient_descent: gradient_descent(subject, width),
            non_uniformity: non_uniformity(subject, width),
            one_step: self::one_step(subject, width),
            mean_square: self::mean_square(subject, mean_square, width),
        };
        rates.assert_chain();
        rates
    }

    /// What is certified must be in order: a stable end is never above an unstable end of a later
    /// member of the chain.
    fn assert_chain(&self) {
        let chain = [&self.one_step, &self.mean_square, &self.gradient_descent];
        let known: Vec<&Bracket> = chain.into_iter().flatten().collect();
        for pair in known.windows(2) {
            let (first, second) = (&pair[0].lower, &pair[1].upper);
            assert!(first <= second, "the chain is broken: {first} > {second}");
        }
    }
}

/// Why a criterion has no finite critical learning rate, by its name.
pub(super) fn unbounded(subject: &Subject) -> BTreeMap<String, String> {
    let flat = subject
        .is_flat()
        .then_some("every H_i is zero: SGD stands still");
    let quiet = match (
        subject.weight.is_zero(),
        subject.curvature.variance.is_zero(),
    ) {
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

/// `2/λ_max(H)`; `None` when `H = 0`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_gradient_descent(model: &Quadratic, width: &Exact) -> Option<Bracket> {
    gradient_descent(&Subject::of(&minimum(model), &Exact::zero()), width)
}

/// `1/(s√p)`; `None` when `p = 0` or `Σ = 0`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_non_uniformity(model: &Quadratic, weight: &Exact, width: &Exact) -> Option<Bracket> {
    non_uniformity(&Subject::of(&minimum(model), weight), width)
}

/// `η₁`, the largest learning rate with `2H − η(H² + pΣ) ⪰ 0`; `None` when `H = 0`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_one_step(model: &Quadratic, weight: &Exact, width: &Exact) -> Option<Bracket> {
    self::one_step(&Subject::of(&minimum(model), weight), width)
}

/// `η*`, the largest learning rate at which SGD is mean-square stable; `None` when `H = 0`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_mean_square(model: &Quadratic, weight: &Exact, width: &Exact) -> Option<Bracket> {
    let model = minimum(model);
    let subject = Subject::of(&model, weight);
    self::mean_square(&subject, &mut MeanSquare::of(&subject), width)
}

/// At a saddle a search for the end of an interval could go on for ever.
fn minimum(model: &Quadratic) -> Model {
    assert!(model.is_minimum(), "critical learning rates of a saddle");
    Model::Quadratic(model.clone())
}

fn gradient_descent(subject: &Subject, width: &Exact) -> Option<Bracket> {
    if let Some(known) = known_in_one_dimension(subject, &Exact::zero()) {
        return known;
    }
    let twice = subject.curvature.identity.clone().scaled(&Exact::from(2));
    let proposed = least_quotient(&twice, &subject.curvature.hessian, digits(width));
    let ask = |eta: &Exact| subject.gradient_descent(eta);
    certified(ask, &usable(proposed, subject), width)
}

fn non_uniformity(subject: &Subject, width: &Exact) -> Option<Bracket> {
    let variance = subject.curvature.variance.clone().scaled(&subject.weight);
    if variance.is_zero() {
        return None;
    }
    let squared = least_quotient(&subject.curvature.identity, &variance, digits(width));
    let proposed = squared.map(|square| square.root(digits(width).unsigned_abs()));
    let ask = |eta: &Exact| subject.non_uniformity(eta);
    certified(ask, &usable(proposed, subject), width)
}

fn one_step(subject: &Subject, width: &Exact) -> Option<Bracket> {
    if let Some(known) = known_in_one_dimension(subject, &subject.weight) {
        return known;
    }
    let drift = subject.curvature.hessian.clone().scaled(&Exact::from(2));
    let second_moment = one_step::second_moment(&subject.curvature, &subject.weight);
    let [drift, second_moment] = [drift, second_moment].map(|m| subject.range.compressed(&m));
    let proposed = least_quotient(&drift, &second_moment, digits(width));
    let ask = |eta: &Exact| subject.one_step(eta);
    certified(ask, &usable(proposed, subject), width)
}

fn mean_square(subject: &Subject, question: &mut MeanSquare, width: &Exact) -> Option<Bracket> {
    if let Some(known) = known_in_one_dimension(subject, &subject.weight) {
        return known;
    }
    question.look_as_near_as(digits(width));
    let proposed = question.search().map(|search| {
        // What digits corrections do not gain, questions do.
        let _ = search.refine_to(digits(width) / 2);
        search.quotient().clone()
    });
    let ask = |eta: &Exact| question.verdict(eta);
    certified(ask, &usable(proposed, subject), width)
}

/// A bracket both ends of which are decided. A point that is undecided (an edge that is too large to
/// eliminate) counts as unstable in the search, and the upper end then moves a little outwards, to
/// where it is decided; `None` when it is not even there.
fn certified(ask: impl FnMut(&Exact) -> Verdict, guess: &Exact, width: &Exact) -> Option<Bracket> {
    let ask = RefCell::new(ask);
    let undecided = Cell::new(false);
    let stable = |eta: &Exact| {
        let verdict = (ask.borrow_mut())(eta);
        undecided.set(undecided.get() || verdict == Verdict::Undecided);
        verdict.holds()
    };
    // A quarter of the width is kept for the move.
    let mut found = bracket(stable, guess, &(width * Exact::fraction(3, 4)));
    if undecided.get() {
        let part =
            |sixteenths| &found.upper * (Exact::one() + width * Exact::fraction(sixteenths, 16));
        found.upper = Exact::simplest_between(&part(2), &part(3));
        return (ask.into_inner())(&found.upper).fails().then_some(found);
    }
    Some(found)
}

/// What needs no search: nothing is critical when `H = 0`, and in one dimension `2a/(a² + ps²)`
/// is rational.
fn known_in_one_dimension(subject: &Subject, weight: &Exact) -> Option<Option<Bracket>> {
    if subject.is_flat() {
        return Some(None);
    }
    let entry = |matrix: &Fractions| matrix.entry(0, 0);
    (subject.samples.dimension() == 1).then(|| {
        let curvature = &subject.curvature;
        let (a, s2) = (entry(&curvature.hessian), entry(&curvature.variance));
        Some(Bracket::point(one_dimension::critical(a, s2, weight)))
    })
}

/// The bits that a proposal needs for this relative width, with some to spare.
fn digits(width: &Exact) -> i32 {
    16 - width.exponent()
}

/// A usable proposal; when there is none, `2/tr H`, which is at most `2/λ_max(H)` and at least a
/// d-th of it. (A loss that is not flat has `tr H > 0`.)
fn usable(proposed: Option<Exact>, subject: &Subject) -> Exact {
    let positive = proposed.filter(|eta| *eta > Exact::zero());
    positive.unwrap_or_else(|| {
        let curvature = &subject.curvature;
        Exact::from(2) / curvature.hessian.dot(&curvature.identity)
    })
}
