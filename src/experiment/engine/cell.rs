//! What a cell is computed from, and what it comes to.

use serde::{Deserialize, Serialize};

use crate::experiment::tiny::Difference;

/// What is compared.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "look")]
pub enum Settings {
    /// `Hv` and `Σv` of tiny networks against exact ones.
    Products {
        /// Name ([`crate::experiment::tiny::network`]) and number of samples of each network.
        networks: Vec<(String, usize)>,
        /// Random networks of each shape.
        seeds: u64,
    },
    /// A training run and a measurement on every instruction set and number of threads.
    Bits {
        /// Widths of the layers.
        widths: Vec<usize>,
        /// Training images.
        samples: usize,
        /// Numbers of threads.
        threads: Vec<usize>,
    },
}

/// How the comparison came out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "look")]
pub enum Outcome {
    /// See [`Settings::Products`].
    Products {
        /// Of `Hv` and of `Σv`.
        differences: [Difference; 2],
        /// Networks on a kink of a ReLU or a max-pool, where there is no second derivative.
        on_a_switch: u64,
    },
    /// See [`Settings::Bits`].
    Bits {
        /// The SHA-256 over the bits of losses, parameters and curvature on the portable path with
        /// one thread.
        digest: String,
        /// The repetitions with other bits. Which repetitions were made depends on the machine and is
        /// recorded in the manifest.
        different: Vec<String>,
    },
}
