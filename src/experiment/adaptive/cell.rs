//! One run of an adaptive optimiser, watched along the way.

use serde::{Deserialize, Serialize};

use crate::curvature::Eigenvalue;
use crate::experiment::group::Seeded;
use crate::experiment::trained::TrainingSettings;
use crate::train::Run;

/// The run, and how often it is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The run. Every step uses all samples.
    pub start: TrainingSettings,
    /// The number of steps between two measurements.
    pub every: u64,
}

impl Seeded for Settings {
    fn differs_in_seed_only(&self, other: &Self) -> bool {
        self.every == other.every && self.start.differs_in_seed_only(&other.start)
    }
}

/// The run and its measurements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run.
    pub run: Run,
    /// The measurements, in order; they end early if the run leaves the finite numbers.
    pub glances: Vec<Glance>,
    /// The SHA-256 of the training bytes.
    pub data: String,
}

/// The curvature after some steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Glance {
    /// The number of steps taken.
    pub step: u64,
    /// The training loss.
    pub loss: f64,
    /// The plain sharpness a = λ_max(H).
    pub sharpness: Eigenvalue,
    /// λ_max(P⁻¹H) with the P of the last step.
    pub preconditioned: Eigenvalue,
}
