//! Counts of what a check has found.

use serde::{Deserialize, Serialize};

use crate::number::Verdict;

/// How close an instance came to breaking the claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Margin {
    /// The distance to the edge in the claim's own unit, negative beyond it.
    pub value: f64,
    /// The instance, written so that it can be run again.
    pub instance: String,
}

/// The results of a check, counted by instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Instances on which the claim holds.
    pub holds: u64,
    /// Instances on which it fails.
    pub fails: u64,
    /// Instances that the arithmetic could not decide.
    pub undecided: u64,
    /// Instances that do not meet the hypotheses; they are counted, never dropped.
    pub unmet: u64,
    /// The instance with the smallest margin.
    pub worst: Option<Margin>,
}

impl Evidence {
    /// Evidence without any instance.
    pub fn new() -> Self {
        Evidence::default()
    }

    /// Counts one instance. `hypotheses` decides whether it counts as unmet. `margin` and `instance`
    /// are kept if the margin is the smallest so far among the instances that hold or fail.
    pub fn record(
        &mut self,
        hypotheses: Verdict,
        conclusion: Verdict,
        margin: f64,
        instance: impl FnOnce() -> String,
    ) {
        if hypotheses.fails() {
            self.unmet += 1;
            return;
        }
        match (hypotheses, conclusion) {
            (Verdict::Holds, Verdict::Holds) => self.holds += 1,
            (Verdict::Holds, Verdict::Fails) => self.fails += 1,
            _ => {
                self.undecided += 1;
                return;
            }
        }
        // A margin of NaN counts as the worst, so that it is seen.
        let value = if margin.is_nan() {
            f64::NEG_INFINITY
        } else {
            margin
        };
        if self.worst.as_ref().is_none_or(|w| value < w.value) {
            let instance = instance();
            self.worst = Some(Margin { value, instance });
        }
    }

    /// The number of instances counted.
    pub fn total(&self) -> u64 {
        self.holds + self.fails + self.undecided + self.unmet
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Fails, Holds, Undecided};

    #[test]
    fn every_case_is_counted_once_and_the_worst_is_kept() {
        let mut evidence = Evidence::new();
        for (hypotheses, conclusion, margin) in [
            (Holds, Holds, 2.0),
            (Holds, Fails, -1.0),
            (Holds, Undecided, 0.0),
            (Undecided, Holds, 1.0),
            (Fails, Fails, -9.0),
        ] {
            evidence.record(hypotheses, conclusion, margin, || margin.to_string());
        }
        assert_eq!((evidence.holds, evidence.fails), (1, 1));
        assert_eq!((evidence.undecided, evidence.unmet), (2, 1));
        assert_eq!(evidence.total(), 5);
        assert_eq!(evidence.worst.unwrap().instance, "-1");
    }
}
