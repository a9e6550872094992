//! The modes of batch normalisation, side by side.

use super::super::answer::{Diagnosis, ModeDiagnosis};
use super::super::number::{Number, Status};
use super::super::text::{digits, share, wrap};

/// The modes side by side, if there are several.
pub fn modes(diagnosis: &Diagnosis) -> Vec<String> {
    if diagnosis.others.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        String::new(),
        format!(
            "{:<8}{:>11}{:>9}{:>11}{:>11}{:>11}  {}",
            "mode", "loss", "accuracy", "a", "λ_min", "s", "the theory"
        ),
    ];
    let mut all: Vec<&ModeDiagnosis> = std::iter::once(&diagnosis.main)
        .chain(&diagnosis.others)
        .collect();
    all.sort_by_key(|finding| finding.mode.map(|mode| mode as usize));
    for finding in all {
        let reading = &finding.in_f32.reading;
        let told = |number: &Number| match number.status {
            Status::Converged | Status::ConvergedToRounding => digits(number.value),
            Status::NotConverged => format!("{}?", digits(number.value)),
        };
        let or_none = |number: &Option<Number>| number.as_ref().map_or("none".to_owned(), told);
        let applies = if finding.mode.is_some_and(|mode| mode.is_coupled()) {
            "full batch only"
        } else {
            "applies"
        };
        lines.push(format!(
            "{:<8}{:>11}{:>9}{:>11}{:>11}{:>11}  {applies}",
            finding.mode.map_or("", |mode| mode.name()),
            digits(reading.loss),
            share(reading.accuracy),
            told(&reading.sharpness),
            or_none(&reading.smallest),
            or_none(&reading.non_uniformity),
        ));
    }
    if lines.iter().any(|line| line.contains('?')) {
        lines.push("?: not converged; raise --products".to_owned());
    }
    lines
}

/// Whether f32 was enough in the other modes; modes with the same answer share a line.
pub fn again_elsewhere(others: &[ModeDiagnosis]) -> Vec<String> {
    let mut told: Vec<(Vec<&str>, String)> = Vec::new();
    for finding in others {
        let Some((mode, comparison)) = finding.mode.zip(finding.comparison()) else {
            continue;
        };
        let sufficiency = comparison.sufficiency();
        match told.iter_mut().find(|(_, other)| *other == sufficiency) {
            Some((modes, _)) => modes.push(mode.name()),
            None => told.push((vec![mode.name()], sufficiency)),
        }
    }
    let lines = told.iter().flat_map(|(modes, sufficiency)| {
        let word = if modes.len() == 1 { "mode" } else { "modes" };
        wrap(
            &format!("{word} {}: {sufficiency}", modes.join(" and ")),
            "  ",
        )
    });
    lines.collect()
}
