//! What the report says about the thresholds of the minima at which SGD settles.

mod figures;
mod findings;
mod group;
mod summary;
mod tables;

use crate::experiment::trained::{MEAN_SQUARED, seeds_in_words};
use crate::record::Record;

use super::cell::{Outcome, Settings};
use super::restarts::ESCAPED;
use group::Group;

/// The question, with what the theory predicts.
const QUESTION: &str = "Theorem 1 of the paper is about the learning rate and the batches, yet for a network only its two \
     consequences could be plotted, a ≤ 2/η and s ≤ 1/(η√p). Here the exact threshold η* of the linearised \
     network, up to which its second moment stays bounded, and the end η₁ of Theorem 1, up to which no step \
     expands, are computed at each minimum at which SGD settles. Predicted, before any run: \
     (1) η₁ ≤ η* ≤ 2/a at every minimum, while η* may lie on either side of 1/(s√p), which is neither \
     sufficient nor necessary. \
     (2) If the mean square decides where SGD settles, then η ≤ η*; a single run has to shrink only almost \
     surely, which is less, so η above η* contradicts nothing. \
     (3) From the critical second moment, E‖x‖² of the linearised SGD shrinks at 0.9 η*, stays at η* and \
     grows at 1.1 η*, as fast as the recursion of second moments says. \
     (4) A real network that starts beside its minimum stays below η*, with about one run in ten at most \
     that takes the loss to ten times its start; above η* the mean square grows, of which single runs need \
     to see nothing until 2/a, where all of them leave.";

/// The record of all cells.
pub fn record(name: &str, results: &[(Settings, Outcome)]) -> Record {
    let groups = Group::all(results);
    let whole = [findings::order(&groups), findings::theorem_one(&groups)];
    let mut found: Vec<_> = whole.into_iter().flatten().collect();
    found.extend(groups.iter().map(findings::settled));
    found.extend(groups.iter().map(findings::growth));
    found.extend(groups.iter().flat_map(findings::restarts));
    let mut shown = vec![figures::settled(&groups)];
    shown.extend(figures::growths(&groups));
    Record {
        name: name.to_owned(),
        title: "Where does SGD settle, against the exact threshold?".to_owned(),
        question: QUESTION.to_owned(),
        settings: describe(results),
        comparisons: summary::comparisons(&groups),
        findings: found,
        figures: shown,
        tables: vec![tables::settled(&groups), tables::restarts(&groups)],
    }
}

/// The sizes and conventions of the experiment.
fn describe(results: &[(Settings, Outcome)]) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let (start, walk, restart) = (&first.start, &first.walk, &first.restart);
    let widths: Vec<String> = start.widths.iter().map(usize::to_string).collect();
    let pairs = [
        (
            "networks",
            format!("{} with ReLU, and with tanh", widths.join("-")),
        ),
        ("loss", MEAN_SQUARED.to_owned()),
        (
            "training images",
            format!("first {} of Fashion-MNIST", start.samples),
        ),
        (
            "batches",
            "independent, without replacement: p = (n − B)/(B(n − 1))".to_owned(),
        ),
        (
            "stop",
            format!(
                "smoothed batch loss below {}, or {} steps",
                start.plan.stop.tolerance, start.plan.stop.steps
            ),
        ),
        (
            "plans",
            "chosen so that most networks converge, after a first run; the predictions were not changed"
                .to_owned(),
        ),
        (
            "walks",
            format!(
                "{} populations of {} for each learning rate, of {} steps",
                walk.populations, walk.size, walk.steps
            ),
        ),
        (
            "restarts",
            format!(
                "{} runs for each learning rate, {} from the minimum in random directions, of at most {} \
                 steps; a run has escaped when the loss over all samples is above {ESCAPED} times that of \
                 its start, looked at every ten steps",
                restart.runs, restart.distance, restart.steps
            ),
        ),
        (
            "seeds",
            seeds_in_words(results.iter().map(|(settings, _)| settings.start.seed)),
        ),
        ("Lanczos", start.lanczos_in_words()),
        ("SHA-256 of the training data", outcome.data.clone()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}
