//! What the report says about the modes of batch normalisation.

mod figure;
mod findings;
mod group;

use crate::experiment::trained::{MEAN_SQUARED, network_in_words, seeds_in_words};
use crate::experiment::two_classes::provenance;
use crate::record::Record;

use group::{Results, Runs};

/// The question, with what is predicted.
const QUESTION: &str = "The authors' files on a ResNet with batch normalisation hold a sharpness 2 to 40 times above 2/η, where \
     gradient descent cannot stay. They measured in evaluation mode, in which the means and variances are constants, \
     while gradient descent descends the loss in training mode, in which they depend on the parameters. Does the \
     mode explain the anomaly? Predicted, before any run: in training mode aη/2 ≤ 1, with the few percent by which \
     gradient descent hovers about its edge; of the other modes the theory says nothing. The mode explains the \
     anomaly if, at the same points, the sharpness in evaluation mode is more than twice 2/η.";

/// The record of all cells.
pub fn record(name: &str, results: &Results) -> Record {
    let groups = Runs::all(results);
    let scale = scale_in_words(results);
    Record {
        name: name.to_owned(),
        title: "Batch normalisation: in which mode is the sharpness at 2/η?".to_owned(),
        question: QUESTION.to_owned(),
        settings: describe(results),
        comparisons: findings::comparison(&groups, &scale).into_iter().collect(),
        findings: groups
            .iter()
            .map(findings::finding)
            .chain([findings::explanation(&groups)])
            .collect(),
        figures: vec![figure::figure(&groups, &scale)],
        tables: vec![figure::table(&groups)],
    }
}

fn scale_in_words(results: &Results) -> String {
    results.first().map_or(String::new(), |(settings, _)| {
        format!(
            "{} on {}, n = {}",
            settings.architecture.network().name(),
            settings.images.words(),
            settings.training.samples
        )
    })
}

/// The sizes and conventions of the experiment.
fn describe(results: &Results) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let training = &first.training;
    let stop = training.plan.stop;
    let seeds = results.iter().map(|(settings, _)| settings.training.seed);
    let pairs = [
        ("network", network_in_words(&first.architecture.network())),
        ("loss", MEAN_SQUARED.to_owned()),
        (
            "training images",
            format!("first {} of {}", training.samples, first.images.words()),
        ),
        (
            "test images",
            format!(
                "first {} of {}",
                training.test_samples,
                first.images.words()
            ),
        ),
        (
            "running statistics",
            "moved a tenth of the way towards those of the batch in each step".to_owned(),
        ),
        (
            "stop",
            format!(
                "smoothed loss below {}, or {} steps",
                stop.tolerance, stop.steps
            ),
        ),
        ("seeds", seeds_in_words(seeds)),
        ("Lanczos", training.lanczos_in_words()),
        (
            "SHA-256 of the training data",
            format!("{}{}", outcome.data[0], provenance(&outcome.data[0])),
        ),
        ("SHA-256 of the test data", outcome.data[1].clone()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}
