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

/// The largest rank `r` of `H` for which the edge itself is decided, by eliminating a matrix of
/// `r(r+1)/2 = 136` rows.
pub const LARGEST_EDGE: usize = 16;

/// Up to this rank (10 rows of the second-moment test) elimination is quicker than any search.
const SMALL: usize = 4;

/// The search goes to a relative distance of `2^−NEAR` from the edge; nearer than that, the exact test
/// decides.
const NEAR: i32 = 96;
/// The same where the model is too large for the exact test; nearer than that, no answer is given.
const NEAREST: i32 = 768;
/// The search goes this near when the exact test has shown that this is not the edge.
const NEAREST_BESIDE_THE_EDGE: i32 = 1 << 14;

/// The number of bits that a proposed end may lack before a better one is looked for.
const TOLERATED_BITS: i32 = 12;

/// How mean-square stability was decided at one learning rate.
#[derive(Clone, Debug)]
pub enum Decided {
    /// By a witness that anyone can check.
    By(Witness),
    /// By the exact test of `C − ηD` on Sym(d): it is semi-definite and singular on the range of `H`.
    /// This is the edge, which counts as stable and need not have a witness.
    OnTheEdge,
    /// By the exact test, which says that this is not the edge; `true` means stable. A witness exists
    /// but was not found.
    ByElimination(bool),
    /// Not decided, which happens only for a rank of `H` above [`LARGEST_EDGE`]; the text says what
    /// failed.
    Not(String),
}

impl Decided {
    /// Is SGD mean-square stable? Undecided for [`Decided::Not`].
    pub fn verdict(&self) -> Verdict {
        match self {
            Decided::By(Witness::Stable(_)) | Decided::OnTheEdge => Verdict::Holds,
            Decided::By(Witness::Unstable(_)) => Verdict::Fails,
            Decided::ByElimination(stable) => (*stable).into(),
            Decided::Not(_) => Verdict::Undecided,
        }
    }
}

/// The question of mean-square stability for one model and noise weight, prepared for many learning
/// rates.
pub(super) struct MeanSquare<'a> {
    subject: &'a Subject,
    /// The search goes to a relative distance of `2^−bits` from the edge.
    bits: i32,
    by_machine_numbers: OnceCell<Option<Search<'a>>>,
    by_many_bits: OnceCell<Option<Search<'a>>>,
    /// Has the search in `f64` failed away from the edge?
    is_beyond_machine_numbers: bool,
    exact: OnceCell<MeanSquareTest>,
    diagonal: OnceCell<Option<Diagonal>>,
    /// The reason for the last answer that was undecided.
    undecided: Option<String>,
}

impl<'a> MeanSquare<'a> {
    /// Prepares the question for a model at a minimum.
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

    /// Extends the search to a distance of `2^−bits` from the edge, if it would not go that near by
    /// itself.
    pub(super) fn look_as_near_as(&mut self, bits: i32) {
        self.bits = self.bits.max(bits);
    }

    /// The verdict without a witness, by the quickest method.
    pub(super) fn verdict(&mut self, learning_rate: &Exact) -> Verdict {
        if self.subject.range.rank() > SMALL {
            return self.decide(learning_rate).verdict();
        }
        let sign = self.exact_test().sign(learning_rate);
        sign.is_semidefinite().into()
    }

    /// The verdict, with a witness if one can be found.
    pub(super) fn decide(&mut self, learning_rate: &Exact) -> Decided {
        // A projector's digits grow with r, so in large models the search finds shorter witnesses.
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

    /// Decides by the exact test. Off the edge a witness exists, and the search for it goes on.
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

    /// A witness found in `f64`, or in high precision where `f64` fails away from the edge.
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

    /// A learning rate close to `η*` and not below it: to within `2^−bits`, if corrections gain that
    /// much.
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

    /// The search in `f64`; `None` when `f64` cannot represent the model.
    pub(super) fn by_machine_numbers(&mut self) -> Option<&mut Search<'a>> {
        let search = || Search::by_machine_numbers(self.subject);
        self.by_machine_numbers.get_or_init(search);
        self.by_machine_numbers.get_mut()?.as_mut()
    }

    /// The search in high precision; `None` when no precision suffices.
    pub(super) fn by_many_bits(&mut self) -> Option<&mut Search<'a>> {
        self.by_many_bits
            .get_or_init(|| Search::by_many_bits(self.subject));
        self.by_many_bits.get_mut()?.as_mut()
    }

    /// Is this the edge: is `C − ηD` semi-definite and singular on the range of `H`? `false` where the
    /// rank is too large for elimination.
    pub(super) fn is_edge(&self, learning_rate: &Exact) -> bool {
        self.subject.range.rank() <= LARGEST_EDGE
            && self.exact_test().sign(learning_rate) == Sign::Singular
    }

    /// The reason for the last answer that was undecided.
    pub(super) fn why(&self) -> String {
        self.undecided.clone().unwrap_or_default()
    }

    /// The message that says what failed.
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

    /// The identity on the range as a witness. It proves stability where the one-step criterion holds
    /// (`(C − ηD)(I)` is its slack, so this covers every edge of commuting samples), and instability
    /// where the trace of that slack is negative. For diagonal samples in many dimensions, one
    /// coordinate may be the witness.
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

    /// Is `H` invertible, so that the projector onto its range is the identity?
    fn identity_is_held(&self) -> bool {
        self.subject.range.values().is_none()
    }

    fn exact_test(&self) -> &MeanSquareTest {
        self.exact.get_or_init(|| MeanSquareTest::of(self.subject))
    }
}
