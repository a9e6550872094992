//! The critical learning rates of one model, by criterion.

use std::collections::BTreeMap;
use std::ops::Index;

use serde::Serialize;

use super::chain::{self, Link};
use super::threshold::{Critical, NotFound};
use crate::criterion::{Criterion, GRADIENT_DESCENT, MEAN_SQUARE, ONE_STEP, PerCriterion};
use crate::error::Result;
use crate::number::Exact;

/// The name of `2/max_i λ_max(H_i)` in JSON.
const SINGLE_SAMPLE: &str = "single_sample";

/// The critical learning rate of each criterion: `rates[MEAN_SQUARE]` is `η*`. In JSON each is a
/// bracket or null; where it is null, [`CriticalRates::unbounded`] or [`CriticalRates::not_found`] says
/// why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CriticalRates {
    /// `2/max_i λ_max(H_i)`, up to which no step on a single sample lengthens a vector.
    pub single_sample: Critical,
    /// The largest learning rate at which each criterion holds.
    #[serde(flatten)]
    pub criteria: PerCriterion<Critical>,
}

impl Index<Criterion> for CriticalRates {
    type Output = Critical;

    fn index(&self, criterion: Criterion) -> &Critical {
        &self.criteria[criterion]
    }
}

impl CriticalRates {
    /// The rates when the time was over before any question was asked.
    pub fn out_of_time() -> Self {
        CriticalRates {
            single_sample: Critical::out_of_time(),
            criteria: PerCriterion::from_fn(|_| Critical::out_of_time()),
        }
    }

    /// Bounds each critical learning rate without a bracket by its neighbours in the chain.
    pub(super) fn bounded_by_neighbours(mut self) -> Self {
        let bounded = self[ONE_STEP]
            .clone()
            .between(&self.single_sample, &self[GRADIENT_DESCENT]);
        self.criteria[ONE_STEP] = bounded;
        let bounded = self[MEAN_SQUARE]
            .clone()
            .between(&self[ONE_STEP], &self[GRADIENT_DESCENT]);
        self.criteria[MEAN_SQUARE] = bounded;
        self
    }

    /// Bounds each critical learning rate without a bracket by the verdict at a learning rate.
    pub(super) fn knowing(
        mut self,
        learning_rate: &Exact,
        verdicts: &PerCriterion<Option<bool>>,
    ) -> Self {
        for (criterion, critical) in self.criteria.iter_mut() {
            critical.know(learning_rate, verdicts[criterion]);
        }
        self
    }

    /// All critical learning rates with their names in JSON.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Critical)> {
        let criteria = self.criteria.iter();
        let named = criteria.map(|(criterion, critical)| (criterion.name, critical));
        std::iter::once((SINGLE_SAMPLE, &self.single_sample)).chain(named)
    }

    /// The names of the criteria that hold at every learning rate, with the reasons.
    pub fn unbounded(&self) -> BTreeMap<&'static str, &'static str> {
        let reason = |(name, critical): (_, &Critical)| match critical {
            Critical::Unbounded(reason) => Some((name, reason.reason())),
            Critical::Bracket(_) | Critical::Exact(_) | Critical::NotFound(_) => None,
        };
        self.named().filter_map(reason).collect()
    }

    /// The names of the critical learning rates that were not enclosed, with what is known of them.
    pub fn not_found(&self) -> BTreeMap<&'static str, &NotFound> {
        let mut known = BTreeMap::new();
        for (name, critical) in self.named() {
            if let Critical::NotFound(ends) = critical {
                known.insert(name, ends);
            }
        }
        known
    }

    /// The names of the brackets whose lower end is the critical learning rate itself.
    pub fn exact(&self) -> Vec<&'static str> {
        let exact = self.named().filter(|(_, critical)| critical.is_exact());
        exact.map(|(name, _)| name).collect()
    }

    /// The links of `2/max_i λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)` between those members that are
    /// enclosed; none when the loss is flat.
    ///
    /// # Errors
    /// When two brackets contradict a link, which means that the program that made them has a bug.
    pub fn chain(&self) -> Result<Vec<Link>> {
        let single = (SINGLE_SAMPLE, &self.single_sample);
        let criteria = [ONE_STEP, MEAN_SQUARE, GRADIENT_DESCENT];
        let [first, exact, descent] = criteria.map(|criterion| (criterion.name, &self[criterion]));
        chain::links(&[single, first, exact, descent])
    }
}
