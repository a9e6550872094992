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

/// What one matrix each decides at one learning rate.
pub(super) struct Asked<'a> {
    pub(super) gradient_descent: &'a dyn Fn() -> Verdict,
    pub(super) single_sample: &'a dyn Fn() -> Verdict,
    pub(super) one_step: &'a dyn Fn() -> Verdict,
    pub(super) non_uniformity: &'a dyn Fn() -> Verdict,
    /// Why one of them is undecided, if it is not for the time.
    pub(super) undecided: &'static str,
}

/// The answers at one learning rate so far.
#[derive(Default)]
pub(super) struct Questions {
    verdicts: Verdicts,
    undecided: BTreeMap<&'static str, String>,
    is_told: bool,
}

impl Questions {
    /// Asks what one matrix each decides, as far as there is time, and then, where it is asked exactly,
    /// mean-square stability; what decided that, if anything did.
    pub(super) fn ask_all(
        &mut self,
        (subject, learning_rate): (&Subject, &Exact),
        mean_square: &mut MeanSquare,
    ) -> Option<Decided> {
        self.ask_matrices(&Asked {
            gradient_descent: &|| subject.gradient_descent(learning_rate),
            single_sample: &|| single_sample::holds(subject, learning_rate),
            one_step: &|| subject.one_step(learning_rate),
            non_uniformity: &|| subject.non_uniformity(learning_rate),
            undecided: UNDECIDED,
        });
        self.ask_mean_square(|| mean_square.decide(learning_rate))
    }

    /// Asks what one matrix each decides; mean-square stability where that settles it.
    pub(super) fn ask_matrices(&mut self, asked: &Asked) {
        self.verdicts.gradient_descent =
            self.ask("gradient_descent", asked, asked.gradient_descent);
        if self.verdicts.gradient_descent == Some(false) {
            self.settle(
                false,
                "gradient descent diverges at this η, and E x_t follows it",
            );
        } else if work::in_time(asked.single_sample) == Ok(Verdict::Holds) {
            self.settle(true, "no step on a single sample lengthens a vector");
        }
        self.verdicts.one_step = self.ask("one_step", asked, asked.one_step);
        if self.verdicts.one_step == Some(true) {
            self.settle(true, "E‖x_t‖² falls at every step (Theorem 1)");
        }
        self.verdicts.non_uniformity = self.ask("non_uniformity", asked, asked.non_uniformity);
        if self.verdicts.mean_square.is_none() {
            let reason = asked.undecided.to_owned();
            self.undecided.insert("mean_square", reason);
        }
    }

    /// The verdicts, and why those are undecided that are.
    pub(super) fn answers(self) -> (Verdicts, BTreeMap<&'static str, String>) {
        (self.verdicts, self.undecided)
    }

    fn ask(
        &mut self,
        name: &'static str,
        asked: &Asked,
        question: &dyn Fn() -> Verdict,
    ) -> Option<bool> {
        let answer = work::in_time(|| {
            work::stage(&name.replace('_', " "));
            question()
        });
        let reason = match answer {
            Ok(Verdict::Undecided) => asked.undecided,
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

    fn ask_mean_square(&mut self, question: impl FnOnce() -> Decided) -> Option<Decided> {
        let asked = work::in_time(question);
        let reason = match &asked {
            Ok(Decided::Not(reason)) => reason.clone(),
            Ok(decided) => {
                self.verdicts.mean_square = Some(decided.verdict().holds());
                self.undecided.remove("mean_square");
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
