//! One screen for a person: at most 80 columns.

use super::criteria::{MeasuredCriterion, Range};
use super::header;
use super::number::{Number, Status};
use super::reading::{Along, Reading};
use super::subject::{Model, Samples};
use super::text::{WIDTH, brief, cut, digits, digits_below, wrap};
use super::{Diagnosis, ModeDiagnosis, bytes};
use crate::criterion::Role;
use crate::curvature::RISK;
use crate::network::CurvatureMatrix;

/// The page; `named` are the words of the checkpoint and of the data set.
pub fn page(
    diagnosis: &Diagnosis,
    (weights, model): (&str, &Model),
    (data, samples): (&str, &Samples),
) -> String {
    let setting = &diagnosis.setting;
    let network = &model.network;
    let reading = &diagnosis.main.in_f32.reading;
    let mode = diagnosis
        .main
        .mode
        .map_or(String::new(), |mode| format!(", mode {mode}"));
    let mut lines = vec![
        cut(&format!(
            "{}, {} parameters{mode}",
            network.name(),
            network.parameters()
        )),
        source("weights", weights, &model.digest),
        source(
            "data",
            &format!("{data}, {} samples", samples.count),
            &samples.digest,
        ),
    ];
    lines.splice(1..1, header::lines(diagnosis, model));
    for line in model.filling.lines() {
        lines.extend(wrap(&line, "         "));
    }
    lines.extend(rounded(model, samples));
    // A number and its unit stay on one line.
    let size = |count| bytes(count).replace(' ', "\u{a0}");
    let conditions = format!(
        "{}; η = {}, B = {} {}, p = {:.4}{}; memory forecast {}{}",
        header::optimizer(setting),
        brief(&setting.lr),
        setting.batch,
        setting.sampling,
        setting.weight().to_f64(),
        match setting.uncovered() {
            Some(_) => String::new(),
            None => format!(", β\u{a0}=\u{a0}{}", brief(&setting.momentum)),
        },
        size(diagnosis.forecast.total()),
        diagnosis
            .peak
            .map_or(String::new(), |peak| format!(", peak\u{a0}{}", size(peak)))
    );
    lines.extend(wrap(&conditions, "  "));
    lines.extend([
        String::new(),
        format!(
            "{} {}{}{}, accuracy {}, |gradient| {}",
            diagnosis.split.loss(),
            digits(reading.loss),
            penalty(model, reading),
            if diagnosis.expected.is_some() {
                " as expected"
            } else {
                ""
            },
            share(reading.accuracy),
            digits(reading.gradient)
        ),
    ]);
    lines.extend(numbers(diagnosis));
    if setting.uncovered().is_none() {
        lines.extend(criteria(&diagnosis.main));
    }
    lines.extend(modes(diagnosis));
    let main = &diagnosis.main;
    if let Some((fine, comparison)) = main.in_f64.as_ref().zip(main.comparison()) {
        lines.extend(wrap(&comparison.text(fine), "  "));
    }
    lines.extend(again_elsewhere(&diagnosis.others));
    let judgement = &diagnosis.main.judgement;
    lines.push(String::new());
    lines.extend(wrap(
        &format!("{}: {}.", judgement.verdict.name(), judgement.reason),
        "",
    ));
    for note in diagnosis.notes(model) {
        lines.extend(wrap(&format!("* {note}"), "  "));
    }
    lines.join("\n")
}

/// What weight decay adds, beside the loss.
fn penalty(model: &Model, reading: &Reading) -> String {
    match model.network.weight_decay() {
        0.0 => String::new(),
        _ => format!(" + penalty {}", digits(reading.penalty)),
    }
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

/// What f32 does not hold of the files.
fn rounded(model: &Model, samples: &Samples) -> Vec<String> {
    let [inputs, targets] = samples.rounded;
    let counts = [
        (model.rounded, "weights"),
        (inputs, "inputs"),
        (targets, "targets"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if counts.is_empty() {
        return Vec::new();
    }
    let line = format!(
        "f32 rounds {}; the bars allow for it, and f64 takes them as they are",
        counts.join(", ")
    );
    wrap(&line, "  ")
}

/// What the bars owe to rounding, where it is a tenth of one or more, and over how many samples it was
/// measured where these are not all.
fn owed(reading: &Reading, count: usize) -> Vec<String> {
    let s = reading.non_uniformity.filter(|s| s.products > 0);
    let numbers = [
        ("a", Some(reading.sharpness)),
        ("λ_min", Some(reading.smallest)),
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
    let over = |matrix: &str, compared: usize| match 0 < compared && compared < count {
        true => format!(", with {matrix} over {compared} of {count} samples"),
        false => String::new(),
    };
    let line = format!(
        "rounding in the bars, by f64: {}{}{}",
        told.join(", "),
        over("H", known.hessian),
        over("Σ", known.covariance)
    );
    wrap(&line, "  ")
}

/// a, λ_min and s with their bounds.
fn numbers(diagnosis: &Diagnosis) -> Vec<String> {
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
    lines.extend(owed(reading, diagnosis.setting.samples));
    if let Some(along) = &reading.along {
        let s = reading.non_uniformity.as_ref();
        let told = |name: &str, along: &Along, is_asked: bool| match is_asked {
            true => format!(
                "along {name} {} ± {}",
                digits(along.mean),
                digits(along.deviation)
            ),
            false => format!("along {name} not asked ({name} may be 0)"),
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

fn criteria(finding: &ModeDiagnosis) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!(
            "{:<27}{:<11}{:>9} {:>10} {:>10} {:>9}",
            "criterion", "", "at η, B", "η/limit", "largest η", "least B"
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
        verdict,
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
fn again_elsewhere(others: &[ModeDiagnosis]) -> Vec<String> {
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

fn share(accuracy: Option<f64>) -> String {
    accuracy.map_or("none".to_owned(), |share| format!("{share:.4}"))
}
