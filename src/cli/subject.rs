//! The flags that `diagnose` and `watch` share.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use sgd_stability::curvature::Lanczos;
use sgd_stability::dataset::checkpoint::{self, Choice};
use sgd_stability::dataset::npz::Arrays;
use sgd_stability::dataset::{self, Dataset, Source};
use sgd_stability::diagnosis::{
    Effort, Forecast, Mode, Optimizer, Request, RequestedOrder, Setting, check_contents,
    check_file, machine,
};
use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::Isa;
use sgd_stability::model::Sampling;
use sgd_stability::network::{Activation, CurvatureMatrix, Network};

use super::help::headings;
use super::objective;
use super::words::{class, size, whole};

/// What is measured, and how.
#[derive(Debug, Args)]
pub struct Subject {
    #[command(flatten)]
    network: NetworkFlags,
    #[command(flatten)]
    data: DataFlags,
    #[command(flatten)]
    run: RunFlags,
    #[command(flatten)]
    pub objective: objective::Flags,
    #[command(flatten)]
    measurement: MeasurementFlags,
}

#[derive(Debug, Args)]
#[command(next_help_heading = headings::NETWORK)]
struct NetworkFlags {
    /// The network: fnn (widths from the checkpoint), another name that `networks` lists, or a TOML file.
    #[arg(long, value_name = "ARCH")]
    arch: PathBuf,
    /// The activation of a named architecture, in place of ReLU [default: relu].
    ///
    /// Its numbers are PyTorch's defaults: leaky-relu has slope 0.01, elu has alpha 1, gelu is exact. Others need a
    /// TOML file.
    #[arg(long, value_name = "NAME", value_parser = activations())]
    activation: Option<Activation>,
    /// With batch normalisation: use the statistics of the batch (train), of the checkpoint (eval), or of
    /// these samples, held fixed (frozen).
    #[arg(long, value_name = "MODE")]
    mode: Option<Mode>,
    /// Take the state dictionary at this key of a PyTorch file; dots lead deeper, as in model.state_dict.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Use only the tensors whose names begin with this prefix, which is taken off.
    #[arg(long, value_name = "PREFIX")]
    only: Option<String>,
    /// Leave out the tensors whose names are or begin with this; may be given several times.
    #[arg(long, value_name = "PREFIX")]
    ignore: Vec<String>,
    /// Say in which order the network runs layers of equal shape.
    ///
    /// The order of the layers, needed where neither the file's entry `order` nor the names tell it: their names,
    /// first to last; or `file`, their order in the file; or `natural`, by the numbers in their names.
    #[arg(long, value_name = "NAMES|file|natural")]
    order: Option<RequestedOrder>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = headings::DATA)]
struct DataFlags {
    /// The training data: fashion-mnist, cifar-10, or a file.
    ///
    /// A file is an npz with arrays x (samples first) and y (labels, or a row of target values for each
    /// sample), or the idx pair …images-idx3-ubyte and …labels-idx1-ubyte, named by its images.
    #[arg(long, value_name = "DATA")]
    data: PathBuf,
    /// The folder with the files of a named data set; without it, fashion-mnist is the embedded part.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Use the first N samples [default: 1000 of a named data set, all of a file].
    #[arg(long, value_name = "N", value_parser = whole::<usize>)]
    samples: Option<usize>,
    /// Use only these classes, renumbered in this order.
    #[arg(long, value_name = "I,J,…", value_delimiter = ',', value_parser = class)]
    classes: Option<Vec<usize>>,
    /// The array of an npz file that holds the samples [default: x].
    #[arg(long, value_name = "NAME")]
    inputs: Option<String>,
    /// The array of an npz file that holds the labels or target values [default: y].
    #[arg(long, value_name = "NAME")]
    targets: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = headings::RUN)]
struct RunFlags {
    /// The learning rate η, exactly: "7/10" or "0.7".
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    lr: String,
    /// The batch size B, from 1 to the number of samples.
    #[arg(long, value_name = "B", value_parser = whole::<usize>)]
    batch: usize,
    /// The momentum β, from 0 to below 1, as PyTorch's SGD has it (heavy ball).
    #[arg(
        long,
        value_name = "BETA",
        default_value = "0",
        allow_hyphen_values = true
    )]
    momentum: String,
    /// The optimiser of the run [default: sgd, or heavy-ball with --momentum].
    ///
    /// The criteria are for the first three; under any other one a and s are measured and the verdict is
    /// undecided.
    #[arg(long, value_name = "NAME", value_parser = optimizers())]
    optimizer: Option<Optimizer>,
    /// How a batch is drawn: without-replacement or with-replacement.
    #[arg(long, value_name = "SCHEME", default_value_t = Sampling::WithoutReplacement)]
    sampling: Sampling,
    /// Allow a batch size that does not divide the number of samples.
    ///
    /// Every batch is then taken to be drawn anew from all samples, without epochs.
    #[arg(long)]
    any_batch: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = headings::MEASUREMENT)]
struct MeasurementFlags {
    /// Which second derivative is measured.
    #[arg(long, value_name = "MATRIX", default_value = "hessian")]
    matrix: MatrixName,
    /// Stop when the estimated relative error of an eigenvalue is below this.
    #[arg(long, value_name = "T", default_value_t = 1e-5)]
    tolerance: f64,
    /// Make at most N products with each matrix.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..))]
    products: u32,
    /// The seed of the random start vectors.
    #[arg(long, value_name = "SEED", default_value_t = 1, value_parser = whole::<u64>)]
    seed: u64,
    /// The most memory to use, such as 800MB or 4GB [default: what is available].
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MatrixName {
    Hessian,
    GaussNewton,
}

fn activations() -> impl TypedValueParser<Value = Activation> {
    PossibleValuesParser::new(Activation::NAMED.map(Activation::name))
        .try_map(|name| name.parse::<Activation>())
}

fn optimizers() -> impl TypedValueParser<Value = Optimizer> {
    PossibleValuesParser::new(Optimizer::names()).try_map(|name| name.parse::<Optimizer>())
}

impl Subject {
    /// The network and the samples that the flags name.
    pub fn request(&self) -> Result<Request> {
        Ok(Request {
            arch: self.network.arch.clone(),
            activation: self.network.activation,
            objective: self.objective.objective()?,
            data: self.source(),
            samples: self.data.samples,
            classes: self.data.classes.clone(),
            choice: Choice::new(self.network.only.clone(), self.network.ignore.clone())?
                .with_key(self.network.key.clone())?,
            order: self.network.order.clone(),
        })
    }

    fn source(&self) -> Source {
        Source {
            name: self.data.data.clone(),
            folder: self.data.data_dir.clone(),
            arrays: Arrays {
                inputs: self.data.inputs.clone(),
                targets: self.data.targets.clone(),
            },
        }
    }

    /// The hyperparameters of the optimiser over these samples.
    pub fn setting(&self, data: &Dataset) -> Result<Setting> {
        let run = &self.run;
        let setting = Setting::new(
            &run.lr,
            &run.momentum,
            run.batch,
            run.sampling,
            data.samples(),
        )?;
        if !run.any_batch {
            setting.check_epochs()?;
        }
        match run.optimizer {
            Some(optimizer) => setting.with_optimizer(optimizer),
            None => Ok(setting),
        }
    }

    /// The requested mode, not yet checked against a network.
    pub fn mode(&self) -> Option<Mode> {
        self.network.mode
    }

    /// The mode of batch normalisation, after checking that the flags fit the network.
    pub fn check_network(&self, network: &Network) -> Result<Option<Mode>> {
        let decay = network.weight_decay();
        if let Some(optimizer) = self.run.optimizer
            && optimizer.decouples_decay()
            && decay > 0.0
        {
            let fault = format!(
                "is not part of the loss under {optimizer}, which decays the weights beside it, and adds \
                 nothing to the Hessian; leave it out"
            );
            return Err(Error::input("--weight-decay", decay, fault));
        }
        Mode::check(self.network.mode, network)
    }

    /// The effort of the measurements.
    pub fn effort(&self) -> Result<Effort> {
        if !(self.measurement.tolerance > 0.0 && self.measurement.tolerance < 1.0) {
            let fault = "must lie between 0 and 1";
            return Err(Error::input(
                "--tolerance",
                self.measurement.tolerance,
                fault,
            ));
        }
        Ok(Effort {
            isa: Isa::best(),
            matrix: match self.measurement.matrix {
                MatrixName::Hessian => CurvatureMatrix::Hessian,
                MatrixName::GaussNewton => CurvatureMatrix::GaussNewton,
            },
            lanczos: Lanczos {
                tolerance: self.measurement.tolerance,
                products: self.measurement.products as usize,
            },
            seed: self.measurement.seed,
        })
    }

    /// Returns an error if a measurement would not fit into memory.
    pub fn check_memory(&self, forecast: &Forecast) -> Result<()> {
        self.budget()?
            .map_or(Ok(()), |budget| forecast.check(budget))
    }

    /// Returns an error if the samples would not fit into memory. The check comes before they are
    /// unpacked.
    pub fn check_data(&self) -> Result<()> {
        let contents = dataset::contents(&self.source())?;
        match self.budget()?.zip(contents) {
            Some((budget, contents)) => check_contents(&contents, budget),
            None => Ok(()),
        }
    }

    /// Returns an error if a checkpoint would not fit into memory. The check comes before it is read.
    pub fn check_file(&self, path: &Path) -> Result<()> {
        // A file whose size cannot be found is refused when it is read.
        let size = checkpoint::size(path);
        self.budget()?
            .map_or(Ok(()), |budget| check_file(path, size, budget))
    }

    fn budget(&self) -> Result<Option<u64>> {
        match &self.measurement.memory {
            Some(text) => size(text)
                .map(Some)
                .map_err(|fault| Error::input("--memory", text, fault)),
            None => Ok(machine::available()),
        }
    }
}
