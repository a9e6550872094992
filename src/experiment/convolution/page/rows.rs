//! The published rows beside the runs.

use crate::curvature::Measurement;
use crate::experiment::group::Group;
use crate::experiment::published::{self, DescentRow, StochasticRow, is_same_rate};

/// The published row of gradient descent with this learning rate.
pub fn published_descent(group: &Group<'_>) -> Option<&'static DescentRow> {
    let eta = group.learning_rate();
    let mut rows = published::CONVOLUTION_DESCENT.iter();
    rows.find(|row| is_same_rate(row.learning_rate, eta))
        .filter(|_| group.is_descent())
}

/// The published row of SGD with this learning rate and batch size.
pub fn published_stochastic(group: &Group<'_>) -> Option<&'static StochasticRow> {
    let (eta, batch) = (group.learning_rate(), group.batch());
    let mut rows = published::CONVOLUTION_STOCHASTIC.iter();
    rows.find(|row| row.batch == batch && is_same_rate(row.learning_rate, eta))
}

/// How many of the runs have died: their outputs do not depend on the image, so that all samples have one curvature,
/// s is nearly 0, and half of the images of two classes are right.
pub fn dead(group: &Group<'_>) -> usize {
    let is_dead = |m: &&Measurement| m.non_uniformity.value < 0.01 * m.sharpness.value;
    group.measurements().filter(is_dead).count()
}
