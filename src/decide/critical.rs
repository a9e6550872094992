//! Critical learning rates: for each criterion, the end of the interval on which it holds.
//!
//! The end is proposed in floating point and refined over ℚ to the required digits; both ends of the
//! bracket are then decided exactly. The brackets must agree with the chain
//! `2/max_i λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)` ([`super::chain`]).

use std::cell::RefCell;

use super::diagonal::Diagonal;
use super::mean_square::MeanSquare;
use super::rates::CriticalRates;
use super::single_sample::single_sample;
use super::subject::{Subject, UNDECIDED};
use super::threshold::{Critical, certified, digits};
use crate::criterion::{CRITERIA, Criterion, Form, MatrixForm, Power, Role, one_step};
use crate::error::Result;
use crate::matrix::least_quotient::least_quotient;
use crate::model::{Model, Quadratic};
use crate::number::Exact;
use crate::work;

/// The default relative width of a bracket, 1e-12.
pub fn default_width() -> Exact {
    Exact::from(10).pow(12).reciprocal()
}

/// The critical learning rate of one criterion, to this relative width, for batches of noise weight
/// `weight`.
///
/// # Panics
/// When the model is a saddle.
pub fn of(criterion: Criterion, model: &Quadratic, weight: &Exact, width: &Exact) -> Critical {
    let model = minimum(model);
    let subject = Subject::of(&model, weight);
    of_criterion(criterion, &subject, &mut MeanSquare::of(&subject), width)
}

impl CriticalRates {
    /// The critical learning rates of all criteria, to this relative width.
    ///
    /// # Panics
    /// When the model is at a saddle, where the criteria need not hold on an interval. Also when the
    /// brackets contradict the chain, which would be a bug.
    pub fn of(model: &Quadratic, weight: &Exact, width: &Exact) -> Self {
        let model = minimum(model);
        let subject = Subject::of(&model, weight);
        let rates = Self::of_subject(&subject, &mut MeanSquare::of(&subject), width);
        rates.unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// The critical learning rates of all criteria, for a mean-square question that is already
    /// prepared.
    ///
    /// # Errors
    /// When the brackets contradict the chain, which would be a bug.
    pub(super) fn of_subject(
        subject: &Subject,
        mean_square: &mut MeanSquare,
        width: &Exact,
    ) -> Result<Self> {
        if let Ok(Some(diagonal)) = work::in_time(|| Diagonal::of(subject)) {
            return Ok(diagonal.rates(&subject.weight, width));
        }
        let mut rates = CriticalRates::out_of_time();
        let (necessary, others): (Vec<_>, Vec<_>) = CRITERIA
            .into_iter()
            .partition(|criterion| criterion.role == Role::Necessary);
        let mut find = |criterion: Criterion| {
            in_time(criterion.title, || {
                of_criterion(criterion, subject, mean_square, width)
            })
        };
        for criterion in necessary {
            rates.criteria[criterion] = find(criterion);
        }
        rates.single_sample = in_time("a single sample", || single_sample(subject, width));
        for criterion in others {
            rates.criteria[criterion] = find(criterion);
        }
        let rates = rates.bounded_by_neighbours();
        rates.chain().map(|_| rates)
    }
}

fn in_time(of: &str, find: impl FnOnce() -> Critical) -> Critical {
    let found = work::in_time(|| {
        work::stage(&format!("the critical learning rate of {of}"));
        find()
    });
    found.unwrap_or_else(|_| Critical::out_of_time())
}

/// The model, which must be at a minimum: at a saddle, a search for the end of an interval could run
/// forever.
fn minimum(model: &Quadratic) -> Model {
    assert!(model.is_minimum(), "critical learning rates of a saddle");
    Model::Quadratic(model.clone())
}

fn of_criterion(
    criterion: Criterion,
    subject: &Subject,
    question: &mut MeanSquare,
    width: &Exact,
) -> Critical {
    match criterion.form {
        Form::Matrix(form) => of_matrix_form(&form, subject, width),
        Form::SecondMoment => of_second_moment(subject, question, width),
    }
}

/// The end of `A − ηᵏB ⪰ 0` for a criterion in the moments `H` and `Σ`.
fn of_matrix_form(form: &MatrixForm, subject: &Subject, width: &Exact) -> Critical {
    if let Some(known) = without_search(form, subject) {
        return known;
    }
    let parts = subject.parts(form);
    let [a, b] = parts.map(|operator| subject.range.seen_operator(&operator));
    let proposed = least_quotient(&a, &b, digits(width));
    let proposed = proposed.map(|quotient| form.power.root(quotient, digits(width).unsigned_abs()));
    let ask = |eta: &Exact| subject.verdict(form, eta);
    let undecided = || UNDECIDED.to_owned();
    certified(ask, &subject.usable(proposed), width, undecided)
        .known_exactly(width, |eta| subject.is_singular(&subject.matrix(form, eta)))
}

/// The end of mean-square stability, `η*`.
fn of_second_moment(subject: &Subject, question: &mut MeanSquare, width: &Exact) -> Critical {
    // In one dimension the one-step criterion is exact, and a flat loss has no end.
    if let Some(known) = without_search(&one_step::FORM, subject) {
        return known;
    }
    question.look_as_near_as(digits(width));
    // Digits that corrections cannot gain are gained by further questions.
    let proposed = question.proposed_end(digits(width));
    let question = RefCell::new(question);
    // The proposed quotient was rounded to about 300 bits or more.
    let above = Exact::from(1) + Exact::power_of_two(-200);
    let ask = |eta: &Exact| question.borrow_mut().verdict(eta);
    let why = || question.borrow().why();
    certified(ask, &subject.usable(proposed.clone()), width, why)
        .at_most(proposed.map(|quotient| quotient * &above))
        .known_exactly(width, |eta| question.borrow().is_edge(eta))
}

/// The cases that need no search: there is no end, or in one dimension the end is `A/B` (for `η` in the
/// first power).
fn without_search(form: &MatrixForm, subject: &Subject) -> Option<Critical> {
    if let Some(reason) = subject.unbounded(form.diffusion) {
        return Some(Critical::Unbounded(reason));
    }
    let is_rational = subject.samples.size() == 1 && form.power == Power::First;
    is_rational.then(|| {
        let [a, b] = subject.parts(form).map(|part| part.entry(0, 0));
        Critical::point(a / b)
    })
}
