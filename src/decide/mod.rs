//! Room **decide**: exact verdicts, witnesses, and certified critical learning rates.
//!
//! Floating point only proposes where to look; every verdict is decided over ℚ. The JSON of a
//! [`Decision`] is what `sgd-stability decide --json` prints; a [`Certificate`] carries the witness
//! that lets a stranger check the mean-square verdict.

pub mod certificate;
pub mod chain;
pub mod critical;
mod exact_test;
mod mean_square;
mod proposal;
mod range;
mod single_sample;
mod subject;
pub mod values;
mod witness;

use std::collections::BTreeMap;

use num_traits::Zero;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Model, Sampling};
use crate::number::{Exact, Verdict};

use mean_square::MeanSquare;
use subject::Subject;

pub use certificate::Certificate;
pub use chain::Link;
pub use critical::CriticalRates;
pub use mean_square::{Decided, LARGEST_EDGE};
pub use values::Values;
pub use witness::Witness;

/// What is decided of one model at one learning rate and batch size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The learning rate `η`.
    pub lr: Exact,
    /// The batch size `B`.
    pub batch: usize,
    /// How a batch is drawn.
    pub sampling: Sampling,
    /// The dimension `d`.
    pub dimension: usize,
    /// The number of samples `n`.
    pub samples: usize,
    /// Does each criterion hold at `η`? All are closed conditions: the edge is stable.
    pub verdicts: Verdicts,
    /// The largest learning rate at which each criterion holds.
    pub critical_lr: CriticalRates,
    /// For every criterion without a finite critical learning rate: why it has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unbounded: BTreeMap<String, String>,
    /// For every verdict that is `null`: why it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub undecided: BTreeMap<String, String>,
}

/// One exact answer per criterion; `None` where the model is too large for its edge to be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdicts {
    /// `η λ_max(H) ≤ 2`.
    pub gradient_descent: Option<bool>,
    /// `s ≤ 1/(η√p)`.
    pub non_uniformity: Option<bool>,
    /// `2H − η(H² + pΣ) ⪰ 0`.
    pub one_step: Option<bool>,
    /// `E‖x_t‖²` stays bounded: `C − ηD ⪰ 0` on Sym(d).
    pub mean_square: Option<bool>,
}

impl Verdicts {
    fn of(subject: &Subject, learning_rate: &Exact, mean_square: Verdict) -> Self {
        let answer = |verdict: Verdict| match verdict {
            Verdict::Undecided => None,
            decided => Some(decided.holds()),
        };
        Verdicts {
            gradient_descent: answer(subject.gradient_descent(learning_rate)),
            non_uniformity: answer(subject.non_uniformity(learning_rate)),
            one_step: answer(subject.one_step(learning_rate)),
            mean_square: answer(mean_square),
        }
    }

    fn undecided(&self) -> BTreeMap<String, String> {
        let reason = format!(
            "within 2^-768 of the edge or on it, where only elimination decides; the mean-square edge is eliminated up to rank {LARGEST_EDGE} of H"
        );
        [
            ("gradient_descent", self.gradient_descent),
            ("non_uniformity", self.non_uniformity),
            ("one_step", self.one_step),
            ("mean_square", self.mean_square),
        ]
        .into_iter()
        .filter(|(_, verdict)| verdict.is_none())
        .map(|(name, _)| (name.to_owned(), reason.clone()))
        .collect()
    }
}

/// Decides every criterion at `learning_rate`, and brackets each critical learning rate to a
/// relative width of 1e-12.
///
/// # Errors
/// When the learning rate is not positive, the batch is not from 1 to `n`, or the model is no
/// minimum; and an internal one should the certified brackets ever contradict
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

/// [`decide`] with brackets of another relative width, and with the certificate of the mean-square
/// verdict; there is none when that is undecided.
///
/// # Errors
/// Those of [`decide`], and a width that is not positive.
pub fn decide_to_width(
    model: &Model,
    learning_rate: &Exact,
    batch: usize,
    sampling: Sampling,
    relative_width: &Exact,
) -> Result<(Decision, Option<Certificate>)> {
    check_positive("lr", learning_rate)?;
    check_positive("relative width", relative_width)?;
    check_minimum(model)?;
    let weight = sampling.weight(model.samples(), batch)?;
    let subject = Subject::of(model, &weight);
    let mut question = MeanSquare::of(&subject);
    let decided = question.decide(learning_rate);
    let verdicts = Verdicts::of(&subject, learning_rate, decided.verdict());
    let decision = Decision {
        lr: learning_rate.clone(),
        batch,
        sampling,
        dimension: model.dimension(),
        samples: model.samples(),
        undecided: verdicts.undecided(),
        verdicts,
        critical_lr: CriticalRates::of_subject(&subject, &mut question, relative_width)?,
        unbounded: critical::unbounded(&subject),
    };
    let certificate = Certificate::of(model, (learning_rate, batch, sampling), &decided);
    Ok((decision, certificate))
}

/// Decides mean-square stability alone, with its witness.
///
/// # Errors
/// Those of [`decide`].
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
    Err(Error::input(
        name,
        "value",
        format!("is {value}; it must be above 0"),
    ))
}

fn check_minimum(model: &Model) -> Result<()> {
    if model.is_minimum() {
        return Ok(());
    }
    let fault = "one has a negative eigenvalue; at a minimum of every sample there is none";
    Err(Error::input("model", "hessians", fault))
}

#[cfg(test)]
mod tests;
