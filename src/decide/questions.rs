//! The verdicts at one learning rate, with the cheap questions first.
//!
//! A cheap question may settle mean-square stability before the expensive one is asked: a necessary
//! criterion that fails, a sufficient one that holds, or samples on which no step lengthens a vector.

use std::collections::BTreeMap;

use super::decision::Verdicts;
use super::mean_square::{Decided, MeanSquare};
use super::single_sample;
use super::subject::{Subject, UNDECIDED};
use super::threshold::TIME_LIMIT;
use crate::criterion::{CRITERIA, Criterion, Form, MEAN_SQUARE, MatrixForm, Role};
use crate::number::{Exact, Verdict};
use crate::work;

/// The questions at one learning rate that are each decided by one matrix.
pub(super) struct Asked<'a> {
    /// Does this criterion in the moments `H` and `Σ` hold?
    pub(super) matrix: &'a dyn Fn(&MatrixForm) -> Verdict,
    /// Does no step on a single sample lengthen a vector?
    pub(super) single_sample: &'a dyn Fn() -> Verdict,
    /// The reason when one of them is undecided for another cause than the time limit.
    pub(super) undecided: &'static str,
}

/// The answers so far at one learning rate.
#[derive(Default)]
pub(super) struct Questions {
    verdicts: Verdicts,
    undecided: BTreeMap<&'static str, String>,
    is_told: bool,
}

impl Questions {
    /// Asks the questions that one matrix decides, as far as time permits, and then the exact question
    /// of mean-square stability. Returns what decided the latter, if anything did.
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

    /// Asks the questions that one matrix decides, and records mean-square stability where they settle
    /// it.
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

    /// The verdicts, and the reasons for those that are undecided.
    pub(super) fn answers(self) -> (Verdicts, BTreeMap<&'static str, String>) {
        (self.verdicts, self.undecided)
    }

    /// Asks those criteria in the moments whose role satisfies `has_role`.
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

    /// Records mean-square stability as settled before its own question was asked.
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
