//! Critical values enclosed by two rationals: one decided stable, one decided unstable.

use num_traits::{One, Zero};
use serde::{Deserialize, Serialize};

use crate::number::Exact;

/// A critical value in `[lower, upper]`: `lower` was decided stable and `upper` unstable, or both are
/// the critical value itself when it is known as a rational.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bracket {
    /// The largest value decided stable.
    pub lower: Exact,
    /// The smallest value decided unstable, or `lower` again when the critical value is known.
    pub upper: Exact,
}

impl Bracket {
    /// The bracket of a critical value that is known exactly.
    pub fn point(value: Exact) -> Self {
        Bracket {
            lower: value.clone(),
            upper: value,
        }
    }

    /// Is the critical value known exactly?
    pub fn is_point(&self) -> bool {
        self.lower == self.upper
    }

    /// The midpoint of the bracket as an `f64`, for tables and margins.
    pub fn to_f64(&self) -> f64 {
        ((&self.lower + &self.upper) * Exact::fraction(1, 2)).to_f64()
    }
}

/// Brackets the end of a stable set `[0, η*]`, `0 < η* < ∞`, by calling `stable`.
///
/// The search starts at `guess`; a bad guess costs a few calls, never correctness. The result has
/// `upper − lower ≤ relative_width · lower`. Every point asked is the simplest rational in its range,
/// so the ends are short to write, and an edge that is a simple rational becomes `lower`.
///
/// # Panics
/// When `guess` or `relative_width` is not positive.
pub fn bracket(stable: impl Fn(&Exact) -> bool, guess: &Exact, relative_width: &Exact) -> Bracket {
    let found = try_bracket(|value| Some(stable(value)), guess, relative_width);
    found.expect("every question has an answer")
}

/// [`bracket`] with a question that may be given up: the search ends with `None` as soon as `stable`
/// returns `None`.
///
/// # Panics
/// When `guess` or `relative_width` is not positive.
pub fn try_bracket(
    mut stable: impl FnMut(&Exact) -> Option<bool>,
    guess: &Exact,
    relative_width: &Exact,
) -> Option<Bracket> {
    let zero = Exact::zero();
    assert!(*guess > zero, "a guess of {guess} is not positive");
    assert!(*relative_width > zero, "a width of {relative_width}");
    let start = around(guess, &(relative_width * Exact::fraction(1, 8)));
    let mut found = if stable(&start)? {
        rise(&mut stable, start, relative_width)?
    } else {
        fall(&mut stable, start, relative_width)?
    };
    while &found.upper - &found.lower > relative_width * &found.lower {
        let middle = middle(&found);
        if stable(&middle)? {
            found.lower = middle
        } else {
            found.upper = middle
        }
    }
    Some(found)
}

/// The simplest rational within `guess·(1 ± spread)`.
fn around(guess: &Exact, spread: &Exact) -> Exact {
    let one = Exact::one();
    let spread = spread.clone().min(Exact::fraction(1, 2));
    Exact::simplest_between(&(guess * (&one - &spread)), &(guess * (one + spread)))
}

/// Searches upwards from a stable value, with growing strides, for an unstable one.
fn rise(
    stable: &mut impl FnMut(&Exact) -> Option<bool>,
    mut lower: Exact,
    width: &Exact,
) -> Option<Bracket> {
    for stride in strides(width) {
        let half = Exact::one() + &stride * Exact::fraction(1, 2);
        let upper = Exact::simplest_between(&(&lower * half), &(&lower * (Exact::one() + &stride)));
        if !stable(&upper)? {
            return Some(Bracket { lower, upper });
        }
        lower = upper;
    }
    unreachable!("the strides never end")
}

/// Searches downwards from an unstable value, with growing strides, for a stable one.
fn fall(
    stable: &mut impl FnMut(&Exact) -> Option<bool>,
    mut upper: Exact,
    width: &Exact,
) -> Option<Bracket> {
    for stride in strides(width) {
        let half = Exact::one() - &stride * Exact::fraction(1, 2);
        let lower = Exact::simplest_between(&(&upper * (Exact::one() - &stride)), &(&upper * half));
        if stable(&lower)? {
            return Some(Bracket { lower, upper });
        }
        upper = lower;
    }
    unreachable!("the strides never end")
}

/// The endless strides `width/4, 8·width/4, 64·width/4, …`, each at most ½.
fn strides(width: &Exact) -> impl Iterator<Item = Exact> {
    let cap = Exact::fraction(1, 2);
    let first = (width * Exact::fraction(1, 4)).min(cap.clone());
    std::iter::successors(Some(first), move |stride| {
        Some((stride * Exact::from(8)).min(cap.clone()))
    })
}

/// The simplest rational in the middle quarter of the bracket.
fn middle(bracket: &Bracket) -> Exact {
    let width = &bracket.upper - &bracket.lower;
    let part = |eighths| &bracket.lower + &width * Exact::fraction(eighths, 8);
    Exact::simplest_between(&part(3), &part(5))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::number::Field;

    fn width() -> Exact {
        "1e-12".parse().unwrap()
    }

    #[test]
    fn the_root_of_two_is_enclosed_by_short_rationals_from_any_guess() {
        let two = Exact::from(2);
        for guess in ["1", "1.4142135623730951", "1e-30", "1e30"] {
            let found = bracket(|x| x.square() <= two, &guess.parse().unwrap(), &width());
            assert!(found.lower.square() <= two && found.upper.square() > two);
            assert!(&found.upper - &found.lower <= width() * &found.lower);
            assert!(found.lower.bits() <= 48, "{}", found.lower);
        }
    }

    #[test]
    fn a_good_guess_costs_few_questions() {
        let asked = Cell::new(0);
        let two = Exact::from(2);
        let stable = |x: &Exact| {
            asked.set(asked.get() + 1);
            x.square() <= two
        };
        bracket(stable, &Exact::from_f64(2f64.sqrt()).unwrap(), &width());
        assert!(asked.get() <= 4, "{} questions", asked.get());
    }

    #[test]
    fn a_rational_edge_is_found() {
        let edge = Exact::fraction(6, 5);
        for guess in [Exact::from(1), Exact::from_f64(1.2).unwrap()] {
            assert_eq!(bracket(|x| *x <= edge, &guess, &width()).lower, edge);
        }
    }
}
