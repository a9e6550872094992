//! What is diagnosed, and with how much effort.

use std::path::Path;

use crate::curvature::Lanczos;
use crate::error::{Error, Result};
use crate::kernel::Isa;
use crate::network::CurvatureMatrix;

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
}

impl Effort {
    /// The effort of so many products with each matrix at most, and of this relative error.
    ///
    /// # Errors
    /// Returns an error if the tolerance is not between 0 and 1, or if there are fewer than two products.
    pub fn new(
        isa: Isa,
        matrix: CurvatureMatrix,
        tolerance: f64,
        products: usize,
        seed: u64,
    ) -> Result<Self> {
        if !(tolerance > 0.0 && tolerance < 1.0) {
            let fault = "must lie between 0 and 1";
            return Err(Error::input("--tolerance", tolerance, fault));
        }
        if products < 2 {
            return Err(Error::input("--products", products, "must be 2 or more"));
        }
        Ok(Effort {
            isa,
            matrix,
            lanczos: Lanczos {
                tolerance,
                products,
            },
            seed,
        })
    }
}
