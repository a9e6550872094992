//! Mean-square stability of models of any size, decided with a witness where there is one.

use std::cell::OnceCell;

use num_traits::Zero;

use super::exact_test::MeanSquareTest;
use super::subject::Subject;
use super::witness::{Search, Witness};
use crate::matrix::{Fractions, definite, kernel::kernel_projector};
use crate::number::{Exact, Verdict};

/// The largest dimension for which the edge itself is decided, by elimination of a matrix of
/// `d(d+1)/2 = 136` rows.
pub const LARGEST_EDGE: usize = 16;

/// Up to this dimension (10 rows of the second-moment test) the elimination is quicker than any
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
    /// Within `2^−768` of the edge or on it, in a model above [`LARGEST_EDGE`] dimensions.
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
    subject: &'a Subject<'a>,
    /// The bits of the distance from the edge, relative, to which the search goes.
    bits: i32,
    search: OnceCell<Option<Search<'a>>>,
    exact: OnceCell<MeanSquareTest>,
}

impl<'a> MeanSquare<'a> {
    /// For a model at a minimum.
    pub(super) fn of(subject: &'a Subject<'a>) -> Self {
        MeanSquare {
            subject,
            bits: match subject.samples.dimension() <= LARGEST_EDGE {
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
        match self.subject.samples.dimension() <= SMALL {
            true => self.exact_test().holds(learning_rate).into(),
            false => self.decide(learning_rate).verdict(),
        }
    }

    /// The verdict with a witness, if there is one to be found.
    pub(super) fn decide(&mut self, learning_rate: &Exact) -> Decided {
        // A projector's digits grow with d: in large models the search finds shorter witnesses.
        let short =
            self.subject.range.is_everything() || self.subject.samples.dimension() <= LARGEST_EDGE;
        if let Some(witness) = self.plain_witness(learning_rate, short) {
            return Decided::By(witness);
        }
        let bits = self.bits;
        if let Some(search) = self.search()
            && let Some(witness) = search.at(learning_rate, bits)
        {
            return Decided::By(witness);
        }
        if !short && let Some(witness) = self.plain_witness(learning_rate, true) {
            return Decided::By(witness);
        }
        match self.subject.samples.dimension() <= LARGEST_EDGE {
            true => Decided::ByExactTest(self.exact_test().holds(learning_rate)),
            false => Decided::Not,
        }
    }

    /// The search, when machine numbers reach the model.
    pub(super) fn search(&mut self) -> Option<&mut Search<'a>> {
        self.search.get_or_init(|| Search::of(self.subject));
        self.search.get_mut()?.as_mut()
    }

    /// The identity as a witness: stable where the one-step criterion holds (`(C − ηD)(I)` is its
    /// slack, so this serves every edge of commuting samples), unstable where its trace is negative.
    /// As a stable witness it is projected onto the range of `H`, where that is asked for.
    fn plain_witness(&self, learning_rate: &Exact, projected: bool) -> Option<Witness> {
        let slack = self.subject.one_step_slack(learning_rate);
        let identity = &self.subject.curvature.identity;
        if identity.dot(&slack) < Exact::zero() {
            return Some(Witness::Unstable(identity.clone()));
        }
        let range = &self.subject.range;
        let holds = projected && definite::semidefinite(&range.compressed(&slack)).holds();
        holds.then(|| Witness::Stable(self.projector()))
    }

    /// The orthogonal projector onto the range of `H`.
    fn projector(&self) -> Fractions {
        let identity = self.subject.curvature.identity.clone();
        match self.subject.range.is_everything() {
            true => identity,
            false => {
                let hessian = self.subject.samples.hessian().to_exact();
                identity - Fractions::of(&kernel_projector(&hessian))
            }
        }
    }

    fn exact_test(&self) -> &MeanSquareTest {
        let test = || MeanSquareTest::of(&self.subject.model.quadratic(), &self.subject.weight);
        self.exact.get_or_init(test)
    }
}
