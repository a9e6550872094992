//! Room **decide**: exact verdicts, their witnesses, and certified critical learning rates.
//!
//! Floating point only proposes where to search; every verdict is decided over ℚ. The JSON of a
//! [`Decision`] is what `sgd-stability decide --json` prints. A [`Certificate`] contains the witness
//! with which anyone can check the mean-square verdict.

mod answered;
pub mod certificate;
pub mod chain;
mod coordinates;
pub mod critical;
mod decision;
mod diagonal;
mod enclosed;
mod exact_test;
mod mean_square;
mod proposal;
mod questions;
mod range;
mod rates;
mod single_sample;
mod subject;
mod threshold;
pub mod values;
mod witness;

use num_traits::Zero;

use crate::error::{Error, Result};
use crate::model::{Model, Sampling};
use crate::number::Exact;
use crate::work;

use mean_square::MeanSquare;
use questions::Questions;
use subject::Subject;

pub use answered::{Answered, Question};
pub use certificate::{Certificate, Statement};
pub use chain::Link;
pub use decision::{Decision, Verdicts, all_out_of_time};
pub use mean_square::{Decided, LARGEST_EDGE};
pub use rates::CriticalRates;
pub use threshold::{Critical, NotFound, Unbounded};
pub use values::Values;
pub use witness::Witness;

/// Decides every criterion at `learning_rate`, and brackets each critical learning rate to a relative
/// width of 1e-12.
///
/// # Errors
/// When the learning rate is not positive, the batch is not from 1 to `n`, or the model is not at a
/// minimum. An internal error if the certified brackets ever contradict
/// `2/max_i λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)`.
pub fn decide(
    model: &Model,
    learning_rate: &Exact,
    batch: usize,
    sampling: Sampling,
) -> Result<Decision> {
    let width = critical::default_width();
    let (decision, _) = decide_to_width(model, learning_rate, batch, sampling, &width)?;
    Ok(decision)
}

/// [`decide`] with brackets of the given relative width, and with the certificate of the mean-square
/// verdict. Away from the edge there is no certificate when no witness was found.
///
/// Within [`work::watched`] the cheap questions are asked first and each certain answer is reported at
/// once. A verdict not reached before the deadline is `None`, and its reason says so.
///
/// # Errors
/// As [`decide`], and when the width is not positive.
pub fn decide_to_width(
    model: &Model,
    learning_rate: &Exact,
    batch: usize,
    sampling: Sampling,
    relative_width: &Exact,
) -> Result<(Decision, Option<Certificate>)> {
    check_positive("lr", learning_rate)?;
    check_positive("relative width", relative_width)?;
    let weight = sampling.weight(model.samples(), batch)?;
    let mut decision = Decision::unasked(model, learning_rate, batch, sampling);
    match work::in_time(|| check_minimum(model)) {
        Ok(checked) => checked?,
        Err(work::OutOfTime) => return Ok((decision, None)),
    }
    if enclosed::is_too_long(model) {
        enclosed::decide(&mut decision, model, &weight, relative_width);
        return Ok((decision, None));
    }
    let prepared = work::in_time(|| {
        work::stage("the range of H");
        Subject::of(model, &weight)
    });
    let Ok(subject) = prepared else {
        return Ok((decision, None));
    };
    let mut question = MeanSquare::of(&subject);
    let mut questions = Questions::default();
    let decided = questions.ask_all(&subject, learning_rate, &mut question);
    let rates = CriticalRates::of_subject(&subject, &mut question, relative_width)?;
    (decision.verdicts, decision.undecided) = questions.answers();
    decision.critical_lr = rates.knowing(learning_rate, &decision.verdicts);
    let certificate = decided
        .and_then(|decided| Certificate::of(model, learning_rate, batch, sampling, &decided));
    Ok((decision, certificate))
}

/// Decides only mean-square stability, with a witness.
///
/// # Errors
/// As [`decide`].
pub fn decide_mean_square(
    model: &Model,
    learning_rate: &Exact,
    batch: usize,
    sampling: Sampling,
) -> Result<Decided> {
    check_positive("learning rate", learning_rate)?;
    check_minimum(model)?;
    let weight = sampling.weight(model.samples(), batch)?;
    Ok(MeanSquare::of(&Subject::of(model, &weight)).decide(learning_rate))
}

fn check_positive(name: &str, value: &Exact) -> Result<()> {
    if *value > Exact::zero() {
        return Ok(());
    }
    let fault = format!("is {value}; it must be above 0");
    Err(Error::input(name, "value", fault))
}

fn check_minimum(model: &Model) -> Result<()> {
    if model.is_minimum() {
        return Ok(());
    }
    let fault = "one has a negative eigenvalue; at a minimum of every sample there is none";
    Err(Error::input("model", "hessians", fault))
}

#[cfg(test)]
mod ill_conditioned_tests;
#[cfg(test)]
mod tests;
