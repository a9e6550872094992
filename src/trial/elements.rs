//! Compares the elements of a result with what is permitted.

use num_traits::Zero;

use super::case_trial::{Judgement, Wrong, shown};
use super::verdict::FaultKind;
use crate::oracle::{Breach, Expected, Sight, look};

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
            Sight::Broken(breach, ratio) => {
                judgement.ratio = judgement.ratio.max(ratio.unwrap_or(0.0));
                kind(breach)
            }
        };
        judgement.wrong.push(Wrong {
            kind,
            came: format!("{}: {}", name(place), shown_wide(came)),
            right: format!("{}: {}", name(place), words(expected)),
        });
    }
    judgement
}

/// The kind of fault of a result that is not as expected.
pub(super) fn kind(breach: Breach) -> FaultKind {
    match breach {
        Breach::TooLarge => FaultKind::TooLarge,
        Breach::Infinity => FaultKind::Infinity,
        Breach::LostNan => FaultKind::LostNan,
        Breach::MadeNan => FaultKind::MadeNan,
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
