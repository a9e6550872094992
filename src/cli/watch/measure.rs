//! Measures the checkpoints of a run.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sgd_stability::curvature::{Limits, Tracker};
use sgd_stability::dataset::Dataset;
use sgd_stability::diagnosis::follow::{Conditions, Line, Log, Named, checkpoints};
use sgd_stability::diagnosis::{
    self, Extras, Loaded, LoadedNetwork, Setting, Setup, ThresholdRequest,
};
use sgd_stability::error::{Error, Kind, Result, shown};

use super::super::objective::Expected;
use super::super::output::remark;
use super::stamp::Stamp;

/// The result for one checkpoint.
pub enum Outcome {
    /// Its new line.
    Line(Box<Line>),
    /// Its last line is of a file with the same bytes.
    Known,
    /// Why it cannot be measured.
    Fault(Error),
}

/// The thresholds that are computed at every so many-th checkpoint.
#[derive(Clone, Copy)]
pub struct EveryThresholds {
    /// 1 for every checkpoint.
    pub every: usize,
    pub request: ThresholdRequest,
}

/// Measures the checkpoints of a run one after the other.
pub struct Measurer<'a> {
    folder: &'a Path,
    setup: Setup,
    data: Dataset,
    /// The log, with a line for each measured checkpoint.
    pub log: Log,
    tracker: Tracker,
    thresholds: Option<EveryThresholds>,
    /// What else is measured at every checkpoint.
    extras: Extras,
    /// The loss and the activations in words, once a checkpoint has been read.
    about: OnceCell<String>,
    /// The loss that a checkpoint must have, until it has been compared.
    expected: Option<Expected>,
    /// Whether the mapping from tensors to layers has been printed.
    is_told: bool,
}

impl<'a> Measurer<'a> {
    /// A measurer that has measured nothing yet.
    ///
    /// # Errors
    /// Returns an error if a flag does not fit the network, as far as that is known without a checkpoint.
    pub fn new(folder: &'a Path, setup: Setup, data: Dataset, log: Log) -> Result<Self> {
        diagnosis::check(&setup.plan.request, &data, setup.plan.mode)?;
        Ok(Measurer {
            folder,
            tracker: Tracker::new(setup.plan.effort.lanczos, setup.plan.effort.seed)
                .with_limits(Limits::TWENTY),
            thresholds: None,
            extras: Extras::default(),
            expected: None,
            setup,
            data,
            log,
            about: OnceCell::new(),
            is_told: false,
        })
    }

    /// The same measurer, which also compares the loss of a checkpoint with this one.
    pub fn expecting(self, expected: Option<Expected>) -> Self {
        Measurer { expected, ..self }
    }

    /// The same measurer, which also computes these thresholds.
    pub fn with_thresholds(self, thresholds: Option<EveryThresholds>) -> Self {
        Measurer { thresholds, ..self }
    }

    /// The same measurer, which also measures these extras at every checkpoint.
    pub fn with_extras(self, extras: Extras) -> Self {
        Measurer { extras, ..self }
    }

    /// What is measured at the next checkpoint beyond its reading. The count goes on from the lines of the log.
    fn extras(&self) -> Extras {
        let is_due = |every: &EveryThresholds| self.log.lines.len().is_multiple_of(every.every);
        let thresholds = self.thresholds.filter(is_due).map(|every| every.request);
        Extras {
            // It tells whether the thresholds decide.
            other_matrix: thresholds.is_some(),
            thresholds,
            ..self.extras
        }
    }

    /// The optimiser and its hyperparameters.
    pub fn setting(&self) -> &Setting {
        &self.setup.setting
    }

    /// The loss and the activations in words, once a checkpoint has been read.
    pub fn about(&self) -> Option<String> {
        self.about.get().cloned()
    }

    /// Compares the expected loss, once, with that of its checkpoint: the named one as soon as it can be
    /// read, or else the last one of the first look that finds any.
    pub fn expect(&mut self, there: &[OsString]) -> Result<()> {
        let Some(Expected { checkpoint, loss }) = &self.expected else {
            return Ok(());
        };
        let is_named = |name: &&OsString| {
            let named = checkpoint.as_ref();
            named.is_none_or(|named| ***name == **named)
        };
        let Some(name) = there.iter().rfind(is_named) else {
            return Ok(());
        };
        let path = self.folder.join(name);
        let loaded = match self.read(&path) {
            Ok(loaded) => loaded,
            // The file is still being written, or will be listed among the faults.
            Err(error) => return fault(&path, error).map(drop),
        };
        let mode = loaded.mode(&self.setup)?;
        loaded.task(Some(*loss), &self.setup).check_loss(mode)?;
        self.expected = None;
        Ok(())
    }

    /// The fault to report if the expected loss was never compared with a checkpoint.
    pub fn not_compared(&self) -> Option<(String, Error)> {
        const FLAG: &str = "--expect-loss";
        let expected = self.expected.as_ref()?;
        let name = expected.checkpoint.as_deref().unwrap_or("a checkpoint");
        let fault = format!(
            "was not compared: {name} could not be read in {}",
            self.folder.display()
        );
        Some((FLAG.to_owned(), Error::input(FLAG, expected.loss, fault)))
    }

    /// Returns an error if flags, samples or network differ from those of the existing lines.
    pub fn check_log(&self) -> Result<()> {
        let Some(last) = self.log.lines.last() else {
            return Ok(());
        };
        // Conditions that need no checkpoint are compared without one.
        let setup = &self.setup;
        let here = Conditions::new(
            &last.conditions.network,
            &setup
                .plan
                .request
                .objective
                .words_or(&last.conditions.loss)?,
            &self.data.digest(),
            setup.plan.mode,
            setup.plan.effort.matrix,
            &setup.setting,
        );
        self.log.check(&here)?;
        let Some(path) = self.last_with_a_line()? else {
            return Ok(());
        };
        match self.read(&path) {
            Ok(loaded) => self
                .log
                .check(&loaded.conditions(loaded.mode(setup)?, setup)),
            // A faulty checkpoint does not make the lines wrong.
            Err(_) => Ok(()),
        }
    }

    /// The path of the last checkpoint that has a line.
    fn last_with_a_line(&self) -> Result<Option<PathBuf>> {
        let names = checkpoints(self.folder)?;
        let has_line = |name: &OsString, path: &Path| {
            let stamp = Stamp::of_file(path).ok().flatten();
            let named = name.to_str().zip(stamp);
            named.is_some_and(|(name, stamp)| self.log.holds(name, stamp.milliseconds()))
        };
        let mut found = names.iter().rev().filter_map(|name| {
            let path = self.folder.join(name);
            has_line(name, &path).then_some(path)
        });
        Ok(found.next())
    }

    fn read(&self, path: &Path) -> Result<Loaded> {
        let loaded = self.setup.read(path, &self.data)?;
        self.about
            .get_or_init(|| diagnosis::about(&loaded.model).concat().join("\n"));
        Ok(loaded)
    }

    /// Measures one checkpoint. A fault of the checkpoint does not end the watch; a fault of the flags
    /// does, since no other checkpoint would correct it.
    pub fn measure(&mut self, name: &str, stamp: Stamp, path: &Path) -> Result<Outcome> {
        let loaded = match self.read(path) {
            Ok(loaded) => loaded,
            Err(error) => return fault(path, error),
        };
        let mode = loaded.mode(&self.setup)?;
        let conditions = loaded.conditions(mode, &self.setup);
        if self.log.ends_with(name, &loaded.model.digest) {
            return Ok(Outcome::Known);
        }
        if let Some(doubt) = doubt(path, stamp, &loaded.model) {
            return Ok(Outcome::Fault(doubt));
        }
        if let Some(other) = self.log.difference(&conditions)? {
            let is = format!(
                "is {}, but the lines of watch.jsonl are of {}; keep the checkpoints of one run in a \
                 folder; if the lines are of a stray file, remove it and its lines",
                other.here, other.there
            );
            return Ok(Outcome::Fault(Error::input(&loaded.place, other.field, is)));
        }
        if !self.is_told {
            self.is_told = true;
            let lines = loaded.model.assignment.lines();
            lines.iter().for_each(|line| remark(line));
        }
        let extras = self.extras();
        if let Err(error) = loaded.forecast(&extras, &self.setup) {
            return fault(path, error);
        }
        let task = loaded.task(None, &self.setup);
        match task.measure(mode, extras, &mut self.tracker) {
            Ok(finding) => {
                let named = Named {
                    name,
                    modified: stamp.milliseconds(),
                    digest: &loaded.model.digest,
                };
                let line = Line::new(&named, conditions, &finding, &self.setup.setting);
                Ok(Outcome::Line(Box::new(line)))
            }
            Err(error) => fault(path, error),
        }
    }
}

/// Why the file is probably not what the user meant to save, if it is not. It may still be being written.
fn doubt(path: &Path, stamp: Stamp, model: &LoadedNetwork) -> Option<Error> {
    let refuse = |field, fault| Some(Error::input(path.display(), field, fault));
    if Stamp::of_file(path) != Ok(Some(stamp)) {
        return refuse(
            "file",
            "changed while it was read; it is still being written",
        );
    }
    if model.is_untrained() {
        let fault = "are all zero: the file is still being written, or was never filled; it is measured \
                     when it changes";
        return refuse("weights", fault);
    }
    None
}

/// Turns an error that a checkpoint caused into an outcome that names the checkpoint; any other error
/// ends the watch.
fn fault(path: &Path, error: Error) -> Result<Outcome> {
    let place = shown(path);
    match error.kind {
        Kind::Input if error.message.starts_with(&place) => Ok(Outcome::Fault(error)),
        Kind::Input | Kind::Memory => {
            let fault = format!("cannot be measured: {error}");
            Ok(Outcome::Fault(Error::input(place, "checkpoint", fault)))
        }
        _ => Err(error),
    }
}
