//! One criterion at measured numbers: whether it holds, up to which η, and from which B on.

use serde::Serialize;

use super::known::Enclosure;
use crate::criterion::Role;
use crate::diagnosis::setting::Setting;
use crate::number::{Field, Verdict};

/// The closed range from `low` to `high`; a missing end is infinite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Range<T> {
    /// The lower end.
    pub low: Option<T>,
    /// The upper end.
    pub high: Option<T>,
}

/// A criterion, evaluated at a measured point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeasuredCriterion {
    /// The name of the criterion in JSON.
    pub name: &'static str,
    /// The formula of the criterion, in the symbols of the page.
    pub formula: &'static str,
    /// What the criterion implies for SGD, for example that it is necessary.
    pub role: Role,
    /// Whether the criterion holds: undecided if the interval of its slack contains the edge, `None` if
    /// the criterion was not evaluated.
    pub verdict: Option<Verdict>,
    /// Why the criterion was not evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_asked: Option<&'static str>,
    /// η divided by its largest stable value, so that values below 1 are stable; `None` if no η is
    /// stable.
    pub factor: Option<Range<f64>>,
    /// The largest stable η for this B; `None` if no η is stable. If no largest value is known, the range
    /// starts at the present η, provided that the criterion holds there.
    pub largest_lr: Option<Range<f64>>,
    /// The smallest stable B for this η. An end is missing if no B is stable, or if the criterion was not
    /// evaluated.
    pub smallest_batch: Range<usize>,
}

impl MeasuredCriterion {
    /// Whether the criterion was evaluated and certainly holds.
    pub fn holds(&self) -> bool {
        self.verdict.is_some_and(Verdict::holds)
    }

    /// Whether the criterion was evaluated and certainly fails.
    pub fn fails(&self) -> bool {
        self.verdict.is_some_and(Verdict::fails)
    }

    /// Whether the criterion was evaluated and does not certainly hold.
    pub fn is_open(&self) -> bool {
        self.verdict.is_some_and(|verdict| !verdict.holds())
    }
}

/// η, p and β as intervals. Each has the width of its own rounding error.
pub(super) struct At {
    pub(super) lr: Enclosure,
    pub(super) weight: Enclosure,
    pub(super) momentum: Enclosure,
}

impl At {
    /// The values of a setting, with another batch size.
    pub(super) fn new(setting: &Setting, batch: usize) -> Self {
        At {
            lr: Enclosure::from_exact(&setting.lr),
            weight: Enclosure::from_exact(&setting.weight_of(batch)),
            momentum: Enclosure::from_exact(&setting.momentum),
        }
    }
}

/// A criterion that can be evaluated at any η, p and β.
pub(super) struct Rule<'a> {
    pub(super) name: &'static str,
    pub(super) formula: &'static str,
    pub(super) role: Role,
    /// The slack: the criterion holds where it is non-negative.
    pub(super) slack: Box<dyn Fn(&At) -> Enclosure + 'a>,
    /// The largest stable η, if there is one.
    pub(super) critical: Option<Enclosure>,
    /// Why the criterion is not to be evaluated, if it is not.
    pub(super) not_asked: Option<&'static str>,
}

impl Rule<'_> {
    /// Evaluates the criterion at this B, and finds the smallest stable B.
    pub(super) fn ask(&self, setting: &Setting, here: &At) -> MeasuredCriterion {
        let mut asked = MeasuredCriterion {
            name: self.name,
            formula: self.formula,
            role: self.role,
            verdict: None,
            not_asked: self.not_asked,
            factor: None,
            largest_lr: None,
            smallest_batch: Range::default(),
        };
        if self.not_asked.is_some() {
            return asked;
        }
        let verdict = self.verdict(here);
        let least = |is_enough: fn(Verdict) -> bool| {
            smallest_batch(setting.samples, |batch| {
                is_enough(self.verdict(&At::new(setting, batch)))
            })
        };
        asked.verdict = Some(verdict);
        asked.factor = self.factor(verdict, here);
        asked.largest_lr = self.largest_lr(verdict, here);
        asked.smallest_batch = Range {
            low: least(|verdict| !verdict.fails()),
            high: least(Verdict::holds),
        };
        asked
    }

    fn verdict(&self, at: &At) -> Verdict {
        Verdict::non_negative((self.slack)(at).sign())
    }

    /// η divided by the largest stable η. If that is not known: below 1 if the criterion holds.
    fn factor(&self, verdict: Verdict, here: &At) -> Option<Range<f64>> {
        match (&self.critical, verdict) {
            (Some(critical), _) => Some(range(&(&here.lr / critical))),
            (None, Verdict::Holds) => Some(Range {
                low: None,
                high: Some(1.0),
            }),
            (None, Verdict::Fails) => None,
            (None, Verdict::Undecided) => Some(Range::default()),
        }
    }

    /// The largest stable η. If it is not known: at least the present η if the criterion holds.
    fn largest_lr(&self, verdict: Verdict, here: &At) -> Option<Range<f64>> {
        match (&self.critical, verdict) {
            (Some(critical), _) => Some(range(critical)),
            (None, Verdict::Holds) => Some(Range {
                low: here.lr.lower().map(|end| end.to_f64()),
                high: None,
            }),
            (None, Verdict::Fails) => None,
            (None, Verdict::Undecided) => Some(Range::default()),
        }
    }
}

fn range(enclosure: &Enclosure) -> Range<f64> {
    Range {
        low: enclosure.lower().map(|end| end.to_f64()),
        high: enclosure.upper().map(|end| end.to_f64()),
    }
}

/// The smallest batch size from 1 to `samples` for which `is_enough` holds. Since p falls with B, every
/// larger batch size is then enough as well.
fn smallest_batch(samples: usize, is_enough: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut low, mut high) = (1, samples);
    if !is_enough(high) {
        return None;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if is_enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}
