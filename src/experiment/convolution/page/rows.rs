//! Which runs are gradient descent, and the published rows beside them.

use crate::experiment::group::Group;
use crate::experiment::published::{self, DescentRow, StochasticRow};

/// Whether every step of the runs uses all images.
pub fn is_descent(group: &Group<'_>) -> bool {
    group.batch() == group.settings.samples
}

/// The published row of gradient descent with this learning rate.
pub fn published_descent(group: &Group<'_>) -> Option<&'static DescentRow> {
    let is_this = |row: &&DescentRow| (row.learning_rate - group.learning_rate()).abs() < 1e-6;
    let mut rows = published::CONVOLUTION_DESCENT.iter();
    rows.find(is_this).filter(|_| is_descent(group))
}

/// The published row of SGD with this learning rate and batch size.
pub fn published_stochastic(group: &Group<'_>) -> Option<&'static StochasticRow> {
    let is_this = |row: &&StochasticRow| {
        row.batch == group.batch() && (row.learning_rate - group.learning_rate()).abs() < 1e-6
    };
    published::CONVOLUTION_STOCHASTIC.iter().find(is_this)
}
