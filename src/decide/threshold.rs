//! What is known of the end of a criterion: a bracket, that there is none, or what a search left open.

use num_traits::One;
use serde::{Serialize, Serializer};

use crate::matrix::{Bracket, try_bracket};
use crate::number::{Exact, Verdict};
use crate::work;

/// Why a search was broken off by the deadline.
pub(super) const TIME_LIMIT: &str = "time limit";

/// Answers that may be undecided before a search is given up: each halves the learning rate at most.
const MOST_UNDECIDED: usize = 100;

/// A rational of this many bits is simple, whatever the width of its bracket.
const SIMPLE_BITS: u32 = 12;

/// The largest learning rate at which a criterion holds, as far as it is known. A search that ended without
/// a bracket is no proof that there is no end: [`Critical::Unbounded`] has its own, exact reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Critical {
    /// Between two learning rates, each decided exactly.
    Bracket(Bracket),
    /// The lower end of this bracket itself, where the criterion holds and its slack is singular.
    Exact(Bracket),
    /// The criterion holds at every learning rate, for this reason.
    Unbounded(Unbounded),
    /// There may be an end, and it was not enclosed.
    NotFound(NotFound),
}

/// Why a criterion holds at every learning rate; each was decided over ℚ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbounded {
    /// `H = 0`.
    Flat,
    /// `p = 0`.
    FullBatch,
    /// `Σ = 0`.
    EqualSamples,
}

/// What a search knows that found no bracket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NotFound {
    /// The largest learning rate at which the criterion is known to hold.
    pub lower: Option<Exact>,
    /// The smallest at which it is known to fail, or that is known to be no smaller than the end.
    pub upper: Option<Exact>,
    /// What failed.
    pub reason: String,
}

/// The bits that a proposal needs for this relative width, with some to spare.
pub(super) fn digits(width: &Exact) -> i32 {
    16 - width.exponent()
}

impl Unbounded {
    /// In words, with the witness first.
    pub fn reason(self) -> &'static str {
        match self {
            Unbounded::Flat => "every H_i is zero: SGD stands still",
            Unbounded::FullBatch => "p = 0: the full batch has no sample noise",
            Unbounded::EqualSamples => "Σ = 0: all samples have the same curvature",
        }
    }
}

impl Critical {
    /// The end of a criterion that is known exactly.
    pub fn point(value: Exact) -> Self {
        Critical::Exact(Bracket::point(value))
    }

    /// What was not asked before the time was over.
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
    /// When there is none, with what is known instead.
    pub fn unwrap(self) -> Bracket {
        self.expect("a bracket")
    }

    /// The bracket.
    ///
    /// # Panics
    /// When there is none, with this expectation and with what is known instead.
    pub fn expect(self, expected: &str) -> Bracket {
        match self {
            Critical::Bracket(bracket) | Critical::Exact(bracket) => bracket,
            other => panic!("{expected}: {other:?}"),
        }
    }

    /// What the critical learning rate is known to be at least, and at most.
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

    /// Where the lower end is a far simpler fraction than the width of the bracket asks for: asks whether
    /// it is the critical learning rate itself.
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

    /// Where no bracket was found: the critical learning rate is at most this.
    pub(super) fn at_most(self, upper: Option<Exact>) -> Self {
        let known = NotFound {
            upper,
            ..NotFound::default()
        };
        self.between(&Critical::out_of_time(), &Critical::NotFound(known))
    }

    /// Where no bracket was found: at this learning rate the criterion holds, or does not.
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

    /// Where no bracket was found: the critical learning rate lies between two others.
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

/// The bracket, or null.
impl Serialize for Critical {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.bracket().serialize(serializer)
    }
}

/// Encloses the end of a criterion between two learning rates that are decided. A point that is undecided
/// (an edge that is too large to eliminate) counts as unstable in the search, and the upper end then moves
/// a little outwards, to where it is decided. Where it is not even there, `why` says what failed.
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
    // A quarter of the width is kept for the move outwards.
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
    /// What the answers so far say.
    known: NotFound,
    /// How many answers were undecided.
    undecided: usize,
    is_out_of_time: bool,
}

impl<F: FnMut(&Exact) -> Verdict> EndSearch<F> {
    /// Does the criterion hold? `None` when the search is to be given up.
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

    /// The bracket with its upper end moved a little outwards, if it is undecided; `None` when it is
    /// undecided there too.
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
