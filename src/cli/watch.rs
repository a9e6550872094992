//! `sgd-stability watch`: follows a run over its checkpoints.

mod done;
mod measure;
mod skipped;
mod stamp;
mod summary;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Args;
use sgd_stability::diagnosis::follow::{Log, checkpoints};
use sgd_stability::diagnosis::{Extras, Setup, ThresholdRequest};
use sgd_stability::error::{Error, Result, shown};

use super::ending::asked_to_end;
use super::help::{exit_codes, explained, headings};
use super::output::{Answer, remark};
use super::progress::{Stages, told};
use super::spectrum::SpectrumFlags;
use super::subject::Subject;
use super::words::{seconds, whole};
use done::Done;
use measure::{EveryThresholds, Measurer, Outcome};
use skipped::{Skipped, Why};
use stamp::Stamp;
use summary::{Summary, brief};

/// Follow a training run: measure each checkpoint as it appears, and draw its path in the plane of a and s.
#[derive(Debug, Args)]
#[command(
    allow_negative_numbers = true,
    before_help = EXAMPLE,
    after_help = exit_codes(&EXIT_CODES),
    after_long_help = explained(ABOUT, &EXIT_CODES)
)]
pub struct Arguments {
    /// The folder into which the training writes its checkpoints: *.safetensors, *.pt, *.pth or *.ckpt.
    ///
    /// A folder that does not exist yet is waited for, unless --once is given.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    subject: Subject,
    /// Measure the checkpoints that are there now, then end.
    #[arg(long, help_heading = WHEN)]
    once: bool,
    /// End after this many seconds without a new or changed checkpoint.
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>, help_heading = WHEN)]
    idle: Option<u64>,
    /// Seconds between two looks at the folder.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = seconds, help_heading = WHEN)]
    poll: u64,
    /// At every N-th checkpoint compute η*, the exact threshold of the linearised network, and draw η/η*.
    ///
    /// See `diagnose --threshold`, whose time and memory it takes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = headings::MEASUREMENT)]
    threshold_every: Option<u32>,
    /// Compute η* of M samples only, evenly spaced; it then decides no verdict.
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..), requires = "threshold_every", help_heading = headings::MEASUREMENT)]
    threshold_samples: Option<u32>,
    /// Measure batch sharpness at each checkpoint too, which takes as long as some ten products.
    #[arg(long, help_heading = headings::MEASUREMENT)]
    batch_sharpness: bool,
    #[command(flatten)]
    spectrum: SpectrumFlags,
    /// Print one JSON object at the end.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

impl Arguments {
    /// The thresholds that are requested, if any.
    fn thresholds(&self) -> Option<EveryThresholds> {
        Some(EveryThresholds {
            every: self.threshold_every? as usize,
            request: ThresholdRequest {
                samples: self.threshold_samples.map(|count| count as usize),
                curve: false,
                certificate: false,
            },
        })
    }
}

/// The help heading of the flags that say when to look, and when to end.
const WHEN: &str = "When to look, and when to end";

const EXAMPLE: &str = "\
Example, for the checkpoints that are in the folder runs:
  $ sgd-stability watch runs --arch fnn --data fashion-mnist \\
      --lr 0.1 --batch 10 --once";

const ABOUT: &str = "\
Every *.safetensors, *.pt, *.pth and *.ckpt of the folder, in natural order of the names, becomes a line of \
DIR/watch.jsonl once it has kept still from one look to the next. What has a line already is skipped; a checkpoint that is written \
over gets another line. One that cannot be measured is tried again when it changes, and is named at the end.

The watch ends with --once; when a file named done appears or is touched; after --idle seconds without \
news; or with Ctrl-C (a second Ctrl-C ends the program at once). The first checkpoint is measured from random \
starts; each further one starts from the eigenvectors before it, with at most 20 products, and λ_min then has no lower \
bound. Then DIR/watch.svg is drawn, and what was measured \
against the step: DIR/watch-sharpness.svg, watch-shares.svg, watch-loss.svg, and watch.csv.";

const EXIT_CODES: [(u8, &str); 2] = [
    (0, "every checkpoint was measured"),
    (2, "some checkpoint could not be measured"),
];

/// Watches the folder until the end.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    told(|stages| watch(arguments, stages))
}

fn watch(arguments: &Arguments, stages: &Stages) -> Result<Answer> {
    let done = Done::of(&arguments.folder);
    let (setup, data) = Setup::new(arguments.subject.plan()?)?;
    let setup = setup.without_idle_numbers();
    let is_over = asked_to_end()?;
    if !arguments.once {
        wait_for(&arguments.folder, &is_over, stages);
    }
    let log = Log::read(&arguments.folder.join("watch.jsonl"))?;
    let mut watch = Watch {
        folder: &arguments.folder,
        poll: Duration::from_secs(arguments.poll),
        measurer: Measurer::new(&arguments.folder, setup, data, log)?
            .expecting(arguments.subject.objective.expect_loss.clone())
            .with_thresholds(arguments.thresholds())
            .with_extras(Extras {
                batch_sharpness: arguments.batch_sharpness,
                spectrum: arguments.spectrum.request(),
                ..Extras::default()
            }),
        skipped: Skipped::default(),
        measured: 0,
        is_over,
        stages,
    };
    watch.measurer.check_log()?;
    if !arguments.once {
        done.warn_of_leftover();
    }
    let mut last = Instant::now();
    loop {
        // The end is checked first, so that everything written before it is still measured.
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
    let mut faults = watch.skipped.faults(&arguments.folder);
    faults.extend(watch.measurer.not_compared());
    let summary = Summary {
        about: watch.measurer.about(),
        folder: &arguments.folder,
        lines: watch.measurer.log.in_order(),
        measured: watch.measured,
        faults,
        leftover: !arguments.once && done.is_leftover(),
    };
    summary.answer(watch.measurer.setting())
}

/// Waits until the folder exists, or the user asks for the end.
fn wait_for(folder: &Path, is_over: &AtomicBool, stages: &Stages) {
    if !folder.exists() {
        stages.rest(&format!(
            "waiting for the folder {}; Ctrl-C ends the watch",
            shown(folder)
        ));
        remark(&format!(
            "{} does not exist yet; waiting for it",
            shown(folder)
        ));
    }
    while !folder.exists() && !is_over.load(Relaxed) {
        sleep(Duration::from_millis(100));
    }
}

/// The state of a watch.
struct Watch<'a> {
    folder: &'a PathBuf,
    /// The time between two looks at the folder.
    poll: Duration,
    measurer: Measurer<'a>,
    skipped: Skipped,
    /// The number of lines that this watch added.
    measured: usize,
    /// Whether the user has asked for the end.
    is_over: Arc<AtomicBool>,
    stages: &'a Stages,
}

impl Watch<'_> {
    /// Waits for the next look. Returns `true` if the user asked for the end.
    fn rest(&self) -> bool {
        self.stages.rest(&format!(
            "waiting for checkpoints in {}, {} measured; Ctrl-C ends the watch",
            shown(self.folder),
            self.measured
        ));
        let begin = Instant::now();
        while begin.elapsed() < self.poll && !self.is_over.load(Relaxed) {
            sleep(Duration::from_millis(100));
        }
        self.is_over.load(Relaxed)
    }

    /// Measures every new checkpoint that has not changed since the previous look or, at the last look,
    /// every new checkpoint. Returns whether a checkpoint has appeared or changed.
    fn look(&mut self, is_last: bool) -> Result<bool> {
        let mut is_busy = false;
        let names = checkpoints(self.folder)?;
        self.measurer.expect(&names)?;
        let is_new = |name: &OsString| !self.is_known(name);
        let names: Vec<OsString> = names.into_iter().filter(is_new).collect();
        let count = names.len();
        for (done, name) in names.into_iter().enumerate() {
            if self.is_over.load(Relaxed) {
                break;
            }
            self.stages
                .task("checkpoint", &shown(name.as_ref()), (done, count));
            is_busy |= self.visit(name, is_last)?;
        }
        Ok(is_busy)
    }

    /// Whether the checkpoint has a line, or measuring it in its present state would tell nothing new.
    fn is_known(&self, name: &OsString) -> bool {
        let Ok(Some(stamp)) = Stamp::of_file(&self.folder.join(name)) else {
            return false;
        };
        let has_line = |name| self.measurer.log.holds(name, stamp.milliseconds());
        !self.skipped.notes(name) && name.to_str().is_some_and(has_line)
            || self.skipped.knows(name, stamp)
    }

    /// Looks at one checkpoint. Returns whether it is new or has changed.
    fn visit(&mut self, name: OsString, is_last: bool) -> Result<bool> {
        let path = self.folder.join(&name);
        let stamp = match Stamp::of_file(&path) {
            Ok(Some(stamp)) => stamp,
            // A checkpoint that has disappeared again is not an error.
            Ok(None) => return Ok(false),
            Err(fault) => return Ok(self.skipped.note(name, None, Why::Fault(fault))),
        };
        let Some(text) = name.to_str() else {
            let fault = "is not UTF-8, so that no line can name it; rename the file";
            let fault = Error::input(path.display(), "name", fault);
            return Ok(self.skipped.note(name, Some(stamp), Why::Fault(fault)));
        };
        if self.measurer.log.holds(text, stamp.milliseconds()) {
            self.skipped.forget(&name);
            return Ok(false);
        }
        if self.skipped.knows(&name, stamp) {
            return Ok(false);
        }
        if !is_last && self.skipped.waits(&name, stamp) {
            return Ok(true);
        }
        match self.measurer.measure(text, stamp, &path)? {
            Outcome::Known => self.skipped.note(name, Some(stamp), Why::SameBytes),
            Outcome::Fault(fault) => self.skipped.note(name, Some(stamp), Why::Fault(fault)),
            Outcome::Line(line) => {
                remark(&format!("{}: {}", shown(name.as_ref()), brief(&line)));
                self.skipped.forget(&name);
                self.measurer.log.append(*line)?;
                self.measured += 1;
                true
            }
        };
        Ok(true)
    }
}
