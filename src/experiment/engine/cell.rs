//! The settings and the outcome of a cell.

use serde::{Deserialize, Serialize};

use crate::experiment::tiny::Difference;

/// The comparison that a cell makes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "look")]
pub enum Settings {
    /// Compares `Hv` and `Σv` of tiny networks with exact products.
    Products {
        /// The name ([`crate::experiment::tiny::network`]) and the number of samples of each network.
        networks: Vec<(String, usize)>,
        /// The number of random networks of each shape.
        seeds: u64,
    },
    /// Repeats a training run and a measurement on every instruction set and number of threads.
    Bits {
        /// The widths of the layers, input first.
        widths: Vec<usize>,
        /// The number of training images.
        samples: usize,
        /// The numbers of threads.
        threads: Vec<usize>,
    },
}

/// The result of a comparison.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "look")]
pub enum Outcome {
    /// The result of [`Settings::Products`].
    Products {
        /// The differences of `Hv`, and those of `Σv`.
        differences: [Difference; 2],
        /// The number of networks on a kink of a ReLU or a max-pool, where there is no second derivative.
        on_a_switch: u64,
    },
    /// The result of [`Settings::Bits`].
    Bits {
        /// The SHA-256 of the bits of losses, parameters and curvature on the portable path with one
        /// thread.
        digest: String,
        /// The repetitions whose bits differ. Which repetitions were made depends on the machine; the
        /// manifest records it.
        different: Vec<String>,
    },
}
