//! Mean-square stability of models of any size, decided with a witness where there is one.

use std::cell::OnceCell;

use num_traits::Zero;

use super::exact_test::MeanSquareTest;
use super::subject::Subject;
use super::witness::{Search, Witness};
use crate::number::{Exact, Verdict};

/// The largest rank `r` of `H` for which the edge itself is decided, by elimination of a matrix of
/// `r(r+1)/2 = 136` rows.
pub const LARGEST_EDGE: usize = 16;

/// Up to this rank (10 rows of the second-moment test) the elimination is quicker than any
/// search.
const SMALL: usize = 4;

/// Bits of the distance from the edge, relative, below which the exact test takes over …
const NEAR: i32 = 96;
/// … or, where the model is too large for it, no answer is given.
const NEAREST: i32 = 768;

/// What decided the question of mean-square stability at one learning rate.
#[derive(Clone, Debug)]
pub enum Decided {
    /// A witness that a stranger can check.
    By(Witness),
    /// The exact test of `C − ηD` on Sym(d) alone: true when stable.
    ByExactTest(bool),
    /// Within `2^−768` of the edge or on it, where the rank of `H` is above [`LARGEST_EDGE`].
    Not,
}

impl Decided {
    /// Is SGD mean-square stable?
    pub fn verdict(&self) -> Verdict {
        match self {
            Decided::By(Witness::Stable(_)) => Verdict::Holds,
            Decided::By(Witness::Unstable(_)) => Verdict::Fails,
            Decided::ByExactTest(stable) => (*stable).into(),
            Decided::Not => Verdict::Undecided,
        }
    }
}

/// The mean-square question of one model and noise weight, prepared for many learning rates.
pub(super) struct MeanSquare<'a> {
    subject: &'a Subject,
    /// The bits of the distance from the edge, relative, to which the search goes.
    bits: i32,
    search: OnceCell<Option<Search<'a>>>,
    exact: OnceCell<MeanSquareTest>,
}

impl<'a> MeanSquare<'a> {
    /// For a model at a minimum.
    pub(super) fn of(subject: &'a Subject) -> Self {
        MeanSquare {
            subject,
            bits: match subject.range.rank() <= LARGEST_EDGE {
                true => NEAR,
                false => NEAREST,
            },
            search: OnceCell::new(),
            exact: OnceCell::new(),
        }
    }

    /// Lets the search go to a distance of `2^−bits` from the edge, if that is farther than it goes
    /// by itself.
    pub(super) fn look_as_near_as(&mut self, bits: i32) {
        self.bits = self.bits.max(bits);
    }

    /// The verdict alone, by the quickest road.
    pub(super) fn verdict(&mut self, learning_rate: &Exact) -> Verdict {
        match self.subject.range.rank() <= SMALL {
            true => self.exact_test().holds(learning_rate).into(),
            false => self.decide(learning_rate).verdict(),
        }
    }

    /// The verdict with a witness, if there is one to be found.
    pub(super) fn decide(&mut self, learning_rate: &Exact) -> Decided {
        // A projector's digits grow with r: in large models the search finds shorter witnesses.
        let short = self.identity_is_held() || self.subject.range.rank() <= LARGEST_EDGE;
        if short && let Some(witness) = self.plain_witness(learning_rate) {
            return Decided::By(witness);
        }
        let bits = self.bits;
        if let Some(search) = self.search()
            && let Some(witness) = search.at(learning_rate, bits)
        {
            return Decided::By(witness);
        }
        if !short && let Some(witness) = self.plain_witness(learning_rate) {
            return Decided::By(witness);
        }
        match self.subject.range.rank() <= LARGEST_EDGE {
            true => Decided::ByExactTest(self.exact_test().holds(learning_rate)),
            false => Decided::Not,
        }
    }

    /// The search, when machine numbers reach the model.
    pub(super) fn search(&mut self) -> Option<&mut Search<'a>> {
        self.search.get_or_init(|| Search::of(self.subject));
        self.search.get_mut()?.as_mut()
    }

    /// The identity on the range as a witness: stable where the one-step criterion holds
    /// (`(C − ηD)(I)` is its slack, so this serves every edge of commuting samples), unstable where its
    /// trace is negative.
    fn plain_witness(&self, learning_rate: &Exact) -> Option<Witness> {
        let subject = self.subject;
        if subject.one_step_slack(learning_rate).trace() < Exact::zero() {
            return Some(Witness::Unstable(subject.projector()));
        }
        let holds = subject.one_step(learning_rate).holds();
        holds.then(|| Witness::Stable(subject.projector()))
    }

    /// Is the range of `H` everything, so that its projector is the identity?
    fn identity_is_held(&self) -> bool {
        self.subject.range.values().is_none()
    }

    fn exact_test(&self) -> &MeanSquareTest {
        self.exact.get_or_init(|| MeanSquareTest::of(self.subject))
    }
}
