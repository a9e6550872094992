//! The thresholds that were found, and what they decide.

use serde_json::{Value, json};

use crate::threshold::{Bracket, Curve, Thresholds};

use super::super::setting::Setting;
use super::super::verdict::{Judgement, Justification, Stability};
use super::certified::CertificateAnswer;

/// The largest distance of the Hessian from the Gauss–Newton matrix along the eigenvector of the sharpness, as
/// a share of it, at which the thresholds decide the verdict.
const NEAR: f64 = 0.1;

/// The most rows of a Gram matrix for which a matrix is looked for that shows the lower end of η*.
pub(super) const LARGEST_WITH_MATRIX: usize = 2_000;

/// The thresholds of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdsFound {
    /// The thresholds.
    pub thresholds: Thresholds,
    /// The number of samples that they are those of.
    pub samples: usize,
    /// The number of samples that were measured.
    pub all: usize,
    /// ‖(H − G)v‖/a for the unit eigenvector v of the sharpness a, if it was measured.
    pub departure: Option<f64>,
    /// η* at other batch sizes; empty unless requested.
    pub curve: Vec<(usize, Curve)>,
    /// The smallest stable batch at this learning rate.
    pub smallest_batch: SmallestBatch,
    /// Sentences about what was taken up from an earlier run.
    pub notes: Vec<String>,
    /// The answer to a request for a certificate; `None` if there was none.
    pub certificate: Option<CertificateAnswer>,
}

/// The smallest batch at which the learning rate is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmallestBatch {
    /// It was not requested.
    Unknown,
    /// No batch is large enough: the full batch is unstable too.
    None,
    /// This one.
    Some(usize),
}

impl ThresholdsFound {
    /// Why these thresholds decide no verdict; `None` if they do.
    pub fn decides_nothing(&self) -> Option<String> {
        if self.samples < self.all {
            return Some(format!(
                "they are those of {} of the {} samples",
                self.samples, self.all
            ));
        }
        let departure = self.departure.filter(|departure| *departure > NEAR)?;
        Some(format!(
            "this is not near a minimum that interpolates: along the eigenvector of a the Hessian and \
             the Gauss–Newton matrix differ by {:.0} % of a",
            100.0 * departure
        ))
    }

    /// Why no matrix was looked for that shows a lower end; `None` if one was.
    pub fn lower_left_out(&self) -> Option<String> {
        let size = self.thresholds.gram.size;
        let end = match self.thresholds.heavy_ball {
            Some(_) => "that of plain SGD is η₁, and that of heavy ball is missing",
            None => "it is η₁",
        };
        (size > LARGEST_WITH_MATRIX).then(|| {
            format!(
                "the lower end costs as much as η* itself and is not looked for above {LARGEST_WITH_MATRIX} rows; {end}"
            )
        })
    }

    /// The ends of η* for the optimiser of the run.
    pub fn ends(&self) -> Bracket {
        let plain = &self.thresholds.mean_square;
        self.thresholds.heavy_ball.as_ref().unwrap_or(plain).bracket
    }

    /// The judgement of the learning rate by η*.
    pub(super) fn judge(&self, setting: &Setting) -> Judgement {
        let name = match &self.thresholds.heavy_ball {
            Some(_) => "η* of heavy ball",
            None => "η*",
        };
        let (rate, ends) = (setting.lr.to_f64(), self.ends());
        let share = rate / ends.upper;
        let verdict = if ends.lower.is_some_and(|lower| rate <= lower) {
            Stability::Stable
        } else if rate > ends.upper {
            Stability::Unstable
        } else {
            Stability::Undecided
        };
        let (basis, reason) = match verdict {
            Stability::Undecided => (
                Justification::None,
                format!("η lies between the two ends that are known of {name}"),
            ),
            _ => (
                Justification::Threshold,
                format!("η is {share:.4} of {name}, the exact threshold of the linearised network"),
            ),
        };
        Judgement {
            verdict,
            basis,
            reason,
        }
    }

    pub(super) fn json(&self) -> Value {
        let mut json = json!(self.thresholds);
        let point = |(batch, point): &(usize, Curve)| {
            json!({
                "batch": batch,
                "noise_weight": point.noise,
                "learning_rate": point.learning_rate,
                "residual": point.residual,
            })
        };
        json["samples"] = json!(self.samples);
        json["departure"] = json!(self.departure);
        json["decides_nothing"] = json!(self.decides_nothing());
        json["lower_left_out"] = json!(self.lower_left_out());
        json["resumed"] = json!(self.notes);
        json["curve"] = Value::Array(self.curve.iter().map(point).collect());
        json["certificate"] = json!(self.certificate.as_ref().map(CertificateAnswer::json));
        json["smallest_batch"] = match self.smallest_batch {
            SmallestBatch::Some(batch) => json!(batch),
            SmallestBatch::None | SmallestBatch::Unknown => Value::Null,
        };
        json
    }
}
