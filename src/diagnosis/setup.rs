//! A plan over samples, and a network that is to be measured by it.

use std::path::Path;

use crate::dataset::Dataset;
use crate::dataset::checkpoint::Checkpoint;
use crate::error::{Result, shown};

use super::answer::{Extras, forecast};
use super::follow::Conditions;
use super::memory::Forecast;
use super::mode::Mode;
use super::objective::in_words;
use super::plan::Plan;
use super::setting::Setting;
use super::subject::{LoadedNetwork, Samples, load};
use super::task::Task;

/// A plan with the run that it describes over a number of samples. It is the same for every checkpoint.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What is measured, and how.
    pub plan: Plan,
    /// The optimiser and its hyperparameters.
    pub setting: Setting,
}

impl Setup {
    /// Loads the data set that the plan names. The caller may drop it after reading the last checkpoint.
    ///
    /// # Errors
    /// Returns an error if the data cannot be read or would not fit into memory, or if the run does not fit
    /// them.
    pub fn new(plan: Plan) -> Result<(Self, Dataset)> {
        plan.check_data()?;
        let data = load(&plan.request)?;
        Ok((Self::over(plan, &data)?, data))
    }

    /// The plan over samples that are there already.
    ///
    /// # Errors
    /// Returns an error if the run does not fit them.
    pub fn over(plan: Plan, data: &Dataset) -> Result<Self> {
        let setting = plan.run.setting(data.samples())?;
        Ok(Setup { plan, setting })
    }

    /// The same setup without numbers that play no role for its run: s, where every step uses every sample. What the
    /// user asks for by name stays.
    #[must_use]
    pub fn without_idle_numbers(mut self) -> Self {
        if self.plan.only.is_none() {
            self.plan.effort.wanted.non_uniformity = !self.setting.is_full_batch();
        }
        self
    }

    /// Reads a checkpoint, and converts the samples for its network.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or would not fit into memory, or does not fit the plan.
    pub fn read(&self, path: &Path, data: &Dataset) -> Result<Loaded> {
        self.plan.check_file(path)?;
        let model = LoadedNetwork::read(path, &self.plan.request, data)?;
        self.loaded(shown(path), model, data)
    }

    /// The network of these weights, with the samples converted for it; `place` names the weights in errors.
    ///
    /// # Errors
    /// Returns an error if the weights do not fit the plan.
    pub fn fill(&self, place: &str, checkpoint: Checkpoint, data: &Dataset) -> Result<Loaded> {
        let model = LoadedNetwork::of(place, checkpoint, &self.plan.request, data)?;
        self.loaded(place.to_owned(), model, data)
    }

    fn loaded(&self, place: String, model: LoadedNetwork, data: &Dataset) -> Result<Loaded> {
        Ok(Loaded {
            samples: Samples::new(&self.plan.request.place(), data, &model.network)?,
            place,
            model,
        })
    }
}

/// A network at a point, and the samples over which it is measured.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The path of the checkpoint, as messages show it.
    pub place: String,
    /// The network with its weights.
    pub model: LoadedNetwork,
    /// The samples.
    pub samples: Samples,
}

impl Loaded {
    /// The mode of batch normalisation, after checking that the plan fits this network.
    ///
    /// # Errors
    /// Returns an error if it does not.
    pub fn mode(&self, setup: &Setup) -> Result<Option<Mode>> {
        setup.plan.check_network(&self.model.network)
    }

    /// The conditions of the measurement, for a line of `watch.jsonl`.
    pub fn conditions(&self, mode: Option<Mode>, setup: &Setup) -> Conditions {
        let network = &self.model.network;
        Conditions::new(
            network.name(),
            &in_words(network),
            &self.samples.digest,
            mode,
            setup.plan.effort.matrix,
            &setup.setting,
        )
    }

    /// The memory forecast, after checking that it is within the limit.
    ///
    /// # Errors
    /// Returns an error if it is not.
    pub fn forecast(&self, extras: &Extras, setup: &Setup) -> Result<Forecast> {
        let (model, in_f64) = (&self.model, extras.in_f64);
        let mut forecast = forecast(model, &self.samples, &setup.plan.effort, in_f64);
        if let Some(count) = extras.spectrum.eigenvalues {
            forecast = forecast.with_eigenvectors(count, model.network.parameters());
        }
        if let Some(request) = &extras.thresholds {
            let rows = request.count(self.samples.count) * self.model.network.outputs();
            forecast = forecast.with_thresholds(rows);
        }
        setup.plan.check_memory(&forecast)?;
        Ok(forecast)
    }

    /// The task to measure, which checks the loss against the expected one, if there is one.
    pub fn task<'a>(&'a self, expected: Option<f64>, setup: &'a Setup) -> Task<'a> {
        Task {
            place: &self.place,
            model: &self.model,
            samples: &self.samples,
            setting: &setup.setting,
            effort: &setup.plan.effort,
            expected,
            resume: None,
            test: None,
            preconditioner: None,
        }
    }
}
