//! Judges a sum, or an element for which the permitted results are few.

use num_traits::Zero;

use crate::number::Exact;
use crate::oracle::{self, AnyOrder, Expected, look};
use crate::trial::case_trial::{Judgement, Wrong, shown};
use crate::trial::elements::kind;
use crate::trial::verdict::FaultKind;

/// What one result proves.
pub(super) enum Sight {
    /// It is right and could have been wrong; the ratio of the error to the bound.
    Telling(f64),
    /// It is not wrong, but proves little.
    Silent,
    /// It is wrong.
    Wrong(FaultKind, f64),
}

impl Sight {
    /// The judgement of the only result of a call.
    pub(super) fn of_one(self, came: f32, right: impl FnOnce() -> String) -> Judgement {
        let mut judgement = Judgement::default();
        self.count(came, right, &mut judgement);
        judgement
    }

    /// Adds this result to a judgement.
    pub(super) fn count(
        self,
        came: f32,
        right: impl FnOnce() -> String,
        judgement: &mut Judgement,
    ) {
        match self {
            Sight::Silent => judgement.silent += 1,
            Sight::Telling(ratio) => {
                judgement.telling += 1;
                judgement.ratio = judgement.ratio.max(ratio);
            }
            Sight::Wrong(kind, ratio) => {
                judgement.ratio = judgement.ratio.max(ratio);
                judgement.wrong.push(Wrong {
                    kind,
                    came: shown(came),
                    right: right(),
                });
            }
        }
    }
}

/// Compares a sum with what any order of its terms permits.
///
/// | expected | came | verdict |
/// |---|---|---|
/// | NaN | NaN | silent, because other faults may hide behind it |
/// | NaN | anything else | [`FaultKind::LostNan`] |
/// | an infinity | NaN | [`FaultKind::MadeNan`] |
/// | an infinity | anything else than it | [`FaultKind::Infinity`] |
/// | a number, and some order may overflow | an infinity or NaN | silent |
/// | a number | NaN, an infinity | [`FaultKind::MadeNan`], [`FaultKind::Infinity`] |
/// | a number | outside of the bound | [`FaultKind::TooLarge`] |
/// | +0 in every order | −0 | [`FaultKind::SignOfZero`] |
/// | only zeros | a zero | silent |
pub(super) fn judge_sum(came: f32, sum: &AnyOrder, expected: &Expected) -> Sight {
    if let Expected::Near { value, radius, .. } = expected {
        let is_certain = value.is_zero() && radius.is_zero() && sum.zero_is_positive();
        if is_certain && came.to_bits() == (-0.0_f32).to_bits() {
            return Sight::Wrong(FaultKind::SignOfZero, f64::INFINITY);
        }
    }
    compare(came, expected)
}

/// Compares a result with an expectation.
pub(super) fn compare(came: f32, expected: &Expected) -> Sight {
    match look(came.into(), expected) {
        oracle::Sight::Telling(ratio) => Sight::Telling(ratio),
        oracle::Sight::Silent => Sight::Silent,
        oracle::Sight::Broken(breach, ratio) => {
            Sight::Wrong(kind(breach), ratio.unwrap_or(f64::INFINITY))
        }
    }
}

/// The error in units of its bound; 0 if both are 0.
pub(super) fn ratio(error: &Exact, radius: &Exact) -> f64 {
    match (error.is_zero(), radius.is_zero()) {
        (true, _) => 0.0,
        (false, true) => f64::INFINITY,
        (false, false) => (error / radius).to_f64(),
    }
}

/// An expectation in words.
pub(super) fn words(expected: &Expected) -> String {
    match expected {
        Expected::Invalid => "NaN".to_owned(),
        Expected::Infinite(true) => "−∞".to_owned(),
        Expected::Infinite(false) => "+∞".to_owned(),
        Expected::Unknown => "anything".to_owned(),
        Expected::Near { value, radius, .. } => {
            let (value, radius) = (value.to_f64(), radius.to_f64());
            format!("{value:e} within {radius:e}")
        }
    }
}

/// Compares an element with the results that it may have, one for each honest way to compute it. All
/// NaN are the same; zeros are told apart by their signs.
///
/// If one of them is NaN and another is not, as where α = 0 may or may not stop the kernel from looking,
/// a permitted result is silent.
pub(super) fn judge_element(came: f32, permitted: &[f32]) -> Sight {
    let is_permitted = |x: &f32| x.to_bits() == came.to_bits() || (x.is_nan() && came.is_nan());
    let wrong = |kind| Sight::Wrong(kind, f64::INFINITY);
    if permitted.iter().any(is_permitted) {
        let proves_little = permitted.iter().any(|x| x.is_nan() || *x == 0.0);
        return match proves_little {
            true => Sight::Silent,
            false => Sight::Telling(0.0),
        };
    }
    match () {
        () if permitted.iter().all(|x| x.is_nan()) => wrong(FaultKind::LostNan),
        () if came.is_nan() => wrong(FaultKind::MadeNan),
        () if came == 0.0 && permitted.contains(&0.0) => wrong(FaultKind::SignOfZero),
        () if came.is_infinite() || permitted.iter().all(|x| x.is_infinite()) => {
            wrong(FaultKind::Infinity)
        }
        () => wrong(FaultKind::TooLarge),
    }
}

/// The permitted results in words.
pub(super) fn permitted_words(permitted: &[f32]) -> String {
    let mut words: Vec<String> = permitted.iter().map(|&x| shown(x)).collect();
    words.dedup();
    words.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sight: &Sight) -> Result<bool, FaultKind> {
        match sight {
            Sight::Telling(_) => Ok(true),
            Sight::Silent => Ok(false),
            Sight::Wrong(kind, _) => Err(*kind),
        }
    }

    #[track_caller]
    fn sum(terms: &[f32], came: f32, right: Result<bool, FaultKind>) {
        let sum = AnyOrder::dot(terms, &vec![1.0; terms.len()]);
        let expected = sum.expected(sum.count(), sum.count());
        assert_eq!(found(&judge_sum(came, &sum, &expected)), right);
    }

    #[test]
    fn sums_are_judged_by_the_table() {
        use FaultKind::{Infinity, LostNan, MadeNan, SignOfZero, TooLarge};
        let (infinity, nan, max) = (f32::INFINITY, f32::NAN, f32::MAX);
        sum(&[nan, 1.0], nan, Ok(false));
        sum(&[nan, 1.0], 1.0, Err(LostNan));
        sum(&[infinity, -infinity], 0.0, Err(LostNan));
        sum(&[infinity, 1.0], nan, Err(MadeNan));
        sum(&[infinity, 1.0], max, Err(Infinity));
        sum(&[-infinity, 1.0], infinity, Err(Infinity));
        sum(&[-infinity, 1.0], -infinity, Ok(true));
        sum(&[max, max], infinity, Ok(false));
        sum(&[max, max], nan, Ok(false));
        sum(&[max, max], max, Err(TooLarge));
        sum(&[1.0, 2.0], nan, Err(MadeNan));
        sum(&[1.0, 2.0], infinity, Err(Infinity));
        sum(&[1.0, 2.0], 3.0, Ok(true));
        sum(&[1.0, 2.0], 3.0_f32.next_up(), Err(TooLarge));
        sum(&[1.0, 1e-9], 1.0, Ok(true));
        sum(&[1.0, -1.0], -0.0, Err(SignOfZero));
        sum(&[1.0, -1.0], 0.0, Ok(true));
        sum(&[-0.0, 0.0], 0.0, Ok(false));
        sum(&[-0.0, 0.0], -0.0, Err(SignOfZero));
        sum(&[-0.0], -0.0, Ok(false));
        sum(&[], -0.0, Err(SignOfZero));
    }

    #[test]
    fn elements_are_judged_by_their_set() {
        use FaultKind::{Infinity, LostNan, MadeNan, SignOfZero, TooLarge};
        let (infinity, nan) = (f32::INFINITY, f32::NAN);
        for (came, permitted, right) in [
            (1.0, [1.0, 1.0_f32.next_up()], Ok(true)),
            (1.0_f32.next_down(), [1.0, 1.0], Err(TooLarge)),
            (nan, [nan, nan], Ok(false)),
            (2.0, [nan, 2.0], Ok(false)),
            (3.0, [nan, 2.0], Err(TooLarge)),
            (0.0, [nan, nan], Err(LostNan)),
            (nan, [1.0, 1.0], Err(MadeNan)),
            (0.0, [0.0, 0.0], Ok(false)),
            (-0.0, [0.0, 0.0], Err(SignOfZero)),
            (infinity, [infinity, f32::MAX], Ok(true)),
            (f32::MAX, [infinity, infinity], Err(Infinity)),
            (infinity, [-infinity, -infinity], Err(Infinity)),
            (infinity, [1.0, 1.0], Err(Infinity)),
        ] {
            assert_eq!(
                found(&judge_element(came, &permitted)),
                right,
                "{came} of {permitted:?}"
            );
        }
    }
}
