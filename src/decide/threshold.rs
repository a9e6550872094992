//! What is known about the end of a criterion: a bracket, a proof that there is none, or what a search
//! found out.

use num_traits::One;
use serde::{Serialize, Serializer};

use crate::matrix::{Bracket, try_bracket};
use crate::number::{Exact, Verdict};
use crate::work;

/// The reason when a deadline ended a search.
pub(super) const TIME_LIMIT: &str = "time limit";

/// The number of undecided answers before a search is given up; each at most halves the learning rate.
const MOST_UNDECIDED: usize = 100;

/// A rational of up to this many bits counts as simple, whatever the width of its bracket.
const SIMPLE_BITS: u32 = 12;

/// The largest learning rate at which a criterion holds, as far as it is known. A search that ended
/// without a bracket does not prove that there is no end; [`Critical::Unbounded`] requires an exact
/// reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Critical {
    /// It lies between two learning rates that were each decided exactly.
    Bracket(Bracket),
    /// It is the lower end of this bracket, where the criterion holds and its slack is singular.
    Exact(Bracket),
    /// There is none: the criterion holds at every learning rate, for this reason.
    Unbounded(Unbounded),
    /// It was not enclosed, and may not exist.
    NotFound(NotFound),
}

/// Why a criterion holds at every learning rate. Each reason is decided over ℚ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbounded {
    /// The loss is flat, `H = 0`.
    Flat,
    /// The sampling noise vanishes, `p = 0`.
    FullBatch,
    /// All samples are equal, `Σ = 0`.
    EqualSamples,
}

/// What a search without a bracket has found out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NotFound {
    /// The largest learning rate at which the criterion is known to hold.
    pub lower: Option<Exact>,
    /// The smallest learning rate at which the criterion is known to fail, or that is a known upper
    /// bound of the end.
    pub upper: Option<Exact>,
    /// Why the search found no bracket.
    pub reason: String,
}

/// The bits that a proposal needs for this relative width, including some to spare.
pub(super) fn digits(width: &Exact) -> i32 {
    16 - width.exponent()
}

impl Unbounded {
    /// The reason as a sentence that starts with its proof.
    pub fn reason(self) -> &'static str {
        match self {
            Unbounded::Flat => "every H_i is zero: SGD stands still",
            Unbounded::FullBatch => "p = 0: the full batch has no sample noise",
            Unbounded::EqualSamples => "Σ = 0: all samples have the same curvature",
        }
    }
}

impl Critical {
    /// A critical learning rate that is known exactly.
    pub fn point(value: Exact) -> Self {
        Critical::Exact(Bracket::point(value))
    }

    /// A critical learning rate that was not searched for before the time was over.
    pub fn out_of_time() -> Self {
        Critical::NotFound(NotFound {
            reason: TIME_LIMIT.to_owned(),
            ..NotFound::default()
        })
    }

    /// The bracket, if there is one.
    pub fn bracket(&self) -> Option<&Bracket> {
        match self {
            Critical::Bracket(bracket) | Critical::Exact(bracket) => Some(bracket),
            Critical::Unbounded(_) | Critical::NotFound(_) => None,
        }
    }

    /// The bracket.
    ///
    /// # Panics
    /// When there is no bracket; the message says what is known instead.
    pub fn unwrap(self) -> Bracket {
        self.expect("a bracket")
    }

    /// The bracket.
    ///
    /// # Panics
    /// When there is no bracket; the message contains `expected` and says what is known instead.
    pub fn expect(self, expected: &str) -> Bracket {
        match self {
            Critical::Bracket(bracket) | Critical::Exact(bracket) => bracket,
            other => panic!("{expected}: {other:?}"),
        }
    }

    /// The known lower and upper bounds of the critical learning rate.
    pub fn ends(&self) -> (Option<&Exact>, Option<&Exact>) {
        match self {
            Critical::Bracket(bracket) | Critical::Exact(bracket) => {
                (Some(&bracket.lower), Some(&bracket.upper))
            }
            Critical::NotFound(known) => (known.lower.as_ref(), known.upper.as_ref()),
            Critical::Unbounded(_) => (None, None),
        }
    }

    /// Is the lower end of the bracket the critical learning rate itself?
    pub fn is_exact(&self) -> bool {
        matches!(self, Critical::Exact(_))
    }

    /// If the lower end is a much simpler fraction than the width of the bracket calls for, asks
    /// whether it is the critical learning rate itself.
    pub(super) fn known_exactly(self, width: &Exact, is_edge: impl FnOnce(&Exact) -> bool) -> Self {
        let simple = SIMPLE_BITS.max(width.exponent().unsigned_abs() / 3);
        match self {
            Critical::Bracket(bracket)
                if bracket.is_point()
                    || (bracket.lower.bits() <= simple
                        && work::in_time(|| is_edge(&bracket.lower)) == Ok(true)) =>
            {
                Critical::Exact(bracket)
            }
            other => other,
        }
    }

    /// Adds an upper bound, if there is no bracket.
    pub(super) fn at_most(self, upper: Option<Exact>) -> Self {
        let known = NotFound {
            upper,
            ..NotFound::default()
        };
        self.between(&Critical::out_of_time(), &Critical::NotFound(known))
    }

    /// Adds the verdict at a learning rate as a bound, if there is no bracket.
    pub(super) fn know(&mut self, learning_rate: &Exact, verdict: Option<bool>) {
        let (Critical::NotFound(known), Some(holds)) = (self, verdict) else {
            return;
        };
        let here = Some(learning_rate.clone());
        if holds {
            known.lower = known.lower.take().max(here);
        } else {
            known.upper = [known.upper.take(), here].into_iter().flatten().min();
        }
    }

    /// Adds two other critical learning rates as lower and upper bounds, if there is no bracket.
    pub(super) fn between(self, smaller: &Critical, larger: &Critical) -> Self {
        let Critical::NotFound(own) = self else {
            return self;
        };
        let (below, above) = (smaller.ends().0.cloned(), larger.ends().1.cloned());
        Critical::NotFound(NotFound {
            lower: own.lower.max(below),
            upper: [own.upper, above].into_iter().flatten().min(),
            reason: own.reason,
        })
    }
}

/// Serialises the bracket, or null.
impl Serialize for Critical {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.bracket().serialize(serializer)
    }
}

/// Encloses the end of a criterion between two learning rates that are decided. A learning rate that is
/// undecided (an edge too large for elimination) counts as unstable in the search; if it becomes the
/// upper end, that end is then moved slightly outwards, to where it is decided. If that fails too,
/// `why` gives the reason.
pub(super) fn certified(
    ask: impl FnMut(&Exact) -> Verdict,
    guess: &Exact,
    width: &Exact,
    why: impl FnOnce() -> String,
) -> Critical {
    let mut search = EndSearch {
        ask,
        known: NotFound::default(),
        undecided: 0,
        is_out_of_time: false,
    };
    // A quarter of the width is reserved for moving the upper end outwards.
    let inner = width * Exact::fraction(3, 4);
    let found = try_bracket(|eta| search.is_stable(eta), guess, &inner);
    match found.and_then(|found| search.with_decided_end(found, width)) {
        Some(found) => Critical::Bracket(found),
        None => Critical::NotFound(NotFound {
            reason: if search.is_out_of_time {
                TIME_LIMIT.to_owned()
            } else {
                why()
            },
            ..search.known
        }),
    }
}

/// A search for the end of a criterion.
struct EndSearch<F> {
    /// Does the criterion hold at a learning rate?
    ask: F,
    /// What the answers so far have shown.
    known: NotFound,
    /// The number of undecided answers.
    undecided: usize,
    is_out_of_time: bool,
}

impl<F: FnMut(&Exact) -> Verdict> EndSearch<F> {
    /// Does the criterion hold? `None` when the search must be given up.
    fn is_stable(&mut self, eta: &Exact) -> Option<bool> {
        let Ok(verdict) = work::in_time(|| (self.ask)(eta)) else {
            self.is_out_of_time = true;
            return None;
        };
        let known = &mut self.known;
        match verdict {
            Verdict::Holds => known.lower = known.lower.take().max(Some(eta.clone())),
            Verdict::Fails if known.upper.as_ref().is_none_or(|upper| eta < upper) => {
                known.upper = Some(eta.clone());
            }
            Verdict::Fails => {}
            Verdict::Undecided => {
                self.undecided += 1;
                if self.undecided > MOST_UNDECIDED {
                    return None;
                }
            }
        }
        Some(verdict.holds())
    }

    /// The bracket, with its upper end moved slightly outwards if it is undecided; `None` when the
    /// moved end is undecided too.
    fn with_decided_end(&mut self, mut found: Bracket, width: &Exact) -> Option<Bracket> {
        if self.known.upper.as_ref() != Some(&found.upper) {
            let part = |sixteenths| {
                &found.upper * (Exact::one() + width * Exact::fraction(sixteenths, 16))
            };
            found.upper = Exact::simplest_between(&part(2), &part(3));
            self.is_stable(&found.upper)?;
        }
        (self.known.upper.as_ref() == Some(&found.upper)).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enclosed(ask: impl Fn(&Exact) -> Verdict) -> Critical {
        let width = Exact::fraction(1, 1000);
        let why = || "no side was proved".to_owned();
        certified(ask, &Exact::fraction(1, 2), &width, why)
    }

    #[test]
    fn a_search_that_finds_no_end_says_what_it_knows_and_not_that_there_is_none() {
        let one = Exact::from(1);
        let decided = enclosed(|eta| (*eta <= one).into());
        let end = decided.unwrap();
        assert!(end.lower <= one && one < end.upper);
        let open = enclosed(|eta| {
            if *eta <= one {
                Verdict::Holds
            } else {
                Verdict::Undecided
            }
        });
        let neighbours = [Exact::fraction(1, 3), Exact::from(2)].map(Critical::point);
        let Critical::NotFound(known) = open.between(&neighbours[0], &neighbours[1]) else {
            panic!("nothing fails, so there is no upper end");
        };
        let lower = known.lower.expect("it holds up to 1");
        assert!(lower <= one && lower > Exact::fraction(99, 100));
        assert_eq!(known.upper, Some(Exact::from(2)));
        assert_eq!(known.reason, "no side was proved");
    }

    #[test]
    fn a_search_without_an_answer_ends() {
        let mut open = enclosed(|_| Verdict::Undecided);
        assert!(matches!(&open, Critical::NotFound(known) if known.lower.is_none()));
        open.know(&Exact::from(3), Some(true));
        open.know(&Exact::from(5), Some(false));
        assert_eq!(open.ends(), (Some(&Exact::from(3)), Some(&Exact::from(5))));
        let out_of_time = serde_json::to_value(Critical::out_of_time()).unwrap();
        assert!(out_of_time.is_null());
    }
}
