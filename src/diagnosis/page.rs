//! The answer as one screen of text, at most 80 columns wide.

mod around;
mod batches;
mod criteria;
mod modes;
mod numbers;
mod spectrum;
mod theorem;
mod thresholds;

use super::answer::Diagnosis;
use super::memory::bytes;
use super::reading::Reading;
use super::subject::{LoadedNetwork, Samples};
use super::text::{WIDTH, brief, counted, cut, digits, end, share, wrap};
use super::{header, split};
use around::around;
use batches::{batch_sharpness, gradient_noise};
use criteria::criteria;
use modes::{again_elsewhere, modes};
use numbers::numbers;
use spectrum::spectrum;
use theorem::theorem;
use thresholds::thresholds;

/// The names of the input files.
pub struct Names<'a> {
    /// The checkpoint.
    pub weights: &'a str,
    /// The data set.
    pub data: &'a str,
}

/// The page: what was measured, the verdict, the numbers, the criteria, and the notes.
pub fn page(
    diagnosis: &Diagnosis,
    model: &LoadedNetwork,
    samples: &Samples,
    names: &Names<'_>,
) -> String {
    let mut lines = subject(diagnosis, model, samples, names);
    lines.extend(wrap(&conditions(diagnosis), "  "));
    lines.extend(partial(diagnosis));
    let judgement = &diagnosis.main.judgement;
    let verdict = format!("{}: {}.", judgement.verdict.name(), judgement.reason);
    lines.push(String::new());
    lines.extend(wrap(&verdict, ""));
    lines.extend([String::new(), loss(diagnosis, model)]);
    lines.extend(numbers(diagnosis));
    lines.extend(spectrum(diagnosis));
    lines.extend(batch_sharpness(diagnosis));
    lines.extend(gradient_noise(diagnosis));
    lines.extend(around(diagnosis));
    if diagnosis.setting.uncovered().is_none() {
        lines.extend(criteria(&diagnosis.main));
    }
    lines.extend(theorem(diagnosis, model));
    lines.extend(thresholds(diagnosis));
    lines.extend(modes(diagnosis));
    let main = &diagnosis.main;
    if let Some((fine, comparison)) = main.in_f64.as_ref().zip(main.comparison()) {
        lines.extend(wrap(&comparison.text(fine), "  "));
    }
    lines.extend(again_elsewhere(&diagnosis.others));
    for note in diagnosis.notes(model) {
        lines.extend(wrap(&format!("* {note}"), "  "));
    }
    if let Some(proposed) = model.proposed() {
        let told = "The proposed architecture, as a file for --arch:";
        lines.extend([String::new(), told.to_owned(), String::new()]);
        lines.push(proposed.trim_end().to_owned());
    }
    lines.join("\n")
}

/// What is not there because the work had to end.
fn partial(diagnosis: &Diagnosis) -> Vec<String> {
    let left_out = &diagnosis.main.left_out;
    if left_out.is_empty() {
        return Vec::new();
    }
    let line = format!(
        "PARTIAL: the time was over, or the end was asked for; not measured: {}",
        left_out.join(", ")
    );
    [vec![String::new()], wrap(&line, "")].concat()
}

/// The network with its mode, loss and activations; the files; and how they were read.
fn subject(
    diagnosis: &Diagnosis,
    model: &LoadedNetwork,
    samples: &Samples,
    names: &Names<'_>,
) -> Vec<String> {
    let network = &model.network;
    let mode = diagnosis.main.mode;
    let mode = mode.map_or(String::new(), |mode| format!(", mode {mode}"));
    let parameters = counted(network.parameters(), "parameter");
    let mut lines = vec![cut(&format!("{}, {parameters}{mode}", network.name()))];
    lines.extend(header::lines(diagnosis, model));
    if model.proposed().is_some() {
        let told = "architecture proposed by --arch auto from the names and shapes of the tensors; it is printed \
                    below, check it";
        lines.extend(wrap(told, "  "));
    }
    let count = counted(samples.count, "sample");
    lines.push(source("weights", names.weights, &model.digest));
    lines.push(source(
        "data",
        &format!("{}, {count}", names.data),
        &samples.digest,
    ));
    for line in model.assignment.lines() {
        lines.extend(wrap(&line, "         "));
    }
    lines.extend(rounded(model, samples));
    lines
}

/// The optimiser with its learning rate, batch size and momentum, and the memory used.
fn conditions(diagnosis: &Diagnosis) -> String {
    let setting = &diagnosis.setting;
    // A no-break space keeps a number and its unit on one line.
    let size = |count| bytes(count).replace(' ', "\u{a0}");
    let momentum = match setting.uncovered() {
        Some(_) => String::new(),
        None => format!(", β\u{a0}=\u{a0}{}", brief(&setting.momentum)),
    };
    let peak = diagnosis
        .peak
        .map_or(String::new(), |peak| format!(", peak\u{a0}{}", size(peak)));
    format!(
        "{}; η = {}, B = {} {}, p = {:.4}{momentum}; memory forecast {}{peak}",
        header::optimizer(setting),
        brief(&setting.lr),
        setting.batch,
        setting.sampling,
        setting.weight().to_f64(),
        size(diagnosis.forecast.total()),
    )
}

/// The loss, the accuracy and the gradient.
fn loss(diagnosis: &Diagnosis, model: &LoadedNetwork) -> String {
    let reading = &diagnosis.main.in_f32.reading;
    let expected = diagnosis.expected.map_or("", |_| " as expected");
    format!(
        "{} {}{}{expected}, accuracy {}, |gradient| {}",
        split::loss(diagnosis.split),
        digits(reading.loss),
        penalty(model, reading),
        share(reading.accuracy),
        digits(reading.gradient)
    )
}

/// The penalty that weight decay adds to the loss.
fn penalty(model: &LoadedNetwork, reading: &Reading) -> String {
    match model.network.weight_decay() {
        0.0 => String::new(),
        _ => format!(" + penalty {}", digits(reading.penalty)),
    }
}

fn source(what: &str, name: &str, digest: &str) -> String {
    let name = end(name, WIDTH - 9 - 26);
    format!(
        "{what:<8} {name}  SHA-256 {}…",
        &digest[..digest.len().min(12)]
    )
}

/// How many numbers of the files f32 cannot represent.
fn rounded(model: &LoadedNetwork, samples: &Samples) -> Vec<String> {
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
