//! One screen for a person: at most 80 columns.

use super::criteria::{Criterion, Range, Role};
use super::reading::{Number, Status};
use super::subject::{Model, Samples};
use super::{Diagnosis, Finding, bytes};
use crate::curvature::RISK;
use crate::network::Matrix;
use crate::number::Exact;

/// Columns.
const WIDTH: usize = 80;

/// The page; `named` are the words of the checkpoint and of the data set.
pub fn page(
    diagnosis: &Diagnosis,
    (weights, model): (&str, &Model),
    (data, samples): (&str, &Samples),
) -> String {
    let setting = &diagnosis.setting;
    let network = &model.network;
    let reading = &diagnosis.main.reading;
    let mode = diagnosis
        .main
        .mode
        .map_or(String::new(), |mode| format!(", mode {mode}"));
    let mut lines = vec![
        cut(&format!(
            "{}, {} parameters, loss {}{mode}",
            network.name(),
            network.parameters(),
            network.loss().name()
        )),
        source("weights", weights, &model.digest),
        source(
            "data",
            &format!("{data}, {} samples", samples.count),
            &samples.digest,
        ),
    ];
    // A number and its unit stay on one line.
    let size = |count| bytes(count).replace(' ', "\u{a0}");
    let conditions = format!(
        "η = {}, B = {} {}, p = {:.4}, β = {}; memory forecast {}{}",
        brief(&setting.lr),
        setting.batch,
        setting.sampling,
        setting.weight().to_f64(),
        brief(&setting.momentum),
        size(diagnosis.forecast.total()),
        diagnosis
            .peak
            .map_or(String::new(), |peak| format!(", peak\u{a0}{}", size(peak)))
    );
    lines.extend(wrap(&conditions, "  "));
    lines.extend([
        String::new(),
        format!(
            "train loss {}, accuracy {}, |gradient| {}",
            digits(reading.loss),
            share(reading.accuracy),
            digits(reading.gradient)
        ),
    ]);
    lines.extend(numbers(diagnosis));
    lines.extend(criteria(&diagnosis.main));
    lines.extend(modes(diagnosis));
    if let Some(again) = &diagnosis.main.again {
        lines.extend(wrap(&again.text(), "  "));
    }
    lines.extend(again_elsewhere(&diagnosis.others));
    let judgement = &diagnosis.main.judgement;
    lines.push(String::new());
    lines.extend(wrap(
        &format!("{}: {}.", judgement.verdict.name(), judgement.reason),
        "",
    ));
    for note in diagnosis.notes() {
        lines.extend(wrap(&format!("* {note}"), "  "));
    }
    lines.join("\n")
}

fn source(what: &str, name: &str, digest: &str) -> String {
    let room = WIDTH - 9 - 26;
    let length = name.chars().count();
    let name: String = match length > room {
        true => std::iter::once('…')
            .chain(name.chars().skip(length + 1 - room))
            .collect(),
        false => name.to_owned(),
    };
    format!(
        "{what:<8} {name}  SHA-256 {}…",
        &digest[..digest.len().min(12)]
    )
}

/// a, λ_min and s with their bounds.
fn numbers(diagnosis: &Diagnosis) -> Vec<String> {
    let reading = &diagnosis.main.reading;
    let [bound_a, bound_s] = diagnosis.bounds();
    let letter = match diagnosis.matrix {
        Matrix::Hessian => "H",
        Matrix::GaussNewton => "G",
    };
    let bound = |bound: Option<f64>| bound.map_or("none".to_owned(), digits);
    let row = |name: &str, number: &Number, bound: &str| {
        let status = match number.status {
            Status::Converged => "",
            Status::NotConverged => " not converged",
        };
        let (value, residual) = (digits(number.value), digits(number.residual));
        let products = number.products;
        format!("{name:<28}{value:>11} ± {residual:<9}{bound:>9}{products:>6}{status}")
    };
    let mut lines = vec![
        format!(
            "{:<28}{:>11}   {:<9}{:>9}{:>6}",
            "", "measured", "residual", "bound", "Hv"
        ),
        row(
            &format!("sharpness a = λ_max({letter})"),
            &reading.sharpness,
            &bound(bound_a),
        ),
        row(
            &format!("smallest eigenvalue λ_min({letter})"),
            &reading.smallest,
            "",
        ),
    ];
    let floor = match reading.smallest_floor {
        Some(floor) => format!(
            "λ_min({letter}) ≥ {}, but for a chance of {RISK:.0e}",
            digits_below(floor)
        ),
        None => format!("how far λ_min({letter}) lies below is not known: too few products"),
    };
    match &reading.non_uniformity {
        Some(s) => lines.push(row("non-uniformity s = √λ_max(Σ)", s, &bound(bound_s))),
        None => lines.push("non-uniformity s does not exist: the samples are coupled".to_owned()),
    }
    lines.push(floor);
    if let Some(along) = &reading.along {
        let (a, s) = (&along.sharpness, &along.noise);
        let line = format!(
            "vᵀH_i v, mean ± deviation: along a {} ± {}, along s {} ± {}",
            digits(a.mean),
            digits(a.deviation),
            digits(s.mean),
            digits(s.deviation)
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

fn criteria(finding: &Finding) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!(
            "{:<27}{:<11}{:>9} {:>10} {:>10} {:>9}",
            "criterion", "", "at η, B", "η/limit", "largest η", "least B"
        ),
    ];
    lines.extend(finding.criteria.iter().map(criterion));
    lines
}

fn criterion(criterion: &Criterion) -> String {
    let role = match criterion.role {
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
    let batch = match criterion.smallest_batch {
        Range {
            low: Some(low),
            high: Some(high),
        } if low == high => low.to_string(),
        Range {
            low: Some(low),
            high: Some(high),
        } => format!("{low}..{high}"),
        Range {
            low: Some(low),
            high: None,
        } => format!("{low}.."),
        _ => "none".to_owned(),
    };
    format!(
        "{:<27}{role:<11}{:>9} {:>10} {:>10} {batch:>9}",
        criterion.name,
        criterion.verdict,
        middle(&criterion.factor),
        middle(&criterion.largest_lr)
    )
}

/// The modes side by side, where there are several.
fn modes(diagnosis: &Diagnosis) -> Vec<String> {
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
    let mut all: Vec<&Finding> = std::iter::once(&diagnosis.main)
        .chain(&diagnosis.others)
        .collect();
    all.sort_by_key(|finding| finding.mode.map(|mode| mode as usize));
    for finding in all {
        let reading = &finding.reading;
        let told = |number: &Number| match number.status {
            Status::Converged => digits(number.value),
            Status::NotConverged => format!("{}?", digits(number.value)),
        };
        let s = reading
            .non_uniformity
            .as_ref()
            .map_or("none".to_owned(), told);
        let applies = match finding.mode.is_some_and(|mode| mode.is_coupled()) {
            true => "full batch only",
            false => "applies",
        };
        lines.push(format!(
            "{:<8}{:>11}{:>9}{:>11}{:>11}{s:>11}  {applies}",
            finding.mode.map_or("", |mode| mode.name()),
            digits(reading.loss),
            share(reading.accuracy),
            told(&reading.sharpness),
            told(&reading.smallest),
        ));
    }
    if lines.iter().any(|line| line.contains('?')) {
        lines.push("?: not converged; raise --products".to_owned());
    }
    lines
}

/// Whether f32 was enough in the other modes; those of which the same is said together.
fn again_elsewhere(others: &[Finding]) -> Vec<String> {
    let mut told: Vec<(Vec<&str>, String)> = Vec::new();
    for finding in others {
        let Some((mode, again)) = finding.mode.zip(finding.again.as_ref()) else {
            continue;
        };
        let sufficiency = again.sufficiency();
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

fn share(accuracy: Option<f64>) -> String {
    accuracy.map_or("none".to_owned(), |share| format!("{share:.4}"))
}

/// A fraction as it is, or rounded where it is long.
fn brief(number: &Exact) -> String {
    const LONGEST: usize = 24;
    let exact = number.to_string();
    match exact.len() > LONGEST {
        true => format!("about {}", digits(number.to_f64())),
        false => exact,
    }
}

/// Four significant digits.
pub fn digits(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if (1e-3..1e5).contains(&size) => {
            let places = places(size).max(0) as usize;
            format!("{value:.places$}")
        }
        _ => format!("{value:.3e}"),
    }
}

/// The same, and no more than the number.
fn digits_below(value: f64) -> String {
    let nearest = digits(value);
    match nearest.parse().is_ok_and(|nearest: f64| nearest > value) {
        true => digits(value - 0.5 * 10_f64.powi(-places(value.abs()))),
        false => nearest,
    }
}

/// The place of the fourth significant digit behind the point.
fn places(size: f64) -> i32 {
    3 - size.log10().floor() as i32
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some(_) => line.chars().take(WIDTH - 1).chain(['…']).collect(),
        None => line.to_owned(),
    }
}

/// The lines of a text, broken between words but not at a no-break space; all but the first begin with
/// `indent`.
fn wrap(text: &str, indent: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("a line");
        if !line.trim().is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{indent}{word}"));
        } else {
            let gap = if line.trim().is_empty() { "" } else { " " };
            line.push_str(gap);
            line.push_str(word);
        }
    }
    let plain = |line: String| line.replace('\u{a0}', " ");
    lines.into_iter().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits_whatever_their_size() {
        let said = [19.6234, -0.00123456, 123456.7, 0.0, 999.96, 3e-9].map(digits);
        assert_eq!(
            said,
            ["19.62", "-0.001235", "1.235e5", "0", "1000.0", "3.000e-9"]
        );
    }

    #[test]
    fn a_number_is_rounded_down_where_it_says_no_less() {
        let numbers = [
            -2.72439, -2.7241, 1.23456, -1.0e-9, -999.99, -0.001, 0.0, -123456.7,
        ];
        let said = numbers.map(digits_below);
        assert_eq!(
            said,
            [
                "-2.725",
                "-2.725",
                "1.234",
                "-1.000e-9",
                "-1000.0",
                "-0.001000",
                "0",
                "-1.235e5"
            ]
        );
        for (number, said) in numbers.iter().zip(&said) {
            assert!(
                said.parse::<f64>().is_ok_and(|said| said <= *number),
                "{said}"
            );
        }
    }

    #[test]
    fn lines_break_between_words_and_keep_them_all() {
        let text = "word ".repeat(50);
        let lines = wrap(text.trim(), "  ");
        assert!(
            lines.iter().all(|line| line.chars().count() <= WIDTH),
            "{lines:?}"
        );
        let words: usize = lines
            .iter()
            .map(|line| line.split_whitespace().count())
            .sum();
        assert_eq!((words, &lines[1][..6]), (50, "  word"));
    }
}
