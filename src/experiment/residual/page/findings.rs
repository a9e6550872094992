//! The findings: which mode is at the edge, and whether the mode explains the published files.

use crate::experiment::group::Spread;
use crate::experiment::published;
use crate::record::numeral::significant;
use crate::record::{Agreement, Comparison, Finding, Published};
use crate::train::Ending;

use super::super::cell::{Mode, Modes};
use super::group::{MODES, Runs, is_at_minima, scaled};

/// A sharpness up to this many times 2/η is at the edge or below it: see [`published::LARGEST_OVERSHOOT`] and what
/// our own runs of gradient descent overshoot.
const AT_THE_EDGE: f64 = 1.05;

/// An aη/2 in evaluation mode above this would explain the authors' files: the smallest of
/// [`published::RESIDUAL_RANGE`].
const LEAST_PUBLISHED: f64 = 2.0;

/// Where the runs of one learning rate end.
pub fn finding(group: &Runs<'_>) -> Finding {
    let claim = "gradient_descent_threshold".to_owned();
    let rate = group.settings.training.plan.learning_rate;
    let all: Option<Vec<Spread>> = MODES.iter().map(|(_, mode)| scaled(group, *mode)).collect();
    let Some(all) = all else {
        return Finding {
            sentence: format!("η = {rate}: every run diverged."),
            agreement: Agreement::Undecided,
            margin: None,
            claim,
        };
    };
    let converged = group.outcomes.iter();
    let converged = converged.filter(|o| o.run.ending == Ending::Converged);
    let largest = all[0].high;
    let agreement = if !is_at_minima(group) || (1.0..=AT_THE_EDGE).contains(&largest) {
        Agreement::Undecided
    } else if largest < 1.0 {
        Agreement::Agrees
    } else {
        Agreement::Differs
    };
    Finding {
        sentence: format!(
            "η = {rate}, {} of {} runs converged: aη/2 = {} in training mode, {} with the same statistics frozen, {} \
             in evaluation mode.",
            converged.count(),
            group.outcomes.len(),
            all[0].text(),
            all[1].text(),
            all[2].text(),
        ),
        agreement,
        margin: is_at_minima(group).then_some(1.0 - largest),
        claim,
    }
}

/// By what factor the sharpness in evaluation mode exceeds that in training mode, over all runs.
fn factors(groups: &[Runs<'_>]) -> Option<Spread> {
    let outcomes = groups.iter().flat_map(|group| &group.outcomes);
    let modes = outcomes.filter_map(|outcome| outcome.modes.as_ref());
    let factor = |m: &Modes| m.evaluation.sharpness.value / m.training.sharpness.value;
    Spread::of(&modes.map(factor).collect::<Vec<f64>>())
}

/// The smallest and the largest aη/2 of all runs in a mode.
fn range(groups: &[Runs<'_>], mode: fn(&Modes) -> Mode) -> Option<[f64; 2]> {
    let all: Vec<Spread> = groups.iter().filter_map(|g| scaled(g, mode)).collect();
    let low = all.iter().map(|spread| spread.low).reduce(f64::min)?;
    let high = all.iter().map(|spread| spread.high).reduce(f64::max)?;
    Some([low, high])
}

/// Whether the mode explains the published anomaly.
pub fn explanation(groups: &[Runs<'_>]) -> Finding {
    let [training, _, evaluation] = MODES.map(|(_, mode)| range(groups, mode));
    let (Some(factors), Some(training), Some(evaluation)) = (factors(groups), training, evaluation)
    else {
        return Finding {
            sentence: "Every run diverged.".to_owned(),
            agreement: Agreement::Undecided,
            margin: None,
            claim: String::new(),
        };
    };
    let is_within = training[1] <= AT_THE_EDGE;
    let conclusion = match (is_within, evaluation[0] > LEAST_PUBLISHED) {
        (true, true) => {
            "at the same points training mode is within the edge and evaluation mode far above it, as in the \
             authors' files, so that the mode explains them as far as a tiny network can show"
        }
        (true, false) if evaluation[1] > LEAST_PUBLISHED => {
            "training mode is within the edge, and evaluation mode above it in some runs only: the mode can cause \
             what the authors' files show, yet need not"
        }
        (true, false) => {
            "both modes are within about twice the edge: at this scale the mode does not explain the authors' files"
        }
        (false, _) => {
            "training mode is itself above the edge, so that these runs do not decide what the mode explains"
        }
    };
    let text = |[low, high]: [f64; 2]| format!("{} to {}", significant(low), significant(high));
    Finding {
        sentence: format!(
            "Over all runs aη/2 = {} in training mode and {} in evaluation mode; the sharpness in evaluation mode is \
             {} times that in training mode: {conclusion}.",
            text(training),
            text(evaluation),
            factors.text(),
        ),
        agreement: if is_within {
            Agreement::Agrees
        } else {
            Agreement::Undecided
        },
        margin: None,
        claim: String::new(),
    }
}

/// The row of the summary.
pub fn comparison(groups: &[Runs<'_>], scale: &str) -> Option<Comparison> {
    let [training, _, evaluation] = MODES.map(|(_, mode)| range(groups, mode));
    let (training, evaluation) = (training?, evaluation?);
    let text = |[low, high]: [f64; 2]| format!("{} to {}", significant(low), significant(high));
    let all: Vec<Finding> = groups.iter().map(finding).collect();
    let theirs = published::RESIDUAL_RANGE;
    let value = format!("evaluation mode aη/2 = {}", text(theirs));
    let unlike = "another network and other images";
    Some(Comparison {
        subject: "ResNet with batch normalisation: the mode of the measurement".to_owned(),
        predicted: "aη/2 ≤ 1 in training mode; nothing in evaluation mode".to_owned(),
        measured: format!(
            "training mode aη/2 = {}, evaluation mode {}",
            text(training),
            text(evaluation)
        ),
        with_theory: Agreement::of_all(&all),
        published: Some(Published::compared(value, evaluation, theirs, unlike)),
        scale: scale.to_owned(),
    })
}
