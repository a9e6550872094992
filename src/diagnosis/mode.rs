//! With which statistics batch normalisation works where curvature is measured.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::kernel::Isa;
use crate::network::{Batch, Layer, Network, Normalisation, Operation, Pass, Point};

use super::subject::Model;

/// The three modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The statistics of the batch itself: the samples are coupled and have no Hessians.
    Train,
    /// The running statistics of the checkpoint.
    Eval,
    /// The statistics of these samples, held fixed: the same outputs as in training mode.
    Frozen,
}

impl Mode {
    /// All of them.
    pub const ALL: [Mode; 3] = [Mode::Train, Mode::Eval, Mode::Frozen];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Train => "train",
            Mode::Eval => "eval",
            Mode::Frozen => "frozen",
        }
    }

    /// The mode asked for, which a network with batch normalisation must have and no other may.
    ///
    /// # Errors
    /// When it is missing, does not belong there, or there is nothing to evaluate with.
    pub fn check(asked: Option<Mode>, network: &Network) -> Result<Option<Mode>> {
        let refuse = |fault| Err(Error::input("--mode", network.name(), fault));
        match (asked, network.has_batch_norm()) {
            (None, true) => refuse(
                "has batch normalisation, so that every curvature depends on the mode; give train, \
                 eval or frozen",
            ),
            (Some(_), false) => refuse("has no batch normalisation; leave --mode out"),
            (Some(Mode::Eval), true) if !network.has_running_statistics() => refuse(NO_STATISTICS),
            _ => Ok(asked),
        }
    }

    /// Are the samples coupled?
    pub fn is_coupled(self) -> bool {
        self == Mode::Train
    }

    /// The statistics of this mode at a model over a batch.
    pub fn statistics(self, isa: Isa, model: &Model, batch: &Batch<'_>) -> Vec<f32> {
        let point = model.state.point(&model.network, Normalisation::Batch);
        match self {
            Mode::Frozen => Pass::new(isa).measure_statistics(&point, batch),
            Mode::Train | Mode::Eval => model.state.statistics.clone(),
        }
    }
}

/// Why there is no evaluation mode.
const NO_STATISTICS: &str = "some batch normalisation has no running statistics, so that there is no eval \
                             mode: PyTorch too normalises by the batch there; give train or frozen";

impl Mode {
    /// Why nothing can be measured in this mode: there are no statistics, or a variance that is divided
    /// by is zero and ε is zero too.
    pub fn fault(self, isa: Isa, model: &Model, batch: &Batch<'_>) -> Option<String> {
        let network = &model.network;
        if self == Mode::Eval && !network.has_running_statistics() {
            return Some(NO_STATISTICS.to_owned());
        }
        let norms = || network.layers().iter().filter(|layer| is_norm(layer));
        if !norms().any(is_bare) {
            return None;
        }
        let statistics = match self {
            Mode::Eval => model.state.statistics.clone(),
            Mode::Train | Mode::Frozen => Mode::Frozen.statistics(isa, model, batch),
        };
        let zero = |layer: &Layer| {
            let mut variances = statistics[layer.variances()].iter();
            variances.position(|&variance| is_bare(layer) && variance <= 0.0)
        };
        let mut zeros = norms()
            .enumerate()
            .filter_map(|(k, layer)| Some((k, zero(layer)?)));
        zeros.next().map(|(norm, channel)| {
            format!(
                "batch-norm number {} has epsilon 0, and in mode {self} the variance of its channel {} \
                 is 0, so that it divides by zero; give the epsilon it was trained with, or samples \
                 that differ there",
                norm + 1,
                channel + 1
            )
        })
    }
}

fn is_norm(layer: &Layer) -> bool {
    matches!(layer.operation, Operation::Standardise(_))
}

/// Does nothing stand beside the variance?
fn is_bare(layer: &Layer) -> bool {
    matches!(&layer.operation, Operation::Standardise(norm) if norm.epsilon as f32 == 0.0)
}

/// The point of a model in a mode, or without one; `statistics` are those of the mode.
pub fn point<'a>(model: &'a Model, mode: Option<Mode>, statistics: &'a [f32]) -> Point<'a> {
    Point {
        network: &model.network,
        parameters: &model.state.parameters,
        statistics,
        normalisation: match mode {
            Some(Mode::Train) => Normalisation::Batch,
            _ => Normalisation::Fixed,
        },
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let named = Mode::ALL.into_iter().find(|mode| mode.name() == text);
        named.ok_or_else(|| format!("\"{text}\" is no mode; write train, eval or frozen"))
    }
}
