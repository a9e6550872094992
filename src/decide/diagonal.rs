//! Models with diagonal Hessians in many dimensions, where each coordinate is a model of its own.
//!
//! Here `T` multiplies `X_jk` by `E[(1 − ηh_j)(1 − ηh_k)]`, which by Cauchy and Schwarz is at most the
//! larger of the two diagonal factors. So the one-step criterion is exact, and
//! `η* = η₁ = min_j 2a_j/(a_j² + ps_j²)` is rational.

use super::rates::CriticalRates;
use super::subject::Subject;
use super::threshold::{Critical, Unbounded, certified, digits};
use crate::criterion::{Diffusion, Form, MatrixForm, PerCriterion, Power, one_step};
use crate::matrix::Fractions;
use crate::model::Curvature;
use crate::number::{Exact, Field, Verdict};

/// The smallest dimension of a diagonal model that is treated here. In lower dimensions the general
/// search is quick, and its published brackets must not change.
const FEWEST: usize = 65;

/// The curvatures of the coordinates that are not flat.
pub(super) struct Diagonal {
    coordinates: Vec<Coordinate>,
    /// The largest diagonal entry of any sample.
    largest: Exact,
}

struct Coordinate {
    place: usize,
    curvature: Curvature<Exact>,
}

impl Diagonal {
    /// `None` when the model is small, or its Hessians are not all diagonal and stored as matrices.
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

    /// The coordinate with the smallest `A/B`, and that quotient; `None` when `B` vanishes on all
    /// coordinates.
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

    /// The end of `A − ηᵏB ⪰ 0`: `ηᵏ` is the rational quotient of the worst coordinate.
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

    /// The matrix `E_jj` of a coordinate that is unstable at this learning rate, if there is one.
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
