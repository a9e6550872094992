//! A run of gradient descent whose loss and sharpness are recorded on the way.

use serde::{Deserialize, Serialize};

use crate::experiment::trained::TrainingSettings;
use crate::train::{Ending, Plan};

/// What is to be seen in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Regime {
    /// Random parameters, with η above 2/a. The first prediction was a catapult.
    RandomStart,
    /// A minimum, with η above 2/a: the loss rises first, and the sharpness falls.
    Catapult,
    /// Random parameters, with η below 2/a: the sharpness rises to 2/η, and hovers there.
    SelfStabilisation,
}

impl Regime {
    /// Every regime, in the order of the report.
    pub const ALL: [Regime; 3] = [
        Regime::Catapult,
        Regime::RandomStart,
        Regime::SelfStabilisation,
    ];

    /// The name in sentences.
    pub fn words(self) -> &'static str {
        match self {
            Regime::RandomStart => "random-start",
            Regime::Catapult => "catapult",
            Regime::SelfStabilisation => "self-stabilisation",
        }
    }
}

/// Everything that determines a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What is to be seen.
    pub regime: Regime,
    /// The run; its learning rate is that of `factor`.
    pub training: TrainingSettings,
    /// The run that leads from random parameters to the start; `None` if the start is random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Plan>,
    /// The learning rate in units of 2/a at the start.
    pub factor: f64,
    /// The number of steps between two looks.
    pub every: u64,
}

/// What was seen of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The learning rate η; `None` if the curvature at the start is not finite.
    pub learning_rate: Option<f32>,
    /// The looks, the first before the first step.
    pub looks: Vec<Look>,
    /// The largest loss of all steps; `None` if it is not finite.
    pub largest_loss: Option<f64>,
    /// How the run ended.
    pub ending: Ending,
    /// The SHA-256 of the training bytes.
    pub data: String,
}

/// A look at a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The number of steps taken.
    pub step: u64,
    /// The loss.
    pub loss: f64,
    /// The sharpness a.
    pub sharpness: f64,
}
