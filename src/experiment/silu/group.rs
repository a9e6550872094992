//! Runs that differ in their seeds only, in units of the edges of their optimisers.

use crate::criterion::{gradient_descent, heavy_ball, nesterov};
use crate::curvature::Measurement;
use crate::experiment::group::{Group, Spread};
use crate::experiment::published::silu::{BATCHES, HEAVY_BALL, NESTEROV, PLAIN, SAMPLES, SiluRow};
use crate::train::{Ending, Optimiser};

use super::cell::{Outcome, Settings};

/// The training loss below which a run has converged: the authors' 10⁻⁴, which is a mean over 10 outputs, as a
/// sum over them.
pub const CONVERGED: f64 = 1e-3;

/// The loss above which a run has not learned: half of that of the constant answer 1/10, which is 0.9.
pub const UNLEARNED: f64 = 0.45;

/// Runs that differ in their seeds only.
pub type Runs<'a> = Group<'a, Settings, Outcome>;

/// The runs of each optimiser and batch size.
pub fn groups(results: &[(Settings, Outcome)]) -> Vec<Runs<'_>> {
    Group::all(results)
}

/// The groups of each optimiser, in the order of first appearance.
pub fn by_optimiser<'a, 'b>(groups: &'b [Runs<'a>]) -> Vec<Vec<&'b Runs<'a>>> {
    let mut kinds: Vec<Vec<&Runs<'_>>> = Vec::new();
    for group in groups {
        let same = |kind: &&mut Vec<&'b Runs<'a>>| optimiser(kind[0]) == optimiser(group);
        match kinds.iter_mut().find(same) {
            Some(kind) => kind.push(group),
            None => kinds.push(vec![group]),
        }
    }
    kinds
}

/// The optimiser.
pub fn optimiser(group: &Runs<'_>) -> Optimiser {
    group.settings.start.plan.optimiser
}

/// The name of the optimiser.
pub fn name(group: &Runs<'_>) -> &'static str {
    match optimiser(group) {
        Optimiser::Plain => "SGD",
        Optimiser::HeavyBall(_) => "heavy ball",
        Optimiser::Nesterov(_) => "Nesterov",
        other => other.name(),
    }
}

/// The batch size B.
pub fn batch(group: &Runs<'_>) -> usize {
    group.settings.start.plan.batch
}

/// The learning rate η.
pub fn rate(group: &Runs<'_>) -> f64 {
    f64::from(group.settings.start.plan.learning_rate)
}

/// The share B/n of the samples in a batch.
pub fn share(group: &Runs<'_>) -> f64 {
    batch(group) as f64 / group.settings.start.samples as f64
}

/// The largest sharpness at which gradient descent with this optimiser is stable.
pub fn edge(group: &Runs<'_>) -> f64 {
    edge_of(optimiser(group), rate(group))
}

fn edge_of(optimiser: Optimiser, eta: f64) -> f64 {
    let beta = optimiser.momentum();
    match optimiser {
        Optimiser::Nesterov(_) => nesterov::largest_sharpness(&eta, &beta),
        Optimiser::HeavyBall(_) => heavy_ball::largest_sharpness(&eta, &beta),
        _ => gradient_descent::largest_sharpness(&eta),
    }
}

/// The measured curvatures.
fn measurements<'a>(group: &'a Runs<'_>) -> impl Iterator<Item = &'a Measurement> {
    let ends = group.outcomes.iter();
    ends.filter_map(|outcome| outcome.end.measurement.as_ref())
}

/// The spread of a quantity over the measured runs; `None` if every run diverged.
pub fn spread(group: &Runs<'_>, of: impl Fn(&Measurement) -> f64) -> Option<Spread> {
    Spread::of(&measurements(group).map(of).collect::<Vec<_>>())
}

/// The spread of the sharpness in units of the edge.
pub fn scaled(group: &Runs<'_>) -> Option<Spread> {
    spread(group, |measured| measured.sharpness.value / edge(group))
}

/// The spread of the batch sharpness (ratio of means), times η/2.
pub fn batch_sharpness(group: &Runs<'_>) -> Option<Spread> {
    let found = group.outcomes.iter().filter_map(|outcome| {
        let quotients = outcome.batch_sharpness.as_ref()?;
        Some(quotients.ratio_of_means.value * rate(group) / 2.0)
    });
    Spread::of(&found.collect::<Vec<_>>())
}

/// Whether every run has a loss below [`CONVERGED`] at its end.
pub fn has_converged(group: &Runs<'_>) -> bool {
    ends_below(group, CONVERGED)
}

/// Whether every run has a loss below [`UNLEARNED`] at its end.
pub fn has_learned(group: &Runs<'_>) -> bool {
    ends_below(group, UNLEARNED)
}

fn ends_below(group: &Runs<'_>, loss: f64) -> bool {
    measurements(group).count() == group.outcomes.len()
        && measurements(group).all(|measured| measured.loss < loss)
}

/// How many runs diverged.
pub fn diverged(group: &Runs<'_>) -> usize {
    let ends = group.outcomes.iter();
    ends.filter(|outcome| outcome.end.run.ending == Ending::Diverged)
        .count()
}

/// The row of the public table for an optimiser.
pub fn recorded(optimiser: Optimiser) -> SiluRow {
    match optimiser {
        Optimiser::HeavyBall(_) => HEAVY_BALL,
        Optimiser::Nesterov(_) => NESTEROV,
        _ => PLAIN,
    }
}

/// The recorded sharpness in units of its edge, for each recorded batch size as a share of n.
pub fn recorded_shares(optimiser: Optimiser) -> [(f64, f64); 4] {
    let row = recorded(optimiser);
    let edge = edge_of(optimiser, row.learning_rate);
    std::array::from_fn(|i| {
        let share = BATCHES[i] as f64 / SAMPLES as f64;
        (share, row.sharpness[i] / edge)
    })
}

/// The recorded sharpness with the same B/n, in units of its edge; `None` if there is none.
pub fn recorded_share(group: &Runs<'_>) -> Option<f64> {
    let all = recorded_shares(optimiser(group)).into_iter();
    let mut near = all.filter(|(of, _)| (of / share(group) - 1.0).abs() < 0.01);
    near.next().map(|(_, sharpness)| sharpness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{HeavyBall, Nesterov};

    #[test]
    fn the_recorded_runs_are_in_units_of_their_edges() {
        let momentum = 0.9;
        let last = |optimiser| recorded_shares(optimiser)[3].1;
        assert!((last(Optimiser::Plain) - 1.08).abs() < 1e-9);
        let ball = last(Optimiser::HeavyBall(HeavyBall { momentum }));
        assert!((ball - 0.978).abs() < 1e-3, "{ball}");
        let nesterov = last(Optimiser::Nesterov(Nesterov { momentum }));
        assert!((nesterov - 1.0456).abs() < 1e-3, "{nesterov}");
    }
}
