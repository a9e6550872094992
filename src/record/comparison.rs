//! What the theory predicts, what was measured, and what others published, side by side.

use serde::{Deserialize, Serialize};

use super::{Agreement, Finding};

/// One row of the summary of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is compared: the row of the paper that is repeated, or what goes beyond it.
    pub subject: String,
    /// What the theory predicts.
    pub predicted: String,
    /// What was measured, with its range over the seeds.
    pub measured: String,
    /// Whether the measurement agrees with the theory.
    pub with_theory: Agreement,
    /// What was published; `None` if nothing was.
    pub published: Option<Published>,
    /// How large the experiment was.
    pub scale: String,
}

/// A published value beside a measured one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// The value, with its range if that was published too.
    pub value: String,
    /// Whether the two agree: whether the interval of the measurement over its seeds meets the published interval
    /// (or contains the published value, if that has none).
    pub agrees: bool,
    /// Whether it comes from another network, or another number of samples.
    #[serde(default)]
    pub is_elsewhere: bool,
    /// Why the two may differ, as far as that is known; empty if nothing is.
    pub because: String,
}

impl Published {
    /// Compares the interval of a measurement over its seeds with a published one; both hold their mean. `unlike` says
    /// in what the experiments differ, and is empty if in nothing.
    pub fn compared(value: String, measured: [f64; 2], published: [f64; 2], unlike: &str) -> Self {
        let agrees = measured[0] <= published[1] && published[0] <= measured[1];
        let has_no_spread = !agrees && published[0] == published[1];
        let because = if unlike.is_empty() && has_no_spread {
            "published without its spread"
        } else {
            unlike
        };
        Published {
            value,
            agrees,
            is_elsewhere: !unlike.is_empty(),
            because: because.to_owned(),
        }
    }
}

impl Agreement {
    /// The agreement of several findings together: one that differs decides, else one beyond its bound, else what
    /// more of them say.
    pub fn of_all<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let all: Vec<Agreement> = (findings.into_iter())
            .map(|finding| finding.agreement)
            .collect();
        let count = |wanted| all.iter().filter(|agreement| **agreement == wanted).count();
        if count(Agreement::Differs) > 0 {
            Agreement::Differs
        } else if count(Agreement::Beyond) > 0 {
            Agreement::Beyond
        } else if count(Agreement::Agrees) > count(Agreement::Undecided) {
            Agreement::Agrees
        } else {
            Agreement::Undecided
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_agree_if_they_meet() {
        let agrees = |measured, published| {
            Published::compared(String::new(), measured, published, "").agrees
        };
        assert!(agrees([1.0, 2.0], [2.0, 3.0]));
        assert!(agrees([1.0, 2.0], [1.5, 1.5]));
        assert!(!agrees([1.0, 2.0], [2.1, 3.0]));
        assert!(!agrees([1.0, 2.0], [0.5, 0.9]));
        let because = |published, unlike| {
            Published::compared(String::new(), [1.0, 2.0], published, unlike).because
        };
        assert_eq!(because([3.0, 3.0], ""), "published without its spread");
        assert_eq!(because([3.0, 3.0], "another n"), "another n");
        assert_eq!(because([3.0, 4.0], ""), "");
    }

    #[test]
    fn one_contradiction_is_not_outweighed() {
        let finding = |agreement| Finding {
            sentence: String::new(),
            agreement,
            margin: None,
            claim: String::new(),
        };
        let all = |agreements: &[Agreement]| {
            let findings: Vec<Finding> = agreements.iter().copied().map(finding).collect();
            Agreement::of_all(&findings)
        };
        use Agreement::{Agrees, Beyond, Differs, Undecided};
        assert_eq!(all(&[Agrees, Differs, Agrees, Beyond]), Differs);
        assert_eq!(all(&[Agrees, Agrees, Undecided]), Agrees);
        assert_eq!(all(&[Agrees, Undecided, Undecided]), Undecided);
        assert_eq!(all(&[Beyond, Agrees]), Beyond);
        assert_eq!(all(&[Undecided]), Undecided);
        assert_eq!(all(&[]), Undecided);
    }
}
