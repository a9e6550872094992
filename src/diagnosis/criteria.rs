//! The criteria at measured numbers, over intervals: three-valued.

mod known;

use num_traits::Zero;
use serde::Serialize;

use crate::criterion::{heavy_ball, nesterov, one_dimension};
use crate::model::Curvature;
use crate::number::{Field, Real, Verdict};

use super::reading::Reading;
use super::setting::Setting;
pub(super) use known::{Enclosure, Known};

/// What a criterion says of the stability of SGD at a minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Where it fails, SGD is unstable in the mean square.
    Necessary,
    /// Where it holds, SGD is stable in the mean square.
    Sufficient,
    /// Exact in one dimension; neither in general.
    Indicative,
}

/// From `low` to `high`; an end that is missing is infinite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range<T> {
    /// The lower end.
    pub low: Option<T>,
    /// The upper end.
    pub high: Option<T>,
}

/// One criterion at a measured point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Criterion {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its formula, in the symbols of the page.
    pub formula: &'static str,
    /// What it says.
    pub role: Role,
    /// Does it hold? Undecided where the interval of the numbers touches the edge; `None` where it is
    /// not asked.
    pub verdict: Option<Verdict>,
    /// Why it is not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_asked: Option<&'static str>,
    /// η over its largest stable value: below 1 is stable. `None` where no η is stable.
    pub factor: Option<Range<f64>>,
    /// The largest stable η for this B; `None` where none is stable. Where no largest one is known it
    /// is at least the η that holds.
    pub largest_lr: Option<Range<f64>>,
    /// The smallest stable B for this η; an end that is missing means that no B is stable, or that the
    /// criterion is not asked.
    pub smallest_batch: Range<usize>,
}

impl Criterion {
    /// Is it asked, and does it certainly hold?
    pub fn holds(&self) -> bool {
        self.verdict.is_some_and(Verdict::holds)
    }

    /// Is it asked, and does it certainly fail?
    pub fn fails(&self) -> bool {
        self.verdict.is_some_and(Verdict::fails)
    }

    /// Is it asked without certainly holding?
    pub fn is_open(&self) -> bool {
        self.verdict.is_some_and(|verdict| !verdict.holds())
    }
}

/// η, p and β as intervals (of one point each, up to their own rounding).
struct At {
    lr: Enclosure,
    weight: Enclosure,
    momentum: Enclosure,
}

impl At {
    fn new(setting: &Setting, batch: usize) -> Self {
        At {
            lr: Enclosure::from_exact(&setting.lr),
            weight: Enclosure::from_exact(&setting.weight_of(batch)),
            momentum: Enclosure::from_exact(&setting.momentum),
        }
    }
}

/// A criterion before it is asked: its slack and its largest stable η.
struct Rule<'a> {
    name: &'static str,
    formula: &'static str,
    role: Role,
    slack: Box<dyn Fn(&At) -> Enclosure + 'a>,
    critical: Option<Enclosure>,
    /// Why it is not asked, if it is not.
    not_asked: Option<&'static str>,
}

/// Every criterion that applies at a reading, necessary ones first: none where the samples are coupled
/// and a batch is not all of them, and none of an optimiser that they are not about.
pub fn all(reading: &Reading, setting: &Setting) -> Vec<Criterion> {
    let is_coupled = reading.non_uniformity.is_none() && !setting.is_full_batch();
    if is_coupled || setting.uncovered().is_some() {
        return Vec::new();
    }
    let known = Known::new(reading);
    let here = At::new(setting, setting.batch);
    let mut rules = match setting.is_nesterov() {
        true => vec![nesterov_descent(&known, &here)],
        false => vec![gradient_descent(&known, &here)],
    };
    // Of the noise under Nesterov's momentum nothing is known here.
    let noise = known.squared_s.as_ref().filter(|_| !setting.is_nesterov());
    if let Some(squared_s) = noise {
        if setting.is_plain() {
            rules.extend(directions(&known, &here));
        }
        rules.push(non_uniformity(squared_s, &here));
        rules.push(one_direction((&known.a, squared_s), &here));
        if setting.is_plain() {
            rules.push(two_numbers((&known.smallest, &known.a, squared_s), &here));
        }
    }
    rules
        .into_iter()
        .map(|rule| rule.ask(setting, &here))
        .collect()
}

fn gradient_descent<'a>(known: &'a Known, here: &At) -> Rule<'a> {
    let slack = |at: &At| {
        let along = Curvature::along_one_direction(known.a.clone(), Enclosure::zero());
        heavy_ball::descent_slack(&along, &at.lr, &at.momentum)
    };
    Rule {
        name: "gradient_descent",
        formula: "η a ≤ 2(1 + β)",
        role: Role::Necessary,
        slack: Box::new(slack),
        // The bound on a at η and the bound on η at a are one formula.
        critical: is_positive(&known.a)
            .then(|| heavy_ball::largest_sharpness(&known.a, &here.momentum)),
        not_asked: None,
    }
}

/// Its mean obeys gradient descent's recursion, so that for batches too it is necessary.
fn nesterov_descent<'a>(known: &'a Known, here: &At) -> Rule<'a> {
    let slack = |at: &At| {
        let along = Curvature::along_one_direction(known.a.clone(), Enclosure::zero());
        nesterov::descent_slack(&along, &at.lr, &at.momentum)
    };
    Rule {
        name: "gradient_descent",
        formula: "η a(1 + 2β) ≤ 2 + 2β",
        role: Role::Necessary,
        slack: Box::new(slack),
        critical: is_positive(&known.a)
            .then(|| nesterov::largest_sharpness(&known.a, &here.momentum)),
        not_asked: None,
    }
}

/// Along the vectors of a and of s.
fn directions<'a>(known: &'a Known, here: &At) -> Vec<Rule<'a>> {
    let Some(along) = &known.along else {
        return Vec::new();
    };
    let zero = |is_asked: bool, why| (!is_asked).then_some(why);
    vec![
        Rule {
            not_asked: zero(
                known.is_asked.sharpness,
                "a may be 0: then any vector is its vector",
            ),
            ..direction("direction_of_sharpness", &along.sharpness, here)
        },
        Rule {
            not_asked: zero(
                known.is_asked.noise,
                "s may be 0: then any vector is its vector",
            ),
            ..direction("direction_of_noise", &along.noise, here)
        },
    ]
}

fn direction<'a>(name: &'static str, along: &'a Curvature<Enclosure>, here: &At) -> Rule<'a> {
    let (m, variance) = (&along.hessian, &along.variance);
    Rule {
        name,
        formula: "η(m² + pVar) ≤ 2m",
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
        |at: &At| heavy_ball::non_uniformity_slack(squared_s, (&at.lr, &at.weight), &at.momentum);
    // As above: the bound on s at η and the bound on η at s are one formula.
    let s = squared_s.sqrt();
    let bounds = is_positive(&s) && is_positive(&here.weight);
    Rule {
        name: "non_uniformity",
        formula: "s ≤ √(1 − β²)/(η√p)",
        role: Role::Indicative,
        slack: Box::new(slack),
        critical: bounds
            .then(|| heavy_ball::largest_non_uniformity((&s, &here.weight), &here.momentum)),
        not_asked: None,
    }
}

fn one_direction<'a>((a, squared_s): (&'a Enclosure, &'a Enclosure), here: &At) -> Rule<'a> {
    let slack = |at: &At| heavy_ball::slack(a, squared_s, (&at.lr, &at.weight), &at.momentum);
    Rule {
        name: "one_direction",
        formula: "η((1−β)a² + (1+β)ps²) ≤ 2(1−β²)a",
        role: Role::Indicative,
        slack: Box::new(slack),
        critical: is_positive(a)
            .then(|| heavy_ball::critical(a, squared_s, &here.weight, &here.momentum)),
        not_asked: None,
    }
}

/// Theorem 1 from numbers alone: `2λ − η(λ² + ps²)` is concave in λ, so that it is not negative on
/// `[λ_min, a]` when it is not at both ends, and `Σ ⪯ s²I` gives the rest.
fn two_numbers<'a>(
    (smallest, a, squared_s): (&'a Enclosure, &'a Enclosure, &'a Enclosure),
    here: &At,
) -> Rule<'a> {
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

/// The enclosure of the smaller of two numbers.
fn least(x: Enclosure, y: Enclosure) -> Enclosure {
    match (x.lower(), y.lower(), x.upper(), y.upper()) {
        (Some(a), Some(b), Some(c), Some(d)) => Enclosure::between(&a.min(b), &c.min(d)),
        _ => Enclosure::whole(),
    }
}

/// The factor and the largest stable η.
type Limit = (Option<Range<f64>>, Option<Range<f64>>);

impl Rule<'_> {
    fn limit(&self, verdict: Verdict, here: &At) -> Limit {
        let range_from = |low, high| Some(Range { low, high });
        match &self.critical {
            Some(critical) => (Some(range(&(&here.lr / critical))), Some(range(critical))),
            None if verdict.holds() => (
                range_from(None, Some(1.0)),
                range_from(here.lr.lower().map(|end| end.to_f64()), None),
            ),
            None if verdict.fails() => (None, None),
            None => (range_from(None, None), range_from(None, None)),
        }
    }

    fn verdict(&self, at: &At) -> Verdict {
        Verdict::non_negative((self.slack)(at).sign())
    }

    fn ask(&self, setting: &Setting, here: &At) -> Criterion {
        if self.not_asked.is_some() {
            return Criterion {
                name: self.name,
                formula: self.formula,
                role: self.role,
                verdict: None,
                not_asked: self.not_asked,
                factor: None,
                largest_lr: None,
                smallest_batch: Range {
                    low: None,
                    high: None,
                },
            };
        }
        let batch = |enough: fn(Verdict) -> bool| {
            smallest(setting.samples, |batch| {
                enough(self.verdict(&At::new(setting, batch)))
            })
        };
        let verdict = self.verdict(here);
        let (factor, largest_lr) = self.limit(verdict, here);
        Criterion {
            name: self.name,
            formula: self.formula,
            role: self.role,
            verdict: Some(verdict),
            not_asked: None,
            factor,
            largest_lr,
            smallest_batch: Range {
                low: batch(|verdict| !verdict.fails()),
                high: batch(|verdict| verdict.holds()),
            },
        }
    }
}

fn range(enclosure: &Enclosure) -> Range<f64> {
    Range {
        low: enclosure.lower().map(|end| end.to_f64()),
        high: enclosure.upper().map(|end| end.to_f64()),
    }
}

/// The smallest batch from 1 to `samples` that is enough. What is enough stays enough for larger
/// batches, since p falls.
fn smallest(samples: usize, enough: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut low, mut high) = (1, samples);
    if !enough(high) {
        return None;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        match enough(middle) {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    Some(low)
}

#[cfg(test)]
mod tests;
