//! The exact thresholds of the linearised network, and the verdict by them.
//!
//! They are the learning rates up to which SGD is stable on the model in which the network is replaced by
//! its linearisation and each sample has its Gauss–Newton matrix ([`crate::threshold`]). At a minimum that
//! interpolates this is what stability means; elsewhere the Hessian has a second part, and the thresholds
//! decide nothing.

mod certified;
mod found;

use std::time::Duration;

use serde_json::{Value, json};

use crate::error::Result;
use crate::network::{Batch, Gathered, Gram, Point};
use crate::threshold::{Bracket, Curve, Keep, Linearised, NoModel, Question};
use crate::work;

use super::reading::Reading;
use super::setting::Setting;
use super::task::Task;
use super::verdict::{Judgement, Justification, Stability};
pub use certified::CertificateAnswer;
pub use found::{SmallestBatch, ThresholdsFound};

/// The time between two states of an iteration that are kept; what takes less is not kept.
const EVERY: Duration = Duration::from_secs(30);

/// Which thresholds are requested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThresholdRequest {
    /// How many of the samples are used; all if `None`.
    pub samples: Option<usize>,
    /// Whether η* is computed for other batch sizes too.
    pub curve: bool,
    /// Whether a certificate of stability or instability is made.
    pub certificate: bool,
}

impl ThresholdRequest {
    /// The number of samples used, of `all`.
    pub fn count(&self, all: usize) -> usize {
        self.samples.map_or(all, |count| count.min(all))
    }
}

/// The answer to a request for thresholds.
#[derive(Clone, Debug, PartialEq)]
pub enum ThresholdAnswer {
    /// They were computed.
    Found(Box<ThresholdsFound>),
    /// There are none, for the reason given.
    LeftOut(String),
}

/// Computes the thresholds at a point, whose reading is known.
///
/// # Errors
/// If the folder in which states are kept belongs to another network.
pub(super) fn measure(
    task: &Task<'_>,
    point: &Point<'_>,
    reading: &Reading,
    request: &ThresholdRequest,
) -> Result<ThresholdAnswer> {
    if let Some(reason) = left_out(task.setting, point) {
        return Ok(ThresholdAnswer::LeftOut(reason));
    }
    let batch = task.samples.batch();
    let mut chosen = Gathered::default();
    chosen.gather(&batch, &spread(request.count(batch.samples), batch.samples));
    let found = match linearise(task, point, &chosen.batch())? {
        Ok(model) => find(task, reading, request, &model, || {
            Gram::of(task.effort.isa, point, &chosen.batch())
        }),
        Err(reason) => Err(reason),
    };
    Ok(match found {
        Ok(found) => ThresholdAnswer::Found(Box::new(found)),
        Err(reason) => ThresholdAnswer::LeftOut(reason.to_string()),
    })
}

/// Why there are no thresholds of this run; `None` if there are.
fn left_out(setting: &Setting, point: &Point<'_>) -> Option<String> {
    if setting.uncovered().is_some() || setting.is_nesterov() {
        let name = setting.optimizer_name();
        return Some(format!(
            "they are those of SGD and heavy ball, and the optimiser is {name}"
        ));
    }
    point.is_coupled().then(|| {
        "batch normalisation couples the samples of a batch, so that G_i does not exist; give \
         --mode eval or frozen"
            .to_owned()
    })
}

/// What is computed of the model; `gram` computes the Gram matrix of which it was made once more.
fn find(
    task: &Task<'_>,
    reading: &Reading,
    request: &ThresholdRequest,
    model: &Linearised,
    gram: impl FnOnce() -> Gram,
) -> std::result::Result<ThresholdsFound, NoModel> {
    let setting = task.setting;
    let question = Question {
        both_ends: model.summary().size <= found::LARGEST_WITH_MATRIX,
        ..Question::new(setting.weight().to_f64(), setting.momentum.to_f64())
    };
    let thresholds = model.thresholds(&question).ok_or(NoModel::NotFinite)?;
    let departure =
        (reading.other.as_ref()).map(|other| other.distance / reading.sharpness.value.abs());
    let (curve, smallest_batch) = if request.curve {
        (
            curve(model, setting, &question),
            smallest_batch(model, setting, &question),
        )
    } else {
        (Vec::new(), SmallestBatch::Unknown)
    };
    let certificate = (request.certificate).then(|| certified::certify(task, model, gram));
    Ok(ThresholdsFound {
        thresholds,
        certificate,
        samples: model.samples(),
        all: task.samples.count,
        departure,
        curve,
        smallest_batch,
        notes: model.notes(),
    })
}

/// `count` indices below `all`, evenly spaced.
fn spread(count: usize, all: usize) -> Vec<usize> {
    (0..count).map(|k| k * all / count).collect()
}

/// The linearised model of the network over these samples, if there is one.
fn linearise(
    task: &Task<'_>,
    point: &Point<'_>,
    batch: &Batch<'_>,
) -> Result<std::result::Result<Linearised, NoModel>> {
    work::stage("thresholds: the Gram matrix");
    let gram = Gram::of(task.effort.isa, point, batch);
    let keep = task.resume.map(|folder| Keep::open(folder, &gram, EVERY));
    let model = Linearised::kept(gram, keep.transpose()?);
    Ok(model.map(|model| model.with_decay(point.network.weight_decay())))
}

/// η* at batch sizes 1, 2, 4, … and at all samples.
fn curve(model: &Linearised, setting: &Setting, question: &Question) -> Vec<(usize, Curve)> {
    let mut batches: Vec<usize> = std::iter::successors(Some(1), |batch| Some(2 * batch))
        .take_while(|batch| *batch < setting.samples)
        .collect();
    batches.push(setting.samples);
    let noises: Vec<f64> = batches
        .iter()
        .map(|&batch| setting.weight_of(batch).to_f64())
        .collect();
    batches
        .into_iter()
        .zip(model.curve(&noises, question))
        .collect()
}

fn smallest_batch(model: &Linearised, setting: &Setting, question: &Question) -> SmallestBatch {
    let Some(noise) = model.largest_noise(setting.lr.to_f64(), question) else {
        return SmallestBatch::None;
    };
    let is_stable = |batch: &usize| setting.weight_of(*batch).to_f64() <= noise;
    let found = (1..=setting.samples).find(is_stable);
    found.map_or(SmallestBatch::None, SmallestBatch::Some)
}

impl ThresholdAnswer {
    /// The thresholds as JSON, or the reason why there are none.
    pub fn json(&self) -> Value {
        match self {
            ThresholdAnswer::Found(found) => found.json(),
            ThresholdAnswer::LeftOut(reason) => json!({"left_out": reason}),
        }
    }

    /// The ends of η* for the optimiser of the run; `None` if there are none.
    pub fn ends(&self) -> Option<Bracket> {
        match self {
            ThresholdAnswer::Found(found) => Some(found.ends()),
            ThresholdAnswer::LeftOut(_) => None,
        }
    }

    /// The answer to a request for a certificate; `None` if there was none.
    pub fn certificate(&self) -> Option<&CertificateAnswer> {
        match self {
            ThresholdAnswer::Found(found) => found.certificate.as_ref(),
            ThresholdAnswer::LeftOut(_) => None,
        }
    }

    /// The number of samples that the thresholds are those of, if it is not all.
    pub fn part(&self) -> Option<usize> {
        match self {
            ThresholdAnswer::Found(found) if found.samples < found.all => Some(found.samples),
            _ => None,
        }
    }

    /// What became of the Gram matrix; `None` if there is none.
    pub fn gram(&self) -> Option<Value> {
        match self {
            ThresholdAnswer::Found(found) => Some(json!(found.thresholds.gram)),
            ThresholdAnswer::LeftOut(_) => None,
        }
    }

    /// The judgement with this answer: that by the threshold, where it decides.
    pub(super) fn judge(&self, judgement: Judgement, setting: &Setting) -> Judgement {
        match self {
            ThresholdAnswer::Found(found) if found.decides_nothing().is_none() => {
                let by_threshold = found.judge(setting);
                let contradicts = judgement.basis == Justification::Necessary
                    && by_threshold.verdict == Stability::Stable;
                if contradicts {
                    // A necessary criterion of the full Hessian fails, which the linearisation leaves out.
                    judgement
                } else {
                    by_threshold
                }
            }
            _ => judgement,
        }
    }
}
