//! The list of all experiments.

use super::adaptive::Adaptive;
use super::descent::Descent;
use super::engine::Engine;
use super::lbfgs::FromLbfgs;
use super::momentum::Momentum;
use super::regression::Regression;
use super::restart::Restart;
use super::sampling::Sampling;
use super::silu::Silu;
use super::stochastic::Stochastic;
use super::study::Study;
use super::threshold::Threshold;
use super::toy::Toy;

/// Every experiment, in the order of the report: the most telling first.
pub fn studies() -> Vec<Study> {
    vec![
        Study::of::<Threshold>(),
        Study::of::<Stochastic>(),
        Study::of::<Descent>(),
        Study::of::<Restart>(),
        Study::of::<Momentum>(),
        Study::of::<Adaptive>(),
        Study::of::<FromLbfgs>(),
        Study::of::<Silu>(),
        Study::of::<Sampling>(),
        Study::of::<Toy>(),
        Study::of::<Regression>(),
        Study::of::<Engine>(),
    ]
}
