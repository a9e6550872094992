//! Which of the tests written down before the first run are passed.

use crate::experiment::group::Spread;
use crate::experiment::published;
use crate::record::numeral::{fixed, significant};
use crate::record::{Agreement, Finding};
use crate::train::Optimiser;

use super::group::{
    Runs, batch, batch_sharpness, by_optimiser, diverged, edge, has_converged, has_learned, name,
    optimiser, scaled,
};

/// Every finding, optimiser by optimiser.
pub fn all(groups: &[Runs<'_>]) -> Vec<Finding> {
    let of = |kind: &Vec<&Runs<'_>>| -> Vec<Finding> {
        let bound = kind.last().map(|group| below_the_edge(group));
        let lost = not_learned(kind);
        let mut found: Vec<Finding> = lost.into_iter().chain(bound).collect();
        found.extend(trends(kind));
        found.extend(plateaus(kind));
        found
    };
    by_optimiser(groups).iter().flat_map(of).collect()
}

/// The runs of an optimiser from the smallest batch on with which every run learned.
pub fn learned<'a, 'b, 'c>(kind: &'c [&'b Runs<'a>]) -> &'c [&'b Runs<'a>] {
    let first = kind.iter().position(|group| has_learned(group));
    first.map_or(&[], |first| &kind[first..])
}

/// Which batch sizes did not learn; `None` if all did.
fn not_learned(kind: &[&Runs<'_>]) -> Option<Finding> {
    let lost = kind.iter().filter(|group| !has_learned(group));
    let lost: Vec<String> = lost.map(|group| batch(group).to_string()).collect();
    let first = kind.first()?;
    (!lost.is_empty()).then(|| {
        finding(
            format!(
                "{}: not every run with B = {} learned; they diverged, or their loss stayed above half of that \
                 of a constant answer. The tests leave them out.",
                name(first),
                lost.join(", ")
            ),
            Agreement::Undecided,
            None,
            "",
        )
    })
}

/// The findings about the trends of one optimiser, without those about single groups.
pub fn trends(kind: &[&Runs<'_>]) -> Vec<Finding> {
    let kind = learned(kind);
    let found = [rises(kind), is_far_below(kind), reaches_the_edge(kind)];
    found.into_iter().flatten().collect()
}

/// Whether runs end below the edge of their optimiser.
pub fn below_the_edge(group: &Runs<'_>) -> Finding {
    let claim = match optimiser(group) {
        Optimiser::HeavyBall(_) => "heavy_ball_threshold",
        Optimiser::Nesterov(_) => "nesterov_threshold",
        _ => "sharpness_bound_is_necessary",
    };
    let head = format!("{}, B = {}", name(group), batch(group));
    let Some(ratio) = scaled(group) else {
        return finding(
            format!("{head}: every run diverged."),
            Agreement::Undecided,
            None,
            claim,
        );
    };
    let converged = has_converged(group);
    let agreement = if !converged {
        Agreement::Undecided
    } else if ratio.high <= 1.0 {
        Agreement::Agrees
    } else if ratio.high <= published::LARGEST_OVERSHOOT {
        Agreement::Undecided
    } else {
        Agreement::Beyond
    };
    let state = match (converged, diverged(group)) {
        (true, _) => "converged".to_owned(),
        (false, 0) => "not all converged".to_owned(),
        (false, lost) => format!("not all converged, {lost} diverged"),
    };
    finding(
        format!(
            "{head}: the sharpness ends at {} of its edge {} ({state}).",
            ratio.text(),
            significant(edge(group))
        ),
        agreement,
        converged.then_some(1.0 - ratio.high),
        claim,
    )
}

/// Whether sharpness rises with the batch size.
fn rises(kind: &[&Runs<'_>]) -> Option<Finding> {
    let [first, .., last] = kind else {
        return None;
    };
    let (small, large) = (scaled(first)?, scaled(last)?);
    let gap = large.low - small.high;
    let agreement = if gap > 0.0 {
        Agreement::Agrees
    } else if small.low > large.high {
        Agreement::Differs
    } else {
        Agreement::Undecided
    };
    Some(finding(
        format!(
            "{}, predicted: sharpness rises with the batch size. In units of the edge it goes from {} at \
             B = {} to {} at B = {}.",
            name(first),
            small.text(),
            batch(first),
            large.text(),
            batch(last)
        ),
        agreement,
        Some(gap),
        "",
    ))
}

/// Whether small batches end far below the edge.
fn is_far_below(kind: &[&Runs<'_>]) -> Option<Finding> {
    let first = kind.first()?;
    let ratio = scaled(first)?;
    Some(finding(
        format!(
            "{}, predicted: the smallest batch (B = {}) ends below half of the edge. It ends at {} of it.",
            name(first),
            batch(first),
            ratio.text()
        ),
        passed(ratio.high < 0.5),
        Some(0.5 - ratio.high),
        "",
    ))
}

/// Whether large batches end at the edge. The theory does not say when a run gets there, so a run that ends below
/// decides nothing.
fn reaches_the_edge(kind: &[&Runs<'_>]) -> Option<Finding> {
    let last = kind.last()?;
    let ratio = scaled(last)?;
    let distance = (ratio.mean - 1.0).abs();
    Some(finding(
        format!(
            "{}, predicted: the largest batch (B = {}) ends within a tenth of the edge. It ends at {} of it.",
            name(last),
            batch(last),
            ratio.text()
        ),
        if distance <= 0.1 {
            Agreement::Agrees
        } else if ratio.mean < 1.0 {
            Agreement::Undecided
        } else {
            Agreement::Beyond
        },
        Some(0.1 - distance),
        "",
    ))
}

/// Whether the batch sharpness of heavy ball has its two plateaus.
fn plateaus(kind: &[&Runs<'_>]) -> Option<Finding> {
    let [first, .., last] = learned(kind) else {
        return None;
    };
    let Optimiser::HeavyBall(method) = optimiser(first) else {
        return None;
    };
    let [low, high] = [1.0 - method.momentum, 1.0 + method.momentum];
    let (small, large) = (batch_sharpness(first)?, batch_sharpness(last)?);
    // Positive if nearer to `high` on a logarithmic scale.
    let side = |spread: Spread| (spread.mean * spread.mean / (low * high)).ln();
    let (below, above) = (side(small), side(large));
    Some(finding(
        format!(
            "Heavy ball, predicted: the batch sharpness, times η/2, is nearer to 1 − β = {} with the smallest \
             batch and nearer to 1 + β = {} with the largest. It is {} at B = {} and {} at B = {}.",
            fixed(low, 1),
            fixed(high, 1),
            small.text(),
            batch(first),
            large.text(),
            batch(last)
        ),
        passed(below < 0.0 && above > 0.0),
        Some(f64::min(-below, above)),
        "",
    ))
}

/// A test that is passed, or not.
fn passed(is_passed: bool) -> Agreement {
    if is_passed {
        Agreement::Agrees
    } else {
        Agreement::Differs
    }
}

fn finding(sentence: String, agreement: Agreement, margin: Option<f64>, claim: &str) -> Finding {
    Finding {
        sentence,
        agreement,
        margin,
        claim: claim.to_owned(),
    }
}
