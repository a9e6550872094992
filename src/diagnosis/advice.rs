//! Advice for criteria whose interval contains the edge.

use crate::criterion::{GRADIENT_DESCENT, NON_UNIFORMITY};

use super::criteria::{DIRECTION_OF_NOISE, ONE_DIRECTION};
use super::number::Number;
use super::reading::Precision;
use super::reading::Reading;

/// More products are advised while a residual exceeds its rounding error by this factor.
const ABOVE_ROUNDING: f64 = 3.0;

/// Advice for a criterion that is undecided: more products if the residual makes up most of the error
/// bar, a higher precision if rounding does, and none if the precision is already the highest.
pub fn at_edge(criterion: &str, reading: &Reading) -> String {
    let (name, residual, rounding) = widest(criterion, reading);
    if residual > ABOVE_ROUNDING * rounding {
        return format!(
            "most of the bar is the residual of {name}, which more products make smaller: lower \
             --tolerance, or raise --products if they ran out"
        );
    }
    match reading.precision {
        Precision::F32 => format!(
            "most of the bar is the rounding of f32 in {name}, which no --tolerance makes smaller: \
             give --precision f64"
        ),
        Precision::F64 => format!(
            "even in f64 {name} is on the edge to within its rounding, so that no --tolerance and no \
             --precision helps: ask at another η or B, or decide an exact model"
        ),
    }
}

/// The name, residual and rounding of the number in a criterion whose error bar is largest relative to
/// its value.
fn widest<'a>(criterion: &str, reading: &'a Reading) -> (&'a str, f64, f64) {
    let of = |name, number: &Number| (name, number.residual, number.rounding, number.value);
    let a = of("a", &reading.sharpness);
    let s = reading.non_uniformity.as_ref().map(|s| of("s", s));
    let along = reading.along.as_ref().map(|along| match criterion {
        DIRECTION_OF_NOISE => &along.noise,
        _ => &along.sharpness,
    });
    let quotients = along.map(|along| ("vᵀH_i v", 0.0, along.rounding, along.largest));
    let numbers = match criterion {
        name if name == GRADIENT_DESCENT.name => vec![Some(a)],
        name if name == NON_UNIFORMITY.name => vec![s],
        ONE_DIRECTION => vec![Some(a), s],
        _ => vec![quotients],
    };
    let relative = |&(_, residual, rounding, value): &(&str, f64, f64, f64)| {
        (residual + rounding) / value.abs().max(f64::MIN_POSITIVE)
    };
    let numbers = numbers.into_iter().flatten();
    let widest = numbers.max_by(|one, other| relative(one).total_cmp(&relative(other)));
    let (name, residual, rounding, _) = widest.unwrap_or(a);
    (name, residual, rounding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::reading::Reading;

    fn reading((residual, rounding): (f64, f64), precision: Precision) -> Reading {
        let mut reading = Reading::of_numbers((2.0, residual), (1.0, 0.0), 0.0);
        reading.sharpness.rounding = rounding;
        reading.precision = precision;
        reading
    }

    #[test]
    fn what_is_advised_is_what_makes_the_bar_smaller() {
        for (bar, precision, word) in [
            ((1e-3, 1e-6), Precision::F32, "lower --tolerance"),
            ((1e-3, 1e-6), Precision::F64, "lower --tolerance"),
            ((1e-6, 1e-6), Precision::F32, "--precision f64"),
            ((0.0, 1e-14), Precision::F64, "no --precision helps"),
        ] {
            let said = at_edge("gradient_descent", &reading(bar, precision));
            assert!(said.contains(word), "{bar:?} in {precision:?}: {said}");
        }
        // The advice is about the number with the largest relative error bar.
        let mut both = reading((0.0, 1e-6), Precision::F32);
        both.non_uniformity.as_mut().expect("an s").residual = 0.1;
        assert!(at_edge("one_direction", &both).contains("residual of s"));
        assert!(at_edge("gradient_descent", &both).contains("--precision f64"));
    }
}
