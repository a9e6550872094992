//! The answer of `decide` as text.

use sgd_stability::criterion::{CRITERIA, MEAN_SQUARE};
use sgd_stability::decide::{Critical, Decision, Link, Values};

/// The most characters of a rational that is printed in full.
const SHORT: usize = 40;

/// The whole page.
pub fn text(decision: &Decision, chain: &[Link], values: &Values, digits: u32) -> String {
    let mut text = format!(
        "{} samples in dimension {}, η = {}, B = {} {}\n\n{:<18}{:<18}{:<10}largest stable η\n",
        decision.samples,
        decision.dimension,
        decision.lr,
        decision.batch,
        decision.sampling.name(),
        "criterion",
        "",
        "at η",
    );
    for (criterion, holds) in decision.verdicts.iter() {
        let verdict = match holds {
            Some(true) => "holds",
            Some(false) => "fails",
            None => "undecided",
        };
        let (name, formula) = (criterion.title, criterion.known_as);
        let critical = critical_text(&decision.critical_lr[criterion], digits);
        text += &format!("{name:<18}{formula:<18}{verdict:<10}{critical}\n");
    }
    text += &chain_text(decision, chain, digits);
    for (name, value) in values.named() {
        text += &format!("{name:<36}[{}, {}]\n", value.lower, value.upper);
    }
    for criterion in CRITERIA {
        if let Some(reason) = decision.undecided.get(criterion.name) {
            text += &format!("{} is undecided: {reason}\n", criterion.title);
        }
    }
    text + match decision.verdicts[MEAN_SQUARE] {
        Some(true) => "\nSGD is stable in mean square.",
        Some(false) => "\nSGD is unstable in mean square.",
        None => "\nWhether SGD is stable in mean square is undecided.",
    }
}

/// The smallest member of the chain, and the order of all members that the brackets prove.
fn chain_text(decision: &Decision, chain: &[Link], digits: u32) -> String {
    let smallest = critical_text(&decision.critical_lr.single_sample, digits);
    let mut text = format!(
        "{:<46}{smallest}\n",
        "2/max λ_max(H_i), no sample's step lengthens"
    );
    let symbol = |name: &str| {
        let named = CRITERIA.into_iter().find(|c| c.name == name);
        named.map_or("2/max λ_max(H_i)", |criterion| criterion.end)
    };
    for (place, link) in chain.iter().enumerate() {
        if place == 0 {
            text += symbol(link.first);
        }
        let relation = if link.apart { "<" } else { "≤" };
        text += &format!(" {relation} {}", symbol(link.second));
    }
    if !chain.is_empty() {
        text += ", asserted over these brackets\n";
    }
    text
}

/// A critical learning rate: the rational itself if it is known and short, else two decimals that enclose
/// it. The lower one is rounded down from a learning rate that was decided stable, the upper one up from
/// a learning rate that was decided unstable, so that the printed enclosure is as certain as the
/// decisions.
fn critical_text(critical: &Critical, digits: u32) -> String {
    let digits = digits as usize;
    match critical {
        Critical::Exact(end) if end.lower.to_string().len() <= SHORT => {
            format!("{} exactly", end.lower)
        }
        Critical::Exact(end) | Critical::Bracket(end) => {
            let (lower, upper) = (&end.lower, &end.upper);
            let (lower, upper) = (lower.decimal_below(digits), upper.decimal_above(digits));
            format!("in [{lower}, {upper}]")
        }
        Critical::Unbounded(reason) => format!("no bound: {}", reason.reason()),
        Critical::NotFound(known) => {
            let lower = known
                .lower
                .as_ref()
                .map(|lower| lower.decimal_below(digits));
            let upper = known
                .upper
                .as_ref()
                .map(|upper| upper.decimal_above(digits));
            let known_ends = match (lower, upper) {
                (Some(lower), Some(upper)) => format!("in [{lower}, {upper}], "),
                (Some(lower), None) => format!("at least {lower}, "),
                (None, Some(upper)) => format!("at most {upper}, "),
                (None, None) => String::new(),
            };
            format!("{known_ends}not enclosed further: {}", known.reason)
        }
    }
}
