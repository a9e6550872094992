//! The section on the thresholds of the linearised network.

use crate::threshold::{Bracket, MeanSquare};

use super::super::answer::Diagnosis;
use super::super::text::{brief, counted, digits, padded, wrap};
use super::super::thresholds::{SmallestBatch, ThresholdAnswer, ThresholdsFound};

/// The table of thresholds; nothing unless they were requested.
pub fn thresholds(diagnosis: &Diagnosis) -> Vec<String> {
    let Some(answer) = &diagnosis.main.thresholds else {
        return Vec::new();
    };
    let lines = match answer {
        ThresholdAnswer::Found(found) => table(diagnosis, found),
        ThresholdAnswer::LeftOut(reason) => {
            wrap(&format!("The thresholds are left out: {reason}."), "  ")
        }
    };
    std::iter::once(String::new()).chain(lines).collect()
}

fn table(diagnosis: &Diagnosis, found: &ThresholdsFound) -> Vec<String> {
    let (all, setting) = (&found.thresholds, &diagnosis.setting);
    let gram = all.gram;
    let title = format!(
        "Largest stable η of the linearised network, exact for its Gauss–Newton matrices: Gram matrix of \
         {} rows ({}), rank {}, dropped {:.0e} of its trace",
        gram.size,
        counted(found.samples, "sample"),
        gram.rank,
        gram.dropped.abs(),
    );
    let mut lines = wrap(&title, "  ");
    let momentum = brief(&setting.momentum);
    lines.push(row(
        &if setting.is_plain() {
            "gradient descent, 2/λ_max(G)".to_owned()
        } else {
            format!("full batch with β = {momentum}")
        },
        &ends(all.gradient_descent),
    ));
    lines.push(row("one step of SGD, η₁ (Theorem 1)", &ends(all.one_step)));
    let paper = all.non_uniformity.map_or("no bound".to_owned(), ends);
    lines.push(row("the paper's 1/(s√p)", &paper));
    lines.push(row(
        "SGD in mean square, η*",
        &mean_square(&all.mean_square),
    ));
    if let Some(heavy_ball) = &all.heavy_ball {
        lines.push(row(
            &format!("heavy ball in mean square, β = {momentum}"),
            &mean_square(heavy_ball),
        ));
    }
    lines.extend(curve(found, &brief(&setting.lr)));
    for note in found.lower_left_out().iter().chain(&found.notes) {
        lines.extend(wrap(&format!("* {note}"), "    "));
    }
    if let Some(reason) = found.decides_nothing() {
        lines.extend(wrap(&format!("They decide no verdict: {reason}."), "  "));
    }
    if let Some(answer) = &found.certificate {
        lines.extend(wrap(&answer.sentence(), "  "));
    }
    lines
}

fn row(name: &str, value: &str) -> String {
    format!("  {} {value}", padded(name, 38))
}

/// Seven digits where both ends agree to as many.
fn ends(bracket: Bracket) -> String {
    let upper = bracket.upper;
    match bracket.lower {
        Some(lower) if upper - lower < 1e-6 * upper => format!("{upper:.6}"),
        Some(lower) => format!("{lower:.6} to {upper:.6}"),
        None => format!("at most {upper:.6}; no lower end found"),
    }
}

fn mean_square(found: &MeanSquare) -> String {
    format!(
        "{} ({} products, residual {:.0e})",
        ends(found.bracket),
        found.products,
        found.residual
    )
}

/// η* against the batch size, and the smallest stable batch.
fn curve(found: &ThresholdsFound, lr: &str) -> Vec<String> {
    let told = |(batch, point): &(usize, crate::threshold::Curve)| {
        format!("{batch}:\u{a0}{}", digits(point.learning_rate))
    };
    let points: Vec<String> = found.curve.iter().map(told).collect();
    let mut lines = Vec::new();
    if !points.is_empty() {
        lines.extend(wrap(
            &format!("η* by batch size — {}", points.join(", ")),
            "    ",
        ));
    }
    match found.smallest_batch {
        SmallestBatch::Unknown => {}
        SmallestBatch::None => lines.push(format!(
            "  at η = {lr} no batch is stable, not even all samples"
        )),
        SmallestBatch::Some(batch) => {
            lines.push(format!(
                "  at η = {lr} the smallest stable batch is {batch}"
            ));
        }
    }
    lines
}
