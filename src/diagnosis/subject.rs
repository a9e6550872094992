//! What is looked at: one fixed set of samples, and a network at a point.

use std::path::{Path, PathBuf};

use crate::dataset::checkpoint::{Checkpoint, Choice};
use crate::dataset::{self, Dataset};
use crate::error::Result;
use crate::network::{Batch, Gathered, Network, State, channels_last};

use super::filling::Filling;
use super::matching::Wish;
use super::objective::Objective;
use super::part::Split;
use super::{architecture, matching, targets};

/// What a user names.
#[derive(Clone, Debug)]
pub struct Request {
    /// `fnn`, another name, or a TOML file.
    pub arch: String,
    /// The loss that is descended.
    pub objective: Objective,
    /// `fashion-mnist`, `cifar-10`, an npz file, or the images of a pair of idx files.
    pub data: String,
    /// The folder of the data set's files.
    pub data_dir: Option<PathBuf>,
    /// The first so many samples; without it, 1000 of a named data set and all of a file.
    pub samples: Option<usize>,
    /// The classes that are kept.
    pub classes: Option<Vec<usize>>,
    /// Which tensors of a checkpoint are the model's.
    pub choice: Choice,
    /// The order of its modules, where the user tells it.
    pub order: Option<Wish>,
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
    dataset::load(
        &request.data,
        folder,
        dataset::Split::Train,
        samples,
        classes,
    )
}

/// A network at the point that a checkpoint gives.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the user called the network.
    pub arch: String,
    /// The network, with its loss.
    pub network: Network,
    /// Its parameters and running statistics.
    pub state: State,
    /// SHA-256 of the checkpoint.
    pub digest: String,
    /// How many weights were rounded to f32 when they were read.
    pub rounded: usize,
    /// Which tensor fills which layer.
    pub filling: Filling,
}

impl Model {
    /// Reads a checkpoint into the network that a request names.
    ///
    /// # Errors
    /// When the checkpoint is malformed, or does not fit the network or the samples.
    pub fn read(path: &Path, request: &Request, data: &Dataset) -> Result<Self> {
        let checkpoint = Checkpoint::read_chosen(path, &request.choice)?;
        let place = path.display().to_string();
        let named = (&place[..], &checkpoint);
        let wish = request.order.as_ref();
        let network = architecture::network(&request.arch, named, wish, data)?;
        let network = request.objective.of(network)?;
        architecture::check_samples(&request.data, &network, &data.shape)?;
        let filled = matching::fill(&place, &checkpoint, network, wish)?;
        Ok(Model {
            arch: request.arch.clone(),
            rounded: checkpoint.rounded(),
            digest: checkpoint.digest,
            network: filled.network,
            state: filled.state,
            filling: filled.filling,
        })
    }
}

/// Samples as a network reads them, like targets side by side.
#[derive(Clone, Debug)]
pub struct Samples {
    rows: Gathered,
    /// How many.
    pub count: usize,
    /// Training samples or not, by the name of the data set.
    pub split: Split,
    /// SHA-256 of exactly these samples and their labels.
    pub digest: String,
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
            split: Split::of(place),
            digest: data.digest(),
        })
    }

    /// All samples as one batch.
    pub fn batch(&self) -> Batch<'_> {
        self.rows.batch()
    }
}
