//! Reads a checkpoint for measurement, by the flags that `diagnose` and `watch` share.

use std::path::Path;

use sgd_stability::dataset::Dataset;
use sgd_stability::diagnosis::follow::Conditions;
use sgd_stability::diagnosis::{
    self, Effort, Extras, Forecast, LoadedNetwork, Mode, Request, Samples, Setting, Task,
};
use sgd_stability::error::{Result, shown};

use super::subject::Subject;

/// The parsed flags, which are the same for every checkpoint.
pub struct Setup<'a> {
    pub subject: &'a Subject,
    pub request: Request,
    pub setting: Setting,
    pub effort: Effort,
}

impl<'a> Setup<'a> {
    /// Parses the flags and loads the data set. The caller may drop the data set after reading the last
    /// checkpoint.
    pub fn new(subject: &'a Subject) -> Result<(Self, Dataset)> {
        let request = subject.request()?;
        subject.check_data()?;
        let data = diagnosis::load(&request)?;
        let setting = subject.setting(&data)?;
        let setup = Setup {
            effort: subject.effort(&setting)?,
            setting,
            subject,
            request,
        };
        Ok((setup, data))
    }

    /// Reads a checkpoint, and converts the samples for its network.
    pub fn read(&self, path: &Path, data: &Dataset) -> Result<Loaded> {
        self.subject.check_file(path)?;
        let model = LoadedNetwork::read(path, &self.request, data)?;
        Ok(Loaded {
            samples: Samples::new(&self.request.place(), data, &model.network)?,
            place: shown(path),
            model,
        })
    }
}

/// A checkpoint and the samples over which it is measured.
pub struct Loaded {
    /// The path of the checkpoint, as messages show it.
    pub place: String,
    pub model: LoadedNetwork,
    pub samples: Samples,
}

impl Loaded {
    /// The mode of batch normalisation, after checking that the flags fit this network.
    pub fn mode(&self, setup: &Setup<'_>) -> Result<Option<Mode>> {
        setup.subject.check_network(&self.model.network)
    }

    /// The conditions of the measurement, for a line of `watch.jsonl`.
    pub fn conditions(&self, mode: Option<Mode>, setup: &Setup<'_>) -> Conditions {
        let network = &self.model.network;
        Conditions::new(
            network.name(),
            &diagnosis::in_words(network),
            &self.samples.digest,
            mode,
            setup.effort.matrix,
            &setup.setting,
        )
    }

    /// The memory forecast, after checking that it is within the limit.
    pub fn forecast(&self, extras: &Extras, setup: &Setup<'_>) -> Result<Forecast> {
        let (model, in_f64) = (&self.model, extras.in_f64);
        let mut forecast = diagnosis::forecast(model, &self.samples, &setup.effort, in_f64);
        if let Some(count) = extras.spectrum.eigenvalues {
            forecast = forecast.with_eigenvectors(count, model.network.parameters());
        }
        if let Some(request) = &extras.thresholds {
            let rows = request.count(self.samples.count) * self.model.network.outputs();
            forecast = forecast.with_thresholds(rows);
        }
        setup.subject.check_memory(&forecast)?;
        Ok(forecast)
    }

    /// The task to measure, after checking the loss against the expected one, if there is one.
    pub fn task<'a>(&'a self, expected: Option<f64>, setup: &'a Setup<'_>) -> Task<'a> {
        Task {
            place: &self.place,
            model: &self.model,
            samples: &self.samples,
            setting: &setup.setting,
            effort: &setup.effort,
            expected,
            resume: None,
            test: None,
            preconditioner: None,
        }
    }
}
