//! What an optimisation method has to give.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::kernel::{Adaptive, Isa};

/// An optimisation method; the value holds its settings.
pub trait Method: Copy + Serialize + DeserializeOwned {
    /// What it remembers from step to step.
    type Memory: Vectors + Default;

    /// Its word in plans.
    const NAME: &'static str;

    /// Does it need every sample in every step?
    const NEEDS_EVERY_SAMPLE: bool = false;

    /// Are the settings in their ranges?
    ///
    /// # Errors
    /// When one is not.
    fn check(&self) -> Result<()>;

    /// β₁ of the stability bounds; 0 without momentum.
    fn momentum(&self) -> f64 {
        0.0
    }

    /// Takes one step from `site.parameters`.
    fn step(&self, memory: &mut Self::Memory, site: &mut Site<'_>) -> Taken;

    /// The diagonal `P` of a step `w ← w − ηP⁻¹m` as the squares `v` and how `P` is computed from them;
    /// `None` where the method has none, or none yet.
    fn preconditioner<'a>(&self, _memory: &'a Self::Memory) -> Option<(Adaptive, &'a [f32])> {
        None
    }
}

/// A memory that consists of vectors and, serialised, of everything else.
pub trait Vectors {
    /// The vectors, each as long as the parameters, in a fixed order.
    fn vectors_mut(&mut self) -> Vec<&mut Vec<f32>>;
}

/// Where a step is taken: what a method has besides its settings and its memory.
pub struct Site<'a> {
    /// The instruction set.
    pub isa: Isa,
    /// η of the plan.
    pub learning_rate: f32,
    /// Before the step, and after it.
    pub parameters: &'a mut [f32],
    /// As long as the parameters: room for a gradient.
    pub gradient: &'a mut [f32],
    /// The loss of the batch at some parameters; it writes the gradient over the second slice.
    pub objective: &'a mut dyn FnMut(&[f32], &mut [f32]) -> f64,
}

impl Site<'_> {
    /// The loss at the parameters; leaves its gradient in `gradient`.
    pub fn evaluate(&mut self) -> f64 {
        (self.objective)(self.parameters, self.gradient)
    }
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// The loss of the batch before the step.
    pub loss: f64,
    /// Did a line search find no lower point? The parameters are then as they were.
    pub is_stalled: bool,
}

impl Taken {
    /// A step that was taken where the loss was `loss`.
    pub fn from_loss(loss: f64) -> Self {
        Taken {
            loss,
            is_stalled: false,
        }
    }
}

/// The error of a setting.
pub fn wrong(field: &str, fault: impl Into<String>) -> Error {
    Error::input("optimiser", field, fault.into())
}

/// Checks that a decay rate is in `[0, 1)`, also once it is rounded to f32.
pub fn check_decay(field: &str, value: f64) -> Result<()> {
    if value >= 0.0 && (value as f32) < 1.0 {
        return Ok(());
    }
    let fault = format!("{value} is not in [0, 1); choose a number below 1, such as 0.9");
    Err(wrong(field, fault))
}

/// Checks that a number is positive and finite, also once it is rounded to f32.
pub fn check_positive(field: &str, value: f64) -> Result<()> {
    let single = value as f32;
    if single.is_normal() && single > 0.0 {
        return Ok(());
    }
    let fault = format!("{value} is not a positive f32; choose one such as 1e-8");
    Err(wrong(field, fault))
}
