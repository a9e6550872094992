//! The chain `2/max_i λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)`, checked on certified brackets.
//!
//! The three inequalities follow from `E[H_b²] ⪯ max λ_max(H_b)·H`, from `T(I) ⪯ I` (Collatz and
//! Wielandt), and from the fact that `E x_t` follows gradient descent. Brackets that contradict one of
//! them reveal a bug.

use serde::Serialize;

use super::threshold::Critical;
use crate::error::{Error, Result};
use crate::matrix::Bracket;

/// Two neighbours in the chain, by their names in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The name of the smaller one.
    pub first: &'static str,
    /// The name of the larger one.
    pub second: &'static str,
    /// Do the brackets prove that they differ? If not, they are equal or closer than the width of the
    /// brackets.
    pub apart: bool,
}

/// A member of the chain that has a bracket.
#[derive(Clone, Copy)]
struct Member<'a> {
    name: &'static str,
    bracket: &'a Bracket,
}

/// The links between the members that have brackets.
///
/// # Errors
/// An internal error when two brackets contradict a link.
pub(super) fn links(members: &[(&'static str, &Critical)]) -> Result<Vec<Link>> {
    let known = members.iter().filter_map(|&(name, critical)| {
        let bracket = critical.bracket()?;
        Some(Member { name, bracket })
    });
    let known: Vec<Member> = known.collect();
    let pairs = known.windows(2);
    pairs.map(|pair| link(pair[0], pair[1])).collect()
}

fn link(first: Member, second: Member) -> Result<Link> {
    let (a, b) = (first.bracket, second.bracket);
    // The upper end is above the value, unless the value is known exactly.
    if a.lower > b.upper || (a.lower == b.upper && !b.is_point()) {
        return Err(Error::internal(format!(
            "the certified brackets break the chain: {} is at least {}, {} at most {}",
            first.name, a.lower, second.name, b.upper
        )));
    }
    Ok(Link {
        first: first.name,
        second: second.name,
        apart: a.upper < b.lower || (a.upper == b.lower && !a.is_point()),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Kind;
    use crate::number::Exact;

    fn bracket((lower, width): (i64, i64)) -> Bracket {
        Bracket {
            lower: Exact::from(lower),
            upper: Exact::from(lower + width),
        }
    }

    /// The possible values in a bracket, in quarters: the lower end may be the value, the upper end may
    /// not.
    fn values((lower, width): (i64, i64)) -> std::ops::Range<i64> {
        4 * lower..4 * (lower + width) + i64::from(width == 0)
    }

    proptest! {
        /// A link is refused when no two values of its brackets are in order, and proved strict when
        /// all are in order and none are equal.
        #[test]
        fn a_link_is_what_the_values_say(a in (1i64..6, 0i64..3), b in (1i64..6, 0i64..3)) {
            let [first, second] = [a, b].map(|ends| Critical::Bracket(bracket(ends)));
            let found = links(&[("a", &first), ("b", &second)]);
            let pairs = || values(a).flat_map(|x| values(b).map(move |y| (x, y)));
            match found {
                Err(fault) => {
                    prop_assert_eq!(fault.kind, Kind::Internal);
                    prop_assert!(pairs().all(|(x, y)| x > y));
                }
                Ok(links) => {
                    prop_assert!(pairs().any(|(x, y)| x <= y));
                    prop_assert_eq!(links[0].apart, pairs().all(|(x, y)| x < y));
                }
            }
        }
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let [low, high] = [(1, 1), (5, 0)].map(|ends| Critical::Bracket(bracket(ends)));
        let none = Critical::out_of_time();
        let found = links(&[("low", &low), ("none", &none), ("high", &high)]).unwrap();
        let expected = Link {
            first: "low",
            second: "high",
            apart: true,
        };
        assert_eq!(found, [expected]);
        assert_eq!(links(&[("none", &none), ("low", &low)]).unwrap(), []);
    }
}
