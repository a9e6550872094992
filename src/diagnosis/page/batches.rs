//! The lines about batch sharpness.

use crate::curvature::{BatchSharpness, Estimate, PRECISION, Stopped};
use crate::network::CurvatureMatrix;

use super::super::answer::Diagnosis;
use super::super::sharpness_of_batches::edge;
use super::super::text::{digits, wrap};

/// Both numbers with their standard errors, and the value 2/η beside them; or why there are none.
pub fn batch_sharpness(diagnosis: &Diagnosis) -> Vec<String> {
    let Some(sharpness) = &diagnosis.main.batch_sharpness else {
        return Vec::new();
    };
    let found = &sharpness.numbers;
    let Some((ratio, mean)) = found.ratio_of_means.zip(found.mean_of_ratios) else {
        return wrap(&format!("no batch sharpness: {}", missing(found)), "  ");
    };
    let letter = match diagnosis.matrix {
        CurvatureMatrix::Hessian => "H",
        CurvatureMatrix::GaussNewton => "G",
    };
    let edge = edge(&diagnosis.setting).map_or(String::new(), |edge| {
        format!(
            "; empirical edge 2/η\u{a0}=\u{a0}{}, no\u{a0}theorem",
            digits(edge)
        )
    });
    let lost = match sharpness.rounding {
        Some(lost) if sharpness.is_rounded() => format!("; f32 loses {} of it", digits(lost)),
        _ => String::new(),
    };
    let line = format!(
        "batch sharpness E[gᵀ{letter}_Bg]/E|g|² = {}, E[gᵀ{letter}_Bg/|g|²]\u{a0}=\u{a0}{} ({}){edge}{lost}",
        told(&ratio),
        told(&mean),
        batches(found),
    );
    wrap(&line, "  ")
}

/// The gradient-noise interaction with its standard error, beside 2/η; nothing unless it was asked for.
pub fn gradient_noise(diagnosis: &Diagnosis) -> Vec<String> {
    let Some(found) = &diagnosis.main.gradient_noise else {
        return Vec::new();
    };
    let Some(found) = found else {
        let line =
            "no gradient-noise interaction: the gradient is 0, and a quotient by it does not exist";
        return wrap(line, "  ");
    };
    let edge = edge(&diagnosis.setting).map_or(String::new(), |edge| {
        format!(
            "; below 2/η\u{a0}=\u{a0}{} the loss falls on average in the next step, to second order",
            digits(edge)
        )
    });
    let line = format!(
        "gradient-noise interaction E[g_BᵀHg_B]/|g|²\u{a0}=\u{a0}{} ({} batches){edge}",
        told(&found.ratio),
        found.batches
    );
    wrap(&line, "  ")
}

/// A value with its standard error.
pub(super) fn told(estimate: &Estimate) -> String {
    let value = digits(estimate.value);
    format!(
        "{value}\u{a0}±\u{a0}{}",
        two_digits(estimate.standard_error)
    )
}

/// A standard error with two significant digits.
fn two_digits(error: f64) -> String {
    if (1e-3..1e3).contains(&error) {
        let places = (1.0 - error.log10().floor()).max(0.0) as usize;
        format!("{error:.places$}")
    } else if error == 0.0 {
        "0".to_owned()
    } else {
        format!("{error:.1e}")
    }
}

/// How many batches were drawn, and why no more.
fn batches(found: &BatchSharpness) -> String {
    let zeros = match found.zero_gradients {
        0 => String::new(),
        zeros => format!(", {zeros} of them with gradient 0"),
    };
    let why = match found.stopped {
        Stopped::FullBatch => return "the full batch: no sampling".to_owned(),
        Stopped::Precise => format!("within {} %", 100.0 * PRECISION),
        Stopped::Limit | Stopped::NotFinite => "limit".to_owned(),
    };
    format!("standard errors; {} batches{zeros}, {why}", found.batches)
}

/// Why there is no batch sharpness.
fn missing(found: &BatchSharpness) -> String {
    if found.stopped == Stopped::NotFinite {
        return "the gradient or the curvature of a batch is not finite in f32".to_owned();
    }
    match found.batches {
        1 => "the gradient is 0, and a quotient by it does not exist".to_owned(),
        batches => format!(
            "the gradient of each of {batches} batches is 0, and a quotient by it does not exist"
        ),
    }
}
