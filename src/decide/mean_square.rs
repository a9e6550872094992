//! Mean-square stability of models of any size, decided with a witness where there is one.

use std::cell::OnceCell;

use num_traits::Zero;

use super::coordinates::LARGEST_SCALED;
use super::diagonal::Diagonal;
use super::exact_test::MeanSquareTest;
use super::subject::Subject;
use super::witness::{Missed, Search, Witness};
use crate::criterion::one_step;
use crate::matrix::fraction_free::Sign;
use crate::number::{Exact, Verdict};
use crate::work;

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
/// Where the exact test says that this is not the edge, the search goes on to here.
const NEAREST_BESIDE_THE_EDGE: i32 = 1 << 14;

/// Bits of a proposed end that may be missing without a better one being looked for.
const TOLERATED_BITS: i32 = 12;

/// What decided the question of mean-square stability at one learning rate.
#[derive(Clone, Debug)]
pub enum Decided {
    /// A witness that a stranger can check.
    By(Witness),
    /// The exact test of `C − ηD` on Sym(d): semi-definite and singular on the range of `H`, so that this is
    /// the edge, which is stable and where there need be no witness.
    OnTheEdge,
    /// The exact test says that this is not the edge, true when stable; a witness exists and was not found.
    ByElimination(bool),
    /// No answer, where the rank of `H` is above [`LARGEST_EDGE`]: what failed.
    Not(String),
}

impl Decided {
    /// Is SGD mean-square stable?
    pub fn verdict(&self) -> Verdict {
        match self {
            Decided::By(Witness::Stable(_)) | Decided::OnTheEdge => Verdict::Holds,
            Decided::By(Witness::Unstable(_)) => Verdict::Fails,
            Decided::ByElimination(stable) => (*stable).into(),
            Decided::Not(_) => Verdict::Undecided,
        }
    }
}

/// The mean-square question of one model and noise weight, prepared for many learning rates.
pub(super) struct MeanSquare<'a> {
    subject: &'a Subject,
    /// The bits of the distance from the edge, relative, to which the search goes.
    bits: i32,
    by_machine_numbers: OnceCell<Option<Search<'a>>>,
    by_many_bits: OnceCell<Option<Search<'a>>>,
    /// Has the search by machine numbers failed away from the edge?
    is_beyond_machine_numbers: bool,
    exact: OnceCell<MeanSquareTest>,
    diagonal: OnceCell<Option<Diagonal>>,
    /// Why the last question that was undecided was so.
    undecided: Option<String>,
}

impl<'a> MeanSquare<'a> {
    /// For a model at a minimum.
    pub(super) fn of(subject: &'a Subject) -> Self {
        MeanSquare {
            subject,
            bits: if subject.range.rank() <= LARGEST_EDGE {
                NEAR
            } else {
                NEAREST
            },
            by_machine_numbers: OnceCell::new(),
            by_many_bits: OnceCell::new(),
            is_beyond_machine_numbers: false,
            exact: OnceCell::new(),
            diagonal: OnceCell::new(),
            undecided: None,
        }
    }

    /// Lets the search go to a distance of `2^−bits` from the edge, if that is farther than it goes
    /// by itself.
    pub(super) fn look_as_near_as(&mut self, bits: i32) {
        self.bits = self.bits.max(bits);
    }

    /// The verdict alone, in the quickest way.
    pub(super) fn verdict(&mut self, learning_rate: &Exact) -> Verdict {
        if self.subject.range.rank() > SMALL {
            return self.decide(learning_rate).verdict();
        }
        let sign = self.exact_test().sign(learning_rate);
        sign.is_semidefinite().into()
    }

    /// The verdict with a witness, if there is one to be found.
    pub(super) fn decide(&mut self, learning_rate: &Exact) -> Decided {
        // A projector's digits grow with r: in large models the search finds shorter witnesses.
        let short = self.identity_is_held() || self.subject.range.rank() <= LARGEST_EDGE;
        if short && let Some(witness) = self.plain_witness(learning_rate) {
            return Decided::By(witness);
        }
        let missed = match self.searched(learning_rate, self.bits) {
            Ok(witness) => return Decided::By(witness),
            Err(missed) => missed,
        };
        if !short && let Some(witness) = self.plain_witness(learning_rate) {
            return Decided::By(witness);
        }
        if self.subject.range.rank() <= LARGEST_EDGE {
            return self.by_elimination(learning_rate);
        }
        let reason = self.reason(&missed, learning_rate);
        self.undecided = Some(reason.clone());
        Decided::Not(reason)
    }

    /// The exact test tells the edge from what is beside it, where there is a witness to be found yet.
    fn by_elimination(&mut self, learning_rate: &Exact) -> Decided {
        work::stage("elimination of C − ηD on Sym(d)");
        let sign = self.exact_test().sign(learning_rate);
        if sign == Sign::Singular {
            return Decided::OnTheEdge;
        }
        let mut bits = 2 * self.bits;
        while bits <= NEAREST_BESIDE_THE_EDGE {
            match self.searched(learning_rate, bits) {
                Ok(witness) => return Decided::By(witness),
                Err(Missed::Near { .. }) => bits *= 2,
                Err(_) => break,
            }
        }
        Decided::ByElimination(sign.is_semidefinite())
    }

    /// A witness by machine numbers, or, where they fail away from the edge, by more bits.
    fn searched(&mut self, learning_rate: &Exact, bits: i32) -> Result<Witness, Missed> {
        work::stage("a witness of mean-square stability");
        let mut missed = Missed::Unreached;
        if !self.is_beyond_machine_numbers {
            if let Some(search) = self.by_machine_numbers() {
                missed = match search.at(learning_rate, bits) {
                    Err(away @ Missed::Unproved { .. }) => away,
                    found => return found,
                };
            }
            self.is_beyond_machine_numbers = true;
        }
        match self.by_many_bits() {
            Some(search) => search.at(learning_rate, bits),
            None => Err(missed),
        }
    }

    /// A learning rate next to `η*` and not below it, as near as `2^−bits` where corrections gain so much.
    pub(super) fn proposed_end(&mut self, bits: i32) -> Option<Exact> {
        let end = |search: &mut Search| {
            let refined = search.refine_to(bits / 2);
            (search.quotient().clone(), refined.is_some())
        };
        let near = match self.by_machine_numbers().map(end) {
            Some((quotient, true)) => return Some(quotient),
            other => other.map(|(quotient, _)| quotient),
        };
        let nearer = self.by_many_bits().map(|search| end(search).0);
        let is_near_enough = |near: &Exact, nearer: &Exact| {
            let excess = near / nearer - Exact::from(1);
            excess.exponent() <= TOLERATED_BITS - bits
        };
        match (near, nearer) {
            (Some(near), Some(nearer)) if !is_near_enough(&near, &nearer) => Some(near.min(nearer)),
            (near, nearer) => near.or(nearer),
        }
    }

    /// The search by machine numbers, when they reach the model.
    pub(super) fn by_machine_numbers(&mut self) -> Option<&mut Search<'a>> {
        let search = || Search::by_machine_numbers(self.subject);
        self.by_machine_numbers.get_or_init(search);
        self.by_machine_numbers.get_mut()?.as_mut()
    }

    /// The search by many bits, when they reach the model.
    pub(super) fn by_many_bits(&mut self) -> Option<&mut Search<'a>> {
        self.by_many_bits
            .get_or_init(|| Search::by_many_bits(self.subject));
        self.by_many_bits.get_mut()?.as_mut()
    }

    /// Is this the edge, `C − ηD` semi-definite and singular on the range of `H`? Where that is eliminated.
    pub(super) fn is_edge(&self, learning_rate: &Exact) -> bool {
        self.subject.range.rank() <= LARGEST_EDGE
            && self.exact_test().sign(learning_rate) == Sign::Singular
    }

    /// Why the last question that was undecided was so.
    pub(super) fn why(&self) -> String {
        self.undecided.clone().unwrap_or_default()
    }

    /// What failed, in words.
    fn reason(&self, missed: &Missed, learning_rate: &Exact) -> String {
        let rank = self.subject.range.rank();
        let bits = if rank <= LARGEST_SCALED {
            "numbers of up to 2048 bits".to_owned()
        } else {
            format!(
                "machine numbers (more bits are tried up to rank {LARGEST_SCALED} of H; here it is {rank})"
            )
        };
        match missed {
            Missed::Near { bits } => format!(
                "within 2^-{bits} of the edge or on it, where only elimination decides; the mean-square edge is eliminated up to rank {LARGEST_EDGE} of H"
            ),
            Missed::Unproved { quotient } => format!(
                "the edge is at most {}, and at {} of that neither side was proved by a witness from {bits}",
                quotient.decimal_above(6),
                (learning_rate / quotient).decimal_below(6),
            ),
            Missed::Unreached => format!("{bits} gave no witness to be proved"),
        }
    }

    /// The identity on the range as a witness: stable where the one-step criterion holds
    /// (`(C − ηD)(I)` is its slack, so this serves every edge of commuting samples), unstable where its
    /// trace is negative. In many dimensions, one coordinate of diagonal samples.
    fn plain_witness(&self, learning_rate: &Exact) -> Option<Witness> {
        let subject = self.subject;
        let slack = subject.matrix(&one_step::FORM, learning_rate);
        if slack.trace() < Exact::zero() {
            return Some(Witness::Unstable(subject.projector()));
        }
        if subject.verdict(&one_step::FORM, learning_rate).holds() {
            return Some(Witness::Stable(subject.projector()));
        }
        let diagonal = self.diagonal.get_or_init(|| Diagonal::of(subject));
        let size = subject.samples.size();
        let unstable = diagonal
            .as_ref()?
            .unstable(&subject.weight, learning_rate, size);
        unstable.map(Witness::Unstable)
    }

    /// Is `H` regular, so that the projector onto its range is the identity?
    fn identity_is_held(&self) -> bool {
        self.subject.range.values().is_none()
    }

    fn exact_test(&self) -> &MeanSquareTest {
        self.exact.get_or_init(|| MeanSquareTest::of(self.subject))
    }
}
