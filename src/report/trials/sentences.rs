//! What was found, in words.

use super::cells::{largest_error, worst};
use super::group::Group;
use super::input::Trials;
use crate::record::numeral;

/// The sentences; the first one says how many kernels passed and how good ours are.
pub fn all(trials: &Trials, groups: &[Group<'_>]) -> Vec<String> {
    let mut sentences = Vec::new();
    if !groups.is_empty() {
        sentences.push(answer(groups));
        sentences.extend(refused(groups));
    }
    if !trials.faulty.is_empty() || !trials.honest.is_empty() {
        sentences.push(judge(trials));
    }
    sentences.extend(trials.measured.iter().cloned());
    sentences
}

fn answer(groups: &[Group<'_>]) -> String {
    let passed = groups.iter().filter(|g| g.verdict().passed).count();
    let ours = || groups.iter().filter(|group| group.is_ours());
    let mut text = format!(
        "{} tried: {passed} passed and {} did not.",
        counted(groups.len(), "kernel was", "kernels were"),
        groups.len() - passed,
    );
    let largest = largest(ours(), |g| g.verdict().max_ulp);
    if let Some(group) = largest {
        let verdict = group.verdict();
        text += &format!(
            " The largest error of ours is {} ulp ({} at {}).",
            largest_error(verdict),
            verdict.function,
            worst(verdict),
        );
    }
    let nearest = self::largest(ours(), |g| g.verdict().max_ratio);
    if let Some((group, ratio)) = nearest.and_then(|g| Some((g, g.verdict().max_ratio?))) {
        text += &format!(
            " In linear algebra, ours come as near to their proved bounds as {} of them ({}).",
            numeral::significant(ratio),
            group.verdict().function,
        );
    }
    text
}

/// Which kernels did not pass, library by library.
fn refused(groups: &[Group<'_>]) -> Option<String> {
    let mut libraries: Vec<(&str, Vec<String>)> = Vec::new();
    for group in groups.iter().filter(|group| !group.verdict().passed) {
        let isas = group.isas();
        let name = match isas.as_str() {
            "" => group.verdict().name.clone(),
            isas => format!("{} ({isas})", group.verdict().name),
        };
        match libraries
            .iter_mut()
            .find(|(known, _)| *known == group.library)
        {
            Some((_, names)) => names.push(name),
            None => libraries.push((group.library, vec![name])),
        }
    }
    let parts = libraries.iter().map(|(library, names)| {
        let all = groups.iter().filter(|g| g.library == *library).count();
        format!(
            "{} of the {all} of {library}: {}",
            names.len(),
            names.join(", ")
        )
    });
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| format!("Did not pass: {}.", parts.join("; ")))
}

/// How the trial judges kernels that are known to be wrong or right.
fn judge(trials: &Trials) -> String {
    let refused = trials.faulty.iter().filter(|v| !v.passed).count();
    let accepted = trials.honest.iter().filter(|v| v.passed).count();
    format!(
        "The trial itself was tried on {} with a deliberate fault, of which it refused {refused}, and on \
         {}, of which it accepted {accepted}.",
        counted(trials.faulty.len(), "kernel", "kernels"),
        counted(trials.honest.len(), "honest kernel", "honest kernels"),
    )
}

/// The group with the largest value, if any has one.
fn largest<'a, 'b: 'a>(
    groups: impl Iterator<Item = &'a Group<'b>>,
    value: impl Fn(&Group<'b>) -> Option<f64>,
) -> Option<&'a Group<'b>> {
    let valued = groups.filter_map(|group| Some((value(group)?, group)));
    let largest = valued.max_by(|a, b| a.0.total_cmp(&b.0));
    largest.map(|(_, group)| group)
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
