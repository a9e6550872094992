//! One criterion, asked at measured numbers: does it hold, up to which η, and from which B?

use serde::Serialize;

use super::known::Enclosure;
use crate::criterion::Role;
use crate::diagnosis::setting::Setting;
use crate::number::{Field, Verdict};

/// From `low` to `high`; an end that is missing is infinite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Range<T> {
    /// The lower end.
    pub low: Option<T>,
    /// The upper end.
    pub high: Option<T>,
}

/// One criterion at a measured point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeasuredCriterion {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its formula, in the symbols of the page.
    pub formula: &'static str,
    /// What it says of SGD.
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

impl MeasuredCriterion {
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

/// η, p and β as intervals, each of one point up to its own rounding.
pub(super) struct At {
    pub(super) lr: Enclosure,
    pub(super) weight: Enclosure,
    pub(super) momentum: Enclosure,
}

impl At {
    /// The run with batches of another size.
    pub(super) fn new(setting: &Setting, batch: usize) -> Self {
        At {
            lr: Enclosure::from_exact(&setting.lr),
            weight: Enclosure::from_exact(&setting.weight_of(batch)),
            momentum: Enclosure::from_exact(&setting.momentum),
        }
    }
}

/// A criterion before it is asked.
pub(super) struct Rule<'a> {
    pub(super) name: &'static str,
    pub(super) formula: &'static str,
    pub(super) role: Role,
    /// The criterion holds where this is not negative.
    pub(super) slack: Box<dyn Fn(&At) -> Enclosure + 'a>,
    /// The largest stable η, where there is one.
    pub(super) critical: Option<Enclosure>,
    /// Why it is not asked, if it is not.
    pub(super) not_asked: Option<&'static str>,
}

impl Rule<'_> {
    /// Asks it, at this B and for the smallest stable one.
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

    /// η over the largest stable one. Where that is not known, below 1 if the criterion holds.
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

    /// The largest stable η. Where it is not known, at least this one if the criterion holds.
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

/// The smallest batch from 1 to `samples` that is enough. What is enough stays enough for larger
/// batches, since p falls.
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
