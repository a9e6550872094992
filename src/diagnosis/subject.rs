//! What is looked at: one fixed set of samples, and a network at a point.

use std::path::{Path, PathBuf};

use crate::dataset::checkpoint::Checkpoint;
use crate::dataset::{self, Dataset, Split};
use crate::error::{Error, Result};
use crate::network::{Batch, Gathered, Loss, Network, State, channels_last};
use crate::oracle::double::Refined;

use super::{architecture, matching};

/// What a user names.
#[derive(Clone, Debug)]
pub struct Request {
    /// `fnn`, another name, or a TOML file.
    pub arch: String,
    /// The loss, when it is not the architecture's.
    pub loss: Option<Loss>,
    /// `fashion-mnist`, `cifar-10`, an npz file, or the images of a pair of idx files.
    pub data: String,
    /// The folder of the data set's files.
    pub data_dir: Option<PathBuf>,
    /// The first so many samples; without it, 1000 of a named data set and all of a file.
    pub samples: Option<usize>,
    /// The classes that are kept.
    pub classes: Option<Vec<usize>>,
}

/// The samples that a request names, whatever network reads them.
///
/// # Errors
/// As [`dataset::load`].
pub fn load(request: &Request) -> Result<Dataset> {
    let is_file = dataset::is_file(&request.data);
    let samples = request.samples.or((!is_file).then_some(1000));
    let folder = request.data_dir.as_deref();
    let classes = request.classes.as_deref();
    dataset::load(&request.data, folder, Split::Train, samples, classes)
}

/// A network at the point that a checkpoint gives.
#[derive(Clone, Debug)]
pub struct Model {
    /// The network.
    pub network: Network,
    /// Its parameters and running statistics.
    pub state: State,
    /// SHA-256 of the checkpoint.
    pub digest: String,
    /// How many weights were rounded to f32 when they were read.
    pub rounded: usize,
    /// The weights and statistics of the file, where f32 has rounded some of them.
    pub exact: Refined,
}

impl Model {
    /// Reads a checkpoint into the network that a request names.
    ///
    /// # Errors
    /// When the checkpoint is malformed, or does not fit the network or the samples.
    pub fn read(path: &Path, request: &Request, data: &Dataset) -> Result<Self> {
        let checkpoint = Checkpoint::read(path)?;
        let place = path.display().to_string();
        let named = (&place[..], &checkpoint);
        let network = architecture::network(&request.arch, named, data, request.loss)?;
        architecture::check_samples(&request.data, &network, &data.shape)?;
        let filled = matching::fill(&place, &checkpoint, &network)?;
        Ok(Model {
            state: filled.state,
            exact: filled.exact,
            rounded: checkpoint.rounded(),
            digest: checkpoint.digest,
            network,
        })
    }
}

/// Samples as a network reads them, like targets side by side.
#[derive(Clone, Debug)]
pub struct Samples {
    rows: Gathered,
    /// How many.
    pub count: usize,
    /// SHA-256 of exactly these samples and their labels.
    pub digest: String,
    /// How many inputs, and how many targets, were rounded to f32 when they were read.
    pub rounded: [usize; 2],
    exact: Refined,
}

impl Samples {
    /// The samples of a data set for a network; `place` names the data set in errors.
    ///
    /// # Errors
    /// When the targets do not fit the outputs or the loss.
    pub fn new(place: &str, data: &Dataset, network: &Network) -> Result<Self> {
        let targets = data
            .targets
            .clone()
            .with_outputs(place, network.outputs())?;
        let targets = targets.rows();
        if network.loss() == Loss::CrossEntropy {
            let is_distribution = |row: &[f32]| {
                row.iter().all(|&y| y >= 0.0) && (row.iter().sum::<f32>() - 1.0).abs() < 1e-3
            };
            let rows = targets.chunks_exact(network.outputs());
            if let Some(row) = rows.map(is_distribution).position(|is| !is) {
                let fault = "is no distribution, which cross-entropy needs: the numbers of a row \
                             must not be negative and must sum to one";
                return Err(Error::input(place, format!("target {row}"), fault));
            }
        }
        let batch = Batch {
            inputs: &channels_last(network.input(), &data.inputs),
            targets: &targets,
            samples: data.samples(),
        };
        Ok(Samples {
            rows: Gathered::by_target(&batch),
            count: data.samples(),
            digest: data.digest(),
            rounded: data.rounded(),
            exact: exact(data, &batch),
        })
    }

    /// All samples as one batch.
    pub fn batch(&self) -> Batch<'_> {
        self.rows.batch()
    }

    /// These samples in f64, where f32 has rounded some of their numbers.
    pub(super) fn exact(&self, samples: &[usize]) -> Refined {
        let rows = |numbers: &Option<Vec<f64>>| rows(numbers.as_ref()?, self.count, samples);
        Refined {
            inputs: rows(&self.exact.inputs),
            targets: rows(&self.exact.targets),
            ..Refined::default()
        }
    }

    /// The bytes that the numbers take that f32 does not hold.
    pub(super) fn exact_bytes(&self) -> u64 {
        self.exact.bytes()
    }
}

/// The numbers that f32 has rounded, sample by sample as the batch is gathered, channels first.
fn exact(data: &Dataset, batch: &Batch<'_>) -> Refined {
    let exact = &data.exact;
    if exact.inputs.is_none() && exact.targets.is_none() {
        return Refined::default();
    }
    let order = batch.by_target();
    let rows = |numbers: &Option<Vec<f64>>| rows(numbers.as_ref()?, batch.samples, &order);
    Refined {
        inputs: rows(&exact.inputs),
        targets: rows(&exact.targets),
        ..Refined::default()
    }
}

/// The rows of these samples, of numbers that `count` samples have.
fn rows(numbers: &[f64], count: usize, samples: &[usize]) -> Option<Vec<f64>> {
    let width = numbers.len() / count;
    let rows = samples
        .iter()
        .map(|row| &numbers[row * width..(row + 1) * width]);
    Some(rows.flatten().copied().collect())
}
