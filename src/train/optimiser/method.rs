//! The interface of an optimisation method.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::kernel::{Adaptive, Isa};

/// An optimisation method; the value holds its settings.
pub trait Method: Copy + Serialize + DeserializeOwned {
    /// The state that the method keeps from step to step.
    type Memory: Vectors + Default;

    /// The name in plans.
    const NAME: &'static str;

    /// Whether the method needs every sample in every step.
    const NEEDS_EVERY_SAMPLE: bool = false;

    /// Checks that the settings are in their ranges.
    ///
    /// # Errors
    /// Returns an error when a setting is out of range.
    fn check(&self) -> Result<()>;

    /// The β₁ of the stability bounds; 0 without momentum.
    fn momentum(&self) -> f64 {
        0.0
    }

    /// Takes one step from `site.parameters`.
    fn step(&self, memory: &mut Self::Memory, site: &mut Site<'_>) -> Taken;

    /// The diagonal `P` of a step `w ← w − ηP⁻¹m`, given as the squares `v` and the rule by which `P` is
    /// computed from them. `None` if the method has none, or none yet.
    fn preconditioner<'a>(&self, _memory: &'a Self::Memory) -> Option<(Adaptive, &'a [f32])> {
        None
    }
}

/// A memory made of vectors and other state; only the other state is serialised.
pub trait Vectors {
    /// The vectors, each with one entry per parameter, in a fixed order.
    fn vectors_mut(&mut self) -> Vec<&mut Vec<f32>>;
}

/// The inputs of a step, besides the method's settings and its memory.
pub struct Site<'a> {
    /// The instruction set.
    pub isa: Isa,
    /// The learning rate η of the plan.
    pub learning_rate: f32,
    /// The parameters, updated by the step.
    pub parameters: &'a mut [f32],
    /// Space for a gradient, with one entry per parameter.
    pub gradient: &'a mut [f32],
    /// Computes the loss of the batch at given parameters, and writes its gradient over the second
    /// slice.
    pub objective: &'a mut dyn FnMut(&[f32], &mut [f32]) -> f64,
}

impl Site<'_> {
    /// Computes the loss at the parameters, and leaves its gradient in `gradient`.
    pub fn evaluate(&mut self) -> f64 {
        (self.objective)(self.parameters, self.gradient)
    }
}

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// The loss of the batch before the step.
    pub loss: f64,
    /// Whether a line search found no lower point. The parameters are then unchanged.
    pub is_stalled: bool,
}

impl Taken {
    /// A step that was taken from a point with this loss.
    pub fn from_loss(loss: f64) -> Self {
        Taken {
            loss,
            is_stalled: false,
        }
    }
}

/// The error for a wrong setting.
pub fn wrong(field: &str, fault: impl Into<String>) -> Error {
    Error::input("optimiser", field, fault.into())
}

/// Checks that a decay rate is in `[0, 1)`, also after rounding to f32.
pub fn check_decay(field: &str, value: f64) -> Result<()> {
    if value >= 0.0 && (value as f32) < 1.0 {
        return Ok(());
    }
    let fault = format!("{value} is not in [0, 1); choose a number below 1, such as 0.9");
    Err(wrong(field, fault))
}

/// Checks that a number is positive and finite, also after rounding to f32.
pub fn check_positive(field: &str, value: f64) -> Result<()> {
    let single = value as f32;
    if single.is_normal() && single > 0.0 {
        return Ok(());
    }
    let fault = format!("{value} is not a positive f32; choose one such as 1e-8");
    Err(wrong(field, fault))
}
