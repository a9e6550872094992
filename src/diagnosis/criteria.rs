//! The stability criteria, evaluated in interval arithmetic at measured numbers. Their verdicts are
//! three-valued.

mod known;
mod rule;

use num_traits::Zero;

use crate::criterion::{
    GRADIENT_DESCENT, NON_UNIFORMITY, Role, direction, heavy_ball, nesterov, one_dimension,
};
use crate::model::Curvature;
use crate::number::{Field, Real, Verdict};

use super::reading::Reading;
use super::setting::Setting;
pub(super) use known::{Enclosure, Known};
use rule::{At, Rule};
pub use rule::{MeasuredCriterion, Range};

/// The JSON name of the bound along the eigenvector of `a`.
const DIRECTION_OF_SHARPNESS: &str = "direction_of_sharpness";
/// The JSON name of the bound along the eigenvector of `s`.
pub(super) const DIRECTION_OF_NOISE: &str = "direction_of_noise";
/// The JSON name of the criterion that takes `a` and `s` to lie in one direction.
pub(super) const ONE_DIRECTION: &str = "one_direction";

/// Every criterion that applies to a reading, necessary ones first. There are none if the samples are
/// coupled and the batch is smaller than the whole set, and none if the criteria do not describe the
/// optimiser.
pub fn all(reading: &Reading, setting: &Setting) -> Vec<MeasuredCriterion> {
    let is_coupled = reading.is_coupled && !setting.is_full_batch();
    if is_coupled || setting.uncovered().is_some() {
        return Vec::new();
    }
    let known = Known::new(reading);
    let here = At::new(setting, setting.batch);
    let rules = rules(&known, setting, &here).into_iter();
    rules.map(|rule| rule.ask(setting, &here)).collect()
}

fn rules<'a>(known: &'a Known, setting: &Setting, here: &At) -> Vec<Rule<'a>> {
    if setting.is_nesterov() {
        // No criterion in this crate describes gradient noise under Nesterov momentum.
        return vec![nesterov_descent(known, here)];
    }
    let mut rules = vec![gradient_descent(known, here)];
    let Some(squared_s) = &known.squared_s else {
        return rules;
    };
    if setting.is_plain() {
        rules.extend(directions(known, here));
    }
    rules.push(non_uniformity(squared_s, here));
    rules.push(one_direction(&known.a, squared_s, here));
    if setting.is_plain() {
        rules.push(two_numbers(known, squared_s, here));
    }
    rules
}

fn gradient_descent<'a>(known: &'a Known, here: &At) -> Rule<'a> {
    let slack = |at: &At| {
        let along = Curvature::along_one_direction(known.a.clone(), Enclosure::zero());
        heavy_ball::descent_slack(&along, &at.lr, &at.momentum)
    };
    Rule {
        name: GRADIENT_DESCENT.name,
        formula: heavy_ball::DESCENT_FORMULA,
        role: GRADIENT_DESCENT.role,
        slack: Box::new(slack),
        // The bound on `a` at a given η and the bound on η at a given `a` are the same formula.
        critical: is_positive(&known.a)
            .then(|| heavy_ball::largest_sharpness(&known.a, &here.momentum)),
        not_asked: None,
    }
}

/// The criterion of gradient descent with Nesterov momentum. The mean of the iterates follows the
/// recursion of gradient descent, so that the criterion is necessary for mini-batches too.
fn nesterov_descent<'a>(known: &'a Known, here: &At) -> Rule<'a> {
    let slack = |at: &At| {
        let along = Curvature::along_one_direction(known.a.clone(), Enclosure::zero());
        nesterov::descent_slack(&along, &at.lr, &at.momentum)
    };
    Rule {
        formula: nesterov::DESCENT_FORMULA,
        slack: Box::new(slack),
        critical: is_positive(&known.a)
            .then(|| nesterov::largest_sharpness(&known.a, &here.momentum)),
        ..gradient_descent(known, here)
    }
}

/// The criteria along the eigenvectors of `a` and of `s`.
fn directions<'a>(known: &'a Known, here: &At) -> Vec<Rule<'a>> {
    let Some(along) = &known.along else {
        return Vec::new();
    };
    let unless = |is_asked: bool, why| (!is_asked).then_some(why);
    vec![
        Rule {
            not_asked: unless(
                known.is_asked.sharpness,
                "a may be 0: then any vector is its vector",
            ),
            ..along_vector(DIRECTION_OF_SHARPNESS, &along.sharpness, here)
        },
        Rule {
            not_asked: unless(
                known.is_asked.noise,
                "s may be 0: then any vector is its vector",
            ),
            ..along_vector(DIRECTION_OF_NOISE, &along.noise, here)
        },
    ]
}

fn along_vector<'a>(name: &'static str, along: &'a Curvature<Enclosure>, here: &At) -> Rule<'a> {
    let (m, variance) = (&along.hessian, &along.variance);
    Rule {
        name,
        formula: direction::FORMULA,
        role: Role::Necessary,
        slack: Box::new(move |at| {
            one_dimension::slack(m.clone(), variance.clone(), &at.lr, &at.weight)
        }),
        critical: is_positive(m)
            .then(|| one_dimension::critical(m.clone(), variance.clone(), &here.weight)),
        not_asked: None,
    }
}

fn non_uniformity<'a>(squared_s: &'a Enclosure, here: &At) -> Rule<'a> {
    let slack =
        |at: &At| heavy_ball::non_uniformity_slack(squared_s, &at.lr, &at.weight, &at.momentum);
    // As above: the bound on `s` at a given η and the bound on η at a given `s` are the same formula.
    let s = squared_s.sqrt();
    let bounds = is_positive(&s) && is_positive(&here.weight);
    Rule {
        name: NON_UNIFORMITY.name,
        formula: heavy_ball::NON_UNIFORMITY_FORMULA,
        role: NON_UNIFORMITY.role,
        slack: Box::new(slack),
        critical: bounds
            .then(|| heavy_ball::largest_non_uniformity(&s, &here.weight, &here.momentum)),
        not_asked: None,
    }
}

fn one_direction<'a>(a: &'a Enclosure, squared_s: &'a Enclosure, here: &At) -> Rule<'a> {
    let slack = |at: &At| heavy_ball::slack(a, squared_s, &at.lr, &at.weight, &at.momentum);
    Rule {
        name: ONE_DIRECTION,
        formula: heavy_ball::FORMULA,
        role: Role::Indicative,
        slack: Box::new(slack),
        critical: is_positive(a)
            .then(|| heavy_ball::critical(a, squared_s, &here.weight, &here.momentum)),
        not_asked: None,
    }
}

/// Theorem 1 from numbers alone. `2λ − η(λ² + ps²)` is concave in λ, so it is non-negative on
/// `[λ_min, a]` if it is non-negative at both ends; `Σ ⪯ s²I` does the rest.
fn two_numbers<'a>(known: &'a Known, squared_s: &'a Enclosure, here: &At) -> Rule<'a> {
    let (smallest, a) = (&known.smallest, &known.a);
    let at_end = |end: &Enclosure, at: &At| {
        one_dimension::slack(end.clone(), squared_s.clone(), &at.lr, &at.weight)
    };
    let slack = move |at: &At| least(at_end(smallest, at), at_end(a, at));
    let critical =
        |end: &Enclosure| one_dimension::critical(end.clone(), squared_s.clone(), &here.weight);
    Rule {
        name: "theorem_1_from_two_numbers",
        formula: "η(λ² + ps²) ≤ 2λ, λ = λ_min, a",
        role: Role::Sufficient,
        slack: Box::new(slack),
        critical: is_positive(smallest).then(|| least(critical(smallest), critical(a))),
        not_asked: None,
    }
}

fn is_positive(number: &Enclosure) -> bool {
    Verdict::positive(number.sign()).holds()
}

/// An enclosure of the smaller of two numbers.
fn least(x: Enclosure, y: Enclosure) -> Enclosure {
    match (x.lower(), y.lower(), x.upper(), y.upper()) {
        (Some(a), Some(b), Some(c), Some(d)) => Enclosure::between(&a.min(b), &c.min(d)),
        _ => Enclosure::whole(),
    }
}

#[cfg(test)]
mod tests;
