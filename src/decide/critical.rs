//! Critical learning rates: for each criterion the end of the interval on which it holds.
//!
//! Machine numbers, refined over ℚ to the digits asked for, say where the end is; the two ends of
//! the bracket are then decided exactly. Over them stands the chain
//! `2/max_i λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)` ([`chain`]).

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use num_traits::{One, Zero};
use serde::{Deserialize, Serialize};

use super::chain::{self, Link};
use super::mean_square::MeanSquare;
use super::single_sample::single_sample;
use super::subject::Subject;
use crate::criterion::{one_dimension, one_step};
use crate::error::Result;
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
    /// `2/max_i λ_max(H_i)`: up to here no step on a single sample lengthens a vector.
    pub single_sample: Option<Bracket>,
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
    /// All of them, to this relative width.
    ///
    /// # Panics
    /// When the model is a saddle: there the criteria need not hold on an interval. When the chain
    /// is broken, which would be a fault of this program.
    pub fn of(model: &Quadratic, weight: &Exact, width: &Exact) -> Self {
        let model = minimum(model);
        let subject = Subject::of(&model, weight);
        let rates = Self::of_subject(&subject, &mut MeanSquare::of(&subject), width);
        rates.unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// All of them, with a mean-square question that is ready.
    ///
    /// # Errors
    /// When the chain is broken, which would be a fault of this program.
    pub(super) fn of_subject(
        subject: &Subject,
        mean_square: &mut MeanSquare,
        width: &Exact,
    ) -> Result<Self> {
        let rates = CriticalRates {
            single_sample: single_sample(subject, width),
            gradient_descent: gradient_descent(subject, width),
            non_uniformity: non_uniformity(subject, width),
            one_step: self::one_step(subject, width),
            mean_square: self::mean_square(subject, mean_square, width),
        };
        rates.chain().map(|_| rates)
    }

    /// The links of `2/max_i λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)`, as far as its members are known;
    /// none when the loss is flat.
    ///
    /// # Errors
    /// When two brackets contradict a link: a fault of the program that made them.
    pub fn chain(&self) -> Result<Vec<Link>> {
        chain::links(&[
            ("single_sample", &self.single_sample),
            ("one_step", &self.one_step),
            ("mean_square", &self.mean_square),
            ("gradient_descent", &self.gradient_descent),
        ])
    }
}

/// Why a criterion has no finite critical learning rate, by its name.
pub(super) fn unbounded(subject: &Subject) -> BTreeMap<String, String> {
    let flat = subject
        .is_flat()
        .then_some("every H_i is zero: SGD stands still");
    let quiet = match (subject.weight.is_zero(), subject.is_quiet()) {
        (true, _) => Some("p = 0: the full batch has no sample noise"),
        (_, true) => Some("Σ = 0: all samples have the same curvature"),
        _ => None,
    };
    [
        ("single_sample", flat),
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
    let proposed = proposed_end(subject, &twice, &subject.curvature.hessian, width);
    let ask = |eta: &Exact| subject.gradient_descent(eta);
    certified(ask, &usable(proposed, subject), width)
}

fn non_uniformity(subject: &Subject, width: &Exact) -> Option<Bracket> {
    if subject.is_quiet() {
        return None;
    }
    let variance = subject.curvature.variance.clone().scaled(&subject.weight);
    let squared = proposed_end(subject, &subject.curvature.identity, &variance, width);
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
    let proposed = proposed_end(subject, &drift, &second_moment, width);
    let ask = |eta: &Exact| subject.one_step(eta);
    certified(ask, &usable(proposed, subject), width)
}

/// The largest `η` with `A − ηB ⪰ 0` on the range, for two operators.
fn proposed_end(subject: &Subject, a: &Fractions, b: &Fractions, width: &Exact) -> Option<Exact> {
    let [a, b] = [a, b].map(|operator| subject.range.seen_operator(operator));
    least_quotient(&a, &b, digits(width))
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
pub(super) fn certified(
    ask: impl FnMut(&Exact) -> Verdict,
    guess: &Exact,
    width: &Exact,
) -> Option<Bracket> {
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
    (subject.samples.size() == 1).then(|| {
        let curvature = &subject.curvature;
        let (a, s2) = (entry(&curvature.hessian), entry(&curvature.variance));
        Some(Bracket::point(one_dimension::critical(a, s2, weight)))
    })
}

/// The bits that a proposal needs for this relative width, with some to spare.
pub(super) fn digits(width: &Exact) -> i32 {
    16 - width.exponent()
}

/// A usable proposal; when there is none, `2/tr H`, which is at most `2/λ_max(H)` and at least a
/// d-th of it. (A loss that is not flat has `tr H > 0`.)
pub(super) fn usable(proposed: Option<Exact>, subject: &Subject) -> Exact {
    let positive = proposed.filter(|eta| *eta > Exact::zero());
    positive.unwrap_or_else(|| Exact::from(2) / subject.curvature.hessian.trace())
}
