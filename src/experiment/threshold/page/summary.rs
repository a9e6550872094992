//! The rows of the summary: where SGD settles, how its linearisation grows, and who escapes.

use crate::record::numeral::fixed;
use crate::record::{Agreement, Comparison, Finding};

use super::findings;
use super::group::Group;

/// The three rows; none without minima.
pub fn comparisons(groups: &[Group<'_>]) -> Vec<Comparison> {
    let Some(scale) = scale(groups) else {
        return Vec::new();
    };
    let row = |subject: &str, predicted: &str, measured: String, all: &[Finding]| Comparison {
        subject: subject.to_owned(),
        predicted: predicted.to_owned(),
        measured,
        with_theory: Agreement::of_all(all),
        published: None,
        scale: scale.clone(),
    };
    let settled: Vec<Finding> = groups.iter().map(findings::settled).collect();
    let growths: Vec<Finding> = groups.iter().map(findings::growth).collect();
    let restarts: Vec<Finding> = groups.iter().filter_map(findings::restarts).collect();
    vec![
        row(
            "Where SGD settles, against the exact threshold η*",
            "η ≤ η* if the mean square decides; nothing of one run",
            settles(groups),
            &settled,
        ),
        row(
            "SGD on the linearised network at 0.9, 1 and 1.1 η*",
            "E‖x‖² shrinks, stays, grows, at the exact rate",
            agreeing(&growths, "networks and settings grow at the exact rate"),
            &growths,
        ),
        row(
            "The network itself, restarted beside its minima",
            "at most 1 run in 10 leaves below η*",
            escaped(groups),
            &restarts,
        ),
    ]
}

/// The network, the number of samples and of minima.
fn scale(groups: &[Group<'_>]) -> Option<String> {
    let minima: usize = groups.iter().map(|group| group.minima().count()).sum();
    let start = &groups.first()?.settings.start;
    (minima > 0).then(|| format!("{}, {minima} minima", start.scale_in_words()))
}

/// The range of the means of η/η*.
fn settles(groups: &[Group<'_>]) -> String {
    let means = groups
        .iter()
        .filter_map(|group| group.mean(|scaled| scaled.mean_square));
    let [low, high] = means.fold([f64::INFINITY, 0.0], |[low, high], mean| {
        [f64::min(low, mean.value), f64::max(high, mean.value)]
    });
    format!("η/η* = {} to {}", fixed(low, 3), fixed(high, 3))
}

fn agreeing(all: &[Finding], what: &str) -> String {
    let agrees = |finding: &&Finding| finding.agreement == Agreement::Agrees;
    format!(
        "{} of {} {what}",
        all.iter().filter(agrees).count(),
        all.len()
    )
}

/// How many runs escaped below η* and far above it.
fn escaped(groups: &[Group<'_>]) -> String {
    let all: Vec<_> = groups.iter().flat_map(findings::escapes).collect();
    let count = |wanted: &dyn Fn(f64) -> bool| {
        let of = all.iter().filter(|escapes| wanted(escapes.factor));
        of.fold([0, 0], |[escaped, runs], e| {
            [escaped + e.escaped, runs + e.runs]
        })
    };
    let (below, above) = (count(&|factor| factor < 1.0), count(&|factor| factor > 1.0));
    format!(
        "{} of {} runs leave below η*, {} of {} above it",
        below[0], below[1], above[0], above[1]
    )
}
