//! The table of the criteria.

use crate::criterion::Role;

use super::super::answer::ModeDiagnosis;
use super::super::criteria::{MeasuredCriterion, Range};
use super::super::text::digits;

/// The criteria with their verdicts and limits.
pub fn criteria(finding: &ModeDiagnosis) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!(
            "{:<27}{:<11}{:>9} {:>10} {:>10}{:>11}",
            "criterion", "", "at η, B", "η/limit", "largest η", "smallest B"
        ),
    ];
    lines.extend(finding.criteria().iter().map(criterion));
    lines
}

fn criterion(criterion: &MeasuredCriterion) -> String {
    let role = match criterion.role {
        Role::Exact => "exact",
        Role::Necessary => "necessary",
        Role::Sufficient => "sufficient",
        Role::Indicative => "indicative",
    };
    let middle = |range: &Option<Range<f64>>| match range.map(|range| (range.low, range.high)) {
        Some((Some(low), Some(high))) => digits((low + high) / 2.0),
        Some((Some(low), None)) => format!("> {}", digits(low)),
        Some((None, Some(high))) => format!("< {}", digits(high)),
        Some((None, None)) => "?".to_owned(),
        None => "none".to_owned(),
    };
    let Some(verdict) = criterion.verdict else {
        let why = criterion.not_asked.unwrap_or_default();
        let why = why.split(':').next().unwrap_or_default();
        return format!("{:<27}{role:<11}not asked: {why}", criterion.name);
    };
    let batch = match criterion.smallest_batch {
        Range {
            low: Some(low),
            high: Some(high),
        } if low == high => low.to_string(),
        Range {
            low: Some(low),
            high: Some(high),
        } => format!("{low}–{high}"),
        Range {
            low: Some(low),
            high: None,
        } => format!("≥ {low}"),
        _ => "none".to_owned(),
    };
    format!(
        "{:<27}{role:<11}{:>9} {:>10} {:>10}{batch:>11}",
        criterion.name,
        verdict,
        middle(&criterion.factor),
        middle(&criterion.largest_lr)
    )
}
