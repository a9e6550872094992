//! What is diagnosed, and how far its curvature is measured.

use crate::curvature::Lanczos;
use crate::kernel::Isa;
use crate::network::CurvatureMatrix;

use super::setting::Setting;
use super::subject::{Model, Samples};

/// A model over samples under an optimiser: what is diagnosed, and how.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The checkpoint, as errors name it.
    pub place: &'a str,
    /// The model.
    pub model: &'a Model,
    /// The samples.
    pub samples: &'a Samples,
    /// The optimiser.
    pub setting: &'a Setting,
    /// How far measurements go.
    pub effort: &'a Effort,
    /// The loss that the user has seen, which the measured one must be to 1 %.
    pub expected: Option<f64>,
}

/// How far a measurement goes.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// The instruction set.
    pub isa: Isa,
    /// Which second derivative is measured.
    pub matrix: CurvatureMatrix,
    /// The tolerance, and the most products, of each iteration.
    pub lanczos: Lanczos,
    /// The seed of the start vectors.
    pub seed: u64,
}
