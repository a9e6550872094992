//! Means with their standard errors.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::record::Agreement;
use crate::train::random::{Purpose, stream};

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

/// The deviation that is farther from zero; the first one, if that cannot be told.
pub fn farther(one: f64, other: f64) -> f64 {
    if other.abs() > one.abs() { other } else { one }
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

/// The largest number of resamples that are enumerated.
const ENUMERATED: usize = 4096;
/// The number of random resamples when there are too many to enumerate.
const RESAMPLES: usize = 2000;

/// The 95 % percentile bootstrap interval of a statistic (B. Efron, 1979): its quantiles 2.5 % and 97.5 %
/// over the samples that can be drawn from `items` with replacement. Up to five items all samples are
/// enumerated; of more, two thousand are drawn. Samples without a statistic do not count. `None` if no
/// sample has one.
pub fn bootstrap<T>(items: &[T], statistic: impl Fn(&[&T]) -> Option<f64>) -> Option<[f64; 2]> {
    let count = items.len();
    let all = count
        .checked_pow(count as u32)
        .filter(|&all| all <= ENUMERATED);
    let mut random = stream(count as u64, Purpose::Walk, 0);
    let mut sample = |number: usize| {
        let digit = |place: usize| match all {
            Some(_) => number / count.pow(place as u32) % count,
            None => random.random_range(0..count),
        };
        let drawn: Vec<&T> = (0..count).map(digit).map(|i| &items[i]).collect();
        statistic(&drawn)
    };
    let mut values: Vec<f64> = (0..all.unwrap_or(RESAMPLES))
        .filter_map(&mut sample)
        .collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let rest = (0.025 * last as f64) as usize;
    Some([values[rest], values[last - rest]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bootstrap_interval_holds_the_quantiles_of_all_resamples() {
        let mean = |drawn: &[&f64]| Some(drawn.iter().copied().sum::<f64>() / drawn.len() as f64);
        // Of 27 samples of three, the smallest value three times has the share 1/27, above 2.5 %.
        assert_eq!(bootstrap(&[1.0, 2.0, 6.0], mean), Some([1.0, 6.0]));
        // Of 3125 samples of five, 78 lie below the quantile: 1, 1.2, 1.4 … count 1, 5, 15, 35, 70 samples.
        let five = [1.0, 2.0, 3.0, 4.0, 5.0];
        let [low, high] = bootstrap(&five, mean).unwrap();
        assert!(
            (low - 1.8).abs() < 1e-12 && (high - 4.2).abs() < 1e-12,
            "{low} {high}"
        );
        assert_eq!(bootstrap(&five, |_| None), None);
        let many: Vec<f64> = (0..50).map(f64::from).collect();
        let [low, high] = bootstrap(&many, mean).unwrap();
        // The mean is 24.5, its standard error 14.43/√50 = 2.04.
        assert!(
            (20.0..21.2).contains(&low) && (27.8..29.0).contains(&high),
            "{low} {high}"
        );
    }

    #[test]
    fn mean_and_error_are_those_of_the_textbook() {
        let mean = Mean::of(&[1.0, 2.0, 3.0, 6.0]);
        assert_eq!(mean.value, 3.0);
        // The squared deviations sum to 4 + 1 + 0 + 9 = 14; the error is the root of 14/3/4.
        assert_eq!(mean.error, (14.0f64 / 12.0).sqrt());
        assert_eq!(mean.deviation(3.0), 0.0);
    }
}
