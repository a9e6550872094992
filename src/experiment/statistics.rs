//! Means with their standard errors.

use serde::{Deserialize, Serialize};

use crate::record::Agreement;

/// Theory and measurement differ if they are more than this number of standard errors apart. A normal
/// variable exceeds 4.5 standard deviations with probability 7·10⁻⁶, a mean with skewness one with about
/// 10⁻³. A report makes about a hundred comparisons, almost all of means with far less skewness.
const DIFFERS: f64 = 4.5;

/// Whether a measurement that is `deviation` standard errors from the theory agrees with it.
pub fn agreement(deviation: f64) -> Agreement {
    if deviation.is_nan() {
        Agreement::Undecided
    } else if deviation.abs() <= DIFFERS {
        Agreement::Agrees
    } else {
        Agreement::Differs
    }
}

/// The distance in standard errors from a deviation to the threshold of a difference; negative beyond it.
pub fn margin(deviation: f64) -> Option<f64> {
    deviation.is_finite().then(|| DIFFERS - deviation.abs())
}

/// A sample mean with its standard error. A statistical error is never called certified.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// The mean of the sample.
    pub value: f64,
    /// The standard error of the mean, `√(sample variance / count)`.
    pub error: f64,
    /// The number of values.
    pub count: u64,
}

impl Mean {
    /// The mean of these values. The sample variance is normalised by `count − 1`.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let value = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|x| (x - value) * (x - value)).sum();
        Mean {
            value,
            error: (squares / (count - 1.0).max(1.0) / count).sqrt(),
            count: values.len() as u64,
        }
    }

    /// The distance from `expected` in standard errors.
    pub fn deviation(&self, expected: f64) -> f64 {
        (self.value - expected) / self.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_error_are_those_of_the_textbook() {
        let mean = Mean::of(&[1.0, 2.0, 3.0, 6.0]);
        assert_eq!(mean.value, 3.0);
        // The squared deviations sum to 4 + 1 + 0 + 9 = 14; the error is the root of 14/3/4.
        assert_eq!(mean.error, (14.0f64 / 12.0).sqrt());
        assert_eq!(mean.deviation(3.0), 0.0);
    }
}
