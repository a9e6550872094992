//! `sgd-stability watch`: a run followed over its checkpoints.

mod done;
mod passed;
mod stamp;
mod summary;

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Args;
use sgd_stability::curvature::Tracker;
use sgd_stability::dataset::Dataset;
use sgd_stability::diagnosis::follow::{Conditions, Line, Log, checkpoints};
use sgd_stability::diagnosis::{
    self, Effort, Extras, Mode, Model, Request, Samples, Setting, Task, in_words,
};
use sgd_stability::error::{Error, Kind, Result, shown};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::objective::Expected;
use super::output::{Answer, remark};
use super::subject::Subject;
use done::Done;
use passed::{Passed, Why};
use stamp::Stamp;
use summary::{Summary, brief};

/// Measure checkpoints as they appear in a folder, and draw the run in the plane of a and s.
///
/// Each *.safetensors of the folder, in natural order, becomes a line of watch.jsonl once it keeps still
/// from one look to the next; what is there already is skipped, and what is written over with other
/// bytes gets another line. What cannot be measured is tried again when it changes, and named at the end
/// (exit code 2). The watch ends with --once, when a file named `done` appears or is touched (one that was
/// there before is of an earlier run), after --idle seconds in which no checkpoint came or changed, or
/// with Ctrl-C (twice: at once); then watch.svg is drawn.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    /// The folder of the checkpoints.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    subject: Subject,
    /// Measure what is there and end.
    #[arg(long)]
    once: bool,
    /// End after so many seconds in which no checkpoint came or changed.
    #[arg(long, value_name = "SECONDS")]
    idle: Option<u64>,
    /// Look every so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
    poll: u64,
    /// Print one JSON object at the end.
    #[arg(long)]
    json: bool,
}

/// What is kept from one checkpoint to the next.
struct Watch<'a> {
    arguments: &'a Arguments,
    request: Request,
    data: Dataset,
    setting: Setting,
    effort: Effort,
    log: Log,
    tracker: Tracker,
    passed: Passed,
    measured: usize,
    /// The loss and the activations, in words, once a checkpoint was read.
    about: OnceCell<String>,
    /// The loss that a checkpoint must have, until it was compared.
    expected: Option<Expected>,
    /// Has somebody asked for the end?
    is_over: Arc<AtomicBool>,
}

/// What a checkpoint comes to.
enum Outcome {
    /// Its line.
    Line(Box<Line>),
    /// Its last line is of the same bytes.
    Known,
    /// What is wrong with it.
    Fault(Error),
}

/// Watches.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let done = Done::of(&arguments.folder);
    let subject = &arguments.subject;
    let (request, effort) = (subject.request()?, subject.effort()?);
    subject.check_data()?;
    let data = diagnosis::load(&request)?;
    let log = Log::read(&arguments.folder.join("watch.jsonl"))?;
    let mut watch = Watch {
        tracker: Tracker::new(effort.lanczos, effort.seed),
        setting: subject.setting(&data)?,
        arguments,
        request,
        data,
        effort,
        log,
        passed: Passed::default(),
        measured: 0,
        about: OnceCell::new(),
        expected: subject.objective.expect_loss.clone(),
        is_over: asked_to_end()?,
    };
    diagnosis::check(&watch.request, &watch.data, subject.mode)?;
    watch.check_log()?;
    if !arguments.once {
        done.tell();
    }
    let mut last = Instant::now();
    loop {
        // The end is looked for first: what was written before it is still measured.
        let is_done = arguments.once || done.has_come();
        let is_busy = watch.look(is_done)?;
        if is_busy {
            last = Instant::now();
        }
        let idle = arguments.idle.map(Duration::from_secs);
        let is_idle = !is_busy && idle.is_some_and(|idle| last.elapsed() >= idle);
        if is_done || is_idle || watch.rest() {
            break;
        }
    }
    let mut faults = watch.passed.faults(&arguments.folder);
    faults.extend(
        watch
            .expected
            .map(|expected| not_compared(&expected, &arguments.folder)),
    );
    let summary = Summary {
        about: watch.about.into_inner(),
        folder: &arguments.folder,
        lines: watch.log.in_order(),
        measured: watch.measured,
        faults,
        leftover: !arguments.once && done.is_leftover(),
    };
    summary.answer(&watch.setting)
}

/// Becomes true with the first Ctrl-C (or SIGTERM); the second one ends the program.
fn asked_to_end() -> Result<Arc<AtomicBool>> {
    let is_over = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let second = flag::register_conditional_default(signal, Arc::clone(&is_over));
        let first = second.and_then(|_| flag::register(signal, Arc::clone(&is_over)));
        first.map_err(Error::internal)?;
    }
    Ok(is_over)
}

impl Watch<'_> {
    /// Waits for the next look; true when the end is asked for.
    fn rest(&self) -> bool {
        let (begin, poll) = (Instant::now(), Duration::from_secs(self.arguments.poll));
        while begin.elapsed() < poll && !self.is_over.load(Relaxed) {
            sleep(Duration::from_millis(100));
        }
        self.is_over.load(Relaxed)
    }

    /// Measures what is new and has kept still since the look before, or, at the last look, all that is
    /// new; says whether anything has come or changed.
    fn look(&mut self, is_last: bool) -> Result<bool> {
        let mut is_busy = false;
        let names = checkpoints(&self.arguments.folder)?;
        self.expect(&names)?;
        for name in names {
            if self.is_over.load(Relaxed) {
                break;
            }
            is_busy |= self.visit(name, is_last)?;
        }
        Ok(is_busy)
    }

    /// Looks at one checkpoint; says whether it is new or has changed.
    fn visit(&mut self, name: OsString, is_last: bool) -> Result<bool> {
        let path = self.arguments.folder.join(&name);
        let stamp = match Stamp::of_file(&path) {
            Ok(Some(stamp)) => stamp,
            // One that is gone again is no fault.
            Ok(None) => return Ok(false),
            Err(fault) => return Ok(self.passed.note(name, None, Why::Fault(fault))),
        };
        let Some(text) = name.to_str() else {
            let fault = "is no UTF-8, so that no line can name it; rename the file";
            let fault = Error::input(path.display(), "name", fault);
            return Ok(self.passed.note(name, Some(stamp), Why::Fault(fault)));
        };
        if self.log.holds(text, stamp.milliseconds()) {
            self.passed.forget(&name);
            return Ok(false);
        }
        if self.passed.knows(&name, stamp) {
            return Ok(false);
        }
        if !is_last && self.passed.waits(&name, stamp) {
            return Ok(true);
        }
        match self.measure((text, stamp), &path)? {
            Outcome::Known => self.passed.note(name, Some(stamp), Why::SameBytes),
            Outcome::Fault(fault) => self.passed.note(name, Some(stamp), Why::Fault(fault)),
            Outcome::Line(line) => {
                remark(&format!("{}: {}", shown(name.as_ref()), brief(&line)));
                self.passed.forget(&name);
                self.log.append(*line)?;
                self.measured += 1;
                true
            }
        };
        Ok(true)
    }

    /// Compares the expected loss, once, with that of its checkpoint: the last one of the first look that
    /// finds any, or the one that was named, as soon as it can be read.
    fn expect(&mut self, there: &[OsString]) -> Result<()> {
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
        let path = self.arguments.folder.join(name);
        let place = shown(&path);
        let (model, samples) = match self.read(&path) {
            Ok(read) => read,
            // It is still being written, or will be named among the faults.
            Err(error) => return fault(&place, error).map(drop),
        };
        let (mode, _) = self.conditions(&model, &samples)?;
        let task = Task {
            place: &place,
            model: &model,
            samples: &samples,
            setting: &self.setting,
            effort: &self.effort,
        };
        task.expect_loss(mode, *loss)?;
        self.expected = None;
        Ok(())
    }

    /// Are the lines that are there, if any, about these samples, this network and these settings?
    fn check_log(&self) -> Result<()> {
        let Some(last) = self.log.lines.last() else {
            return Ok(());
        };
        // What no checkpoint is needed for is compared without one.
        let loss = self.request.objective.words_or(&last.conditions.loss)?;
        let how = (self.arguments.subject.mode, self.effort.matrix);
        let named = (&last.conditions.network[..], &loss[..]);
        let here = Conditions::new(named, self.data.digest(), how, &self.setting);
        self.log.check(&here)?;
        let there = checkpoints(&self.arguments.folder)?;
        let there = there
            .iter()
            .map(|name| (name, self.arguments.folder.join(name)));
        let is_known = |(name, path): &(&OsString, PathBuf)| {
            let stamp = Stamp::of_file(path).ok().flatten();
            let named = name.to_str().zip(stamp);
            named.is_some_and(|(name, stamp)| self.log.holds(name, stamp.milliseconds()))
        };
        let Some((_, path)) = there.rev().find(is_known) else {
            return Ok(());
        };
        match self.read(&path) {
            Ok((model, samples)) => self.log.check(&self.conditions(&model, &samples)?.1),
            // What is wrong with a checkpoint is no fault of the lines.
            Err(_) => Ok(()),
        }
    }

    fn read(&self, path: &Path) -> Result<(Model, Samples)> {
        self.arguments.subject.check_file(path)?;
        let model = Model::read(path, &self.request, &self.data)?;
        let samples = Samples::new(&self.request.place(), &self.data, &model.network)?;
        self.about
            .get_or_init(|| diagnosis::about(&model).concat().join("\n"));
        Ok((model, samples))
    }

    /// The conditions of a measurement. The mode is right or wrong for every checkpoint.
    fn conditions(&self, model: &Model, samples: &Samples) -> Result<(Option<Mode>, Conditions)> {
        let mode = Mode::check(self.arguments.subject.mode, &model.network)?;
        let how = (mode, self.effort.matrix);
        let loss = in_words(&model.network);
        let named = (model.network.name(), &loss[..]);
        let conditions = Conditions::new(named, samples.digest.clone(), how, &self.setting);
        Ok((mode, conditions))
    }

    /// What a checkpoint comes to. What is wrong with it does not end the watch; what is wrong with the
    /// flags does: no other checkpoint will mend it.
    fn measure(&mut self, (name, stamp): (&str, Stamp), path: &Path) -> Result<Outcome> {
        let place = shown(path);
        let (model, samples) = match self.read(path) {
            Ok(read) => read,
            Err(error) => return fault(&place, error),
        };
        let (mode, conditions) = self.conditions(&model, &samples)?;
        if self.log.ends_with(name, &model.digest) {
            return Ok(Outcome::Known);
        }
        if let Some(doubt) = doubt(path, stamp, &model) {
            return Ok(Outcome::Fault(doubt));
        }
        if let Some(other) = self.log.difference(&conditions)? {
            let is = format!(
                "is {}, but the lines of watch.jsonl are of {}; keep the checkpoints of one run in a \
                 folder; if the lines are of a stray file, remove it and its lines",
                other.here, other.there
            );
            return Ok(Outcome::Fault(Error::input(&place, other.field, is)));
        }
        if self.measured == 0 {
            model.filling.lines().iter().for_each(|line| remark(line));
        }
        let forecast = diagnosis::forecast(&model, &samples, &self.effort, false);
        if let Err(error) = self.arguments.subject.check_memory(&forecast) {
            return fault(&place, error);
        }
        let task = Task {
            place: &place,
            model: &model,
            samples: &samples,
            setting: &self.setting,
            effort: &self.effort,
        };
        match task.measure(mode, Extras::default(), &mut self.tracker) {
            Ok(finding) => {
                let named = ((name, stamp.milliseconds()), &model);
                let line = Line::new(named, conditions, (&finding, &self.setting));
                Ok(Outcome::Line(Box::new(line)))
            }
            Err(error) => fault(&place, error),
        }
    }
}

/// The fault of an expected loss that no checkpoint was compared with.
fn not_compared(expected: &Expected, folder: &Path) -> (String, Error) {
    let name = expected.checkpoint.as_deref().unwrap_or("a checkpoint");
    let fault = format!(
        "was not compared: {name} could not be read in {}",
        folder.display()
    );
    let error = Error::input("--expect-loss", expected.loss, fault);
    ("--expect-loss".to_owned(), error)
}

/// Is this file what somebody wanted to save? It may be still being written.
fn doubt(path: &Path, stamp: Stamp, model: &Model) -> Option<Error> {
    let refuse = |field, fault| Some(Error::input(path.display(), field, fault));
    if Stamp::of_file(path) != Ok(Some(stamp)) {
        return refuse(
            "file",
            "changed while it was read; it is still being written",
        );
    }
    if model.is_zero() && model.network.modules().len() > 1 {
        let fault = "are all zero: the file is still being written, or was never filled; it is measured \
                     when it changes";
        return refuse("weights", fault);
    }
    None
}

/// An error that a checkpoint made, with the checkpoint named; any other ends the watch.
fn fault(place: &str, error: Error) -> Result<Outcome> {
    match error.kind {
        Kind::Input if error.message.starts_with(place) => Ok(Outcome::Fault(error)),
        Kind::Input | Kind::Memory => {
            let fault = format!("cannot be measured: {error}");
            Ok(Outcome::Fault(Error::input(place, "checkpoint", fault)))
        }
        _ => Err(error),
    }
}
