//! The decision about one model at one learning rate.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::rates::CriticalRates;
use super::threshold::{NotFound, TIME_LIMIT};
use crate::criterion::{CRITERIA, PerCriterion};
use crate::model::{Model, Sampling};
use crate::number::Exact;

/// The verdicts on one model at one learning rate and batch size, and the critical learning rates.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The learning rate `η`.
    pub lr: Exact,
    /// The batch size `B`.
    pub batch: usize,
    /// How batches are drawn.
    pub sampling: Sampling,
    /// The dimension `d`.
    pub dimension: usize,
    /// The number of samples `n`.
    pub samples: usize,
    /// Does each criterion hold at `η`? All are closed conditions: the edge counts as stable.
    pub verdicts: Verdicts,
    /// The largest learning rate at which each criterion holds.
    pub critical_lr: CriticalRates,
    /// The reason for every verdict that is `None`, by the name of its criterion.
    pub undecided: BTreeMap<&'static str, String>,
}

/// The verdict of each criterion; `None` where none was reached, with the reason in
/// [`Decision::undecided`].
pub type Verdicts = PerCriterion<Option<bool>>;

/// The reason "time limit" for every criterion, when the time was over before the first question.
pub fn all_out_of_time() -> BTreeMap<&'static str, String> {
    let names = CRITERIA.map(|criterion| criterion.name);
    names.map(|name| (name, TIME_LIMIT.to_owned())).into()
}

impl Decision {
    /// A decision in which nothing is decided yet.
    pub(super) fn unasked(model: &Model, lr: &Exact, batch: usize, sampling: Sampling) -> Self {
        Decision {
            lr: lr.clone(),
            batch,
            sampling,
            dimension: model.dimension(),
            samples: model.samples(),
            verdicts: Verdicts::default(),
            critical_lr: CriticalRates::out_of_time(),
            undecided: all_out_of_time(),
        }
    }

    /// Is every verdict decided, and every critical learning rate either enclosed or shown not to
    /// exist?
    pub fn is_complete(&self) -> bool {
        self.undecided.is_empty() && self.critical_lr.not_found().is_empty()
    }
}

/// A verdict that was not reached is `null`, as is a critical learning rate without a bracket. The
/// reasons are in `undecided`, and in `unbounded` or `not_found`. `exact` lists the brackets whose
/// lower end is the critical learning rate itself.
impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            lr: &'a Exact,
            batch: usize,
            sampling: Sampling,
            dimension: usize,
            samples: usize,
            verdicts: Verdicts,
            critical_lr: &'a CriticalRates,
            exact: Vec<&'a str>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            unbounded: BTreeMap<&'a str, &'a str>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            not_found: BTreeMap<&'a str, &'a NotFound>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            undecided: &'a BTreeMap<&'static str, String>,
        }
        let written = Written {
            lr: &self.lr,
            batch: self.batch,
            sampling: self.sampling,
            dimension: self.dimension,
            samples: self.samples,
            verdicts: self.verdicts,
            critical_lr: &self.critical_lr,
            exact: self.critical_lr.exact(),
            unbounded: self.critical_lr.unbounded(),
            not_found: self.critical_lr.not_found(),
            undecided: &self.undecided,
        };
        written.serialize(serializer)
    }
}
