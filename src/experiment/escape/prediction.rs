//! What the theory predicts of a run, from the minimum at which it starts.
//!
//! Written down before the first run. Let v be the top eigenvector of H or of Σ, and m and Var mean and variance of
//! the curvatures `vᵀH_iv` of the samples. If the mean square is to stay bounded then `q = η(m² + p·Var)/(2m) ≤ 1`
//! (claim `directional_bound_is_necessary`); for gradient descent, p = 0 and q = ηa/2 along the top eigenvector of
//! H. The run is predicted to leave if the larger q is above 1, and to stay if it is below. Gradient descent itself
//! settles within a few percent of its own edge, so within [`NEAR`] of 1 nothing is predicted.

use crate::criterion::one_dimension;
use crate::model::Sampling;
use crate::number::Field;

use super::cell::{Continuation, Start};

/// No prediction is made if q differs from 1 by less than this. The largest overshoot of the edge among the authors'
/// runs of gradient descent is 0.022, and ours reach 0.04 (`docs/reproduce-and-report.md`).
pub const NEAR: f64 = 0.05;

/// A run has left its minimum when the loss over all training images has reached this many times that of the start.
pub const ESCAPED: f64 = 10.0;

/// What is predicted of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// It leaves the minimum.
    Leaves,
    /// It stays at the minimum.
    Stays,
    /// The minimum is too near the edge for a prediction.
    Near,
}

impl Prediction {
    /// The prediction for this q.
    pub fn of(q: f64) -> Self {
        if q > 1.0 + NEAR {
            Prediction::Leaves
        } else if q < 1.0 - NEAR {
            Prediction::Stays
        } else {
            Prediction::Near
        }
    }

    /// The prediction in words.
    pub fn words(self) -> &'static str {
        match self {
            Prediction::Leaves => "leaves",
            Prediction::Stays => "stays",
            Prediction::Near => "too near the edge",
        }
    }
}

/// The larger `q = η(m² + p·Var)/(2m)` of the two directions.
pub fn ratio(start: &Start, run: &Continuation, samples: usize) -> f64 {
    let (eta, weight) = (f64::from(run.learning_rate), weight(run.batch, samples));
    let convex = start.along.iter().filter(|along| along.mean > 0.0);
    convex
        .map(|along| one_dimension::ratio(along.mean, along.variance, &eta, &weight))
        .fold(0.0, f64::max)
}

/// The weight `p = (n − B)/(B(n − 1))` of the gradient noise.
pub fn weight(batch: usize, samples: usize) -> f64 {
    let weight = Sampling::WithoutReplacement.weight(samples, batch);
    f64::from_exact(&weight.expect("a batch from 1 to the number of samples"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curvature::Eigenvalue;
    use crate::experiment::escape::cell::Along;

    #[test]
    fn the_worse_direction_decides() {
        let exactly = |value| Eigenvalue {
            value,
            residual: 0.0,
            error: 0.0,
        };
        let along = |mean, variance| Along { mean, variance };
        let start = Start {
            sharpness: exactly(4.0),
            non_uniformity: exactly(6.0),
            along: [along(4.0, 8.0), along(3.0, 36.0)],
        };
        let run = |batch| Continuation {
            learning_rate: 0.25,
            batch,
            steps: 1,
        };
        // B = 1: 0.25·(16 + 8)/8 = 0.75 and 0.25·(9 + 36)/6 = 1.875; B = n: 0.25·4/2 = 0.5.
        assert_eq!(ratio(&start, &run(1), 10), 1.875);
        assert_eq!(ratio(&start, &run(10), 10), 0.5);
        assert_eq!(Prediction::of(1.875), Prediction::Leaves);
        assert_eq!(Prediction::of(1.04), Prediction::Near);
        assert_eq!(Prediction::of(0.5), Prediction::Stays);
    }
}
