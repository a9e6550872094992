//! The statistics that batch normalisation uses when curvature is measured.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::network::Network;

/// The statistics that batch normalisation uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The statistics of the batch itself. They couple the samples, which then have no Hessians of their
    /// own.
    Train,
    /// The running statistics of the checkpoint.
    Eval,
    /// The statistics of these samples, held fixed: the outputs are those of training mode.
    Frozen,
}

impl Mode {
    /// All modes.
    pub const ALL: [Mode; 3] = [Mode::Train, Mode::Eval, Mode::Frozen];

    /// The name of the mode on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Train => "train",
            Mode::Eval => "eval",
            Mode::Frozen => "frozen",
        }
    }

    /// Checks the requested mode against the network. A network with batch normalisation needs a mode,
    /// and no other network may have one.
    ///
    /// # Errors
    /// Returns an error if the mode is missing or superfluous, or if it is [`Mode::Eval`] and there are
    /// no running statistics.
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

    /// Whether the samples are coupled in this mode.
    pub fn is_coupled(self) -> bool {
        self == Mode::Train
    }
}

/// Why there is no evaluation mode without running statistics.
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
