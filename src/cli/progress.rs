//! The progress display on stderr, shown if stderr is a terminal.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use sgd_stability::work::{self, Approach, Watcher};

use super::terminal::{self, target};

/// How long an early certain answer is held back in case the whole answer follows.
const PATIENCE: Duration = Duration::from_millis(500);
/// The interval between two redraws.
const TICK: Duration = Duration::from_millis(100);
/// How long a stage must last before its rate is shown: the first rounds say little about it.
const WARM: Duration = Duration::from_millis(500);

/// A progress bar of this length, with the rate and the remaining time.
pub fn progress(length: u64) -> ProgressBar {
    const TEMPLATE: &str = "{elapsed} {wide_bar} {pos}/{len}, {per_sec}, {eta} left {msg}";
    let style = ProgressStyle::with_template(TEMPLATE);
    let bar = ProgressBar::with_draw_target(Some(length), target())
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    if !bar.is_hidden() {
        bar.enable_steady_tick(TICK);
    }
    bar
}

/// Does the work while a line on the terminal shows its stages.
pub fn told<T>(work: impl FnOnce(&Stages) -> T) -> T {
    told_until(End::default(), work)
}

/// When work has to end.
#[derive(Default)]
pub struct End {
    /// A point in time, if there is one.
    pub deadline: Option<Instant>,
    /// A flag by which the user asks for the end.
    pub asked: Arc<AtomicBool>,
}

/// [`told`], for work that has to end.
pub fn told_until<T>(end: End, work: impl FnOnce(&Stages) -> T) -> T {
    let stages = Stages::new(None);
    stages.0.borrow_mut().asked = end.asked;
    work::watched(end.deadline, Box::new(stages.clone()), || work(&stages))
}

/// The progress line: the task, its stage, how far the stage is, and the remaining time. Clones share one
/// line, which disappears when the last of them is dropped.
///
/// An early certain answer is printed once the rest of the work takes longer than half a second, if the work is the
/// decision that it answers.
#[derive(Clone)]
pub struct Stages(Rc<RefCell<State>>);

struct State {
    line: ProgressBar,
    /// Whether the user has asked for the end.
    asked: Arc<AtomicBool>,
    /// Whether the line is being drawn.
    is_begun: bool,
    /// Prints an early certain answer, if there may be one.
    tell: Option<fn(&str)>,
    drawn: Instant,
    answer: Option<(String, Instant)>,
    /// The present task, if there are several.
    task: Option<Task>,
    stage: String,
    began: Instant,
    rounds: Option<Rounds>,
    /// How far the residual has fallen, if the stage is an iteration that has a goal.
    descent: Option<Descent>,
}

struct Task {
    what: &'static str,
    name: String,
    of: Rounds,
    /// When the first task began, and the time that the tasks before the present one took.
    began: Instant,
    taken: Duration,
}

/// The number of rounds done, and their maximum.
#[derive(Clone, Copy)]
struct Rounds {
    done: usize,
    most: usize,
}

/// The residual at the first and at the latest product of a stage.
#[derive(Clone, Copy)]
struct Descent {
    began: Instant,
    first: Approach,
    latest: Approach,
}

impl Stages {
    /// The state before any work.
    pub fn new(tell: Option<fn(&str)>) -> Self {
        let style = ProgressStyle::with_template("{elapsed} {wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        let now = Instant::now();
        Stages(Rc::new(RefCell::new(State {
            line: ProgressBar::with_draw_target(None, target()).with_style(style),
            asked: Arc::default(),
            is_begun: false,
            tell,
            drawn: now,
            answer: None,
            task: None,
            stage: String::new(),
            began: now,
            rounds: None,
            descent: None,
        })))
    }

    /// Begins task number `done + 1` of `most`. `what` is the kind of task, for example a claim.
    pub fn task(&self, what: &'static str, name: &str, (done, most): (usize, usize)) {
        let mut state = self.0.borrow_mut();
        let before = state.task.take();
        let began = before.map_or_else(Instant::now, |task| task.began);
        state.task = Some(Task {
            what,
            name: name.to_owned(),
            of: Rounds { done, most },
            began,
            taken: began.elapsed(),
        });
        state.begin("");
    }

    /// Begins work that belongs to no task.
    pub fn rest(&self, what: &str) {
        let mut state = self.0.borrow_mut();
        state.task = None;
        state.begin(what);
    }
}

impl State {
    fn begin(&mut self, stage: &str) {
        stage.clone_into(&mut self.stage);
        self.began = Instant::now();
        self.rounds = None;
        self.descent = None;
        self.draw();
        if !self.is_begun {
            self.is_begun = true;
            terminal::draw(Some(self.line.clone()));
            if !self.line.is_hidden() {
                // A separate thread redraws the clock while the work is busy.
                self.line.enable_steady_tick(TICK);
            }
        }
    }

    fn draw(&mut self) {
        self.drawn = Instant::now();
        self.line.set_message(self.told());
    }

    fn told(&self) -> String {
        let rounds = |rounds: Rounds| rounds.told("product", "at most ", self.began.elapsed());
        let descent = |descent: Descent| descent.told(descent.began.elapsed());
        let far = self.descent.map(descent).or(self.rounds.map(rounds));
        let stage = match far {
            Some(far) => format!("{}: {far}", self.stage),
            None => self.stage.clone(),
        };
        let Some(task) = &self.task else {
            return stage;
        };
        let of = task.of.told(task.what, "", task.taken);
        let between = if stage.is_empty() { "" } else { ": " };
        format!("{of}; {}{between}{stage}", task.name)
    }
}

impl Rounds {
    /// The present round as text: `product 12 of at most 100, 3.4/s, at most 0:26 left`.
    fn told(self, what: &str, bound: &str, elapsed: Duration) -> String {
        let Rounds { done, most } = self;
        let number = (done + 1).min(most);
        let told = format!("{what} {number} of {bound}{most}");
        if done == 0 || elapsed < WARM {
            return told;
        }
        let seconds = elapsed.as_secs_f64() / done as f64;
        let left = clock(most.saturating_sub(done) as f64 * seconds);
        format!("{told}, {}, {bound}{left} left", rate(seconds))
    }
}

impl Descent {
    /// What is reached as text: `product 24, residual 3e-4 of 1e-7, 25.1 s each, about 12:30 left`. The residual is
    /// taken to go on falling by the same factor per product.
    fn told(self, elapsed: Duration) -> String {
        let Descent { first, latest, .. } = self;
        let told = format!(
            "product {}, residual {:.0e} of {:.0e}",
            latest.done, latest.reached, latest.goal
        );
        let done = latest.done.saturating_sub(first.done);
        let fallen = (first.reached / latest.reached).ln();
        if done == 0 || elapsed < WARM {
            return told;
        }
        let seconds = elapsed.as_secs_f64() / done as f64;
        let told = format!("{told}, {}", rate(seconds));
        let left = (latest.reached / latest.goal).ln() / fallen * elapsed.as_secs_f64();
        if left.is_finite() && left >= 0.0 {
            format!("{told}, about {} left", clock(left))
        } else {
            told
        }
    }
}

/// `25.1 s each` or `3.4/s`.
fn rate(seconds: f64) -> String {
    if seconds > 1.0 {
        format!("{seconds:.1} s each")
    } else {
        format!("{:.1}/s", 1.0 / seconds)
    }
}

/// Seconds, rounded up, as `12:30`.
fn clock(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

impl Watcher for Stages {
    fn is_called_off(&self) -> bool {
        self.0.borrow().asked.load(Relaxed)
    }

    fn stage(&mut self, what: &str) {
        self.0.borrow_mut().begin(what);
    }

    fn progress(&mut self, done: usize, most: usize) {
        let mut state = self.0.borrow_mut();
        state.rounds = Some(Rounds { done, most });
        if state.drawn.elapsed() >= TICK {
            state.draw();
        }
    }

    fn approach(&mut self, approach: Approach) {
        let mut state = self.0.borrow_mut();
        let begun = state.descent.map(|descent| (descent.began, descent.first));
        let (began, first) = begun.unwrap_or((Instant::now(), approach));
        state.descent = Some(Descent {
            began,
            first,
            latest: approach,
        });
        if state.drawn.elapsed() >= TICK {
            state.draw();
        }
    }

    fn answer(&mut self, answer: &str) {
        self.0.borrow_mut().answer = Some((answer.to_owned(), Instant::now()));
    }

    fn tick(&mut self) {
        let mut state = self.0.borrow_mut();
        if state.drawn.elapsed() < TICK {
            return;
        }
        state.drawn = Instant::now();
        let is_due = |(_, since): &mut (String, Instant)| since.elapsed() >= PATIENCE;
        let Some((answer, _)) = state.answer.take_if(is_due) else {
            return;
        };
        if let Some(tell) = state.tell {
            tell(&answer);
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.line.finish_and_clear();
        terminal::draw(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_have_a_rate_and_a_time_once_they_are_warm() {
        let rounds = Rounds {
            done: 12,
            most: 100,
        };
        let after =
            |milliseconds| rounds.told("product", "at most ", Duration::from_millis(milliseconds));
        assert_eq!(after(100), "product 13 of at most 100");
        assert_eq!(
            after(6_000),
            "product 13 of at most 100, 2.0/s, at most 0:44 left"
        );
        let tasks = Rounds { done: 2, most: 12 };
        assert_eq!(
            tasks.told("claim", "", Duration::from_secs(400)),
            "claim 3 of 12, 200.0 s each, 33:20 left"
        );
    }

    #[test]
    fn a_residual_tells_how_much_time_is_left() {
        let at = |done, reached| Approach {
            done,
            reached,
            goal: 1e-6,
        };
        let descent = |latest| Descent {
            began: Instant::now(),
            first: at(10, 1e-2),
            latest,
        };
        let told = descent(at(20, 1e-4)).told(Duration::from_millis(299_600));
        assert_eq!(
            told,
            "product 20, residual 1e-4 of 1e-6, 30.0 s each, about 5:00 left"
        );
        let begun = descent(at(10, 1e-2)).told(Duration::from_secs(2));
        assert_eq!(begun, "product 10, residual 1e-2 of 1e-6");
        let risen = descent(at(11, 2e-2)).told(Duration::from_secs(2));
        assert_eq!(risen, "product 11, residual 2e-2 of 1e-6, 2.0 s each");
    }
}
