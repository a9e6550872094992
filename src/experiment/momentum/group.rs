//! Runs that differ in their seeds only, with the bounds of heavy ball momentum.

use crate::criterion::heavy_ball;
use crate::curvature::Measurement;
use crate::experiment::group::{Group, Spread};

/// The momentum β.
pub fn momentum(group: &Group<'_>) -> f64 {
    group.settings.plan.optimiser.momentum()
}

/// The groups with all samples in every step, or those with small batches, in order of β.
pub fn of_kind<'a, 'b>(groups: &'b [Group<'a>], descent: bool) -> Vec<&'b Group<'a>> {
    groups
        .iter()
        .filter(|group| group.is_descent() == descent)
        .collect()
}

/// `η/η*` of the criterion in one dimension, which reads a and s as those of one direction; 1 on the edge. For
/// gradient descent it is `aη/(2(1 + β))`.
pub fn ratio(group: &Group<'_>, measured: &Measurement) -> f64 {
    let a = measured.sharpness.value;
    let s2 = measured.non_uniformity.value.powi(2);
    let weight = if group.is_descent() {
        0.0
    } else {
        group.weight()
    };
    group.learning_rate() / heavy_ball::critical(&a, &s2, &weight, &momentum(group))
}

/// The spread of [`ratio`] over the runs; `None` if every run diverged.
pub fn ratios(group: &Group<'_>) -> Option<Spread> {
    group.spread(|measured| ratio(group, measured))
}

/// The largest `sη√p` that the criterion in one dimension allows at the mean sharpness of the runs: with
/// `α = aη/2` it is `√(4α(1 − β)(1 + β − α)/(1 + β))`. `None` if every run diverged or α is above 1 + β.
pub fn largest_noise(group: &Group<'_>) -> Option<f64> {
    let (sharpness, _) = group.scaled()?;
    let (alpha, beta) = (sharpness.mean, momentum(group));
    let square = 4.0 * alpha * (1.0 - beta) * (1.0 + beta - alpha) / (1.0 + beta);
    (square >= 0.0).then(|| square.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_noise_is_where_the_criterion_is_an_equality() {
        // α = 0.6 and β = 0.5 at η = 1 and p = 1: a = 1.2, s² = 4·0.6·0.5·0.9/1.5 = 0.72.
        let (alpha, beta) = (0.6_f64, 0.5);
        let s2 = 4.0 * alpha * (1.0 - beta) * (1.0 + beta - alpha) / (1.0 + beta);
        let slack = heavy_ball::slack(&(2.0 * alpha), &s2, &1.0, &1.0, &beta);
        assert!(slack.abs() < 1e-12, "{slack}");
    }
}
