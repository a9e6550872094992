//! `diagnose`: the curvature of a trained network, and what it means for SGD.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use sgd_stability::dataset::checkpoint::{Checkpoint, Choice};
use sgd_stability::dataset::npy::{self, Array};
use sgd_stability::dataset::npz::{Arrays, of_arrays};
use sgd_stability::dataset::{Dataset, Selection, Source};
use sgd_stability::diagnosis::{
    Diagnosis, Effort, Extras, Loaded, Objective, Only, Plan, Preconditioner, Request, Run, Setup, SpectrumRequest,
    Task, ThresholdRequest, Wanted,
};
use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::Isa;
use sgd_stability::work;
use sgd_stability::write::write_file;

use crate::signals::interruptible;
use crate::words::{optional, word};

/// The name of the weights in errors.
const PLACE: &str = "model";

/// The name of the samples in errors.
const DATA: &str = "x, y";

/// The weights: the bytes of a checkpoint, or the path of one.
#[derive(FromPyObject)]
pub enum Weights {
    #[pyo3(transparent)]
    Bytes(PyBackedBytes),
    #[pyo3(transparent)]
    Path(PathBuf),
}

/// The bytes of two npy files.
#[derive(FromPyObject)]
pub struct Samples(PyBackedBytes, PyBackedBytes);

/// The words of the flags.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Arguments {
    arch: PathBuf,
    description: Option<String>,
    activation: Option<String>,
    mode: Option<String>,
    key: Option<String>,
    prefix: Option<String>,
    ignore: Vec<String>,
    order: Option<String>,
    samples: Option<usize>,
    classes: Option<Vec<usize>>,
    loss: Option<String>,
    label_smoothing: Option<f64>,
    weight_decay: Option<f64>,
    expect_loss: Option<f64>,
    lr: String,
    batch: usize,
    momentum: String,
    optimizer: Option<String>,
    sampling: String,
    any_batch: bool,
    matrix: String,
    tolerance: f64,
    products: usize,
    seed: u64,
    memory: Option<String>,
    precision: String,
    only: Option<String>,
    audit: bool,
    gradient_noise: bool,
    optimizer_state: Option<PathBuf>,
    one_step: bool,
    eigenvalues: Option<usize>,
    trace: bool,
    density: bool,
    layers: bool,
    vectors: Option<PathBuf>,
    threshold: bool,
    threshold_samples: Option<usize>,
    threshold_curve: bool,
    certificate: Option<PathBuf>,
    resume: Option<PathBuf>,
}

/// The diagnosis of a network over samples, as JSON.
#[pyfunction]
pub fn diagnose(
    py: Python<'_>,
    weights: Weights,
    samples: Samples,
    arguments: Arguments,
) -> PyResult<String> {
    interruptible(py, None, move || {
        let measured = work::in_time(|| arguments.measure(weights, samples));
        measured.unwrap_or_else(|work::OutOfTime| Err(Error::internal("called off")))
    })
}

impl Arguments {
    /// Measures, and writes the files that are asked for.
    fn measure(&self, weights: Weights, samples: Samples) -> Result<String> {
        Isa::check_environment()?;
        self.check_company()?;
        let plan = self.plan()?;
        Only::check(plan.only, self.one_step)?;
        let data = self.data(samples)?;
        let setup = Setup::over(plan, &data)?;
        let mut loaded = match weights {
            Weights::Path(path) => setup.read(&path, &data)?,
            Weights::Bytes(bytes) => {
                work::stage("reading the weights");
                let choice = &setup.plan.request.choice;
                let checkpoint = Checkpoint::parse_chosen(PLACE, &bytes, choice)?;
                drop(bytes);
                setup.fill(PLACE, checkpoint, &data)?
            }
        };
        drop(data);
        // Whether they are training samples is not known of samples without a file.
        loaded.samples.split = None;
        let found = self.diagnosed(&setup, &loaded)?;
        self.write(&found, &loaded)?;
        Ok(found.json(&loaded.model, &loaded.samples).to_string())
    }

    fn diagnosed(&self, setup: &Setup, loaded: &Loaded) -> Result<Diagnosis> {
        let (mode, extras) = (loaded.mode(setup)?, self.extras()?);
        let forecast = loaded.forecast(&extras, setup)?;
        let state = self.optimizer_state.as_ref();
        let optimizer = setup.setting.optimizer;
        let read = |path: &PathBuf| Preconditioner::read(path, &loaded.model, optimizer);
        let preconditioner = state.map(read).transpose()?;
        let task = Task {
            preconditioner: preconditioner.as_ref(),
            resume: self.resume.as_deref(),
            ..loaded.task(self.expected()?, setup)
        };
        task.diagnose(mode, extras, forecast)
    }

    /// The samples in two npy files.
    fn data(&self, samples: Samples) -> Result<Dataset> {
        work::stage("reading the data");
        let Samples(x, y) = samples;
        let read = |name, bytes: PyBackedBytes| -> Result<Array> { npy::read(name, &bytes[..]) };
        let (x, y) = (read("x", x)?, read("y", y)?);
        let data = of_arrays(DATA, x, y, &Arrays::default())?;
        let selection = Selection::new(self.classes.as_deref(), self.samples)?;
        data.select(DATA, &selection)
    }

    fn plan(&self) -> Result<Plan> {
        let only = optional("--only", self.only.as_deref())?;
        Ok(Plan {
            request: self.request()?,
            run: Run {
                lr: self.lr.clone(),
                momentum: self.momentum.clone(),
                batch: self.batch,
                sampling: word("--sampling", &self.sampling)?,
                optimizer: optional("--optimizer", self.optimizer.as_deref())?,
                any_batch: self.any_batch,
            },
            mode: optional("--mode", self.mode.as_deref())?,
            effort: Effort {
                wanted: only.map_or(Wanted::ALL, Only::wanted),
                ..Effort::new(
                    Isa::best(),
                    word("--matrix", &self.matrix)?,
                    self.tolerance,
                    self.products,
                    self.seed,
                )?
            },
            only,
            memory: Plan::memory_of(self.memory.as_deref())?,
        })
    }

    fn request(&self) -> Result<Request> {
        let choice = Choice::new(self.prefix.clone(), self.ignore.clone())?;
        Ok(Request {
            arch: self.arch.clone(),
            description: self.description.clone(),
            activation: optional("--activation", self.activation.as_deref())?,
            objective: Objective::new(
                optional("--loss", self.loss.as_deref())?,
                self.label_smoothing,
                self.weight_decay,
            )?,
            data: Source::named(DATA),
            samples: None,
            classes: None,
            choice: choice.with_key(self.key.clone())?,
            order: optional("--order", self.order.as_deref())?,
        })
    }

    fn extras(&self) -> Result<Extras> {
        let thresholds = self.threshold.then_some(ThresholdRequest {
            samples: self.threshold_samples,
            curve: self.threshold_curve,
            certificate: self.certificate.is_some(),
        });
        let is_all = self.only.is_none();
        Ok(Extras {
            other_matrix: is_all || thresholds.is_some(),
            in_f64: match &self.precision[..] {
                "f32" => false,
                "f64" => true,
                other => return Err(Error::input("--precision", other, "give f32 or f64")),
            },
            audit: self.audit,
            batch_sharpness: is_all,
            one_step: self.one_step,
            thresholds,
            spectrum: SpectrumRequest {
                eigenvalues: self.eigenvalues,
                traces: self.trace,
                density: self.density,
                layers: self.layers,
            },
            gradient_noise: self.gradient_noise,
            around: true,
        })
    }

    fn expected(&self) -> Result<Option<f64>> {
        match self.expect_loss {
            Some(loss) if !(loss.is_finite() && loss >= 0.0) => {
                let fault = "is no loss: write a number that is not negative";
                Err(Error::input("--expect-loss", loss, fault))
            }
            expected => Ok(expected),
        }
    }

    /// Checks the arguments that need another one, and the ranges that no word has.
    fn check_company(&self) -> Result<()> {
        let needs_threshold = [
            ("--threshold-samples", self.threshold_samples.is_some()),
            ("--threshold-curve", self.threshold_curve),
            ("--certificate", self.certificate.is_some()),
            ("--resume", self.resume.is_some()),
        ];
        for (flag, is_given) in needs_threshold {
            if is_given && !self.threshold {
                return Err(Error::input(flag, "flag", "needs --threshold; give it too"));
            }
        }
        if self.vectors.is_some() && self.eigenvalues.is_none() {
            let fault = "needs --eigenvalues; say how many";
            return Err(Error::input("--vectors", "flag", fault));
        }
        if let Some(count) = self.eigenvalues
            && !(1..=1000).contains(&count)
        {
            return Err(Error::input("--eigenvalues", count, "must be 1 to 1000"));
        }
        if self.threshold_samples == Some(0) {
            let fault = "must be 1 or more";
            return Err(Error::input("--threshold-samples", 0, fault));
        }
        Ok(())
    }

    /// Writes the eigenvectors and the certificate, if they are asked for.
    fn write(&self, found: &Diagnosis, loaded: &Loaded) -> Result<()> {
        if let (Some(path), Some(eigenvalues)) = (&self.vectors, &found.main.spectrum.eigenvalues) {
            write_file(path, &eigenvalues.to_safetensors(&loaded.model)?)?;
        }
        match (&self.certificate, found.certificate()) {
            (Some(path), Some(certificate)) => write_file(path, certificate.to_text()?.as_bytes()),
            _ => Ok(()),
        }
    }
}
