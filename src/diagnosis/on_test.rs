//! The same network on test samples, beside the training samples.

use serde_json::{Value, json};

use crate::curvature::Tracker;
use crate::error::{Error, Result};
use crate::network::Point;

use super::mode::Mode;
use super::partial::LeftOut;
use super::reading::Reading;
use super::rounding;
use super::single;
use super::subject::Samples;
use super::task::{Effort, Task, Wanted};

/// The numbers on the test samples.
#[derive(Clone, Debug)]
pub struct OnTest {
    /// The number of samples.
    pub samples: usize,
    /// The SHA-256 of the samples.
    pub digest: String,
    /// Loss, accuracy, a and, as on the training samples, s. λ_min is not measured.
    pub reading: Reading,
}

impl OnTest {
    /// Measures the task's model on test samples.
    ///
    /// # Errors
    /// Returns an error if the mode takes its statistics from the samples, or if the loss or the curvature overflows
    /// f32.
    pub(super) fn measure(
        task: &Task<'_>,
        mode: Option<Mode>,
        point: &Point<'_>,
        samples: &Samples,
    ) -> Result<Self> {
        if matches!(mode, Some(Mode::Train | Mode::Frozen)) {
            let fault = "goes with --mode eval only: in the other modes the statistics are those of the training \
                         samples";
            return Err(Error::input("--test-data", "mode", fault));
        }
        let effort = Effort {
            wanted: Wanted {
                smallest: false,
                ..task.effort.wanted
            },
            ..*task.effort
        };
        let task = Task {
            samples,
            effort: &effort,
            ..*task
        };
        let tracker = &mut Tracker::new(effort.lanczos, effort.seed);
        let (reading, vectors) = single::read(&task, point, 0, tracker, &mut LeftOut::default())?;
        let rounding = rounding::measure(&task, mode, &reading, &vectors);
        Ok(OnTest {
            samples: samples.count,
            digest: samples.digest.clone(),
            reading: reading.rounded(rounding, effort.lanczos.tolerance),
        })
    }

    /// The numbers as JSON.
    pub fn json(&self) -> Value {
        let reading = &self.reading;
        json!({
            "samples": self.samples,
            "data_sha256": self.digest,
            "loss": reading.loss,
            "accuracy": reading.accuracy,
            "sharpness": reading.sharpness,
            "non_uniformity": reading.non_uniformity,
        })
    }
}
