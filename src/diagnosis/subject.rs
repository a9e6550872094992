//! What is looked at: one fixed set of samples, and a network at a point.

use std::path::{Path, PathBuf};

use crate::dataset::checkpoint::Checkpoint;
use crate::dataset::{self, Dataset, Source, Split};
use crate::error::{Error, Result, shown};
use crate::network::{Batch, Gathered, Loss, Network, State, channels_last};

use super::mode::Mode;
use super::{architecture, matching};

/// What a user names.
#[derive(Clone, Debug)]
pub struct Request {
    /// `fnn`, another name, or a TOML file.
    pub arch: PathBuf,
    /// The loss, when it is not the architecture's.
    pub loss: Option<Loss>,
    /// The samples.
    pub data: Source,
    /// The first so many samples; without it, 1000 of a named data set and all of a file.
    pub samples: Option<usize>,
    /// The classes that are kept.
    pub classes: Option<Vec<usize>>,
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
    let network = match request.loss {
        Some(loss) => network.with_loss(loss),
        None => network,
    };
    architecture::check_samples(&request.place(), &network, &data.shape)?;
    Mode::check(mode, &network)?;
    Samples::new(&request.place(), data, &network).map(drop)
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
        architecture::check_samples(&request.place(), &network, &data.shape)?;
        Ok(Model {
            state: matching::fill(&place, &checkpoint, &network)?,
            rounded: checkpoint.rounded(),
            digest: checkpoint.digest,
            network,
        })
    }
}

impl Model {
    /// Is every weight zero, as in a file that was made and never filled?
    pub fn is_zero(&self) -> bool {
        self.state.parameters.iter().all(|weight| *weight == 0.0)
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
        })
    }

    /// All samples as one batch.
    pub fn batch(&self) -> Batch<'_> {
        self.rows.batch()
    }
}
