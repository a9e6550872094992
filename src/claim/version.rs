//! A statement and its opposites: what a check must be able to tell apart.
//!
//! A check that passes says something only if it would not pass for a wrong statement. So a check
//! is not given the statement but a [`Version`] of it: as it stands, or with one of its formulas
//! changed. It asks every formula through [`Version::formula`], which is where the change happens.

use crate::number::{Field, Verdict};

/// How a formula of a statement is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is asked at this many tenths of its argument (most often the learning rate), so that its
    /// edge stands elsewhere: with 9 it allows more than it should, with 11 less.
    Tenths(u16),
    /// Its contrary.
    Negated,
    /// It always holds.
    Always,
    /// It never holds.
    Never,
}

/// A formula of a statement by its name, and the changes that turn the truth of the statement: of
/// one that is upheld into a falsehood, of a refuted one into a truth. The checks must notice each.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    /// What the claim's file calls the formula.
    pub formula: &'static str,
    /// The changes.
    pub opposites: &'static [Change],
    /// Is it asked over ℚ alone, and not by the certified check?
    pub exact_only: bool,
}

impl Guard {
    /// "Exactly when": an edge that is moved to either side is wrong, and each outcome occurs.
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

    /// "Only if", the formula is necessary: asking for a tenth more is wrong.
    pub const fn necessary(formula: &'static str) -> Self {
        Guard::of(
            formula,
            &[Change::Tenths(11), Change::Negated, Change::Never],
        )
    }

    /// "If", the formula is enough: asking for a tenth less is wrong.
    pub const fn enough(formula: &'static str) -> Self {
        Guard::of(
            formula,
            &[Change::Tenths(9), Change::Negated, Change::Always],
        )
    }

    /// An identity: with any other argument it is wrong.
    pub const fn identity(formula: &'static str) -> Self {
        Guard::of(formula, &[Change::Tenths(11), Change::Tenths(9)])
    }

    /// A formula with opposites of its own.
    pub const fn of(formula: &'static str, opposites: &'static [Change]) -> Self {
        Guard {
            formula,
            opposites,
            exact_only: false,
        }
    }

    /// The same formula, which the certified check does not ask.
    #[must_use]
    pub const fn exact_only(self) -> Self {
        Guard {
            exact_only: true,
            ..self
        }
    }
}

/// A statement as a check asks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    changed: Option<(&'static str, Change)>,
}

impl Version {
    /// As it stands.
    pub const STATED: Version = Version { changed: None };

    /// With the formula of this name changed, and all others as they stand.
    pub fn changed(formula: &'static str, change: Change) -> Self {
        Version {
            changed: Some((formula, change)),
        }
    }

    /// Is this the statement as it stands?
    pub fn is_stated(self) -> bool {
        self.changed.is_none()
    }

    /// The verdict of the formula of this name at `argument`, as this version has it.
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
