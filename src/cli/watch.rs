//! `sgd-stability watch`: a run followed over its checkpoints.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use clap::Args;
use serde_json::json;
use sgd_stability::curvature::Tracker;
use sgd_stability::dataset::Dataset;
use sgd_stability::diagnosis::follow::{Conditions, Line, Log, checkpoints, figure};
use sgd_stability::diagnosis::{
    self, Case, Effort, Extras, Mode, Model, Request, Samples, Setting, in_words,
};
use sgd_stability::error::{Error, Kind, Result};
use sgd_stability::report;
use sgd_stability::write::write_file;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::objective::Expected;
use super::output::{Answer, Ending, remark};
use super::subject::Subject;

/// Measure checkpoints as they appear in a folder, and draw the run in the plane of a and s.
///
/// Each *.safetensors of the folder, in natural order, becomes a line of watch.jsonl; what is there
/// already is skipped, and what is written over with other bytes gets another line. The watch ends with
/// --once, when a file named `done` appears, after --idle seconds without a new checkpoint, or with
/// Ctrl-C (twice: at once); then watch.svg is drawn.
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
    /// End after so many seconds without a new checkpoint.
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
    /// The checkpoints that gave no line, with their size and time then: they could not be measured, or
    /// nothing but their time has changed.
    passed: Vec<(String, Stamp, Option<Error>)>,
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

/// Size and time (milliseconds since 1970) of a file, which change while it is being written.
type Stamp = (u64, u64);

/// Watches.
pub fn run(arguments: &Arguments) -> Result<Answer> {
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
        passed: Vec::new(),
        measured: 0,
        about: OnceCell::new(),
        expected: subject.objective.expect_loss.clone(),
        is_over: asked_to_end()?,
    };
    watch.check_log()?;
    let mut last = Instant::now();
    loop {
        // The end is looked for first: what was written before it is still measured.
        let is_done = arguments.once || arguments.folder.join("done").exists();
        if watch.look()? > 0 {
            last = Instant::now();
        }
        let idle = arguments.idle.map(Duration::from_secs);
        if is_done || idle.is_some_and(|idle| last.elapsed() >= idle) || watch.rest() {
            break;
        }
    }
    watch.finish()
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

    /// Measures what is new; gives how many.
    fn look(&mut self) -> Result<usize> {
        let mut new = 0;
        let names = checkpoints(&self.arguments.folder)?;
        self.expect(&names)?;
        for name in names {
            if self.is_over.load(Relaxed) {
                break;
            }
            let path = self.arguments.folder.join(&name);
            // One that is gone again is no fault.
            let Some(stamp) = stamp(&path) else { continue };
            if self.log.holds(&name, stamp.1) {
                continue;
            }
            // A file that did not read is tried again once it has changed.
            let mut passed = self.passed.iter();
            if passed.any(|passed| passed.0 == name && passed.1 == stamp) {
                continue;
            }
            self.passed.retain(|passed| passed.0 != name);
            match self.measure((&name, stamp.1), &path)? {
                Outcome::Known => self.passed.push((name, stamp, None)),
                Outcome::Line(line) => {
                    remark(&format!("{name}: {}", brief(&line)));
                    self.log.append(*line)?;
                    (self.measured, new) = (self.measured + 1, new + 1);
                }
                Outcome::Fault(error) => {
                    remark(&format!("{name}: {error}"));
                    self.passed.push((name, stamp, Some(error)));
                }
            }
        }
        Ok(new)
    }

    /// Compares the expected loss, once, with that of its checkpoint: the last one of the first look that
    /// finds any, or the one that was named, as soon as it can be read.
    fn expect(&mut self, there: &[String]) -> Result<()> {
        let Some(Expected { checkpoint, loss }) = &self.expected else {
            return Ok(());
        };
        let is_named = |name: &&String| checkpoint.as_ref().is_none_or(|named| named == *name);
        let Some(name) = there.iter().rfind(is_named) else {
            return Ok(());
        };
        let path = self.arguments.folder.join(name);
        let (model, samples) = match self.read(&path) {
            Ok(read) => read,
            // It is still being written, or will be named among the faults.
            Err(error) if names(&error, &path) => return Ok(()),
            Err(error) => return Err(error),
        };
        let (mode, _) = self.conditions(&model, &samples)?;
        let place = path.display().to_string();
        let case = Case {
            place: &place,
            model: &model,
            samples: &samples,
            setting: &self.setting,
            effort: &self.effort,
        };
        case.expect_loss(mode, *loss)?;
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
        let is_known = |name: &&String| self.log.lines.iter().any(|line| line.name == **name);
        let Some(name) = there.iter().rfind(is_known) else {
            return Ok(());
        };
        let path = self.arguments.folder.join(name);
        match self.read(&path) {
            Ok((model, samples)) => self.conditions(&model, &samples).map(drop),
            // It has changed since; the next one will tell.
            Err(error) if names(&error, &path) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn read(&self, path: &Path) -> Result<(Model, Samples)> {
        self.arguments.subject.check_file(path)?;
        let model = Model::read(path, &self.request, &self.data)?;
        let samples = Samples::new(&self.request.data, &self.data, &model.network)?;
        self.about
            .get_or_init(|| diagnosis::about(&model).concat().join("\n"));
        Ok((model, samples))
    }

    /// The conditions of a measurement, which must be those of the lines that are there.
    fn conditions(&self, model: &Model, samples: &Samples) -> Result<(Option<Mode>, Conditions)> {
        let mode = Mode::check(self.arguments.subject.mode, &model.network)?;
        let how = (mode, self.effort.matrix);
        let loss = in_words(&model.network);
        let named = (model.network.name(), &loss[..]);
        let conditions = Conditions::new(named, samples.digest.clone(), how, &self.setting);
        self.log.check(&conditions)?;
        Ok((mode, conditions))
    }

    /// What a checkpoint comes to. What is wrong with the flags ends the watch: no other checkpoint
    /// will mend it.
    fn measure(&mut self, name: (&str, u64), path: &Path) -> Result<Outcome> {
        let place = path.display().to_string();
        let (model, samples) = match self.read(path) {
            Ok(read) => read,
            Err(error) if self.is_about(path, &error) => return Ok(Outcome::Fault(error)),
            Err(error) => return Err(error),
        };
        let (mode, conditions) = self.conditions(&model, &samples)?;
        if self.log.ends_with(name.0, &model.digest) {
            return Ok(Outcome::Known);
        }
        let forecast = diagnosis::forecast(&model, &samples, &self.effort, false);
        self.arguments.subject.check_memory(&forecast)?;
        let case = Case {
            place: &place,
            model: &model,
            samples: &samples,
            setting: &self.setting,
            effort: &self.effort,
        };
        let finding = case.find(mode, Extras::default(), &mut self.tracker);
        match finding {
            Ok(finding) => {
                let line = Line::new((name, &model), conditions, (&finding, &self.setting));
                Ok(Outcome::Line(Box::new(line)))
            }
            Err(error) if error.kind == Kind::Input => Ok(Outcome::Fault(error)),
            Err(error) => Err(error),
        }
    }

    /// Is a checkpoint at fault? An error that does not name it is about the flags, but where they
    /// have served for another checkpoint.
    fn is_about(&self, path: &Path, error: &Error) -> bool {
        error.kind == Kind::Input && (!self.log.lines.is_empty() || names(error, path))
    }

    /// Draws the path, and says what could not be measured.
    fn finish(self) -> Result<Answer> {
        let folder = &self.arguments.folder;
        let lines = self.log.in_order();
        let with_fault = |(name, _, fault)| Some((name, fault?));
        let faults: Vec<_> = self.passed.into_iter().filter_map(with_fault).collect();
        if lines.is_empty() && faults.is_empty() {
            let fault = "holds no *.safetensors; save checkpoints there";
            return Err(Error::input(folder.display(), "folder", fault));
        }
        let path = folder.join("watch.svg");
        let figure = figure(&lines, &self.setting);
        if let Some(figure) = &figure {
            write_file(&path, report::draw(figure).svg.as_bytes())?;
        }
        if !faults.is_empty() {
            let mut error = all_in_one(folder, faults);
            if !lines.is_empty() {
                error.message += &format!("; {} others are in watch.jsonl", lines.len());
            }
            return Err(error);
        }
        if let Some(Expected { checkpoint, loss }) = &self.expected {
            let name = checkpoint.as_deref().unwrap_or("a checkpoint");
            let fault = format!(
                "was not compared: {name} could not be read in {}",
                folder.display()
            );
            return Err(Error::input("--expect-loss", loss, fault));
        }
        let rows: Vec<String> = lines
            .iter()
            .map(|line| format!("{:<28} {}", line.name, brief(line)))
            .collect();
        Ok(Answer {
            text: format!(
                "{}\n\n{}\n\n{}",
                self.about.get().map_or("", |about| about),
                rows.join("\n"),
                match figure {
                    Some(_) => format!("The run is drawn in {}.", path.display()),
                    None => "Nothing is drawn: no checkpoint has an s.".to_owned(),
                }
            ),
            json: json!({
                "about": self.about.get(),
                "checkpoints": lines.len(),
                "measured": self.measured,
                "lines": folder.join("watch.jsonl"),
                "figure": figure.is_some().then_some(path),
                "last": lines.last(),
            }),
            ending: Ending::Done,
        })
    }
}

/// Is this an error of a checkpoint?
fn names(error: &Error, path: &Path) -> bool {
    let place = path.display().to_string();
    error.kind == Kind::Input && error.message.starts_with(&place)
}

/// The one fault, or a sentence with all of them.
fn all_in_one(folder: &Path, faults: Vec<(String, Error)>) -> Error {
    let names: Vec<&str> = faults.iter().map(|(name, ..)| &name[..]).collect();
    let (first, more) = (&faults[0].1, names.len() - 1);
    let is_named = first.to_string().contains(names[0]);
    if more == 0 && is_named {
        return faults.into_iter().next().expect("a fault").1;
    }
    let fault = match more {
        0 => format!("cannot be measured: {first}"),
        _ => format!("cannot be measured, the first because {first}"),
    };
    Error::input(folder.display(), names.join(", "), fault)
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    let modified = metadata.modified().ok()?;
    let since = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some((metadata.len(), since.as_millis() as u64))
}

fn brief(line: &Line) -> String {
    let s = line.s.map_or("none".to_owned(), |s| format!("{s:.4}"));
    format!(
        "loss {:.4e}, a {:.4}, s {s}, margin {:.2}, {} products, {}",
        line.loss, line.a, line.margin, line.products, line.verdict
    )
}
