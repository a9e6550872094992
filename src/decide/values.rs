//! The irrational numbers behind a decision, enclosed between decimal numbers.

use num_traits::Zero;
use serde::Serialize;

use super::decision::Decision;
use crate::criterion::{GRADIENT_DESCENT, NON_UNIFORMITY};
use crate::error::Result;
use crate::matrix::Bracket;
use crate::model::{Model, Sampling};
use crate::number::{Exact, Field, Interval, Real};

/// The precision of the intervals: two hundred digits (665 bits), and a hundred digits more for the
/// rounding of a few thousand operations.
const BITS: u32 = 1024;
type Enclosure = Interval<BITS>;

/// The largest number of batches over which a Lyapunov exponent is summed.
const MOST_BATCHES: u64 = 4096;

/// Two decimal numbers that enclose a value; the lower is rounded down and the upper up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decimals {
    /// A lower bound of the value.
    pub lower: String,
    /// An upper bound of the value.
    pub upper: String,
}

/// The values behind a decision, each enclosed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Values {
    /// The sharpness `a = λ_max(H)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sharpness: Option<Decimals>,
    /// The non-uniformity `s = √λ_max(Σ)`; absent when it is zero or has no effect (`p = 0`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub non_uniformity: Option<Decimals>,
    /// In one dimension, the growth per step of almost every run, `E log|1 − ηa_b|`; absent when it is
    /// `−∞` (some batch leads exactly to the minimum) or there are too many batches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lyapunov_exponent: Option<Decimals>,
}

impl Values {
    /// The values to this many digits, as far as the brackets of the decision permit.
    ///
    /// # Errors
    /// When the batch size does not fit the model.
    pub fn of(model: &Model, decision: &Decision, digits: u32) -> Result<Self> {
        let weight = decision.sampling.weight(decision.samples, decision.batch)?;
        let critical = &decision.critical_lr;
        let decimals = |value: Enclosure| decimals(&value, digits);
        let sharpness = critical[GRADIENT_DESCENT].bracket();
        let spread = critical[NON_UNIFORMITY].bracket();
        let exponent = if model.dimension() == 1 {
            lyapunov_exponent(model, decision.sampling, decision.batch, &decision.lr)
        } else {
            None
        };
        Ok(Values {
            sharpness: sharpness.map(|end| decimals(Enclosure::int(2) / enclosed(end))),
            non_uniformity: spread.map(|end| {
                let root = Enclosure::from_exact(&weight).sqrt();
                decimals(Enclosure::int(1) / (enclosed(end) * root))
            }),
            lyapunov_exponent: exponent.map(decimals),
        })
    }

    /// The values that are present, with their names.
    pub fn named(&self) -> Vec<(&'static str, &Decimals)> {
        [
            ("sharpness a = λ_max(H)", &self.sharpness),
            ("non-uniformity s = √λ_max(Σ)", &self.non_uniformity),
            ("Lyapunov exponent", &self.lyapunov_exponent),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)))
        .collect()
    }
}

/// An enclosure of `E log|1 − ηa_b|` over the batches of a one-dimensional model, from one logarithm
/// per batch; `None` when it is `−∞` or there are more than 4096 batches.
///
/// # Panics
/// When the model is not one-dimensional or the batch is not from 1 to `n`.
pub fn lyapunov_exponent(
    model: &Model,
    sampling: Sampling,
    batch: usize,
    learning_rate: &Exact,
) -> Option<Enclosure> {
    let d = model.dimension();
    assert_eq!(d, 1, "a Lyapunov exponent in dimension {d}");
    if count(sampling, model.samples(), batch)? > MOST_BATCHES {
        return None;
    }
    let quadratic = model.quadratic();
    let batches = sampling.batches(model.samples(), batch);
    let mut sum = Enclosure::zero();
    for b in &batches {
        let factor = quadratic.step(b, learning_rate)[(0, 0)].abs();
        if factor.is_zero() {
            return None;
        }
        sum += Enclosure::from_exact(&factor).ln();
    }
    Some(sum / Enclosure::int(batches.len() as i64))
}

/// The number of batches, `n^B` or `C(n, B)`; `None` when it exceeds 64 bits.
fn count(sampling: Sampling, samples: usize, batch: usize) -> Option<u64> {
    let (n, b) = (samples as u64, batch as u64);
    match sampling {
        Sampling::WithReplacement => n.checked_pow(u32::try_from(b).ok()?),
        Sampling::WithoutReplacement => {
            let b = b.min(n - b);
            (0..b).try_fold(1u64, |count, k| Some(count.checked_mul(n - k)? / (k + 1)))
        }
    }
}

fn enclosed(bracket: &Bracket) -> Enclosure {
    Enclosure::between(&bracket.lower, &bracket.upper)
}

/// The decimals, with two digits more than asked for, so that outward rounding costs none of the
/// requested digits.
fn decimals(value: &Enclosure, digits: u32) -> Decimals {
    let (lower, upper) = value.decimals(digits as usize + 2);
    Decimals { lower, upper }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::decide;
    use crate::model::golden;

    #[test]
    fn the_toy_has_its_known_values() {
        let model = Model::Quadratic(golden::toy_edge());
        let eta: Exact = "7/10".parse().unwrap();
        let scheme = Sampling::WithoutReplacement;
        let decision = decide(&model, &eta, 1, scheme).unwrap();
        let values = Values::of(&model, &decision, 12).unwrap();
        let names: Vec<&str> = values.named().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), 3);
        assert!(names[0].starts_with("sharpness") && names[2].starts_with("Lyapunov"));
        assert_eq!(values.sharpness.unwrap().lower, "2.0000000000000");
        let s = values.non_uniformity.unwrap();
        let parse = |text: &str| text.parse::<Exact>().unwrap();
        let known = Exact::fraction(9, 5);
        assert!(parse(&s.lower) <= known && known <= parse(&s.upper));
        // exp(2λ) = |(1 − η/5)(1 − 19η/5)| = 3569/2500: the geometric mean of the two factors.
        let exponent = lyapunov_exponent(&model, scheme, 1, &eta).unwrap();
        let known = Enclosure::from_exact(&Exact::fraction(3569, 2500)).ln() / Enclosure::int(2);
        assert_eq!(exponent.compare(&known), None);
        assert!(exponent.width() < 1e-300);
        let full = lyapunov_exponent(&model, scheme, 2, &Exact::fraction(1, 2));
        assert!(full.is_none(), "the full batch lands on the minimum");
    }

    #[test]
    fn batches_are_counted_before_they_are_listed() {
        for sampling in Sampling::ALL {
            for batch in 1..=5 {
                let listed = sampling.batches(5, batch).len() as u64;
                assert_eq!(count(sampling, 5, batch), Some(listed));
            }
        }
        assert_eq!(count(Sampling::WithReplacement, 1000, 500), None);
    }
}
