//! The lines about batch sharpness.

use crate::curvature::{BatchSharpness, Estimate, PRECISION, Stopped};
use crate::network::CurvatureMatrix;

use super::super::answer::Diagnosis;
use super::super::sharpness_of_batches::edge;
use super::super::text::{digits, wrap};

/// Both numbers with their standard errors, and the value 2/η beside them; or why there are none.
pub fn batch_sharpness(diagnosis: &Diagnosis) -> Vec<String> {
    let Some(found) = &diagnosis.main.batch_sharpness else {
        return Vec::new();
    };
    let Some((ratio, mean)) = found.ratio_of_means.zip(found.mean_of_ratios) else {
        return wrap(&format!("no batch sharpness: {}", missing(found)), "  ");
    };
    let letter = match diagnosis.matrix {
        CurvatureMatrix::Hessian => "H",
        CurvatureMatrix::GaussNewton => "G",
    };
    let edge = edge(&diagnosis.setting).map_or(String::new(), |edge| {
        format!(
            "; by experience, not by a theorem, SGD\u{a0}drives it to 2/η\u{a0}=\u{a0}{}",
            digits(edge)
        )
    });
    let line = format!(
        "batch sharpness E[gᵀ{letter}_B\u{a0}g]/E|g|²\u{a0}=\u{a0}{}, E[gᵀ{letter}_B\u{a0}g/|g|²]\u{a0}=\u{a0}{} \
         ({}){edge}",
        told(&ratio),
        told(&mean),
        batches(found),
    );
    wrap(&line, "  ")
}

fn told(estimate: &Estimate) -> String {
    let [value, error] = [estimate.value, estimate.standard_error].map(digits);
    format!("{value}\u{a0}±\u{a0}{error}")
}

/// How many batches were drawn, and why no more.
fn batches(found: &BatchSharpness) -> String {
    let zeros = match found.zero_gradients {
        0 => String::new(),
        zeros => format!(", {zeros} of them with gradient 0"),
    };
    let why = match found.stopped {
        Stopped::FullBatch => return "exact: the full batch".to_owned(),
        Stopped::Precise => format!("enough for {} %", 100.0 * PRECISION),
        Stopped::Limit | Stopped::NotFinite => "the limit".to_owned(),
    };
    format!(
        "± standard error; {}{zeros}, {why}",
        format!("{} batches", found.batches)
    )
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
