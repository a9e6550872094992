//! Critical learning rates: for each criterion the end of the interval on which it holds.
//!
//! Machine numbers, refined over ℚ to the digits asked for, say where the end is; the two ends of
//! the bracket are then decided exactly. Over them stands the chain
//! `2/max_i λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)` ([`chain`]).

use std::cell::RefCell;
use std::collections::BTreeMap;

use num_traits::Zero;
use serde::Serialize;

use super::Verdicts;
use super::chain::{self, Link};
use super::diagonal::Diagonal;
use super::mean_square::MeanSquare;
use super::single_sample::single_sample;
use super::subject::{Subject, UNDECIDED};
use super::threshold::{Critical, NotFound, certified};
use crate::criterion::{gradient_descent as descent, one_dimension, one_step};
use crate::error::Result;
use crate::matrix::least_quotient::least_quotient;
use crate::matrix::{Algebra, Fractions};
use crate::model::{Model, Quadratic};
use crate::number::Exact;
use crate::work;

/// The relative width of a bracket when none is asked for: 1e-12.
pub fn default_width() -> Exact {
    Exact::from(10).pow(12).reciprocal()
}

/// The critical learning rate of each criterion. In JSON a bracket or null; of what is null
/// [`CriticalRates::unbounded`] and [`CriticalRates::not_found`] give the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CriticalRates {
    /// `2/max_i λ_max(H_i)`: up to here no step on a single sample lengthens a vector.
    pub single_sample: Critical,
    /// `2/λ_max(H)`.
    pub gradient_descent: Critical,
    /// `1/(s√p)`.
    pub non_uniformity: Critical,
    /// `η₁`, the end of the one-step criterion.
    pub one_step: Critical,
    /// `η*`, the end of mean-square stability.
    pub mean_square: Critical,
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
        if let Ok(Some(diagonal)) = work::in_time(|| Diagonal::of(subject)) {
            return Ok(diagonal.rates(&subject.weight, width));
        }
        let ask = |stage: &str, end: &mut dyn FnMut() -> Critical| {
            let found = work::in_time(|| {
                work::stage(stage);
                end()
            });
            found.unwrap_or_else(|_| Critical::out_of_time())
        };
        let mut rates = CriticalRates {
            gradient_descent: ask(
                "the critical learning rate of gradient descent",
                &mut || gradient_descent(subject, width),
            ),
            single_sample: ask("the largest step of a single sample", &mut || {
                single_sample(subject, width)
            }),
            non_uniformity: ask("the critical learning rate of non-uniformity", &mut || {
                non_uniformity(subject, width)
            }),
            one_step: ask("the critical learning rate of one step", &mut || {
                self::one_step(subject, width)
            }),
            mean_square: ask("the critical learning rate in mean square", &mut || {
                self::mean_square(subject, mean_square, width)
            }),
        };
        rates.one_step = rates
            .one_step
            .between(&rates.single_sample, &rates.gradient_descent);
        rates.mean_square = rates
            .mean_square
            .between(&rates.one_step, &rates.gradient_descent);
        rates.chain().map(|_| rates)
    }

    /// Where no bracket was found, the verdict at a learning rate is an end that is known.
    pub(super) fn knowing(mut self, learning_rate: &Exact, verdicts: &Verdicts) -> Self {
        for (critical, verdict) in [
            (&mut self.gradient_descent, verdicts.gradient_descent),
            (&mut self.non_uniformity, verdicts.non_uniformity),
            (&mut self.one_step, verdicts.one_step),
            (&mut self.mean_square, verdicts.mean_square),
        ] {
            critical.know(learning_rate, verdict);
        }
        self
    }

    /// Nothing was asked before the time was over.
    pub(super) fn out_of_time() -> Self {
        CriticalRates {
            single_sample: Critical::out_of_time(),
            gradient_descent: Critical::out_of_time(),
            non_uniformity: Critical::out_of_time(),
            one_step: Critical::out_of_time(),
            mean_square: Critical::out_of_time(),
        }
    }

    /// All of them, by their names in JSON.
    pub fn named(&self) -> [(&'static str, &Critical); 5] {
        [
            ("single_sample", &self.single_sample),
            ("gradient_descent", &self.gradient_descent),
            ("non_uniformity", &self.non_uniformity),
            ("one_step", &self.one_step),
            ("mean_square", &self.mean_square),
        ]
    }

    /// Of those without an end: why there is none.
    pub fn unbounded(&self) -> BTreeMap<&'static str, &'static str> {
        let reason = |(name, critical)| match critical {
            &Critical::Unbounded(reason) => Some((name, reason.reason())),
            _ => None,
        };
        self.named().into_iter().filter_map(reason).collect()
    }

    /// Of those whose end was not enclosed: what is known, and what failed.
    pub fn not_found(&self) -> BTreeMap<&'static str, &NotFound> {
        let mut known = BTreeMap::new();
        for (name, critical) in self.named() {
            if let Critical::NotFound(ends) = critical {
                known.insert(name, ends);
            }
        }
        known
    }

    /// Those whose lower end is the critical learning rate itself.
    pub fn exact(&self) -> Vec<&'static str> {
        let exact = |&(_, critical): &(&str, &Critical)| critical.is_exact();
        let exact = self.named().into_iter().filter(exact);
        exact.map(|(name, _)| name).collect()
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

/// `2/λ_max(H)`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_gradient_descent(model: &Quadratic, width: &Exact) -> Critical {
    gradient_descent(&Subject::of(&minimum(model), &Exact::zero()), width)
}

/// `1/(s√p)`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_non_uniformity(model: &Quadratic, weight: &Exact, width: &Exact) -> Critical {
    non_uniformity(&Subject::of(&minimum(model), weight), width)
}

/// `η₁`, the largest learning rate with `2H − η(H² + pΣ) ⪰ 0`.
///
/// # Panics
/// When the model is a saddle.
pub fn of_one_step(model: &Quadratic, weight: &Exact, width: &Exact) -> Critical {
    self::one_step(&Subject::of(&minimum(model), weight), width)
}

/// `η*`, the largest learning rate at which SGD is mean-square stable.
///
/// # Panics
/// When the model is a saddle.
pub fn of_mean_square(model: &Quadratic, weight: &Exact, width: &Exact) -> Critical {
    let model = minimum(model);
    let subject = Subject::of(&model, weight);
    self::mean_square(&subject, &mut MeanSquare::of(&subject), width)
}

/// At a saddle a search for the end of an interval could go on for ever.
fn minimum(model: &Quadratic) -> Model {
    assert!(model.is_minimum(), "critical learning rates of a saddle");
    Model::Quadratic(model.clone())
}

fn gradient_descent(subject: &Subject, width: &Exact) -> Critical {
    if let Some(known) = known_in_one_dimension(subject, &Exact::zero()) {
        return known;
    }
    let plain = subject.descent_on(subject.samples.hessian());
    let twice = plain.identity.clone().scaled(&Exact::from(2));
    let proposed = proposed_end(subject, &twice, &plain.hessian, width);
    let ask = |eta: &Exact| subject.gradient_descent(eta);
    certified(ask, &usable(proposed, subject), width, undecided).known_exactly(width, |eta| {
        subject.is_singular(&descent::slack(&plain, eta))
    })
}

fn non_uniformity(subject: &Subject, width: &Exact) -> Critical {
    if let Some(quiet) = subject.is_quiet() {
        return Critical::Unbounded(quiet);
    }
    let variance = subject.curvature().variance.clone().scaled(&subject.weight);
    let squared = proposed_end(subject, &subject.curvature().identity, &variance, width);
    let proposed = squared.map(|square| square.root(digits(width).unsigned_abs()));
    let ask = |eta: &Exact| subject.non_uniformity(eta);
    certified(ask, &usable(proposed, subject), width, undecided).known_exactly(width, |eta| {
        subject.is_singular(&subject.non_uniformity_slack(eta))
    })
}

fn one_step(subject: &Subject, width: &Exact) -> Critical {
    if let Some(known) = known_in_one_dimension(subject, &subject.weight) {
        return known;
    }
    let drift = subject.curvature().hessian.clone().scaled(&Exact::from(2));
    let second_moment = one_step::second_moment(subject.curvature(), &subject.weight);
    let proposed = proposed_end(subject, &drift, &second_moment, width);
    let ask = |eta: &Exact| subject.one_step(eta);
    certified(ask, &usable(proposed, subject), width, undecided).known_exactly(width, |eta| {
        subject.is_singular(&subject.one_step_slack(eta))
    })
}

/// The largest `η` with `A − ηB ⪰ 0` on the range, for two operators.
fn proposed_end(subject: &Subject, a: &Fractions, b: &Fractions, width: &Exact) -> Option<Exact> {
    let [a, b] = [a, b].map(|operator| subject.range.seen_operator(operator));
    least_quotient(&a, &b, digits(width))
}

fn mean_square(subject: &Subject, question: &mut MeanSquare, width: &Exact) -> Critical {
    if let Some(known) = known_in_one_dimension(subject, &subject.weight) {
        return known;
    }
    question.look_as_near_as(digits(width));
    // What digits corrections do not gain, questions do.
    let proposed = question.proposed_end(digits(width));
    let question = RefCell::new(question);
    // The quotient was rounded to some 300 bits or more.
    let above = Exact::from(1) + Exact::power_of_two(-200);
    let ask = |eta: &Exact| question.borrow_mut().verdict(eta);
    let why = || question.borrow().why();
    certified(ask, &usable(proposed.clone(), subject), width, why)
        .at_most(proposed.map(|quotient| quotient * &above))
        .known_exactly(width, |eta| question.borrow().is_edge(eta))
}

/// What needs no search: nothing is critical when `H = 0`, and in one dimension `2a/(a² + ps²)`
/// is rational.
fn known_in_one_dimension(subject: &Subject, weight: &Exact) -> Option<Critical> {
    if let Some(flat) = subject.is_flat() {
        return Some(Critical::Unbounded(flat));
    }
    let entry = |matrix: &Fractions| matrix.entry(0, 0);
    (subject.samples.size() == 1).then(|| {
        let curvature = subject.curvature();
        let (a, s2) = (entry(&curvature.hessian), entry(&curvature.variance));
        Critical::point(one_dimension::critical(a, s2, weight))
    })
}

fn undecided() -> String {
    UNDECIDED.to_owned()
}

/// The bits that a proposal needs for this relative width, with some to spare.
pub(super) fn digits(width: &Exact) -> i32 {
    16 - width.exponent()
}

/// A usable proposal; when there is none, `2/tr H`, which is at most `2/λ_max(H)` and at least a
/// d-th of it. (A loss that is not flat has `tr H > 0`.)
pub(super) fn usable(proposed: Option<Exact>, subject: &Subject) -> Exact {
    let positive = proposed.filter(|eta| *eta > Exact::zero());
    positive.unwrap_or_else(|| Exact::from(2) / subject.samples.hessian().trace())
}
