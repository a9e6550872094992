//! Statements and changed versions of them, which a check must be able to tell apart.
//!
//! A check that passes is only meaningful if it would fail for a wrong statement. So a check receives a
//! [`Version`] of the statement: unchanged, or with one formula changed. It evaluates every formula
//! through [`Version::formula`], which applies the change.

use crate::number::{Field, Verdict};

/// How a formula of a statement is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Evaluate it at this many tenths of its argument (usually the learning rate), which moves its
    /// edge: with 9 the formula allows more than it should, with 11 less.
    Tenths(u16),
    /// Negate it.
    Negated,
    /// Let it always hold.
    Always,
    /// Let it never hold.
    Never,
}

/// A formula of a statement, by name, and the changes to it that reverse the truth of the statement:
/// they make an upheld statement false, or a refuted one true. The checks must notice every one.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    /// The name of the formula in the claim's file.
    pub formula: &'static str,
    /// The changes that the checks must notice.
    pub opposites: &'static [Change],
    /// Is the formula used by the exact check only, and not by the certified one?
    pub exact_only: bool,
}

impl Guard {
    /// For "exactly when": an edge moved to either side is wrong, and both outcomes occur.
    pub const fn exactly(formula: &'static str) -> Self {
        const OPPOSITES: &[Change] = &[
            Change::Tenths(11),
            Change::Tenths(9),
            Change::Negated,
            Change::Always,
            Change::Never,
        ];
        Guard::of(formula, OPPOSITES)
    }

    /// For "only if", a necessary formula: requiring a tenth more is wrong.
    pub const fn necessary(formula: &'static str) -> Self {
        Guard::of(
            formula,
            &[Change::Tenths(11), Change::Negated, Change::Never],
        )
    }

    /// For "if", a sufficient formula: requiring a tenth less is wrong.
    pub const fn enough(formula: &'static str) -> Self {
        Guard::of(
            formula,
            &[Change::Tenths(9), Change::Negated, Change::Always],
        )
    }

    /// For an identity, which is wrong with any other argument.
    pub const fn identity(formula: &'static str) -> Self {
        Guard::of(formula, &[Change::Tenths(11), Change::Tenths(9)])
    }

    /// A guard with its own list of changes.
    pub const fn of(formula: &'static str, opposites: &'static [Change]) -> Self {
        Guard {
            formula,
            opposites,
            exact_only: false,
        }
    }

    /// The same guard, for a formula that the certified check does not use.
    #[must_use]
    pub const fn exact_only(self) -> Self {
        Guard {
            exact_only: true,
            ..self
        }
    }
}

/// A statement in the version that a check is to examine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    changed: Option<(&'static str, Change)>,
}

impl Version {
    /// The unchanged statement.
    pub const STATED: Version = Version { changed: None };

    /// The statement with the formula of this name changed, and all others unchanged.
    pub fn changed(formula: &'static str, change: Change) -> Self {
        Version {
            changed: Some((formula, change)),
        }
    }

    /// Is this the unchanged statement?
    pub fn is_stated(self) -> bool {
        self.changed.is_none()
    }

    /// The verdict of the formula of this name at `argument`, in this version.
    pub fn formula<T: Field>(
        self,
        name: &str,
        argument: &T,
        formula: impl FnOnce(&T) -> Verdict,
    ) -> Verdict {
        match self.changed {
            Some((changed, change)) if changed == name => match change {
                Change::Tenths(tenths) => formula(&(argument * T::ratio(tenths.into(), 10))),
                Change::Negated => !formula(argument),
                Change::Always => Verdict::Holds,
                Change::Never => Verdict::Fails,
            },
            _ => formula(argument),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Exact;

    #[test]
    fn only_the_formula_that_is_named_is_changed() {
        let at_most_one = |x: &Exact| Verdict::from(*x <= Exact::from(1));
        let asked = |version: Version, name: &str| {
            version.formula(name, &Exact::fraction(19, 20), at_most_one)
        };
        for (change, verdict) in [
            (Change::Tenths(11), Verdict::Fails),
            (Change::Tenths(10), Verdict::Holds),
            (Change::Negated, Verdict::Fails),
            (Change::Always, Verdict::Holds),
            (Change::Never, Verdict::Fails),
        ] {
            let version = Version::changed("edge", change);
            assert_eq!(asked(version, "edge"), verdict, "{change:?}");
            assert!(asked(version, "another").holds() && !version.is_stated());
        }
        assert!(asked(Version::STATED, "edge").holds());
    }
}
