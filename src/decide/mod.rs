//! Room **decide**: exact verdicts and certified critical learning rates.
//!
//! Floating point only proposes where to look; every verdict is decided over ℚ. The JSON of a
//! [`Decision`] is what `sgd-stability decide --json` prints.

pub mod critical;
mod exact_test;

use std::collections::BTreeMap;

use num_traits::Zero;
use serde::{Deserialize, Serialize};

use crate::criterion::{gradient_descent, non_uniformity, one_step};
use crate::error::{Error, Result};
use crate::model::{Quadratic, Sampling};
use crate::number::Exact;

use exact_test::MeanSquareTest;

pub use critical::CriticalRates;

/// The largest dimension for which the exact mean-square test is made: it eliminates a matrix of
/// `d(d+1)/2 = 136` rows of rationals.
pub const LARGEST_DIMENSION: usize = 16;

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
}

/// One exact answer per criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdicts {
    /// `η λ_max(H) ≤ 2`.
    pub gradient_descent: bool,
    /// `s ≤ 1/(η√p)`.
    pub non_uniformity: bool,
    /// `2H − η(H² + pΣ) ⪰ 0`.
    pub one_step: bool,
    /// `E‖x_t‖²` stays bounded: `C − ηD ⪰ 0` on Sym(d).
    pub mean_square: bool,
}

impl Verdicts {
    /// Decides every criterion at a minimum over ℚ, for a learning rate `η > 0` and a noise weight
    /// `p`.
    ///
    /// # Panics
    /// When the model is a saddle.
    pub fn of(model: &Quadratic, learning_rate: &Exact, weight: &Exact) -> Self {
        let (eta, p) = (learning_rate, weight);
        // An exact scalar never abstains, so "holds" is the whole answer.
        Verdicts {
            gradient_descent: gradient_descent::verdict(model, eta).holds(),
            non_uniformity: non_uniformity::verdict(model, eta, p).holds(),
            one_step: one_step::verdict(model, eta, p).holds(),
            mean_square: MeanSquareTest::of(model, p).holds(eta),
        }
    }
}

/// Decides every criterion at `learning_rate`, and brackets each critical learning rate to a
/// relative width of 1e-12.
///
/// # Errors
/// When the learning rate is not positive, the batch is not from 1 to `n`, the dimension is above
/// [`LARGEST_DIMENSION`], or the model is no minimum.
pub fn decide(
    model: &Quadratic,
    learning_rate: &Exact,
    batch: usize,
    sampling: Sampling,
) -> Result<Decision> {
    decide_to_width(
        model,
        learning_rate,
        batch,
        sampling,
        &critical::default_width(),
    )
}

/// [`decide`] with brackets of another relative width.
///
/// # Errors
/// Those of [`decide`], and a width that is not positive.
pub fn decide_to_width(
    model: &Quadratic,
    learning_rate: &Exact,
    batch: usize,
    sampling: Sampling,
    relative_width: &Exact,
) -> Result<Decision> {
    check_positive("lr", learning_rate)?;
    check_positive("relative width", relative_width)?;
    check_dimension(model)?;
    check_minimum(model)?;
    let weight = sampling.weight(model.samples(), batch)?;
    Ok(Decision {
        lr: learning_rate.clone(),
        batch,
        sampling,
        dimension: model.dimension(),
        samples: model.samples(),
        verdicts: Verdicts::of(model, learning_rate, &weight),
        critical_lr: CriticalRates::of(model, &weight, relative_width),
        unbounded: critical::unbounded(model, &weight),
    })
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

fn check_dimension(model: &Quadratic) -> Result<()> {
    let d = model.dimension();
    if d <= LARGEST_DIMENSION {
        return Ok(());
    }
    let fault = format!(
        "is {d}; the exact mean-square test grows with its sixth power and is made up to dimension {LARGEST_DIMENSION}"
    );
    Err(Error::input("model", "dimension", fault))
}

fn check_minimum(model: &Quadratic) -> Result<()> {
    if model.is_minimum() {
        return Ok(());
    }
    let fault = "one has a negative eigenvalue; at a minimum of every sample there is none";
    Err(Error::input("model", "hessians", fault))
}

#[cfg(test)]
mod tests;
