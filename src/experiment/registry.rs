//! The list of all experiments.

use super::adaptive::Adaptive;
use super::convolution::Convolution;
use super::descent::Descent;
use super::diagram::Diagram;
use super::edge::Edge;
use super::engine::Engine;
use super::escape::Escape;
use super::lbfgs::FromLbfgs;
use super::momentum::Momentum;
use super::regression::Regression;
use super::residual::Residual;
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
        Study::of::<Convolution>(),
        Study::of::<Escape>(),
        Study::of::<Momentum>(),
        Study::of::<Diagram>(),
        Study::of::<Toy>(),
        Study::of::<FromLbfgs>(),
        Study::of::<Adaptive>(),
        Study::of::<Residual>(),
        Study::of::<Edge>(),
        Study::of::<Silu>(),
        Study::of::<Sampling>(),
        Study::of::<Restart>(),
        Study::of::<Regression>(),
        Study::of::<Engine>(),
    ]
}
