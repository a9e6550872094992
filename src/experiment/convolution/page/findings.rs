//! The findings: a against 2/η, s against its bound, and both along one direction.

use crate::criterion::{gradient_descent, non_uniformity, one_step};
use crate::experiment::group::{Bound, Group, Spread, largest_scaled};
use crate::experiment::published;
use crate::record::numeral::significant;
use crate::record::{Agreement, Comparison, Finding, Published};

use super::rows::dead;

/// The finding about a ≤ 2/η.
pub fn sharpness(group: &Group<'_>) -> Finding {
    let claim = "sharpness_bound_is_necessary";
    let Some((sharpness, _)) = group.scaled() else {
        return group.nothing_to_say(claim);
    };
    let verdict = group.verdict(|curvature, eta, _| gradient_descent::slack(curvature, eta));
    let sentence = format!(
        "η = {}, B = {}: aη/2 = {} ({}{}): a ≤ 2/η {verdict}; test accuracy {} %.",
        group.learning_rate_text(),
        group.batch(),
        sharpness.text(),
        group.endings(),
        of_the_dead(group),
        group.test_accuracy(),
    );
    let bound = Bound {
        claim,
        beyond: Agreement::Beyond,
        verdict,
        largest: sharpness.high,
    };
    group.finding(bound, sentence)
}

/// What is said of runs that have died; empty if none has.
fn of_the_dead(group: &Group<'_>) -> String {
    match dead(group) {
        0 => String::new(),
        count => format!("; {count} died: their outputs do not depend on the image"),
    }
}

/// The findings about a ≤ 2/η and about s ≤ 1/(η√p).
pub fn both(group: &Group<'_>) -> [Finding; 2] {
    let claim = "non_uniformity_bound_is_necessary";
    let (Some((_, noise)), Some(ratio)) = (group.scaled(), group.one_direction()) else {
        return [sharpness(group), group.nothing_to_say(claim)];
    };
    let verdict = group.verdict(non_uniformity::slack);
    let direction = group.verdict(one_step::slack);
    let sentence = format!(
        "η = {}, B = {}: sη√p = {}: the paper's bound on s {verdict}; read along one direction, q = {}: q ≤ 1 \
         {direction}.",
        group.learning_rate_text(),
        group.batch(),
        noise.text(),
        ratio.text(),
    );
    let bound = Bound {
        claim,
        beyond: Agreement::Beyond,
        verdict,
        largest: noise.high,
    };
    [sharpness(group), group.finding(bound, sentence)]
}

/// The rows of the summary: gradient descent, and SGD. `unlike` says in what the runs differ from the authors'.
pub fn comparisons(
    [descent, stochastic]: [&[Group<'_>]; 2],
    scale: &str,
    unlike: &str,
) -> Vec<Comparison> {
    let rows = [
        of_descent(descent, unlike),
        of_stochastic(stochastic, unlike),
    ];
    let scaled = |row: Comparison| Comparison {
        scale: scale.to_owned(),
        ..row
    };
    rows.into_iter().flatten().map(scaled).collect()
}

/// The smallest and the largest of some numbers; `None` if there are none.
fn ends(values: impl Iterator<Item = f64>) -> Option<[f64; 2]> {
    let spread = Spread::of(&values.collect::<Vec<f64>>())?;
    Some([spread.low, spread.high])
}

fn of_descent(groups: &[Group<'_>], unlike: &str) -> Option<Comparison> {
    let spreads = || groups.iter().filter_map(|group| Some(group.scaled()?.0));
    let [low, high] = ends(spreads().flat_map(|spread| [spread.low, spread.high]))?;
    let rows = published::CONVOLUTION_DESCENT.iter();
    let theirs = ends(rows.flat_map(|row| row.range.map(|a| a * row.learning_rate / 2.0)))?;
    let text = |[low, high]: [f64; 2]| format!("{} to {}", significant(low), significant(high));
    let all: Vec<Finding> = groups.iter().map(sharpness).collect();
    Some(Comparison {
        subject: format!(
            "Table 1, convolutions: gradient descent, {} learning rates",
            groups.len()
        ),
        predicted: "aη/2 ≤ 1".to_owned(),
        measured: format!("aη/2 = {}", text([low, high])),
        with_theory: Agreement::of_all(&all),
        published: Some(Published::compared(
            format!("aη/2 = {}", text(theirs)),
            [low, high],
            theirs,
            unlike,
        )),
        scale: String::new(),
    })
}

fn of_stochastic(groups: &[Group<'_>], unlike: &str) -> Option<Comparison> {
    let ratios = || groups.iter().filter_map(Group::one_direction);
    let [low, high] = ends(ratios().flat_map(|spread| [spread.low, spread.high]))?;
    let [largest_a, largest_s] = largest_scaled(groups).map(significant);
    let rows = published::CONVOLUTION_STOCHASTIC.iter();
    // q = x + y²/(4x) with x = aη/2 and y = sη√p.
    let theirs = ends(rows.map(|row| {
        let (x, y) = row.scaled();
        x + y * y / (4.0 * x)
    }))?;
    let all: Vec<Finding> = groups.iter().flat_map(both).collect();
    Some(Comparison {
        subject: format!("Convolutions: SGD, {} pairs of η and B", groups.len()),
        predicted: "aη/2 ≤ 1; sη√p ≤ 1 and q ≤ 1 in one dimension".to_owned(),
        measured: format!(
            "largest aη/2 = {largest_a}, largest sη√p = {largest_s}, q = {} to {}",
            significant(low),
            significant(high)
        ),
        with_theory: Agreement::of_all(&all),
        published: Some(Published::compared(
            format!(
                "q = {} to {}",
                significant(theirs[0]),
                significant(theirs[1])
            ),
            [low, high],
            theirs,
            unlike,
        )),
        scale: String::new(),
    })
}
