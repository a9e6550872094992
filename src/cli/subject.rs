//! The flags that `diagnose` and `watch` share.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use sgd_stability::dataset::Source;
use sgd_stability::dataset::checkpoint::Choice;
use sgd_stability::dataset::npz::Arrays;
use sgd_stability::diagnosis::{
    Effort, Mode, Only, Optimizer, Plan, Request, RequestedOrder, Run, Wanted,
};
use sgd_stability::error::Result;
use sgd_stability::kernel::Isa;
use sgd_stability::model::Sampling;
use sgd_stability::network::{Activation, CurvatureMatrix};

use super::help::headings;
use super::objective;
use super::words::{class, whole};

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
    /// The network: fnn (widths from the checkpoint), another name that `networks` lists, a TOML file, or auto.
    ///
    /// With auto a network is proposed from the names and shapes of the tensors. What they do not tell is asked for:
    /// the activation, the loss, and what stands between layers.
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
    prefix: Option<String>,
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
    #[arg(long, value_name = "MATRIX", default_value = "hessian", value_parser = matrices())]
    matrix: CurvatureMatrix,
    /// Stop when the estimated relative error of an eigenvalue is below this.
    #[arg(long, value_name = "T", default_value_t = 1e-5)]
    tolerance: f64,
    /// Make at most N products with each matrix.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..))]
    products: u32,
    /// Measure only these numbers: a alone, or with s or λ_min.
    ///
    /// Without it λ_min is measured too; `diagnose` then measures batch sharpness and the other matrix as well, and `watch`
    /// leaves s out where every step uses all samples.
    #[arg(long, value_name = "NUMBERS", value_parser = only())]
    only: Option<Only>,
    /// The seed of the random start vectors.
    #[arg(long, value_name = "SEED", default_value_t = 1, value_parser = whole::<u64>)]
    seed: u64,
    /// The most memory to use, such as 800MB or 4GB [default: what is available].
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
}

fn matrices() -> impl TypedValueParser<Value = CurvatureMatrix> {
    PossibleValuesParser::new(["hessian", "gauss-newton"])
        .try_map(|name| name.parse::<CurvatureMatrix>())
}

fn only() -> impl TypedValueParser<Value = Only> {
    PossibleValuesParser::new(Only::ALL.map(Only::name)).try_map(|name| name.parse::<Only>())
}

fn activations() -> impl TypedValueParser<Value = Activation> {
    PossibleValuesParser::new(Activation::NAMED.map(Activation::name))
        .try_map(|name| name.parse::<Activation>())
}

fn optimizers() -> impl TypedValueParser<Value = Optimizer> {
    PossibleValuesParser::new(Optimizer::names()).try_map(|name| name.parse::<Optimizer>())
}

impl Subject {
    /// Everything that the flags say.
    pub fn plan(&self) -> Result<Plan> {
        let (run, measurement) = (&self.run, &self.measurement);
        Ok(Plan {
            request: self.request()?,
            run: Run {
                lr: run.lr.clone(),
                momentum: run.momentum.clone(),
                batch: run.batch,
                sampling: run.sampling,
                optimizer: run.optimizer,
                any_batch: run.any_batch,
            },
            mode: self.network.mode,
            effort: Effort {
                wanted: measurement.only.map_or(Wanted::ALL, Only::wanted),
                ..Effort::new(
                    Isa::best(),
                    measurement.matrix,
                    measurement.tolerance,
                    measurement.products as usize,
                    measurement.seed,
                )?
            },
            only: measurement.only,
            memory: Plan::memory_of(measurement.memory.as_deref())?,
        })
    }

    /// The only numbers that are asked for, if not all are.
    pub fn only(&self) -> Option<Only> {
        self.measurement.only
    }

    /// The network and the samples that the flags name.
    fn request(&self) -> Result<Request> {
        let choice = Choice::new(self.network.prefix.clone(), self.network.ignore.clone())?;
        Ok(Request {
            arch: self.network.arch.clone(),
            description: None,
            activation: self.network.activation,
            objective: self.objective.objective()?,
            data: self.source(),
            samples: self.data.samples,
            classes: self.data.classes.clone(),
            choice: choice.with_key(self.network.key.clone())?,
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
}
