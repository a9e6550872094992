//! Runs that differ in their seeds only, in units of their thresholds.

use crate::criterion::preconditioned::largest_preconditioned_sharpness;
use crate::experiment::group::{Group, Spread};
use crate::train::Optimiser;

use super::cell::{Glance, Outcome, Settings};

/// How far from the threshold, as a share of it, a run may hover on average and still be at the edge.
pub const HOVER: f64 = 0.1;

/// Runs that differ in their seeds only.
pub type Runs<'a> = Group<'a, Settings, Outcome>;

/// The runs of each optimiser and learning rate.
pub fn groups(results: &[(Settings, Outcome)]) -> Vec<Runs<'_>> {
    Group::all(results)
}

/// η as the f32 that was used.
pub fn rate(group: &Runs<'_>) -> f64 {
    f64::from(group.settings.start.plan.learning_rate)
}

/// The threshold of λ_max(P⁻¹H): 2/η, or 38/η for Adam.
pub fn threshold(group: &Runs<'_>) -> f64 {
    let beta = group.settings.start.plan.optimiser.momentum();
    largest_preconditioned_sharpness(&rate(group), &beta)
}

/// λ_max(P⁻¹H) in units of its threshold.
pub fn scaled(group: &Runs<'_>, glance: &Glance) -> f64 {
    glance.preconditioned.value / threshold(group)
}

/// a in units of 2/η.
pub fn plain_scaled(group: &Runs<'_>, glance: &Glance) -> f64 {
    glance.sharpness.value * rate(group) / 2.0
}

/// The mean of a quantity over the second half of each run, and its spread over the runs; `None` if a run was not
/// measured to its end.
pub fn second_half(group: &Runs<'_>, of: impl Fn(&Glance) -> f64) -> Option<Spread> {
    let plan = &group.settings.start.plan;
    let mean = |outcome: &&Outcome| {
        let late = outcome.glances.iter();
        let late: Vec<f64> = late
            .filter(|glance| 2 * glance.step > plan.stop.steps)
            .map(&of)
            .collect();
        (outcome.run.steps == plan.stop.steps && !late.is_empty())
            .then(|| late.iter().sum::<f64>() / late.len() as f64)
    };
    let means: Option<Vec<f64>> = group.outcomes.iter().map(mean).collect();
    Spread::of(&means?)
}

/// The name of an optimiser with its learning rate.
pub fn name(group: &Runs<'_>) -> String {
    let plan = &group.settings.start.plan;
    let optimiser = match plan.optimiser {
        Optimiser::RmsProp(_) => "RMSprop",
        Optimiser::Adam(_) => "Adam",
        other => other.name(),
    };
    format!("{optimiser}, η = {}", plan.learning_rate)
}
