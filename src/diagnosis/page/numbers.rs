//! The table of a, λ_min and s, with remarks on these numbers.

use crate::curvature::RISK;
use crate::network::CurvatureMatrix;

use super::super::answer::Diagnosis;
use super::super::number::{Number, Status};
use super::super::reading::{Along, Reading};
use super::super::text::{digits, digits_below, wrap};

/// Remarks on the error bars: the part that rounding makes up, if it is a tenth or more of one, and the
/// number of samples that rounding was measured on, if that is not all of them.
fn owed(reading: &Reading, count: usize) -> Vec<String> {
    let s = reading.non_uniformity.filter(|s| s.products > 0);
    let numbers = [
        ("a", Some(reading.sharpness)),
        ("λ_min", reading.smallest),
        ("s", s),
    ];
    let numbers = numbers.into_iter();
    let numbers: Vec<_> = numbers.filter_map(|(name, x)| Some((name, x?))).collect();
    if numbers.iter().all(|(_, x)| x.rounding < 0.1 * x.bar()) {
        return Vec::new();
    }
    let told: Vec<String> = (numbers.iter())
        .map(|(name, x)| format!("{name} {}", digits(x.rounding)))
        .collect();
    let known = reading.rounding.map(|rounding| rounding.samples);
    let known = known.unwrap_or_default();
    let over = |matrix: &str, compared: usize| {
        if 0 < compared && compared < count {
            format!(", with {matrix} over {compared} of {count} samples")
        } else {
            String::new()
        }
    };
    let line = format!(
        "rounding in the bars, by f64: {}{}{}",
        told.join(", "),
        over("H", known.hessian),
        over("Σ", known.covariance)
    );
    wrap(&line, "  ")
}

/// Why there is no s.
fn no_non_uniformity(diagnosis: &Diagnosis) -> &'static str {
    if diagnosis.main.left_out.contains(&"s") {
        "non-uniformity s is not measured: the time was over"
    } else if diagnosis.main.in_f32.reading.is_coupled {
        "non-uniformity s does not exist: the samples are coupled"
    } else {
        "non-uniformity s is not measured (--only)"
    }
}

/// The table of the measured ones of a, λ_min and s with their bounds.
pub fn numbers(diagnosis: &Diagnosis) -> Vec<String> {
    let reading = &diagnosis.main.in_f32.reading;
    let [bound_a, bound_s] = diagnosis.bounds();
    let letter = match diagnosis.matrix {
        CurvatureMatrix::Hessian => "H",
        CurvatureMatrix::GaussNewton => "G",
    };
    let bound = |bound: Option<f64>| bound.map_or("none".to_owned(), digits);
    let row = |name: &str, number: &Number, bound: &str| {
        let status = match number.status {
            Status::Converged => "",
            Status::ConvergedToRounding => " to rounding",
            Status::NotConverged => " not converged",
        };
        let (value, bar) = (digits(number.value), digits(number.bar()));
        let products = number.products;
        format!("{name:<28}{value:>11} ± {bar:<9}{bound:>9}{products:>6}{status}")
    };
    let mut lines = vec![
        format!(
            "{:<28}{:>11}   {:<9}{:>9}{:>6}",
            "", "measured", "bar", "bound", "Hv"
        ),
        row(
            &format!("sharpness a = λ_max({letter})"),
            &reading.sharpness,
            &bound(bound_a),
        ),
    ];
    let smallest = |number| row(&format!("smallest eigenvalue λ_min({letter})"), number, "");
    lines.extend(reading.smallest.as_ref().map(smallest));
    lines.push(match &reading.non_uniformity {
        Some(s) => row("non-uniformity s = √λ_max(Σ)", s, &bound(bound_s)),
        None => no_non_uniformity(diagnosis).to_owned(),
    });
    if reading.smallest.is_some() {
        lines.push(match reading.smallest_floor {
            Some(floor) => format!(
                "λ_min({letter}) ≥ {} except with probability {RISK:.0e}",
                digits_below(floor)
            ),
            None => format!("no lower bound on λ_min({letter}): too few products"),
        });
    }
    lines.extend(owed(reading, diagnosis.setting.samples));
    if let Some(along) = &reading.along {
        let s = reading.non_uniformity.as_ref();
        let told = |name: &str, along: &Along, is_asked: bool| {
            if is_asked {
                format!(
                    "along {name} {} ± {}",
                    digits(along.mean),
                    digits(along.deviation)
                )
            } else {
                format!("along {name} not asked ({name} may be 0)")
            }
        };
        let line = format!(
            "vᵀH_i v, mean ± deviation: {}, {}",
            told("a", &along.sharpness, reading.sharpness.excludes_zero()),
            told("s", &along.noise, s.is_some_and(Number::excludes_zero))
        );
        lines.extend(wrap(&line, "  "));
    }
    if let Some(other) = &reading.other {
        let line = format!(
            "measured: {}; along a {} has {}, |(H − G)v| = {}",
            diagnosis.matrix.name(),
            diagnosis.matrix.other().name(),
            digits(other.quotient),
            digits(other.distance)
        );
        lines.extend(wrap(&line, "  "));
    }
    lines
}
