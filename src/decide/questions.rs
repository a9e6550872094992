//! The verdicts at one learning rate, the cheap questions first.
//!
//! What is cheap may settle mean-square stability before its own question is asked: a necessary criterion
//! that fails, a sufficient one that holds, or samples of which no step lengthens a vector.

use std::collections::BTreeMap;

use super::decision::Verdicts;
use super::mean_square::{Decided, MeanSquare};
use super::single_sample;
use super::subject::{Subject, UNDECIDED};
use super::threshold::TIME_LIMIT;
use crate::criterion::{CRITERIA, Criterion, Form, MEAN_SQUARE, MatrixForm, Role};
use crate::number::{Exact, Verdict};
use crate::work;

/// The questions that one matrix each decides, at one learning rate.
pub(super) struct Asked<'a> {
    /// Does a criterion hold that is made of the moments `H` and `Σ`?
    pub(super) matrix: &'a dyn Fn(&MatrixForm) -> Verdict,
    /// Does no step on a single sample lengthen a vector?
    pub(super) single_sample: &'a dyn Fn() -> Verdict,
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
        subject: &Subject,
        learning_rate: &Exact,
        mean_square: &mut MeanSquare,
    ) -> Option<Decided> {
        self.ask_matrices(&Asked {
            matrix: &|form| subject.verdict(form, learning_rate),
            single_sample: &|| single_sample::holds(subject, learning_rate),
            undecided: UNDECIDED,
        });
        self.ask_mean_square(|| mean_square.decide(learning_rate))
    }

    /// Asks what one matrix each decides; mean-square stability where that settles it.
    pub(super) fn ask_matrices(&mut self, asked: &Asked) {
        self.ask_those(|role| role == Role::Necessary, asked);
        if self.verdicts[MEAN_SQUARE].is_none()
            && work::in_time(asked.single_sample) == Ok(Verdict::Holds)
        {
            self.settle(true, "no step on a single sample lengthens a vector");
        }
        self.ask_those(|role| role == Role::Sufficient, asked);
        self.ask_those(|role| matches!(role, Role::Exact | Role::Indicative), asked);
        if self.verdicts[MEAN_SQUARE].is_none() {
            let reason = asked.undecided.to_owned();
            self.undecided.insert(MEAN_SQUARE.name, reason);
        }
    }

    /// The verdicts, and why those are undecided that are.
    pub(super) fn answers(self) -> (Verdicts, BTreeMap<&'static str, String>) {
        (self.verdicts, self.undecided)
    }

    /// Asks the criteria of some role that are made of the moments.
    fn ask_those(&mut self, has_role: fn(Role) -> bool, asked: &Asked) {
        for criterion in CRITERIA.into_iter().filter(|c| has_role(c.role)) {
            let Form::Matrix(form) = criterion.form else {
                continue;
            };
            let verdict = self.ask(criterion, asked, || (asked.matrix)(&form));
            self.verdicts[criterion] = verdict;
            match (criterion.role, verdict) {
                (Role::Necessary, Some(false)) => self.settle(false, criterion.reason),
                (Role::Sufficient, Some(true)) => self.settle(true, criterion.reason),
                _ => {}
            }
        }
    }

    fn ask(
        &mut self,
        criterion: Criterion,
        asked: &Asked,
        question: impl FnOnce() -> Verdict,
    ) -> Option<bool> {
        let answer = work::in_time(|| {
            work::stage(&format!("is {}?", criterion.formula));
            question()
        });
        let reason = match answer {
            Ok(Verdict::Undecided) => asked.undecided,
            Ok(verdict) => return Some(verdict.holds()),
            Err(work::OutOfTime) => TIME_LIMIT,
        };
        self.undecided.insert(criterion.name, reason.to_owned());
        None
    }

    /// Mean-square stability is certain before it is asked.
    fn settle(&mut self, stable: bool, reason: &str) {
        self.verdicts[MEAN_SQUARE] = Some(stable);
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
                self.verdicts[MEAN_SQUARE] = Some(decided.verdict().holds());
                self.undecided.remove(MEAN_SQUARE.name);
                return asked.ok();
            }
            Err(work::OutOfTime) => TIME_LIMIT.to_owned(),
        };
        if self.verdicts[MEAN_SQUARE].is_none() {
            self.undecided.insert(MEAN_SQUARE.name, reason);
        }
        None
    }
}
