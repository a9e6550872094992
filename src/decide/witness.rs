//! Witnesses of mean-square stability, found in floating point and checked over ℚ:
//!
//! * stable: a rational `X ⪰ 0` with the kernel of `H` and `X − T(X) ⪰ 0`;
//! * unstable: a rational symmetric `Y` with `⟨Y, T(Y)⟩ > ⟨Y, Y⟩`.
//!
//! `X − T(X) = η(C − ηD)(X)`, so both are statements about the slack `C − ηD`. The search keeps a
//! rational approximation `V` of the slowest direction, the matrix that minimises `⟨V, CV⟩/⟨V, DV⟩`.
//! This quotient is never below `η*`, and its error is quadratic in that of `V`. Above the quotient,
//! `V` itself is the unstable witness. Below it, `X` is the solution of `(C − ηD)X = H`: a suitable
//! multiple of `V` (large near the edge) plus a remainder that floating point can find.
//!
//! Where the edge is too near for floating point, `V` is refined: residuals are computed over ℚ,
//! corrections in `f64`, and every step adds digits.

use num_traits::Zero;

use super::coordinates::{Coordinates, Correction, Machine, Prepared, Scaled};
use super::proposal::Proposal;
use super::subject::Subject;
use crate::matrix::definite::proved_definite;
use crate::matrix::{Algebra, Fractions};
use crate::model::second_moment;
use crate::number::Exact;
use crate::work;

/// The number of significant bits kept of a correction in floating point.
const CORRECTION_BITS: i32 = 60;
/// The slowest direction must be known to this many bits more than the distance to the edge.
const GUARD_BITS: i32 = 8;
/// The bits to which the slowest direction from Lanczos is trusted. Its residual is a few rounding
/// errors, but a neighbouring eigenvalue may be close.
const FIRST_BITS: i32 = 30;
/// The precision of the first, short form of an unstable witness.
const SHORT_BITS: i32 = 20;
/// Attempts at a stable witness; each adds the digits that the previous one lacked.
const ATTEMPTS: i32 = 4;
/// One attempt more is made for this many bits by which entries of X exceed their contribution to
/// `C^{1/2}X`.
const BITS_AN_ATTEMPT: i32 = 24;
/// The number of consecutive corrections of the slowest direction that may fail to gain digits.
const PATIENCE: usize = 3;

/// A checked witness, held as in [`crate::model::samples`]: d × d, or for linear regression with fewer
/// inputs than dimensions the `Y` (n × n) of `X = Σ Y_ij x_i x_jᵀ`.
#[derive(Clone, Debug)]
pub enum Witness {
    /// The `X` that proves mean-square stability.
    Stable(Fractions),
    /// The `Y` that proves mean-square instability.
    Unstable(Fractions),
}

/// Why a search found no witness.
#[derive(Clone, Debug)]
pub(super) enum Missed {
    /// The learning rate is within about `2^−bits` of the smallest quotient, and the quotient is known
    /// no better.
    Near { bits: i32 },
    /// The learning rate is farther from the smallest quotient found, but no proposed witness was a
    /// proof.
    Unproved { quotient: Exact },
    /// There was no proposal: floating point could not represent the model.
    Unreached,
}

/// A symmetric matrix with its images under the maps `C` and `D`, all held.
struct Images {
    matrix: Fractions,
    /// The dual of the matrix, which gives inner products with it.
    dual: Fractions,
    drift: Fractions,
    diffusion: Fractions,
}

impl Images {
    /// The matrix `(C − ηD)V`.
    fn slack(&self, learning_rate: &Exact) -> Fractions {
        second_moment::slack(self.drift.clone(), self.diffusion.clone(), learning_rate)
    }

    /// The quotient `⟨V, CV⟩/⟨V, DV⟩`, rounded to this many bits; `None` when `⟨V, DV⟩` vanishes.
    fn quotient(&self, bits: i32) -> Option<Exact> {
        let diffusion = self.dual.dot(&self.diffusion);
        (diffusion > Exact::zero())
            .then(|| (self.dual.dot(&self.drift) / diffusion).rounded_to(bits as u32))
    }
}

/// A search for witnesses of one model, at any learning rate.
pub(super) struct Search<'a> {
    subject: &'a Subject,
    coordinates: Coordinates,
    proposal: Proposal,
    /// `log₂`, approximately, of the largest `⟨u_a, u_b⟩`.
    length: i32,
    /// The direction `V` in the basis of the range, r × r.
    direction: Fractions,
    /// `V`, `CV` and `DV` as held matrices.
    images: Images,
    /// The quotient `⟨V, CV⟩/⟨V, DV⟩`, with a rounding error far below its distance from `η*`.
    quotient: Exact,
    /// The number of bits to which `V` is known, approximately.
    accuracy: i32,
}

impl<'a> Search<'a> {
    /// A search in an `f64` eigenbasis; `None` when `H = 0` or `f64` cannot represent the model.
    pub(super) fn by_machine_numbers(subject: &'a Subject) -> Option<Self> {
        Self::of(subject, Machine::of(subject)?)
    }

    /// A search in a high-precision eigenbasis; `None` when `H = 0`, its rank is too large, or no
    /// precision suffices.
    pub(super) fn by_many_bits(subject: &'a Subject) -> Option<Self> {
        Self::of(subject, Scaled::of(subject)?)
    }

    fn of(subject: &'a Subject, prepared: Prepared) -> Option<Self> {
        let Prepared {
            coordinates,
            proposal,
        } = prepared;
        let empty = || Fractions::zeros(0, 0);
        let mut search = Search {
            subject,
            length: subject.range.metric().exponent()?,
            direction: empty(),
            images: Images {
                matrix: empty(),
                dual: empty(),
                drift: empty(),
                diffusion: empty(),
            },
            quotient: Exact::zero(),
            accuracy: FIRST_BITS,
            coordinates,
            proposal,
        };
        let (top, bits) = (search.proposal.top(), search.correction_bits());
        let direction = search.coordinates.leave(top, 0, bits)?;
        search.take(direction)?;
        Some(search)
    }

    /// The quotient `⟨V, CV⟩/⟨V, DV⟩`, which exceeds `η*` by the square of the error of `V` and is
    /// never below it.
    pub(super) fn quotient(&self) -> &Exact {
        &self.quotient
    }

    /// Searches for a witness at this learning rate.
    ///
    /// # Errors
    /// When none was found, with the reason: the edge is within about `2^−bits`, or the proposals were
    /// not proofs.
    pub(super) fn at(&mut self, learning_rate: &Exact, bits: i32) -> Result<Witness, Missed> {
        loop {
            work::step();
            if *learning_rate > self.quotient {
                let witness = self.unstable(learning_rate);
                if let Some(witness) = witness {
                    return Ok(Witness::Unstable(witness));
                }
            }
            let distance = Exact::from(1) - learning_rate / &self.quotient;
            let nearness = distance.exponent().saturating_neg();
            let is_known = nearness.saturating_add(GUARD_BITS) < self.accuracy;
            if is_known && let Some(witness) = self.stable(learning_rate) {
                return Ok(Witness::Stable(witness));
            }
            if self.accuracy > bits && !is_known {
                return Err(Missed::Near { bits });
            }
            if self.accuracy > bits || self.refine_further().is_none() {
                return Err(Missed::Unproved {
                    quotient: self.quotient.clone(),
                });
            }
        }
    }

    /// Refines the slowest direction until it is known to about this many bits; `None` when corrections
    /// gain no more.
    pub(super) fn refine_to(&mut self, bits: i32) -> Option<()> {
        while self.accuracy < bits {
            self.refine_further()?;
        }
        Some(())
    }

    fn refine_further(&mut self) -> Option<()> {
        let before = self.accuracy;
        for _ in 0..PATIENCE {
            self.refine()?;
            if self.accuracy > before {
                return Some(());
            }
        }
        None
    }

    /// Corrects `V` once, by the residual `(C − θD)V`.
    fn refine(&mut self) -> Option<()> {
        let residual = self.images.slack(&self.quotient);
        let length = self.coordinates.bits_before_the_point(&self.direction)?;
        let size = self.coordinates.size(&self.direction)?;
        let correction = if residual.is_zero() {
            None
        } else {
            let found = self.solve(&residual, &self.quotient)?;
            found.size.map(|own| (found.matrix, size - own))
        };
        // Without a residual or a correction, V is exactly the slowest direction.
        let Some((correction, gained)) = correction else {
            self.accuracy = i32::MAX;
            return Some(());
        };
        self.accuracy = gained;
        let refined = self.direction.clone() - correction;
        self.take(refined.in_units_of(gained + self.correction_bits() - length))
    }

    /// Takes this direction as `V`; `None` when it is orthogonal to its own diffusion.
    fn take(&mut self, direction: Fractions) -> Option<()> {
        let matrix = self.subject.range.lifted(&direction);
        let samples = &self.subject.samples;
        self.images = Images {
            drift: samples.drift(&matrix),
            diffusion: samples.diffusion(&matrix, &self.subject.weight),
            dual: samples.dual(&matrix),
            matrix,
        };
        self.direction = direction;
        self.quotient = self
            .images
            .quotient(2 * self.accuracy.max(0) + 4 * CORRECTION_BITS)?;
        Some(())
    }

    /// `V` if it proves instability at this learning rate; its short form if that does.
    fn unstable(&self, learning_rate: &Exact) -> Option<Fractions> {
        let length = self.direction.exponent()?;
        let short = self.direction.in_units_of(SHORT_BITS - length);
        let short = self.subject.range.lifted(&short);
        let slack = self.subject.slack(&short, learning_rate);
        if self.subject.dot(&short, &slack) < Exact::zero() {
            return Some(short);
        }
        let negative = self.images.dual.dot(&self.images.slack(learning_rate)) < Exact::zero();
        negative.then(|| self.images.matrix.clone())
    }

    /// The solution of `(C − ηD)X = H`, as accurately as needed.
    fn stable(&self, learning_rate: &Exact) -> Option<Fractions> {
        let dual = &self.images.dual;
        let slack_of_direction = self.images.slack(learning_rate);
        let along = dual.dot(&slack_of_direction);
        if along <= Exact::zero() {
            return None;
        }
        let (range, hessian) = (&self.subject.range, self.subject.samples.held_hessian());
        let mut solution = Fractions::zeros(range.rank(), range.rank());
        let mut residual = hessian.clone();
        for attempt in 0..ATTEMPTS + self.coordinates.spare_bits() / BITS_AN_ATTEMPT {
            let factor = (dual.dot(&residual) / &along).rounded_to(CORRECTION_BITS as u32);
            let rest = residual - slack_of_direction.clone().scaled(&factor);
            let bits = self.coordinates.condition_bits() + self.length + attempt * CORRECTION_BITS;
            let remainder = self.solve(&rest, learning_rate)?.matrix;
            let found = solution + self.direction.clone().scaled(&factor) + remainder;
            solution = found.in_units_of(bits);
            let lifted = range.lifted(&solution);
            let slack = self.subject.slack(&lifted, learning_rate);
            if proved_definite(&solution) && proved_definite(&range.seen(&slack)) {
                return Some(lifted);
            }
            residual = hessian.clone() - slack;
        }
        None
    }

    /// An `X` with `(C − ηD)X = R`, approximately, for a held R.
    fn solve(&self, right: &Fractions, learning_rate: &Exact) -> Option<Correction> {
        let bits = self.correction_bits();
        let proposal = &self.proposal;
        self.coordinates
            .solve(self.subject, proposal, right, learning_rate, bits)
    }

    /// The number of significant bits kept of a correction.
    fn correction_bits(&self) -> i32 {
        CORRECTION_BITS + self.coordinates.spare_bits()
    }
}

#[cfg(test)]
mod tests;
