//! The findings: where SGD settles, how the linearised dynamics grows, and who escapes.

use crate::experiment::statistics::{agreement, farther, margin};
use crate::record::numeral::{fixed, significant};
use crate::record::{Agreement, Finding};

use super::super::cell::{Growth, Minimum};
use super::group::{Group, two_digits, with_error};

/// The share of runs that may take the loss to ten times its start below η*: a quantity whose expectation never
/// grows exceeds ten times its start with a probability of at most 1/10.
const TENTH: f64 = 0.1;

/// How far η* has to be above η₁ to count, a hundred thousand times the error of either.
const APART: f64 = 0.01;

/// How the thresholds are ordered at all minima; `None` if there are none.
pub fn order(groups: &[Group<'_>]) -> Option<Finding> {
    let minima: Vec<&Minimum> = groups.iter().flat_map(Group::minima).collect();
    let gap = |minimum: &&Minimum| {
        let rates = &minimum.rates;
        let below = rates.mean_square / rates.one_step;
        below.min(rates.gradient_descent / rates.mean_square) - 1.0
    };
    let least = minima.iter().map(gap).reduce(f64::min)?;
    // The thresholds are good to about ten digits.
    let agreement = if least > -1e-9 {
        Agreement::Agrees
    } else {
        Agreement::Differs
    };
    let to_bound = minima.iter().filter_map(|minimum| {
        let rates = &minimum.rates;
        let bound = rates.non_uniformity?.min(rates.gradient_descent);
        Some(rates.mean_square / bound)
    });
    let to_bound: Vec<f64> = to_bound.collect();
    let beyond = to_bound.iter().filter(|ratio| **ratio > 1.0).count();
    let [low, high] = ends(to_bound.iter().copied());
    let [near, far] = ends(
        minima
            .iter()
            .map(|m| m.rates.mean_square / m.rates.one_step),
    );
    Some(Finding {
        sentence: format!(
            "At {} minima, η* is {} to {} times the smaller of 2/a and 1/(s√p), and above it at {beyond}; it is \
             {} to {} times η₁.",
            minima.len(),
            fixed(low, 3),
            fixed(high, 3),
            fixed(near, 3),
            fixed(far, 3),
        ),
        agreement,
        margin: Some(least),
        claim: "sandwich".to_owned(),
    })
}

/// Whether Theorem 1 is necessary: at learning rates between η₁ and η* its condition fails, and the linearised
/// network is stable. `None` if there are no minima.
pub fn theorem_one(groups: &[Group<'_>]) -> Option<Finding> {
    let minima = groups.iter().flat_map(Group::minima);
    let gaps: Vec<f64> = minima
        .map(|m| m.rates.mean_square / m.rates.one_step - 1.0)
        .collect();
    let widest = gaps.iter().copied().reduce(f64::max)?;
    let apart = gaps.iter().filter(|gap| **gap > APART).count();
    Some(Finding {
        sentence: format!(
            "Theorem 1 is not necessary on trained networks either: at {apart} of {} minima η* is more than 1 % \
             above η₁, at one {} %. Between the two the condition of the theorem fails, and the network, \
             linearised by its own Gauss–Newton matrices G_i, is stable in mean square.",
            gaps.len(),
            fixed(100.0 * widest, 1),
        ),
        agreement: if apart > 0 {
            Agreement::Agrees
        } else {
            Agreement::Undecided
        },
        margin: Some(widest),
        claim: "theorem_one_is_necessary".to_owned(),
    })
}

/// The smallest and the largest of some numbers.
fn ends(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| {
        [low.min(x), high.max(x)]
    })
}

/// Where a group settles. It is not about a claim, because one trajectory does not measure the mean square.
pub fn settled(group: &Group<'_>) -> Finding {
    let largest = group
        .minima()
        .map(|m| group.scaled(m).mean_square)
        .fold(0.0, f64::max);
    let agreement = match (group.is_at_minima(), largest <= 1.0) {
        (false, _) => Agreement::Undecided,
        (true, true) => Agreement::Agrees,
        (true, false) => Agreement::Beyond,
    };
    Finding {
        sentence: format!(
            "{}: SGD settles where η/η* = {}, at most {}; η/η₁ = {}, aη/2 = {}, sη√p = {}, q = {}.",
            group.name(),
            with_error(group.mean(|scaled| scaled.mean_square)),
            significant(largest),
            with_error(group.mean(|scaled| scaled.one_step)),
            with_error(group.mean(|scaled| scaled.sharpness)),
            with_error(group.mean(|scaled| scaled.noise)),
            with_error(group.mean(|scaled| scaled.direction)),
        ),
        agreement,
        margin: None,
        claim: String::new(),
    }
}

/// The growth at one factor: means over the minima of a group.
pub struct MeanGrowth {
    /// The factor of η*.
    pub factor: f64,
    /// The exact growth a step.
    pub exact: f64,
    /// The simulated growth a step.
    pub simulated: f64,
    /// Its standard error, of the walks alone.
    pub error: f64,
    /// Whether the tail is sampled at every minimum.
    pub is_sampled: bool,
}

/// The growths of a group, one for each factor; none without minima.
pub fn mean_growths(group: &Group<'_>) -> Vec<MeanGrowth> {
    let walk = &group.settings.walk;
    let mean = |(index, factor): (usize, &f64)| {
        let growths: Vec<&Growth> = group.minima().map(|m| &m.growths[index]).collect();
        let count = growths.len() as f64;
        let sum = |of: &dyn Fn(&Growth) -> f64| growths.iter().map(|g| of(g)).sum::<f64>();
        (!growths.is_empty()).then(|| MeanGrowth {
            factor: *factor,
            exact: sum(&|g| g.a_step(walk.steps)[0]) / count,
            simulated: sum(&|g| g.a_step(walk.steps)[1]) / count,
            error: sum(&|g| g.error(walk.steps).powi(2)).sqrt() / count,
            is_sampled: growths.iter().all(|growth| growth.is_sampled()),
        })
    };
    walk.factors.iter().enumerate().filter_map(mean).collect()
}

/// How the linearised dynamics of a group grows, against the recursion of second moments.
pub fn growth(group: &Group<'_>) -> Finding {
    let growths = mean_growths(group);
    let text = |g: &MeanGrowth| {
        format!(
            "{} ± {} at {} η* (exact {})",
            fixed(g.simulated, 4),
            two_digits(g.error),
            significant(g.factor),
            fixed(g.exact, 4)
        )
    };
    let texts: Vec<String> = growths.iter().map(text).collect();
    let sampled = growths.iter().filter(|growth| growth.is_sampled);
    let deviations = sampled.map(|g| (g.simulated - g.exact) / g.error);
    let largest = deviations.reduce(farther);
    Finding {
        sentence: format!(
            "{}: the growth ln E‖x‖² of the linearised SGD a step is {}.",
            group.name(),
            texts.join(", ")
        ),
        agreement: largest.map_or(Agreement::Undecided, agreement),
        margin: largest.and_then(margin),
        claim: "mean_square_threshold".to_owned(),
    }
}

/// The runs beside the minima of a group at one factor of η*.
pub struct Escapes {
    /// The factor of η*.
    pub factor: f64,
    /// The runs that escaped.
    pub escaped: usize,
    /// All runs.
    pub runs: usize,
    /// The minima at which this learning rate is above 2/a, and those at which it is above 1/(s√p).
    pub above: [usize; 2],
    /// The minima.
    pub minima: usize,
}

impl Escapes {
    /// The share of the runs that escaped.
    fn share(&self) -> f64 {
        self.escaped as f64 / self.runs as f64
    }

    /// Two standard errors of a share that is a tenth.
    fn slack(&self) -> f64 {
        2.0 * (TENTH * (1.0 - TENTH) / self.runs as f64).sqrt()
    }
}

/// The runs beside the minima of a group, for each factor; none without minima.
pub fn escapes(group: &Group<'_>) -> Vec<Escapes> {
    let of = |(index, factor): (usize, &f64)| {
        let count = |of: &dyn Fn(&Minimum) -> usize| group.minima().map(of).sum::<usize>();
        let is_above = |m: &Minimum, bound: Option<f64>| {
            usize::from(bound.is_some_and(|bound| factor * m.rates.mean_square > bound))
        };
        Escapes {
            factor: *factor,
            escaped: count(&|m| m.restarts[index].escapes.iter().flatten().count()),
            runs: count(&|m| m.restarts[index].escapes.len()),
            above: [
                count(&|m| is_above(m, Some(m.rates.gradient_descent))),
                count(&|m| is_above(m, m.rates.non_uniformity)),
            ],
            minima: count(&|_| 1),
        }
    };
    let factors = group.settings.restart.factors.iter().enumerate();
    factors.map(of).filter(|all| all.runs > 0).collect()
}

/// What the runs beside the minima of a group do.
pub fn restarts(group: &Group<'_>) -> Option<Finding> {
    let all = escapes(group);
    let text = |e: &Escapes| {
        format!(
            "{} of {} at {} η*",
            e.escaped,
            e.runs,
            significant(e.factor)
        )
    };
    let texts: Vec<String> = all.iter().map(text).collect();
    let below = all.iter().filter(|escapes| escapes.factor < 1.0);
    let room = below
        .map(|e| TENTH + e.slack() - e.share())
        .reduce(f64::min)?;
    let mut lost = all.iter().filter(|e| e.above[0] == e.minima);
    let all_lost = lost.all(|e| e.escaped == e.runs);
    let agreement = match (group.is_at_minima(), room >= 0.0 && all_lost) {
        (false, _) => Agreement::Undecided,
        (true, true) => Agreement::Agrees,
        // The theory is about the linearised network.
        (true, false) => Agreement::Beyond,
    };
    Some(Finding {
        sentence: format!(
            "{}: of the network's own runs beside its minima escape {}.",
            group.name(),
            texts.join(", ")
        ),
        agreement,
        margin: Some(room),
        claim: String::new(),
    })
}
