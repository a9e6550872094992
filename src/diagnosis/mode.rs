//! Which statistics batch normalisation uses where curvature is measured.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::network::Network;

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
}

/// Why there is no evaluation mode.
pub(super) const NO_STATISTICS: &str = "some batch normalisation has no running statistics, so that there is no eval \
                             mode: PyTorch too normalises by the batch there; give train or frozen";

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
