//! The flags that `diagnose` and `watch` share.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use sgd_stability::curvature::Lanczos;
use sgd_stability::dataset::checkpoint::{self, Choice};
use sgd_stability::dataset::npz::Arrays;
use sgd_stability::dataset::{self, Dataset, Source};
use sgd_stability::diagnosis::{
    Effort, Forecast, Mode, Request, Setting, Wish, check_contents, check_file, machine,
};
use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::Isa;
use sgd_stability::model::Sampling;
use sgd_stability::network::CurvatureMatrix;

use super::objective;

/// What is looked at, and how.
#[derive(Debug, Args)]
pub struct Subject {
    /// The network: fnn (widths from the checkpoint), vgg11, resnet8, lenet, or a TOML file.
    #[arg(long, value_name = "ARCH")]
    arch: PathBuf,
    /// The order of modules that could be exchanged, where neither the exporter's entry `order` nor their
    /// names tell it: names of modules, first to last; or file, as they stand in the file; or natural,
    /// by the numbers in their names.
    #[arg(long, value_name = "NAMES|file|natural")]
    order: Option<Wish>,
    /// Only the tensors below this prefix, which is taken off their names.
    #[arg(long, value_name = "PREFIX")]
    only: Option<String>,
    /// Leave out the tensors that are called so or below it; may be given several times.
    #[arg(long, value_name = "PREFIX")]
    ignore: Vec<String>,
    /// The data set: fashion-mnist, cifar-10, an npz file with x (n × …) and y (labels, or n × c), or
    /// …images-idx3-ubyte beside …labels-idx1-ubyte.
    #[arg(long, value_name = "DATA")]
    pub data: PathBuf,
    /// The array of an npz file that holds the samples [default: x].
    #[arg(long, value_name = "NAME")]
    inputs: Option<String>,
    /// The array of an npz file that holds the labels or target values [default: y].
    #[arg(long, value_name = "NAME")]
    targets: Option<String>,
    /// The folder of the data set's own files; without it fashion-mnist is the embedded part.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The first so many samples [default: 1000 of a named data set, all of a file].
    #[arg(long, value_name = "N")]
    samples: Option<usize>,
    /// Only these classes, renumbered in this order.
    #[arg(long, value_name = "I,J,…", value_delimiter = ',', value_parser = class)]
    classes: Option<Vec<usize>>,
    /// The learning rate η, exactly: "7/10" or "0.7".
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    lr: String,
    /// The batch size B, from 1 to the number of samples.
    #[arg(long, value_name = "B")]
    batch: usize,
    /// How a batch is drawn: without-replacement or with-replacement.
    #[arg(long, value_name = "SCHEME", default_value_t = Sampling::WithoutReplacement)]
    sampling: Sampling,
    /// Take a batch size that does not divide the number of samples: every batch is drawn anew from
    /// all of them, and there are no epochs.
    #[arg(long)]
    any_batch: bool,
    /// β of heavy ball (PyTorch's momentum), from 0 to below 1, exactly.
    #[arg(
        long,
        value_name = "BETA",
        default_value = "0",
        allow_hyphen_values = true
    )]
    momentum: String,
    #[command(flatten)]
    pub objective: objective::Flags,
    /// With batch normalisation: train, eval or frozen statistics.
    #[arg(long, value_name = "MODE")]
    pub mode: Option<Mode>,
    /// Which second derivative.
    #[arg(long, value_name = "MATRIX", default_value = "hessian")]
    matrix: MatrixName,
    /// Estimated relative error at which an eigenvalue counts as converged.
    #[arg(long, value_name = "T", default_value_t = 1e-5)]
    tolerance: f64,
    /// The most products with each matrix.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..))]
    products: u32,
    /// The seed of the start vectors.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
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

impl Subject {
    /// What is named.
    pub fn request(&self) -> Result<Request> {
        Ok(Request {
            arch: self.arch.clone(),
            objective: self.objective.objective()?,
            data: self.source(),
            samples: self.samples,
            classes: self.classes.clone(),
            choice: Choice::new(self.only.clone(), self.ignore.clone())?,
            order: self.order.clone(),
        })
    }

    fn source(&self) -> Source {
        Source {
            name: self.data.clone(),
            folder: self.data_dir.clone(),
            arrays: Arrays {
                inputs: self.inputs.clone(),
                targets: self.targets.clone(),
            },
        }
    }

    /// How the optimiser runs over these samples.
    pub fn setting(&self, data: &Dataset) -> Result<Setting> {
        let words = (&self.lr[..], &self.momentum[..]);
        let setting = Setting::new(words, (self.batch, self.sampling), data.samples())?;
        if !self.any_batch {
            setting.check_epochs()?;
        }
        self.objective.optimized(setting)
    }

    /// How far measurements go.
    pub fn effort(&self) -> Result<Effort> {
        if !(self.tolerance > 0.0 && self.tolerance < 1.0) {
            let fault = "must lie between 0 and 1";
            return Err(Error::input("--tolerance", self.tolerance, fault));
        }
        Ok(Effort {
            isa: Isa::best(),
            matrix: match self.matrix {
                MatrixName::Hessian => CurvatureMatrix::Hessian,
                MatrixName::GaussNewton => CurvatureMatrix::GaussNewton,
            },
            lanczos: Lanczos {
                tolerance: self.tolerance,
                products: self.products as usize,
            },
            seed: self.seed,
        })
    }

    /// Refuses a measurement that would not fit into the memory.
    pub fn check_memory(&self, forecast: &Forecast) -> Result<()> {
        self.budget()?
            .map_or(Ok(()), |budget| forecast.check(budget))
    }

    /// Refuses samples that would not fit into the memory, before they are unpacked.
    pub fn check_data(&self) -> Result<()> {
        let contents = dataset::contents(&self.source())?;
        match self.budget()?.zip(contents) {
            Some((budget, contents)) => check_contents(&contents, budget),
            None => Ok(()),
        }
    }

    /// Refuses a checkpoint that would not fit into the memory, before it is read.
    pub fn check_file(&self, path: &Path) -> Result<()> {
        // What cannot be asked for its size will be refused where it is read.
        let size = checkpoint::size(path);
        self.budget()?
            .map_or(Ok(()), |budget| check_file(path, size, budget))
    }

    fn budget(&self) -> Result<Option<u64>> {
        match &self.memory {
            Some(text) => size(text).map(Some),
            None => Ok(machine::available()),
        }
    }
}

/// `3` as a class.
fn class(text: &str) -> std::result::Result<usize, String> {
    let mend = "write the numbers of the classes, such as 0,1";
    text.trim().parse().map_err(|_| mend.to_owned())
}

/// `800MB` as bytes.
fn size(text: &str) -> Result<u64> {
    let units = [
        ("kB", 1e3),
        ("MB", 1e6),
        ("GB", 1e9),
        ("TB", 1e12),
        ("B", 1.0),
    ];
    let unit = units
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)));
    let (number, factor) = unit.unwrap_or((text, &1.0));
    match number.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok((number * factor) as u64),
        _ => {
            let fault = "is no size; write bytes, or a number with kB, MB or GB";
            Err(Error::input("--memory", text, fault))
        }
    }
}
