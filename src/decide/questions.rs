//! The verdicts at one learning rate, the cheap questions first.
//!
//! What is cheap may settle mean-square stability before its own question is asked: `E x_t` follows gradient
//! descent, so where that diverges so does `E‖x_t‖²`; and where no sample's step lengthens a vector, or no
//! mean step does (Theorem 1), `E‖x_t‖²` never grows.

use std::collections::BTreeMap;

use super::mean_square::{Decided, MeanSquare};
use super::subject::{Subject, UNDECIDED};
use super::threshold::TIME_LIMIT;
use super::{Verdicts, single_sample};
use crate::number::{Exact, Verdict};
use crate::work;

const NAMES: [&str; 4] = [
    "gradient_descent",
    "non_uniformity",
    "one_step",
    "mean_square",
];

/// Why nothing was decided when the time was over before the first question.
pub(super) fn all_out_of_time() -> BTreeMap<&'static str, String> {
    let reason = |name| (name, TIME_LIMIT.to_owned());
    NAMES.into_iter().map(reason).collect()
}

/// The questions at one learning rate, and their answers so far.
pub(super) struct Questions<'a> {
    subject: &'a Subject,
    learning_rate: &'a Exact,
    verdicts: Verdicts,
    undecided: BTreeMap<&'static str, String>,
    is_told: bool,
}

impl<'a> Questions<'a> {
    pub(super) fn of(subject: &'a Subject, learning_rate: &'a Exact) -> Self {
        Questions {
            subject,
            learning_rate,
            verdicts: Verdicts::default(),
            undecided: BTreeMap::new(),
            is_told: false,
        }
    }

    /// Asks all of them, as far as there is time; what decided mean-square stability, if anything did.
    pub(super) fn ask_all(&mut self, mean_square: &mut MeanSquare) -> Option<Decided> {
        let (subject, eta) = (self.subject, self.learning_rate);
        self.verdicts.gradient_descent =
            self.ask("gradient_descent", || subject.gradient_descent(eta));
        if self.verdicts.gradient_descent == Some(false) {
            self.settle(
                false,
                "gradient descent diverges at this η, and E x_t follows it",
            );
        } else if work::in_time(|| single_sample::holds(subject, eta)) == Ok(Verdict::Holds) {
            self.settle(true, "no step on a single sample lengthens a vector");
        }
        self.verdicts.one_step = self.ask("one_step", || subject.one_step(eta));
        if self.verdicts.one_step == Some(true) {
            self.settle(true, "E‖x_t‖² falls at every step (Theorem 1)");
        }
        self.verdicts.non_uniformity = self.ask("non_uniformity", || subject.non_uniformity(eta));
        self.ask_mean_square(mean_square)
    }

    /// The verdicts, and why those are undecided that are.
    pub(super) fn answers(self) -> (Verdicts, BTreeMap<&'static str, String>) {
        (self.verdicts, self.undecided)
    }

    fn ask(&mut self, name: &'static str, question: impl FnOnce() -> Verdict) -> Option<bool> {
        let asked = work::in_time(|| {
            work::stage(name);
            question()
        });
        let reason = match asked {
            Ok(Verdict::Undecided) => UNDECIDED,
            Ok(verdict) => return Some(verdict.holds()),
            Err(work::OutOfTime) => TIME_LIMIT,
        };
        self.undecided.insert(name, reason.to_owned());
        None
    }

    /// Mean-square stability is certain before it is asked.
    fn settle(&mut self, stable: bool, reason: &str) {
        self.verdicts.mean_square = Some(stable);
        if !std::mem::replace(&mut self.is_told, true) {
            let word = if stable { "stable" } else { "unstable" };
            work::answer(&format!("SGD is {word} in mean square: {reason}."));
        }
    }

    fn ask_mean_square(&mut self, mean_square: &mut MeanSquare) -> Option<Decided> {
        let asked = work::in_time(|| mean_square.decide(self.learning_rate));
        let reason = match &asked {
            Ok(Decided::Not(reason)) => reason.clone(),
            Ok(decided) => {
                self.verdicts.mean_square = Some(decided.verdict().holds());
                return asked.ok();
            }
            Err(work::OutOfTime) => TIME_LIMIT.to_owned(),
        };
        if self.verdicts.mean_square.is_none() {
            self.undecided.insert("mean_square", reason);
        }
        None
    }
}
