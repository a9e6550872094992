//! How far a run has come, and how it ends.

use serde::{Deserialize, Serialize};

use super::optimiser::Taken;
use super::plan::Stop;

/// The way in which a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The smoothed loss fell below the tolerance.
    Converged,
    /// The gradient of the loss over all samples fell below its tolerance.
    Stationary,
    /// The line search found no lower point: the loss is flat up to rounding, or has a kink.
    Stalled,
    /// The steps were used up.
    OutOfSteps,
    /// The loss or a parameter is no longer finite, or the loss blew up.
    Diverged,
}

impl Ending {
    /// Every ending.
    pub const ALL: [Ending; 5] = [
        Ending::Converged,
        Ending::Stationary,
        Ending::Stalled,
        Ending::OutOfSteps,
        Ending::Diverged,
    ];

    /// The name in tables.
    pub fn words(self) -> &'static str {
        match self {
            Ending::Converged => "converged",
            Ending::Stationary => "stationary",
            Ending::Stalled => "stalled",
            Ending::OutOfSteps => "out of steps",
            Ending::Diverged => "diverged",
        }
    }
}

/// The result of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// How the run ended.
    pub ending: Ending,
    /// The number of steps taken.
    pub steps: u64,
    /// The smoothed batch loss at the end; `None` when it is not finite, or no step had a loss.
    pub smoothed_loss: Option<f64>,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// The number of steps taken.
    pub steps: u64,
    /// The first batch loss.
    pub first_loss: Option<f64>,
    /// The smoothed batch loss; `None` before the first one, and when it is not finite.
    pub smoothed_loss: Option<f64>,
    /// How the run ended; `None` while it goes on.
    pub ending: Option<Ending>,
}

impl Progress {
    /// Records the result of a step; returns how the run ends if this step ends it.
    pub(super) fn take(
        &mut self,
        Taken { loss, is_stalled }: Taken,
        stop: &Stop,
    ) -> Option<Ending> {
        if !loss.is_finite() {
            self.smoothed_loss = None;
            return Some(Ending::Diverged);
        }
        let smoothed = self
            .smoothed_loss
            .map_or(loss, |before| 0.9 * before + 0.1 * loss);
        self.smoothed_loss = Some(smoothed);
        let first = *self.first_loss.get_or_insert(loss);
        let blown_up = |factor: f64| smoothed > factor * first.max(stop.tolerance);
        if stop.blow_up.is_some_and(blown_up) {
            return Some(Ending::Diverged);
        }
        if smoothed < stop.tolerance {
            return Some(Ending::Converged);
        }
        is_stalled.then_some(Ending::Stalled)
    }

    /// The result so far; its ending is "out of steps" while the run continues.
    pub(super) fn run(&self) -> Run {
        Run {
            ending: self.ending.unwrap_or(Ending::OutOfSteps),
            steps: self.steps,
            smoothed_loss: self.smoothed_loss,
        }
    }
}
