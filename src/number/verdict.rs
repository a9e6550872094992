//! The three-valued answer to "does this inequality hold?".

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What a scalar can say about an inequality.
///
/// `Undecided` is not an error: an interval that contains the edge gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The inequality is true.
    Holds,
    /// The inequality is false.
    Fails,
    /// The scalar cannot tell.
    Undecided,
}

impl Verdict {
    /// The verdict on "value ≥ 0", given the sign of the value if it is known. Equality holds: all
    /// criteria of the theory are closed conditions.
    pub fn non_negative(sign: Option<Ordering>) -> Self {
        sign.map_or(Verdict::Undecided, |sign| (sign != Ordering::Less).into())
    }

    /// The verdict on "value > 0", given the sign of the value if it is known.
    pub fn positive(sign: Option<Ordering>) -> Self {
        sign.map_or(Verdict::Undecided, |sign| {
            (sign == Ordering::Greater).into()
        })
    }

    /// Kleene's conjunction: fails if either fails, otherwise undecided if either is undecided.
    #[must_use]
    pub fn and(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::Fails, _) | (_, Verdict::Fails) => Verdict::Fails,
            (Verdict::Holds, Verdict::Holds) => Verdict::Holds,
            _ => Verdict::Undecided,
        }
    }

    /// Material implication `self ⇒ other` in Kleene's logic.
    #[must_use]
    pub fn implies(self, other: Verdict) -> Verdict {
        !self.and(!other)
    }

    /// True for [`Verdict::Holds`] only.
    pub fn holds(self) -> bool {
        self == Verdict::Holds
    }

    /// True for [`Verdict::Fails`] only.
    pub fn fails(self) -> bool {
        self == Verdict::Fails
    }
}

impl std::ops::Not for Verdict {
    type Output = Verdict;

    fn not(self) -> Verdict {
        match self {
            Verdict::Holds => Verdict::Fails,
            Verdict::Fails => Verdict::Holds,
            Verdict::Undecided => Verdict::Undecided,
        }
    }
}

impl From<bool> for Verdict {
    fn from(truth: bool) -> Self {
        if truth {
            Verdict::Holds
        } else {
            Verdict::Fails
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Undecided => "undecided",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{self, Fails, Holds, Undecided};

    const ALL: [Verdict; 3] = [Holds, Fails, Undecided];

    #[test]
    fn conjunction_and_implication_follow_kleene() {
        for a in ALL {
            assert_eq!(Holds.and(a), a);
            assert_eq!(Fails.and(a), Fails);
            assert_eq!(Holds.implies(a), a);
            assert_eq!(Fails.implies(a), Holds);
            assert_eq!(a.implies(Holds), Holds);
            assert_eq!(!!a, a);
        }
        assert_eq!(Undecided.implies(Fails), Undecided);
        assert_eq!(Undecided.and(Undecided), Undecided);
    }
}
