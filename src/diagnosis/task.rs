//! What is diagnosed, and with how much effort.

use std::path::Path;

use crate::curvature::Lanczos;
use crate::kernel::Isa;
use crate::network::CurvatureMatrix;

use super::adaptive::Preconditioner;
use super::setting::Setting;
use super::subject::{LoadedNetwork, Samples};

/// A model, samples and an optimiser, together with the effort of the measurement.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The name of the checkpoint in errors.
    pub place: &'a str,
    /// The model.
    pub model: &'a LoadedNetwork,
    /// The samples.
    pub samples: &'a Samples,
    /// The optimiser and its hyperparameters.
    pub setting: &'a Setting,
    /// The effort of the measurements.
    pub effort: &'a Effort,
    /// The loss that the user expects, which the measured loss must match to 1 %.
    pub expected: Option<f64>,
    /// The folder in which the states of the thresholds are kept, if they are.
    pub resume: Option<&'a Path>,
    /// Test samples on which the network is measured too.
    pub test: Option<&'a Samples>,
    /// The preconditioner of an adaptive optimiser, if its state is known.
    pub preconditioner: Option<&'a Preconditioner>,
}

/// How a point is measured, and when its iterations stop.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// The instruction set of the kernels.
    pub isa: Isa,
    /// Which second derivative is measured.
    pub matrix: CurvatureMatrix,
    /// The tolerance of each iteration, and its largest number of products.
    pub lanczos: Lanczos,
    /// The seed of the start vectors.
    pub seed: u64,
    /// Which numbers are measured beside the sharpness.
    pub wanted: Wanted,
}

/// Which numbers are measured beside the sharpness. Each has a run of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The non-uniformity s, with the curvature of single samples.
    pub non_uniformity: bool,
    /// The smallest eigenvalue λ_min.
    pub smallest: bool,
}

impl Wanted {
    /// Everything that plays a role for this optimiser: s plays none where every step uses every sample.
    pub fn by(setting: &Setting) -> Self {
        Wanted {
            non_uniformity: !setting.is_full_batch(),
            smallest: true,
        }
    }
}
