//! What is diagnosed, and with how much effort.

use std::path::Path;
use std::str::FromStr;

use crate::curvature::{BatchPlan, Lanczos};
use crate::error::{Error, Result};
use crate::kernel::Isa;
use crate::network::CurvatureMatrix;

use super::preconditioner::Preconditioner;
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

impl Task<'_> {
    /// Batches that are drawn as the user's run draws them.
    pub(super) fn batches(&self) -> BatchPlan {
        BatchPlan {
            sampling: self.setting.sampling,
            batch: self.setting.batch,
            seed: self.effort.seed,
        }
    }

    /// The measured value, or an error if a product has left the range of f32.
    pub(super) fn finite<T>(&self, measured: Option<T>) -> Result<T> {
        measured.ok_or_else(|| {
            let fault =
                "is beyond the range of f32; the run has diverged, or the data want scaling";
            Error::input(self.place, "curvature", fault)
        })
    }
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

/// Which numbers are measured beside the sharpness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The non-uniformity s, with the curvature of single samples.
    pub non_uniformity: bool,
    /// The smallest eigenvalue λ_min.
    pub smallest: bool,
}

/// The numbers that a user asks for, and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// The sharpness a.
    Sharpness,
    /// a and the non-uniformity s.
    SharpnessAndNonUniformity,
    /// a and the smallest eigenvalue λ_min.
    SharpnessAndSmallest,
}

impl Only {
    /// All of them.
    pub const ALL: [Only; 3] = [
        Only::Sharpness,
        Only::SharpnessAndNonUniformity,
        Only::SharpnessAndSmallest,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Only::Sharpness => "a",
            Only::SharpnessAndNonUniformity => "a,s",
            Only::SharpnessAndSmallest => "a,lambda_min",
        }
    }

    /// Checks that Theorem 1 on the full matrix is not asked for beside them.
    ///
    /// # Errors
    /// Returns an error if it is.
    pub fn check(only: Option<Self>, one_step: bool) -> Result<()> {
        if only.is_some() && one_step {
            let fault = "needs s and λ_min; leave --only out";
            return Err(Error::input("--one-step", "numbers", fault));
        }
        Ok(())
    }

    /// What is measured beside the sharpness.
    pub fn wanted(self) -> Wanted {
        Wanted {
            non_uniformity: self == Only::SharpnessAndNonUniformity,
            smallest: self == Only::SharpnessAndSmallest,
        }
    }
}

impl FromStr for Only {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let named = Only::ALL.into_iter().find(|only| only.name() == text);
        named.ok_or_else(|| format!("\"{text}\" is none of a, a,s and a,lambda_min"))
    }
}

impl Wanted {
    /// All of them.
    pub const ALL: Wanted = Wanted {
        non_uniformity: true,
        smallest: true,
    };
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
            wanted: Wanted::ALL,
        })
    }
}
