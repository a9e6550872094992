//! Many dimensions and diagonal Hessians: each coordinate is a model of its own.
//!
//! There `T` multiplies `X_jk` by `E[(1 − ηh_j)(1 − ηh_k)]`, by Cauchy and Schwarz no more than the larger of
//! both factors on the diagonal. So the one-step criterion is exact, and
//! `η* = η₁ = min_j 2a_j/(a_j² + ps_j²)` is rational.

use super::rates::CriticalRates;
use super::subject::Subject;
use super::threshold::{Critical, Unbounded, certified, digits};
use crate::criterion::{Diffusion, Form, MatrixForm, PerCriterion, Power, one_step};
use crate::matrix::Fractions;
use crate::model::Curvature;
use crate::number::{Exact, Field, Verdict};

/// The smallest size of a diagonal model. Below, the general search is quick, and its brackets were
/// published.
const FEWEST: usize = 65;

/// The curvatures of the coordinates that have any.
pub(super) struct Diagonal {
    coordinates: Vec<Coordinate>,
    /// The largest entry of any sample.
    largest: Exact,
}

struct Coordinate {
    place: usize,
    curvature: Curvature<Exact>,
}

impl Diagonal {
    /// `None` when the model is small, or some Hessian is not diagonal or not stored as a matrix.
    pub(super) fn of(subject: &Subject) -> Option<Self> {
        let hessians = subject.samples.full_hessians()?;
        let size = subject.samples.size();
        if size < FEWEST || !hessians.iter().all(Fractions::is_diagonal) {
            return None;
        }
        let count = Exact::from(hessians.len() as i64);
        let coordinate = |place: usize| {
            let entries = || hessians.iter().map(|h| h.entry(place, place));
            let sharpness = entries().sum::<Exact>() / &count;
            let square = entries().map(|entry| entry.square()).sum::<Exact>() / &count;
            let variance = square - sharpness.square();
            Coordinate {
                place,
                curvature: Curvature::along_one_direction(sharpness, variance),
            }
        };
        let entries = |h: &Fractions| (0..size).map(|i| h.entry(i, i)).max();
        let zero = Exact::from(0);
        Some(Diagonal {
            largest: hessians.iter().filter_map(entries).max()?,
            coordinates: (0..size)
                .map(coordinate)
                .filter(|coordinate| coordinate.curvature.hessian > zero)
                .collect(),
        })
    }

    /// `A/B` of the coordinate where that is least; `None` when `B` vanishes on all of them.
    fn worst(&self, form: &MatrixForm, weight: &Exact) -> Option<(Exact, &Coordinate)> {
        let quotients = self.coordinates.iter().filter_map(|coordinate| {
            let [a, b] = (form.numbers.parts)(&coordinate.curvature, weight);
            (b > Exact::from(0)).then(|| (a / b, coordinate))
        });
        quotients.min_by(|one, other| one.0.cmp(&other.0))
    }

    /// The critical learning rates.
    pub(super) fn rates(&self, weight: &Exact, width: &Exact) -> CriticalRates {
        CriticalRates {
            single_sample: if self.coordinates.is_empty() {
                Critical::Unbounded(Unbounded::Flat)
            } else {
                Critical::point(Exact::from(2) / &self.largest)
            },
            criteria: PerCriterion::from_fn(|criterion| match criterion.form {
                Form::Matrix(form) => self.critical(&form, weight, width),
                Form::SecondMoment => self.critical(&one_step::FORM, weight, width),
            }),
        }
    }

    /// The end of `A − ηᵏB ⪰ 0`: the `ηᵏ` of the worst coordinate is rational.
    fn critical(&self, form: &MatrixForm, weight: &Exact, width: &Exact) -> Critical {
        let Some((least, _)) = self.worst(form, weight) else {
            return Critical::Unbounded(match form.diffusion {
                Diffusion::Mean | Diffusion::Both => Unbounded::Flat,
                Diffusion::Noise if *weight == Exact::from(0) => Unbounded::FullBatch,
                Diffusion::Noise => Unbounded::EqualSamples,
            });
        };
        if form.power == Power::First {
            return Critical::point(least);
        }
        let bits = digits(width).unsigned_abs();
        let guess = form.power.root(least.clone(), bits);
        let holds = |eta: &Exact| Verdict::from(form.power.of(eta) <= least);
        certified(holds, &guess, width, String::new)
            .known_exactly(width, |eta| form.power.of(eta) == least)
    }

    /// `E_jj` for a coordinate that is unstable at this learning rate, if one is.
    pub(super) fn unstable(
        &self,
        weight: &Exact,
        learning_rate: &Exact,
        size: usize,
    ) -> Option<Fractions> {
        let (end, worst) = self.worst(&one_step::FORM, weight)?;
        let place = (worst.place, worst.place);
        let unit = |i, j| i64::from((i, j) == place).into();
        (*learning_rate > end).then(|| Fractions::from_fn(size, size, unit))
    }
}
