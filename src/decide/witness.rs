//! Witnesses of mean-square stability, found in floating point and checked over ℚ.
//!
//! * stable: a rational `X ⪰ 0` with the kernel of `H` and `X − T(X) ⪰ 0`;
//! * unstable: a rational symmetric `Y` with `⟨Y, T(Y)⟩ > ⟨Y, Y⟩`.
//!
//! `X − T(X) = η(C − ηD)(X)`, so both are statements about the slack `C − ηD`. The search holds a
//! rational approximation `V` of the slowest direction, the matrix at which `⟨V, CV⟩/⟨V, DV⟩` is
//! least: that quotient is never below `η*` and its error is quadratic in that of `V`. Above it `V`
//! itself is the unstable witness; below it `X` is the solution of `(C − ηD)X = H`, made of the
//! right multiple of `V` (large near the edge) and a remainder that machine numbers can find.
//! Where the edge is nearer than machine numbers see, `V` is refined: residuals are computed over
//! ℚ, corrections in `f64`, and every step adds digits.

use nalgebra::DMatrix;
use num_traits::Zero;

use super::proposal::Proposal;
use super::subject::Subject;
use crate::matrix::definite::proved_definite;
use crate::matrix::least_quotient::rounded;
use crate::matrix::{Algebra, Fractions};
use crate::model::second_moment;
use crate::number::Exact;

/// Significant bits of a correction in machine numbers that are kept.
const CORRECTION_BITS: i32 = 60;
/// Bits by which the slowest direction must be better known than the edge is near.
const GUARD_BITS: i32 = 8;
/// The bits to which Lanczos is trusted to know the slowest direction: its residual is a few
/// roundings, but a neighbouring eigenvalue may be near.
const FIRST_BITS: i32 = 30;
/// Bits of the first, short form of an unstable witness.
const SHORT_BITS: i32 = 20;
/// Attempts at a stable witness: each adds the digits that the one before was short of.
const ATTEMPTS: i32 = 4;
/// Corrections of the slowest direction in a row that may fail to gain digits.
const PATIENCE: usize = 3;

/// A witness, checked, as [`crate::model::samples`] holds it: d × d, or for linear regression with
/// fewer inputs than dimensions the `Y` (n × n) of `X = Σ Y_ij x_i x_jᵀ`.
#[derive(Clone, Debug)]
pub enum Witness {
    /// `X`: mean-square stable.
    Stable(Fractions),
    /// `Y`: mean-square unstable.
    Unstable(Fractions),
}

/// A symmetric matrix and what the maps `C` and `D` make of it, held.
struct Images {
    matrix: Fractions,
    /// What gives inner products with the matrix.
    dual: Fractions,
    drift: Fractions,
    diffusion: Fractions,
}

impl Images {
    /// `(C − ηD)V`.
    fn slack(&self, learning_rate: &Exact) -> Fractions {
        second_moment::slack(self.drift.clone(), self.diffusion.clone(), learning_rate)
    }

    /// `⟨V, CV⟩/⟨V, DV⟩`, rounded to this many bits; `None` when `DV` vanishes along `V`.
    fn quotient(&self, bits: i32) -> Option<Exact> {
        let diffusion = self.dual.dot(&self.diffusion);
        (diffusion > Exact::zero())
            .then(|| (self.dual.dot(&self.drift) / diffusion).rounded_to(bits as u32))
    }
}

/// A search for witnesses of one model, at any learning rate.
pub(super) struct Search<'a> {
    subject: &'a Subject,
    proposal: Proposal,
    /// `B` with `Σ (BzBᵀ)_ab u_a u_bᵀ·2^back_exponent` being `z` in the eigenbasis (r × r).
    back: DMatrix<f64>,
    back_exponent: i32,
    /// About `log₂` of the largest `⟨u_a, u_b⟩`.
    length: i32,
    /// `V` in the basis of the range, r × r.
    direction: Fractions,
    /// `V`, `CV` and `DV`, held.
    images: Images,
    /// `⟨V, CV⟩/⟨V, DV⟩`, rounded far below its distance from `η*`.
    quotient: Exact,
    /// The bits to which `V` is known, roughly.
    accuracy: i32,
}

impl<'a> Search<'a> {
    /// `None` when `H = 0` or machine numbers do not reach the model.
    pub(super) fn of(subject: &'a Subject) -> Option<Self> {
        let range = &subject.range;
        let proposal = Proposal::of(&subject.samples, range.rank(), &subject.weight)?;
        let (metric, frame) = (range.metric(), &proposal.frame);
        let length = metric.exponent()?;
        let unit = range.basis().map_or(Some(0), Fractions::exponent)?;
        // The eigenbasis as the basis sees it; from there the metric leads to coordinates.
        let seen = match range.basis() {
            Some(basis) => basis.scaled_to_f64(-unit) * &frame.basis,
            None => frame.basis.clone(),
        };
        let back = metric.scaled_to_f64(-length).cholesky()?.solve(&seen);
        let empty = || Fractions::zeros(0, 0);
        let mut search = Search {
            subject,
            back_exponent: 2 * (unit - length) - frame.exponent,
            length,
            direction: empty(),
            images: Images {
                matrix: empty(),
                dual: empty(),
                drift: empty(),
                diffusion: empty(),
            },
            quotient: Exact::zero(),
            accuracy: FIRST_BITS,
            proposal,
            back,
        };
        let direction = search.proposal.direction();
        let direction = search.to_range(&direction, 0, CORRECTION_BITS)?;
        search.take(direction)?;
        Some(search)
    }

    /// `⟨V, CV⟩/⟨V, DV⟩`, not below `η*`, and above it by the square of the error of `V`.
    pub(super) fn quotient(&self) -> &Exact {
        &self.quotient
    }

    /// A witness at this learning rate, or `None` when the edge is within about `2^−bits`.
    pub(super) fn at(&mut self, learning_rate: &Exact, bits: i32) -> Option<Witness> {
        loop {
            if *learning_rate > self.quotient {
                let witness = self.unstable(learning_rate);
                if witness.is_some() {
                    return witness.map(Witness::Unstable);
                }
            }
            let distance = Exact::from(1) - learning_rate / &self.quotient;
            let nearness = distance.exponent().saturating_neg();
            if nearness.saturating_add(GUARD_BITS) < self.accuracy
                && let Some(witness) = self.stable(learning_rate)
            {
                return Some(Witness::Stable(witness));
            }
            if self.accuracy > bits {
                return None;
            }
            self.refine_further()?;
        }
    }

    /// Refines until the slowest direction is known to about this many bits; `None` when
    /// corrections gain no more.
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

    /// One correction of `V` by the residual `(C − θD)V`.
    fn refine(&mut self) -> Option<()> {
        let residual = self.images.slack(&self.quotient);
        let length = self.direction.exponent()?;
        let correction = match residual.exponent() {
            None => None,
            Some(size) => {
                let right = self.proposal.in_basis(&residual, -size);
                let correction = self.proposal.solve(&right, self.rate(&self.quotient));
                let correction = self.to_range(&correction, self.unit(size), CORRECTION_BITS)?;
                correction.exponent().map(|own| (correction, length - own))
            }
        };
        // Without a residual or a correction V is the slowest direction itself, exactly.
        let Some((correction, gained)) = correction else {
            self.accuracy = i32::MAX;
            return Some(());
        };
        self.accuracy = gained;
        let refined = self.direction.clone() - correction;
        self.take(refined.in_units_of(gained + CORRECTION_BITS - length))
    }

    /// Makes this `V`; `None` when it is orthogonal to its own diffusion.
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

    /// `V` where it proves instability, in short form when that does.
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

    /// The solution of `(C − ηD)X = H`, as far as it need be known.
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
        for attempt in 0..ATTEMPTS {
            let factor = (dual.dot(&residual) / &along).rounded_to(CORRECTION_BITS as u32);
            let rest = residual - slack_of_direction.clone().scaled(&factor);
            let size = rest.exponent().unwrap_or(0);
            let right = self.proposal.in_basis(&rest, -size);
            let remainder = self.proposal.solve(&right, self.rate(learning_rate));
            let bits = self.bits() + self.length + attempt * CORRECTION_BITS;
            let remainder = self.to_range(&remainder, self.unit(size), CORRECTION_BITS)?;
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

    /// Bits behind the point that a solution of size 1 needs, so that rounding it moves
    /// `(C − ηD)X` by less than an eighth of the smallest eigenvalue of `H`.
    fn bits(&self) -> i32 {
        let values = &self.proposal.eigenvalues;
        let condition = values[0] / values[values.len() - 1];
        (64.0 * condition * values.len() as f64).log2().ceil() as i32
    }

    /// The learning rate in the units of the proposal.
    fn rate(&self, learning_rate: &Exact) -> f64 {
        (learning_rate * Exact::power_of_two(-self.proposal.exponent)).to_f64()
    }

    /// The exponent of a solution for a right side that was scaled by `2^−size`.
    fn unit(&self, size: i32) -> i32 {
        size + self.proposal.exponent - self.proposal.frame.exponent
    }

    /// A matrix in the eigenbasis times `2^unit`, in the basis of the range, rounded to this many
    /// bits; `None` when it is not finite.
    fn to_range(&self, matrix: &DMatrix<f64>, unit: i32, bits: i32) -> Option<Fractions> {
        let moved = &self.back * matrix * self.back.transpose();
        let moved = (&moved + moved.transpose()) * 0.5;
        Some(rounded(&moved, bits)?.scaled(&Exact::power_of_two(unit + self.back_exponent)))
    }
}

#[cfg(test)]
mod tests;
