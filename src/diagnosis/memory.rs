//! A forecast of the memory that a measurement will take.

use std::path::Path;

use serde::Serialize;

use crate::dataset::Contents;
use crate::error::{Error, Result};
use crate::network::Network;
use crate::reference::{CHUNK, SHARES};

use super::rounding;
use super::shared_point::SLICE;

/// The peak memory of a measurement in bytes, split by use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// Samples, both as read and as the network takes them, and targets.
    pub data: u64,
    /// Parameters, statistics and the gradient.
    pub weights: u64,
    /// Activations, derivatives and sums of the forward and backward passes.
    pub passes: u64,
    /// The Krylov basis after the largest allowed number of products, and the eigenvectors that are kept.
    pub eigenvectors: u64,
    /// The Gram matrix and the matrices of its size, if thresholds were requested.
    pub thresholds: u64,
    /// Freed memory that the allocator does not return to the system.
    pub held_back: u64,
    /// The program itself and its threads.
    pub program: u64,
}

/// The allocator is assumed to hold back this fraction (one part in `HELD_BACK`) of all other memory. At
/// most 5 % was measured.
const HELD_BACK: u64 = 8;

/// The size of an f32 in bytes.
const NUMBER: u64 = 4;

/// The size of an f64 in bytes.
const DOUBLE: u64 = 8;

/// The memory in bytes that the program takes before it reads anything: a measured value of a few
/// megabytes, and the embedded images.
const PROGRAM: u64 = 24 << 20;

impl Forecast {
    /// The forecast for `samples` samples and `products` products with each matrix. `is_coupled` says
    /// whether batch normalisation couples the samples.
    pub fn new(network: &Network, samples: usize, products: usize, is_coupled: bool) -> Self {
        let (n, d) = (samples as u64, network.parameters() as u64);
        let (features, outputs) = (network.features() as u64, network.outputs() as u64);
        // The basis, the next vector, three that are formed beside it, the three of H and the two that are kept, the
        // three of Σ, and two parts of a product with the matrix of Theorem 1.
        let vectors = products.min(network.parameters()) as u64 + 14;
        Forecast {
            data: NUMBER * n * (2 * features + outputs),
            weights: NUMBER * (2 * d + 2 * network.statistics() as u64),
            passes: NUMBER * network.curvature_numbers(samples, is_coupled),
            eigenvectors: NUMBER * vectors * d,
            thresholds: 0,
            held_back: 0,
            program: PROGRAM,
        }
        .with_held_back()
    }

    /// The forecast for measuring again in f64, in addition to what stays in memory from f32.
    pub fn in_f64(network: &Network, samples: usize, products: usize, is_coupled: bool) -> Self {
        let (n, d) = (samples as u64, network.parameters() as u64);
        let (features, outputs) = (network.features() as u64, network.outputs() as u64);
        let all = n * (features + network.activation_numbers());
        let together = if is_coupled {
            all
        } else {
            all.min(CHUNK as u64) * rayon::current_num_threads() as u64
        };
        let windows = network.window_numbers() * rayon::current_num_threads() as u64;
        let vectors = products.min(network.parameters()) as u64 + 4;
        let used = network.used_parameters() as u64;
        let narrow = Forecast::new(network, samples, 0, is_coupled);
        Forecast {
            data: narrow.data + DOUBLE * n * (features + outputs),
            weights: narrow.weights + NUMBER * 2 * d + DOUBLE * used,
            // Sums of two vectors and their total, dual numbers a + t·b forward and backward, and on each
            // thread the im2col windows of an image.
            passes: DOUBLE * (2 * (SHARES as u64 + 1) * used + 6 * together + windows),
            eigenvectors: DOUBLE * vectors * d,
            thresholds: 0,
            held_back: 0,
            program: PROGRAM,
        }
        .with_held_back()
    }

    /// The forecast for measuring the rounding error of f32, in addition to the passes in f32. By then
    /// only three eigenvectors are kept.
    pub fn in_both(network: &Network, samples: usize, is_together: bool) -> Self {
        let (n, d) = (samples as u64, network.parameters() as u64);
        let (features, outputs) = (network.features() as u64, network.outputs() as u64);
        let activations = features + network.activation_numbers();
        let (compared, together) = if is_together {
            let compared = samples.min(rounding::together(network));
            (compared, compared as u64 * activations)
        } else {
            // Each share processes one chunk at a time.
            let chunk = (CHUNK as u64 / activations.max(1)).clamp(1, n.div_ceil(SHARES as u64));
            let threads = rayon::current_num_threads() as u64;
            (samples, chunk * activations * threads)
        };
        let passes = Forecast::new(network, compared, 0, is_together).passes;
        let slice = (n * (features + outputs)).min(SLICE as u64 + features + outputs);
        let narrow = Forecast::new(network, samples, 0, is_together);
        Forecast {
            // In f64, gathered in f32, and again in f32 with channels first.
            data: narrow.data + (DOUBLE + 2 * NUMBER) * slice,
            weights: narrow.weights + NUMBER * 2 * d + DOUBLE * d,
            // For Σv, each share has two sums and a vector of its own.
            passes: passes + DOUBLE * (3 * (SHARES as u64 + 1) * d + 6 * together),
            eigenvectors: (3 * NUMBER + 4 * DOUBLE) * d,
            thresholds: 0,
            held_back: 0,
            program: PROGRAM,
        }
        .with_held_back()
    }

    /// Adds this many bytes of weights and of samples that f32 cannot represent. Both are kept, and
    /// copied once.
    #[must_use]
    pub fn with_unrounded(self, weights: u64, data: u64) -> Self {
        Forecast {
            weights: self.weights + 2 * weights,
            data: self.data + 2 * data,
            ..self
        }
        .with_held_back()
    }

    /// Adds the memory for this many eigenvectors of `parameters` numbers, and for the file with them.
    #[must_use]
    pub fn with_eigenvectors(self, count: usize, parameters: usize) -> Self {
        Forecast {
            eigenvectors: self.eigenvectors + 3 * NUMBER * count as u64 * parameters as u64,
            ..self
        }
        .with_held_back()
    }

    /// Adds the memory for the thresholds of a Gram matrix with this many rows.
    #[must_use]
    pub fn with_thresholds(self, rows: usize) -> Self {
        /// How many f64 matrices of that size are in memory at a time: the factor of the model, and a direction, a
        /// residual and a step with their images; or as many for the eigenvectors or the lower end.
        const MATRICES: u64 = 8;
        Forecast {
            thresholds: MATRICES * DOUBLE * (rows as u64).pow(2),
            ..self
        }
        .with_held_back()
    }

    /// The sum of all parts in bytes.
    pub fn total(&self) -> u64 {
        self.used() + self.held_back + self.program
    }

    fn used(&self) -> u64 {
        self.data + self.weights + self.passes + self.eigenvectors + self.thresholds
    }

    /// Adds what the allocator holds back.
    fn with_held_back(self) -> Self {
        Forecast {
            held_back: self.used() / HELD_BACK,
            ..self
        }
    }

    /// Checks that the forecast fits into `budget` bytes.
    ///
    /// # Errors
    /// Returns an error if it does not.
    pub fn check(&self, budget: u64) -> Result<()> {
        let needed = self.total();
        let (part, mend) = if self.thresholds > self.eigenvectors {
            let part = format!("{} of them for the thresholds", bytes(self.thresholds));
            (part, "give fewer --threshold-samples")
        } else {
            let part = format!("{} of them eigenvectors", bytes(self.eigenvectors));
            (part, "take fewer --samples or --products")
        };
        let what = format!("the forecast is {} ({part})", bytes(needed));
        within(needed, budget, &what, mend)
    }
}

/// Checks that a checkpoint of `size` bytes fits into `budget` bytes, together with the parameters that
/// are made from it.
///
/// # Errors
/// Returns an error if it does not.
pub fn check_file(path: &Path, size: u64, budget: u64) -> Result<()> {
    let needed = size.saturating_mul(2);
    let what = format!(
        "{} has {}, and reading it takes {}",
        path.display(),
        bytes(size),
        bytes(needed)
    );
    within(needed, budget, &what, "export the weights alone")
}

/// Checks that the samples that a file announces fit into `budget` bytes while they are read: once as
/// stored, and four times in f32 (converted, selected, in the network's order, and with equal targets side
/// by side).
///
/// # Errors
/// Returns an error if they do not.
pub fn check_contents(contents: &Contents, budget: u64) -> Result<()> {
    let needed = contents.count.saturating_mul(contents.width + 4 * NUMBER);
    let what = format!(
        "{} holds {} numbers, and reading them takes {}",
        contents.path.display(),
        contents.count,
        bytes(needed)
    );
    within(needed, budget, &what, "give a file with fewer samples")
}

/// Checks that `needed` bytes fit into the budget.
///
/// # Errors
/// Returns an error if `needed` exceeds the budget. `what` names what needs the memory, `mend` says what
/// helps.
fn within(needed: u64, budget: u64, what: &str, mend: &str) -> Result<()> {
    if needed <= budget {
        return Ok(());
    }
    Err(Error::memory(format!(
        "memory: {what}, more than the {} that may be used; {mend}, or raise --memory",
        bytes(budget)
    )))
}

/// A size such as `1.23 GB`, with decimal prefixes and three digits.
pub fn bytes(count: u64) -> String {
    let count = count as f64;
    match count {
        c if c >= 1e9 => format!("{:.2} GB", c / 1e9),
        c if c >= 1e6 => format!("{:.0} MB", c / 1e6),
        c if c >= 1e3 => format!("{:.0} kB", (c / 1e3).ceil()),
        c => format!("{c} B"),
    }
}
