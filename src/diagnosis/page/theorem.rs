//! The section on Theorem 1, measured on the full matrix.

use crate::curvature::RISK;
use crate::number::Verdict;

use super::super::answer::Diagnosis;
use super::super::number::{Number, Status};
use super::super::one_step::{Growth, OneStep, OneStepAnswer};
use super::super::subject::LoadedNetwork;
use super::super::text::{digits, digits_below, wrap};

/// What M is, its eigenvalues, the growth in one step, and what follows; nothing unless it was requested.
pub fn theorem(diagnosis: &Diagnosis, model: &LoadedNetwork) -> Vec<String> {
    let Some(answer) = &diagnosis.main.one_step else {
        return Vec::new();
    };
    let found = match answer {
        OneStepAnswer::Measured(found) => found,
        OneStepAnswer::LeftOut(reason) => {
            let line = format!("Theorem 1 is left out: {reason}.");
            return [vec![String::new()], wrap(&line, "  ")].concat();
        }
    };
    let floor = found
        .floor
        .map_or("no lower bound: too few products".to_owned(), |floor| {
            format!(
                "at least {} except with probability {RISK:.0e}",
                digits_below(floor)
            )
        });
    let lines = [
        "Theorem 1, measured: one step of SGD multiplies E|w − w*|² by at most".to_owned(),
        "\u{a0}\u{a0}λ_max(E[(I − ηH_B)²]) = 1 − ηλ_min(M), where M = 2H − η(H² + pΣ)".to_owned(),
        format!("\u{a0}\u{a0}λ_min(M) = {}; {floor}", told(&found.smallest)),
        format!("\u{a0}\u{a0}λ_max(M) = {}", told(&found.largest)),
        format!("\u{a0}\u{a0}growth in one step: {}", growth(found.growth)),
        meaning(found, is_free(model, diagnosis)),
    ];
    let lines = lines.iter().flat_map(|line| wrap(line, "  "));
    std::iter::once(String::new()).chain(lines).collect()
}

fn told(number: &Number) -> String {
    let status = match number.status {
        Status::NotConverged => ", not converged",
        Status::Converged | Status::ConvergedToRounding => "",
    };
    let [value, bar] = [number.value, number.bar()].map(digits);
    format!("{value} ± {bar} ({} products{status})", number.products)
}

/// The growth with six decimals, rounded outwards.
fn growth(growth: Growth) -> String {
    const MILLION: f64 = 1e6;
    let lower = (growth.lower * MILLION).floor() / MILLION;
    match growth.upper {
        Some(upper) => format!(
            "from {lower:.6} to {:.6}",
            (upper * MILLION).ceil() / MILLION
        ),
        None => format!("at least {lower:.6}; an upper bound needs more --products"),
    }
}

/// Whether there are more parameters than numbers that the samples determine, so that `Mv = 0` for some v.
fn is_free(model: &LoadedNetwork, diagnosis: &Diagnosis) -> bool {
    let network = &model.network;
    let determined = diagnosis.setting.samples * network.outputs();
    network.weight_decay() == 0.0 && network.parameters() > determined
}

/// What the verdict says, and what it does not.
fn meaning(found: &OneStep, is_free: bool) -> String {
    match found.verdict {
        Verdict::Holds => "holds: from no start does the mean distance grow, which is enough for \
                           stability."
            .to_owned(),
        Verdict::Fails if found.is_no_minimum() => format!(
            "fails, which does not show instability: Theorem 1 is only sufficient. Along the vector of \
             λ_min(M) the loss itself curves down, vᵀHv = {}: it is the point, no exact minimum, that fails \
             there, and not the noise of the batches.",
            digits(found.along.hessian)
        ),
        Verdict::Fails => {
            "fails, which does not show instability: Theorem 1 is only sufficient. The mean \
                           distance grows in one step from some starts, and may shrink again later."
                .to_owned()
        }
        Verdict::Undecided => format!(
            "undecided: the growth is 1 to within the bar. {}",
            hope(is_free)
        ),
    }
}

/// What could decide, if anything.
fn hope(is_free: bool) -> &'static str {
    if is_free {
        "At a minimum with more parameters than the samples determine, Mv is 0 where no sample has \
         curvature: λ_min(M) is at most 0, and more --products bring the upper end nearer to 1, not below it."
    } else {
        "More --products bring the ends nearer to each other."
    }
}
