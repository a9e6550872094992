//! Two ways to average a quotient over random draws, each with its standard error.

use serde::{Deserialize, Serialize};

/// A mean over random draws, with its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimated mean.
    pub value: f64,
    /// The standard error of the mean; infinite if there was only one draw.
    pub standard_error: f64,
}

impl Estimate {
    /// Whether the standard error is below this share of the value.
    pub fn is_within(&self, share: f64) -> bool {
        self.standard_error < share * self.value.abs()
    }
}

/// The mean of numbers that were drawn independently, with its standard error `√(Σ (x − x̄)²/(k(k − 1)))`. Returns
/// `None` if there are none.
pub fn mean(numbers: &[f64]) -> Option<Estimate> {
    let draw = |&quotient| Draw {
        quotient,
        weight: 1.0,
    };
    mean_of_ratios(&numbers.iter().map(draw).collect::<Vec<_>>())
}

/// One draw: a quotient `q = x/w` and its denominator `w ≥ 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// The quotient q; without meaning if the denominator is zero.
    pub quotient: f64,
    /// The denominator w.
    pub weight: f64,
}

impl Draw {
    /// Whether both numbers are finite.
    pub fn is_finite(&self) -> bool {
        self.quotient.is_finite() && self.weight.is_finite()
    }
}

/// The ratio of means `R = E[wq]/E[w]`. Its standard error is that of the delta method,
/// `√(Σ_i w_i²(q_i − R)² / (k(k − 1))) / w̄` for k independent draws (Cochran, Sampling Techniques, 1977,
/// section 2.11). Returns `None` if every denominator is zero.
pub fn ratio_of_means(draws: &[Draw]) -> Option<Estimate> {
    let count = draws.len() as f64;
    let total: f64 = draws.iter().map(|draw| draw.weight).sum();
    if total == 0.0 {
        return None;
    }
    // Only draws with a denominator contribute; the share of each in the sum is at most one.
    let parts = || {
        let seen = draws.iter().filter(|draw| draw.weight > 0.0);
        seen.map(|draw| (draw.weight / total, draw.quotient))
    };
    let value = parts().map(|(share, q)| share * q).sum::<f64>();
    let squares = parts().map(|(share, q)| (share * (q - value)).powi(2));
    Some(Estimate {
        value,
        standard_error: standard_error(squares.sum(), count / (count - 1.0)),
    })
}

/// The mean of ratios `E[q]` over the draws whose denominator is not zero, with the usual standard error.
/// Returns `None` if there are no such draws.
pub fn mean_of_ratios(draws: &[Draw]) -> Option<Estimate> {
    let quotients = || {
        let seen = draws.iter().filter(|draw| draw.weight > 0.0);
        seen.map(|draw| draw.quotient)
    };
    let count = quotients().count() as f64;
    if count == 0.0 {
        return None;
    }
    let value = quotients().sum::<f64>() / count;
    let squares: f64 = quotients().map(|q| (q - value).powi(2)).sum();
    Some(Estimate {
        value,
        standard_error: standard_error(squares, 1.0 / (count * (count - 1.0))),
    })
}

/// `√(factor·squares)`, where an infinite factor means that there was only one draw.
fn standard_error(squares: f64, factor: f64) -> f64 {
    if factor.is_finite() {
        (factor * squares).sqrt()
    } else {
        f64::INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(pairs: &[[f64; 2]]) -> Vec<Draw> {
        let draw = |&[quotient, weight]: &[f64; 2]| Draw { quotient, weight };
        pairs.iter().map(draw).collect()
    }

    #[test]
    fn both_averages_are_those_of_the_formulas() {
        let draws = draws(&[[2.0, 1.0], [4.0, 3.0], [0.0, 0.0], [1.0, 2.0]]);
        // Numerators 2, 12, 0, 2 over denominators 1, 3, 0, 2: R = 16/6, w̄ = 3/2.
        let ratio = ratio_of_means(&draws).expect("a ratio");
        let r: f64 = 8.0 / 3.0;
        assert!((ratio.value - r).abs() < 1e-15);
        let squares = (2.0 - r).powi(2) + (12.0 - 3.0 * r).powi(2) + (2.0 - 2.0 * r).powi(2);
        let error = (squares / 12.0).sqrt() / 1.5;
        assert!((ratio.standard_error - error).abs() < 1e-15, "{ratio:?}");
        // The draw without a denominator has no quotient: 2, 4, 1.
        let mean = mean_of_ratios(&draws).expect("a mean");
        assert!((mean.value - 7.0 / 3.0).abs() < 1e-15);
        assert!((mean.standard_error - (7.0_f64 / 9.0).sqrt()).abs() < 1e-15);
        assert!(mean.is_within(0.5) && !mean.is_within(0.3));
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        let none = draws(&[[0.0, 0.0], [0.0, 0.0]]);
        assert_eq!((ratio_of_means(&none), mean_of_ratios(&none)), (None, None));
        let one = mean_of_ratios(&draws(&[[3.0, 1.0], [0.0, 0.0]])).expect("a mean");
        assert_eq!((one.value, one.standard_error), (3.0, f64::INFINITY));
        // Denominators whose squares f64 does not hold.
        let small = ratio_of_means(&draws(&[[3.0, 1e-200], [5.0, 1e-200]])).expect("a ratio");
        assert_eq!(small.value, 4.0);
        assert!((small.standard_error - 1.0).abs() < 1e-15, "{small:?}");
    }
}
