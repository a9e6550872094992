//! Compares computed results with expected ones.

use num_traits::Zero;

use super::terms::Expected;
use crate::number::Exact;

/// The verdict of [`judge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every result is as expected, and at least one of them could have been wrong.
    Holds,
    /// At least one result is not as expected.
    Broken,
    /// No result is wrong, but nothing is proved: there are only zeros, NaN and sums that may overflow.
    Mistrusted,
}

/// The verdict, with the counts behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// The verdict.
    pub outcome: Outcome,
    /// The number of results that are as expected and could have been wrong.
    pub telling: u64,
    /// The number of results that are as expected but prove nothing: zeros, NaN, sums that may overflow.
    pub silent: u64,
    /// The indices of the results that are not as expected.
    pub broken: Vec<usize>,
    /// The largest ratio of an error to its bound, among finite results with a positive bound.
    pub worst_ratio: f64,
}

/// In what a result is not as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// The error is above its bound.
    TooLarge,
    /// An infinity is wrong or missing.
    Infinity,
    /// A number or an infinity where NaN is right.
    LostNan,
    /// NaN where a number or an infinity is right.
    MadeNan,
}

/// What one result proves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sight {
    /// It is as expected and could have been wrong; the ratio of its error to its bound.
    Telling(f64),
    /// It is not wrong, but proves nothing.
    Silent,
    /// It is not as expected; the ratio of its error to its bound, if it is a number and the bound is positive.
    Broken(Breach, Option<f64>),
}

/// Compares results with their expectations. An f32 result is passed as the f64 of the same value.
///
/// # Panics
/// When there is not exactly one expectation per result.
pub fn judge(computed: &[f64], expected: &[Expected]) -> Tally {
    assert_eq!(
        computed.len(),
        expected.len(),
        "results and their expectations"
    );
    let mut tally = Tally {
        outcome: Outcome::Mistrusted,
        telling: 0,
        silent: 0,
        broken: Vec::new(),
        worst_ratio: 0.0,
    };
    for (i, (&computed, expected)) in computed.iter().zip(expected).enumerate() {
        tally.count(i, look(computed, expected));
    }
    tally.outcome = match (tally.broken.is_empty(), tally.telling) {
        (false, _) => Outcome::Broken,
        (true, 0) => Outcome::Mistrusted,
        (true, _) => Outcome::Holds,
    };
    tally
}

impl Tally {
    fn count(&mut self, result: usize, sight: Sight) {
        let ratio = match sight {
            Sight::Silent => {
                self.silent += 1;
                0.0
            }
            Sight::Telling(ratio) => {
                self.telling += 1;
                ratio
            }
            Sight::Broken(_, ratio) => {
                self.broken.push(result);
                ratio.unwrap_or(0.0)
            }
        };
        self.worst_ratio = self.worst_ratio.max(ratio);
    }
}

/// Compares one result with its expectation. An f32 result is passed as the f64 of the same value.
///
/// That a NaN came through proves nothing, because much gives NaN.
pub fn look(computed: f64, expected: &Expected) -> Sight {
    let broken = |breach| Sight::Broken(breach, None);
    match expected {
        Expected::Unknown => Sight::Silent,
        Expected::Invalid if computed.is_nan() => Sight::Silent,
        Expected::Invalid => broken(Breach::LostNan),
        Expected::Infinite(_) if computed.is_nan() => broken(Breach::MadeNan),
        Expected::Infinite(negative) if computed.is_infinite() && (computed < 0.0) == *negative => {
            Sight::Telling(0.0)
        }
        Expected::Infinite(_) => broken(Breach::Infinity),
        Expected::Near {
            value,
            radius,
            magnitude,
            may_overflow,
        } => match Exact::from_f64(computed) {
            None if *may_overflow => Sight::Silent,
            None if computed.is_nan() => broken(Breach::MadeNan),
            None => broken(Breach::Infinity),
            Some(computed) if magnitude.is_zero() => {
                if computed.is_zero() {
                    Sight::Silent
                } else {
                    broken(Breach::TooLarge)
                }
            }
            Some(computed) => near(&(computed - value).abs(), radius),
        },
    }
}

/// Compares an error with its bound; the ratio is rounded to f64, and never to the other side of 1.
fn near(error: &Exact, radius: &Exact) -> Sight {
    if error.is_zero() {
        return Sight::Telling(0.0);
    }
    if radius.is_zero() {
        return Sight::Broken(Breach::TooLarge, None);
    }
    // Below this, an f64 does not hold the bound.
    let ratio = if radius.exponent() > -500 {
        error.to_f64() / radius.to_f64()
    } else {
        (error / radius).to_f64()
    };
    if error <= radius {
        Sight::Telling(ratio.min(1.0))
    } else {
        Sight::Broken(Breach::TooLarge, Some(ratio.max(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{Format, Order, Terms};

    fn outcome(x: &[f32], computed: f64) -> Outcome {
        let terms = Terms::sum(x.iter().copied());
        judge(
            &[computed],
            &[terms.expected(&Format::single(), Order::Chain)],
        )
        .outcome
    }

    #[test]
    fn a_case_that_proves_nothing_is_not_trusted() {
        assert_eq!(outcome(&[0.0, -0.0], 0.0), Outcome::Mistrusted);
        assert_eq!(outcome(&[f32::NAN], f64::NAN), Outcome::Mistrusted);
        let overflowing = [f32::MAX, f32::MAX];
        assert_eq!(outcome(&overflowing, f64::INFINITY), Outcome::Mistrusted);
        assert_eq!(judge(&[], &[]).outcome, Outcome::Mistrusted);
    }

    #[test]
    fn errors_are_seen_on_both_sides_of_the_bound() {
        let exact = 1.0 + f64::from(f32::EPSILON);
        assert_eq!(outcome(&[1.0, f32::EPSILON], exact), Outcome::Holds);
        assert_eq!(outcome(&[1.0, f32::EPSILON], 1.0), Outcome::Holds);
        assert_eq!(outcome(&[1.0, f32::EPSILON], 1.000_001), Outcome::Broken);
        assert_eq!(outcome(&[1.0], f64::INFINITY), Outcome::Broken);
        assert_eq!(outcome(&[0.0], 1e-300), Outcome::Broken);
        assert_eq!(outcome(&[f32::NAN], 1.0), Outcome::Broken);
        let infinite = [f32::NEG_INFINITY, 1.0];
        assert_eq!(outcome(&infinite, f64::NEG_INFINITY), Outcome::Holds);
        assert_eq!(outcome(&infinite, f64::INFINITY), Outcome::Broken);
    }
}
