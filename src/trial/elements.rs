//! Compares the elements of a result with what is permitted.

use num_traits::Zero;

use super::case_trial::{Judgement, Wrong, shown};
use super::verdict::FaultKind;
use crate::number::Exact;
use crate::oracle::Expected;

/// Judges all elements of a result; `name` says which element a number is. An f32 is passed as the f64 of
/// the same value.
pub(super) fn judge(
    results: impl IntoIterator<Item = f64>,
    expected: &[Expected],
    name: impl Fn(usize) -> String,
) -> Judgement {
    let mut judgement = Judgement::default();
    for (place, (came, expected)) in results.into_iter().zip(expected).enumerate() {
        let kind = match look(came, expected) {
            Sight::Silent => {
                judgement.silent += 1;
                continue;
            }
            Sight::Telling(ratio) => {
                judgement.telling += 1;
                judgement.ratio = judgement.ratio.max(ratio);
                continue;
            }
            Sight::TooLarge(ratio) => {
                judgement.ratio = judgement.ratio.max(ratio);
                FaultKind::TooLarge
            }
            Sight::Wrong(kind) => kind,
        };
        judgement.wrong.push(Wrong {
            kind,
            came: format!("{}: {}", name(place), shown_wide(came)),
            right: format!("{}: {}", name(place), words(expected)),
        });
    }
    judgement
}

/// What one result proves.
enum Sight {
    Telling(f64),
    Silent,
    TooLarge(f64),
    Wrong(FaultKind),
}

fn look(came: f64, expected: &Expected) -> Sight {
    match expected {
        Expected::Unknown => Sight::Silent,
        // That it came through proves little, because much gives NaN; the other elements prove more.
        Expected::Invalid if came.is_nan() => Sight::Silent,
        Expected::Invalid => Sight::Wrong(FaultKind::LostNan),
        Expected::Infinite(_) if came.is_nan() => Sight::Wrong(FaultKind::MadeNan),
        Expected::Infinite(negative) if came.is_infinite() && (came < 0.0) == *negative => {
            Sight::Telling(0.0)
        }
        Expected::Infinite(_) => Sight::Wrong(FaultKind::Infinity),
        Expected::Near {
            value,
            radius,
            magnitude,
            may_overflow,
        } => match Exact::from_f64(came) {
            None if *may_overflow => Sight::Silent,
            None if came.is_nan() => Sight::Wrong(FaultKind::MadeNan),
            None => Sight::Wrong(FaultKind::Infinity),
            Some(came) if magnitude.is_zero() && came.is_zero() => Sight::Silent,
            Some(came) => near(&(came - value).abs(), radius),
        },
    }
}

/// Compares an error with its bound; the ratio is rounded to f64. Where the bound is 0, every error is infinitely too large, which is
/// not counted as a ratio.
fn near(error: &Exact, radius: &Exact) -> Sight {
    if error.is_zero() {
        return Sight::Telling(0.0);
    }
    if radius.is_zero() {
        return Sight::Wrong(FaultKind::TooLarge);
    }
    let ratio = if radius.exponent() > -500 {
        error.to_f64() / radius.to_f64()
    } else {
        (error / radius).to_f64()
    };
    if error <= radius {
        Sight::Telling(ratio.min(1.0))
    } else {
        Sight::TooLarge(ratio.max(1.0))
    }
}

fn words(expected: &Expected) -> String {
    match expected {
        Expected::Unknown => "anything".to_owned(),
        Expected::Invalid => "NaN".to_owned(),
        Expected::Infinite(true) => "−∞".to_owned(),
        Expected::Infinite(false) => "+∞".to_owned(),
        Expected::Near { value, radius, .. } if radius.is_zero() => {
            format!("exactly {}", shown_wide(value.to_f64()))
        }
        Expected::Near { value, radius, .. } => {
            format!("{:e} ± {:.3e}", value.to_f64(), radius.to_f64())
        }
    }
}

/// A number as its bits and its value; as an f32 if it is one.
fn shown_wide(x: f64) -> String {
    let single = x as f32;
    if x.is_nan() || f64::from(single) == x {
        shown(single)
    } else {
        format!("{:#018x} = {x:e}", x.to_bits())
    }
}
