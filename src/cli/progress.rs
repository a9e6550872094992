//! What stderr shows of long work, when it is a terminal.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sgd_stability::work::Watcher;

use super::output;

/// How long an answer that is certain early waits for the whole.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often a clock is drawn.
const TICK: Duration = Duration::from_millis(100);

/// A bar of this length.
pub fn progress(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg}");
    ProgressBar::with_draw_target(Some(length), target())
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn target() -> ProgressDrawTarget {
    match std::io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    }
}

/// The stage of long work with a clock, and the first answer that is certain: on stdout as soon as the rest
/// takes longer than half a second, or, where stdout is for JSON, on stderr.
pub struct Stages {
    clock: ProgressBar,
    is_json: bool,
    drawn: Instant,
    answer: Option<(String, Instant)>,
}

impl Stages {
    /// At the beginning of the work.
    pub fn new(is_json: bool) -> Self {
        let style = ProgressStyle::with_template("{elapsed} {wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        Stages {
            clock: ProgressBar::with_draw_target(None, target()).with_style(style),
            is_json,
            drawn: Instant::now(),
            answer: None,
        }
    }
}

impl Watcher for Stages {
    fn stage(&mut self, what: &str) {
        self.clock.set_message(what.to_owned());
    }

    fn answer(&mut self, answer: &str) {
        self.answer = Some((answer.to_owned(), Instant::now()));
    }

    fn tick(&mut self) {
        if self.drawn.elapsed() < TICK {
            return;
        }
        self.drawn = Instant::now();
        self.clock.tick();
        let is_due = |(_, since): &mut (String, Instant)| since.elapsed() >= PATIENCE;
        if let Some((answer, _)) = self.answer.take_if(is_due) {
            self.clock.suspend(|| match self.is_json {
                true => output::remark(&answer),
                false => output::first_answer(&answer),
            });
        }
    }
}

impl Drop for Stages {
    fn drop(&mut self) {
        self.clock.finish_and_clear();
    }
}
