//! What the report says about the runs that go on from a minimum.

mod figures;
mod findings;
mod kind;
mod tables;

use crate::experiment::trained::{MEAN_SQUARED, network_in_words, seeds_in_words};
use crate::network::Network;
use crate::record::Record;
use crate::train::Ending;

use super::prediction::{ESCAPED, NEAR};
use kind::{Kind, Results};

/// The question, with what is predicted.
const QUESTION: &str = "Gradient descent settles at a minimum with sharpness a ≤ 2/η. If SGD goes on from there with the same η, \
     is the minimum left? The paper says: at once, if the samples disagree too much about the curvature, and SGD \
     then settles where the loss is flatter and more uniform, with better test accuracy. Predicted, before any \
     run: SGD leaves just when q = η(m² + p·Var)/(2m) > 1, where m and Var are mean and variance of the samples' \
     curvatures along the top eigenvector of H or of Σ, whichever gives more; gradient descent with a larger \
     learning rate leaves just when ηa/2 > 1. The bound on q is exact for the mean square of the linearised \
     dynamics, so a single run of SGD that does not follow it contradicts nothing.";

/// The record of all cells.
pub fn record(name: &str, results: &Results) -> Record {
    let kinds = Kind::all(results);
    let scale = scale_in_words(results);
    let mut found: Vec<_> = kinds.iter().map(findings::escape).collect();
    found.extend(kinds.iter().filter_map(findings::settled));
    let is_there = kinds.iter().any(|kind| !kind.tried.is_empty());
    let row = is_there.then(|| findings::comparison(&kinds, scale.clone()));
    Record {
        name: name.to_owned(),
        title: "Does SGD leave where gradient descent stays?".to_owned(),
        question: QUESTION.to_owned(),
        settings: describe(results),
        comparisons: row.into_iter().collect(),
        findings: found,
        figures: figures::all(&kinds, &scale),
        tables: vec![tables::measured(&kinds), tables::published()],
    }
}

/// The network, n, and the number of minima.
fn scale_in_words(results: &Results) -> String {
    let Some((first, _)) = results.first() else {
        return String::new();
    };
    let minima = results.iter().filter(|(_, o)| o.start.is_some()).count();
    format!(
        "{} with {} wrong labels, {minima} minima",
        first.start.scale_in_words(),
        first.wrong_labels
    )
}

/// The sizes and conventions of the experiment.
fn describe(results: &Results) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let start = &first.start;
    let converged = results
        .iter()
        .filter(|(_, outcome)| outcome.run.ending == Ending::Converged);
    let pairs = [
        ("network", network_in_words(&Network::fnn(&start.widths))),
        ("loss", MEAN_SQUARED.to_owned()),
        (
            "training images",
            format!(
                "first {} of Fashion-MNIST; the last {} bear a wrong label: number i among them, of class c, bears \
                 (c + 1 + i mod 9) mod 10",
                start.samples, first.wrong_labels
            ),
        ),
        (
            "test images",
            format!("first {} of Fashion-MNIST", start.test_samples),
        ),
        (
            "the minimum",
            format!(
                "gradient descent with η = {} to a smoothed loss below {}, or {} steps; {} of {} runs converged",
                start.plan.learning_rate,
                start.plan.stop.tolerance,
                start.plan.stop.steps,
                converged.count(),
                results.len()
            ),
        ),
        (
            "batches",
            "independent, without replacement: p = (n − B)/(B(n − 1))".to_owned(),
        ),
        (
            "a run has left",
            format!("when the loss over all images has reached {ESCAPED} times that of the start"),
        ),
        (
            "no prediction",
            format!(
                "if q is within {NEAR} of 1: gradient descent hovers that much about its own edge"
            ),
        ),
        (
            "seeds",
            seeds_in_words(results.iter().map(|(settings, _)| settings.start.seed)),
        ),
        ("Lanczos", start.lanczos_in_words()),
        ("SHA-256 of the training data", outcome.data[0].clone()),
        ("SHA-256 of the test data", outcome.data[1].clone()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}
