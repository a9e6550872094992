//! The subject of a measurement: a fixed set of samples, and a network at a point.

use std::path::{Path, PathBuf};

use crate::dataset::checkpoint::{Checkpoint, Choice};
use crate::dataset::{self, Dataset, Source, Split};
use crate::error::{Error, Result, shown};
use crate::network::{Activation, Batch, Gathered, Network, State};
use crate::reference::Unrounded;
use crate::work;

use super::architecture::Wish;
use super::matching::{Assignment, RequestedOrder};
use super::mode::Mode;
use super::objective::Objective;
use super::proposal::{Proposal, Told};
use super::{architecture, matching, split, targets};

/// The network and the samples that the user names.
#[derive(Clone, Debug)]
pub struct Request {
    /// The architecture: `fnn`, another name, or the path of a TOML file.
    pub arch: PathBuf,
    /// The text of a TOML file that is not read from the path `arch`.
    pub description: Option<String>,
    /// The activation of a named architecture, if it is not ReLU.
    pub activation: Option<Activation>,
    /// The training loss.
    pub objective: Objective,
    /// The source of the samples.
    pub data: Source,
    /// How many samples to use, counted from the first. Without it, 1000 of a named data set and all of a
    /// file.
    pub samples: Option<usize>,
    /// The classes to keep.
    pub classes: Option<Vec<usize>>,
    /// Which tensors of a checkpoint are the model's.
    pub choice: Choice,
    /// The order of its modules, if the user gives one.
    pub order: Option<RequestedOrder>,
}

impl Request {
    /// The name of the data set, for errors.
    pub fn place(&self) -> String {
        shown(&self.data.name)
    }

    /// Whether the network is to be proposed.
    pub fn is_auto(&self) -> bool {
        self.arch == Path::new(architecture::AUTO)
    }

    /// The network that the tensors of a checkpoint tell.
    ///
    /// # Errors
    /// Returns an error if the checkpoint cannot be read, and under the conditions of [`Proposal::new`].
    pub fn proposal(&self, path: &Path, data: &Dataset) -> Result<Proposal> {
        let checkpoint = Checkpoint::read_chosen(path, &self.choice)?;
        Proposal::new(&path.display().to_string(), &checkpoint, data, self.told())
    }

    /// What the request says about a network that is to be proposed.
    fn told(&self) -> Told<'_> {
        Told {
            activation: self.activation,
            loss: self.objective.loss,
            order: self.order.as_ref(),
        }
    }

    /// What the request says about the network.
    fn wish(&self) -> Wish<'_> {
        Wish {
            arch: &self.arch,
            description: self.description.as_deref(),
            activation: self.activation,
            order: self.order.as_ref(),
        }
    }
}

/// Loads the samples that a request names, whatever network will read them.
///
/// # Errors
/// The errors of [`dataset::load`].
pub fn load(request: &Request) -> Result<Dataset> {
    work::stage("reading the data");
    load_part(request, &request.data, Split::Train, request.samples)
}

/// Loads test samples from another source, of the same classes: the test part of a named data set, or all of a file.
///
/// # Errors
/// The errors of [`dataset::load`].
pub fn load_test(request: &Request, source: &Source, samples: Option<usize>) -> Result<Dataset> {
    work::stage("reading the test data");
    let split = if source.is_file() {
        Split::Train
    } else {
        Split::Test
    };
    load_part(request, source, split, samples)
}

/// The first `samples` samples of a part; without a number, 1000 of a named data set and all of a file.
fn load_part(
    request: &Request,
    source: &Source,
    split: Split,
    samples: Option<usize>,
) -> Result<Dataset> {
    let samples = samples.or((!source.is_file()).then_some(1000));
    dataset::load(source, split, samples, request.classes.as_deref())
}

/// Checks a request before there is a checkpoint: its architecture must exist and, if a TOML file
/// describes the network, the samples and the mode must fit it.
///
/// # Errors
/// Returns an error if one of these conditions fails.
pub fn check(request: &Request, data: &Dataset, mode: Option<Mode>) -> Result<()> {
    let Some(network) = architecture::described(request.wish())? else {
        return Ok(());
    };
    let network = request.objective.of(network)?;
    architecture::check_samples(&request.place(), &network, &data.shape)?;
    Mode::check(mode, &network)?;
    Samples::new(&request.place(), data, &network).map(drop)
}

/// A network with the parameters of a checkpoint.
#[derive(Clone, Debug)]
pub struct LoadedNetwork {
    /// The architecture, as the user named it.
    pub arch: PathBuf,
    /// The activation that the user named, if any.
    pub activation: Option<Activation>,
    /// The network, with its loss.
    pub network: Network,
    /// Its parameters and running statistics.
    pub state: State,
    /// The SHA-256 of the checkpoint.
    pub digest: String,
    /// The number of weights that were rounded to f32 when they were read.
    pub rounded: usize,
    /// Which tensor fills which layer.
    pub assignment: Assignment,
    /// The names of the parameters in the order of `Module.parameters()`, if the file tells it.
    pub parameter_order: Option<Vec<String>>,
    /// The weights and statistics as they are in the file, if f32 has rounded some of them.
    pub exact: Unrounded,
}

impl LoadedNetwork {
    /// Reads a checkpoint into the network that a request names.
    ///
    /// # Errors
    /// Returns an error if the checkpoint is malformed, or does not fit the network or the samples.
    pub fn read(path: &Path, request: &Request, data: &Dataset) -> Result<Self> {
        work::stage("reading the weights");
        let checkpoint = Checkpoint::read_chosen(path, &request.choice)?;
        Self::of(&path.display().to_string(), checkpoint, request, data)
    }

    /// Fills the network that a request names with the weights of a checkpoint; `place` names it in errors.
    ///
    /// # Errors
    /// Returns an error if the checkpoint does not fit the network or the samples.
    pub fn of(
        place: &str,
        checkpoint: Checkpoint,
        request: &Request,
        data: &Dataset,
    ) -> Result<Self> {
        let wish = request.wish();
        let network = if request.is_auto() {
            Proposal::new(place, &checkpoint, data, request.told())?.network()?
        } else {
            architecture::network(wish, place, &checkpoint, data)?
        };
        let network = request.objective.of(network)?;
        architecture::check_samples(&request.place(), &network, &data.shape)?;
        let filled = matching::fill(place, &checkpoint, network, wish.order)?;
        let order = checkpoint.parameter_order();
        let order = order.map(|names| names.into_iter().map(str::to_owned).collect());
        Ok(LoadedNetwork {
            parameter_order: order,
            arch: request.arch.clone(),
            activation: request.activation,
            exact: filled.exact,
            rounded: checkpoint.rounded(),
            digest: checkpoint.digest,
            network: filled.network,
            state: filled.state,
            assignment: filled.assignment,
        })
    }
}

impl LoadedNetwork {
    /// The architecture file of a network that was proposed.
    pub fn proposed(&self) -> Option<String> {
        (self.arch == Path::new(architecture::AUTO)).then(|| self.network.to_toml())
    }

    /// Whether every weight is zero in a network with more than one layer of weights, as in a file that
    /// was created but never filled.
    pub fn is_untrained(&self) -> bool {
        let is_zero = self.state.parameters.iter().all(|weight| *weight == 0.0);
        is_zero && self.network.modules().len() > 1
    }
}

/// Samples and targets in the form that a network reads, with equal targets side by side.
#[derive(Clone, Debug)]
pub struct Samples {
    rows: Gathered,
    /// The number of samples.
    pub count: usize,
    /// Whether the name of the data set marks training or test samples; `None` if it does not tell.
    pub split: Option<Split>,
    /// The SHA-256 of exactly these samples and their labels.
    pub digest: String,
    /// The number of inputs, and of targets, that were rounded to f32 when they were read.
    pub rounded: [usize; 2],
    exact: Unrounded,
}

impl Samples {
    /// Converts the samples of a data set for a network. Errors name the data set as `place`.
    ///
    /// # Errors
    /// Returns an error if the targets do not match the outputs of the network, or are not what its loss
    /// accepts.
    pub fn new(place: &str, data: &Dataset, network: &Network) -> Result<Self> {
        check_tokens(place, &data.inputs, network)?;
        let targets = targets::rows(place, &data.targets, network)?;
        let batch = Batch {
            inputs: &data.inputs,
            targets: &targets,
            samples: data.samples(),
        };
        Ok(Samples {
            rows: Gathered::by_target(&batch).with_channels_last(network.input()),
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

    /// The original numbers of these samples, if f32 has rounded some of them.
    pub fn exact(&self, samples: &[usize]) -> Unrounded {
        let rows = |numbers: &Option<Vec<f64>>| rows(numbers.as_ref()?, self.count, samples);
        Unrounded {
            inputs: rows(&self.exact.inputs),
            targets: rows(&self.exact.targets),
            ..Unrounded::default()
        }
    }

    /// The size in bytes of the original numbers that f32 has rounded.
    pub fn exact_bytes(&self) -> u64 {
        self.exact.bytes()
    }
}

/// Checks that the samples of a network of tokens are tokens of its vocabulary.
fn check_tokens(place: &str, inputs: &[f32], network: &Network) -> Result<()> {
    let Some(vocabulary) = network.vocabulary() else {
        return Ok(());
    };
    let is_token = |x: &f32| *x >= 0.0 && (*x as usize) < vocabulary && x.fract() == 0.0;
    let Some(wrong) = inputs.iter().position(|x| !is_token(x)) else {
        return Ok(());
    };
    let (sample, token) = (wrong / network.features(), wrong % network.features());
    let fault = format!(
        "is {}, which is no whole number from 0 to {}; give the tokens as integers of more than a byte \
         (x.astype(\"int64\")), since bytes are read as pixels",
        inputs[wrong],
        vocabulary - 1
    );
    let field = format!("token {token} of sample {sample}");
    Err(Error::input(place, field, fault))
}

/// The original numbers, if f32 has rounded some: sample by sample in the order of the batch, channels
/// first.
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

/// The rows of these samples, out of `numbers` for `count` samples.
fn rows(numbers: &[f64], count: usize, samples: &[usize]) -> Option<Vec<f64>> {
    let width = numbers.len() / count;
    let rows = samples
        .iter()
        .map(|row| &numbers[row * width..(row + 1) * width]);
    Some(rows.flatten().copied().collect())
}
