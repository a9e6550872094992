//! What is looked at: one fixed set of samples, and a network at a point.

use std::path::{Path, PathBuf};

use crate::dataset::checkpoint::{Checkpoint, Choice};
use crate::dataset::{self, Dataset, Source, Split};
use crate::error::{Result, shown};
use crate::network::{Batch, Gathered, Network, State, channels_last};
use crate::reference::Unrounded;
use crate::work;

use super::matching::{Assignment, RequestedOrder};
use super::mode::Mode;
use super::objective::Objective;
use super::{architecture, matching, split, targets};

/// What a user names.
#[derive(Clone, Debug)]
pub struct Request {
    /// `fnn`, another name, or a TOML file.
    pub arch: PathBuf,
    /// The loss that is descended.
    pub objective: Objective,
    /// The samples.
    pub data: Source,
    /// The first so many samples; without it, 1000 of a named data set and all of a file.
    pub samples: Option<usize>,
    /// The classes that are kept.
    pub classes: Option<Vec<usize>>,
    /// Which tensors of a checkpoint are the model's.
    pub choice: Choice,
    /// The order of its modules, where the user tells it.
    pub order: Option<RequestedOrder>,
}

impl Request {
    /// The name of the samples in errors.
    pub fn place(&self) -> String {
        shown(&self.data.name)
    }
}

/// The samples that a request names, whatever network reads them.
///
/// # Errors
/// As [`dataset::load`].
pub fn load(request: &Request) -> Result<Dataset> {
    work::stage("reading the data");
    let samples = request
        .samples
        .or((!request.data.is_file()).then_some(1000));
    let classes = request.classes.as_deref();
    dataset::load(&request.data, Split::Train, samples, classes)
}

/// What can be said of a request before there is a checkpoint: whether its architecture is one, and,
/// where a TOML file describes the network, whether samples and mode belong to it.
///
/// # Errors
/// When one of these is wrong.
pub fn check(request: &Request, data: &Dataset, mode: Option<Mode>) -> Result<()> {
    let Some(network) = architecture::described(&request.arch)? else {
        return Ok(());
    };
    let network = request.objective.of(network)?;
    architecture::check_samples(&request.place(), &network, &data.shape)?;
    Mode::check(mode, &network)?;
    Samples::new(&request.place(), data, &network).map(drop)
}

/// A network at the point that a checkpoint gives.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the user called the network.
    pub arch: PathBuf,
    /// The network, with its loss.
    pub network: Network,
    /// Its parameters and running statistics.
    pub state: State,
    /// SHA-256 of the checkpoint.
    pub digest: String,
    /// How many weights were rounded to f32 when they were read.
    pub rounded: usize,
    /// Which tensor became which layer's.
    pub assignment: Assignment,
    /// The weights and statistics of the file, where f32 has rounded some of them.
    pub exact: Unrounded,
}

impl Model {
    /// Reads a checkpoint into the network that a request names.
    ///
    /// # Errors
    /// When the checkpoint is malformed, or does not fit the network or the samples.
    pub fn read(path: &Path, request: &Request, data: &Dataset) -> Result<Self> {
        work::stage("reading the weights");
        let checkpoint = Checkpoint::read_chosen(path, &request.choice)?;
        let place = path.display().to_string();
        let wish = request.order.as_ref();
        let network = architecture::network(&request.arch, &place, &checkpoint, wish, data)?;
        let network = request.objective.of(network)?;
        architecture::check_samples(&request.place(), &network, &data.shape)?;
        let filled = matching::fill(&place, &checkpoint, network, wish)?;
        Ok(Model {
            arch: request.arch.clone(),
            exact: filled.exact,
            rounded: checkpoint.rounded(),
            digest: checkpoint.digest,
            network: filled.network,
            state: filled.state,
            assignment: filled.assignment,
        })
    }
}

impl Model {
    /// Is every weight zero, in a network of more than one layer with weights, as in a file that was made and
    /// never filled?
    pub fn is_untrained(&self) -> bool {
        let is_zero = self.state.parameters.iter().all(|weight| *weight == 0.0);
        is_zero && self.network.modules().len() > 1
    }
}

/// Samples as a network reads them, like targets side by side.
#[derive(Clone, Debug)]
pub struct Samples {
    rows: Gathered,
    /// How many.
    pub count: usize,
    /// Training samples or not, by the name of the data set; `None` where it does not say.
    pub split: Option<Split>,
    /// SHA-256 of exactly these samples and their labels.
    pub digest: String,
    /// How many inputs, and how many targets, were rounded to f32 when they were read.
    pub rounded: [usize; 2],
    exact: Unrounded,
}

impl Samples {
    /// The samples of a data set for a network; `place` names the data set in errors.
    ///
    /// # Errors
    /// When the targets do not fit the outputs, or are not what the loss is of.
    pub fn new(place: &str, data: &Dataset, network: &Network) -> Result<Self> {
        let targets = targets::rows(place, &data.targets, network)?;
        let batch = Batch {
            inputs: &channels_last(network.input(), &data.inputs),
            targets: &targets,
            samples: data.samples(),
        };
        Ok(Samples {
            rows: Gathered::by_target(&batch),
            count: data.samples(),
            split: split::of(place),
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
    pub fn exact(&self, samples: &[usize]) -> Unrounded {
        let rows = |numbers: &Option<Vec<f64>>| rows(numbers.as_ref()?, self.count, samples);
        Unrounded {
            inputs: rows(&self.exact.inputs),
            targets: rows(&self.exact.targets),
            ..Unrounded::default()
        }
    }

    /// The bytes that the numbers take that f32 does not hold.
    pub fn exact_bytes(&self) -> u64 {
        self.exact.bytes()
    }
}

/// The numbers that f32 has rounded, sample by sample as the batch is gathered, channels first.
fn exact(data: &Dataset, batch: &Batch<'_>) -> Unrounded {
    let exact = &data.exact;
    if exact.inputs.is_none() && exact.targets.is_none() {
        return Unrounded::default();
    }
    let order = batch.by_target();
    let rows = |numbers: &Option<Vec<f64>>| rows(numbers.as_ref()?, batch.samples, &order);
    Unrounded {
        inputs: rows(&exact.inputs),
        targets: rows(&exact.targets),
        ..Unrounded::default()
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
