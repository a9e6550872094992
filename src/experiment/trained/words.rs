//! The sizes and conventions of training runs in words, for a record.

use std::collections::BTreeSet;

use crate::network::Network;

use super::{TrainingOutcome, TrainingSettings};

/// The name and the size of a network, for a record.
pub fn network_in_words(network: &Network) -> String {
    let (name, parameters) = (network.name(), network.parameters());
    format!("{name} ReLU, {parameters} parameters")
}

/// The distinct seeds of some cells, for a record.
pub fn seeds_in_words(seeds: impl Iterator<Item = u64>) -> String {
    let seeds: BTreeSet<u64> = seeds.collect();
    let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
    seeds.join(", ")
}

/// The loss of the authors in words, for a record.
pub const MEAN_SQUARED: &str = "mean over samples and outputs of (o − y)², one-hot y";

/// The network, the loss and the training images of runs of a ReLU network, for a record.
pub fn objective_in_words(settings: &TrainingSettings) -> [(&'static str, String); 3] {
    let network = Network::fnn(&settings.widths);
    [
        ("network", network_in_words(&network)),
        ("loss", MEAN_SQUARED.to_owned()),
        (
            "training images",
            format!("first {} of Fashion-MNIST", settings.samples),
        ),
    ]
}

/// The sizes and conventions that these runs share, for a record.
pub fn describe(results: &[(TrainingSettings, TrainingOutcome)]) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let seeds = results.iter().map(|(settings, _)| settings.seed);
    let stop = first.plan.stop;
    let own = [
        (
            "test images",
            format!("first {} of Fashion-MNIST", first.test_samples),
        ),
        (
            "initial law",
            "uniform on ±1/√fan-in, weights and biases".to_owned(),
        ),
        (
            "stop",
            format!(
                "smoothed batch loss below {}, or {} steps",
                stop.tolerance, stop.steps
            ),
        ),
        ("seeds", seeds_in_words(seeds)),
        ("Lanczos", first.lanczos_in_words()),
        ("SHA-256 of the training data", outcome.data[0].clone()),
        ("SHA-256 of the test data", outcome.data[1].clone()),
    ];
    let pairs = objective_in_words(first).into_iter().chain(own);
    pairs
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
