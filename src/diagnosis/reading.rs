//! The numbers measured at one point, whichever engine measured them.

use serde::Serialize;

use crate::curvature::{FINE_ENOUGH, Top};

use super::number::{Number, Status};

/// The largest error of an f32 product along any direction, as a share of the largest absolute
/// eigenvalue: ten times the largest error that was measured against exact derivatives. It widens the
/// floor of λ_min, which concerns all directions, whereas rounding is measured along only three.
pub(super) const EVERYWHERE: f64 = 1e-5;

/// The mean and spread over the samples of `vᵀH_i v`, for one unit vector `v`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Along {
    /// The mean, `m = vᵀHv`.
    pub mean: f64,
    /// The root of `Var_i(vᵀH_i v)`, where the variance is normalised by n.
    pub deviation: f64,
    /// The largest `|vᵀH_i v|`.
    pub largest: f64,
    /// A bound on the rounding error of each `vᵀH_i v`: the exact mean and deviation lie within this
    /// distance.
    pub rounding: f64,
}

impl Along {
    pub(super) fn of(quotients: &[f64]) -> Self {
        let n = quotients.len() as f64;
        let mean = quotients.iter().sum::<f64>() / n;
        let squares = quotients.iter().map(|q| (q - mean).powi(2));
        Along {
            mean,
            deviation: (squares.sum::<f64>() / n).sqrt(),
            largest: quotients.iter().fold(0.0, |m, q| m.max(q.abs())),
            rounding: 0.0,
        }
    }
}

/// One value for the eigenvector of `a`, and one for that of `s`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Both<T> {
    /// The value for the eigenvector of `a = λ_max(H)`.
    pub sharpness: T,
    /// The value for the eigenvector of `s² = λ_max(Σ)`.
    pub noise: T,
}

impl<T> Both<T> {
    /// References to both values.
    pub fn as_ref(&self) -> Both<&T> {
        Both {
            sharpness: &self.sharpness,
            noise: &self.noise,
        }
    }

    /// Applies a function to both values.
    pub fn map<U>(self, mut each: impl FnMut(T) -> U) -> Both<U> {
        Both {
            sharpness: each(self.sharpness),
            noise: each(self.noise),
        }
    }
}

/// How the other matrix (Gauss–Newton or Hessian) differs along the unit vector `v` of the sharpness.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OtherMatrix {
    /// The Rayleigh quotient of the other matrix along `v`, a lower bound on its sharpness.
    pub quotient: f64,
    /// The distance `‖(H − G)v‖`.
    pub distance: f64,
}

/// The numbers measured at one point over one set of samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// The mean loss, without the penalty of weight decay.
    pub loss: f64,
    /// The mean loss if every output is zero.
    pub loss_of_zero: f64,
    /// The share of samples classified correctly, in [0, 1]; `None` if the targets are not classes.
    pub accuracy: Option<f64>,
    /// The norm of the mean gradient.
    pub gradient: f64,
    /// The sharpness `a = λ_max(H)`.
    pub sharpness: Number,
    /// The smallest eigenvalue `λ_min(H)`; `None` if it was not measured.
    pub smallest: Option<Number>,
    /// A lower bound on `λ_min(H)` that holds except with probability [`RISK`](crate::curvature::RISK);
    /// `None` if there were too few products for one.
    pub smallest_floor: Option<f64>,
    /// Whether batch normalisation couples the samples, so that they have no Hessians of their own.
    pub is_coupled: bool,
    /// The non-uniformity `s = √λ_max(Σ)`; `None` if the samples are coupled, or if it was not measured.
    pub non_uniformity: Option<Number>,
    /// The quotients along the eigenvectors of `a` and of `s`; `None` where there is no `s`.
    pub along: Option<Both<Along>>,
    /// The other matrix, if it was requested.
    pub other: Option<OtherMatrix>,
    /// The penalty of weight decay, which is not part of `loss`.
    pub penalty: f64,
    /// The floating-point format of the products.
    pub precision: Precision,
    /// The rounding error of the products, if it has been measured.
    pub rounding: Option<Rounding>,
}

/// The unit eigenvectors at which a reading was taken.
#[derive(Clone, Debug)]
pub struct Vectors {
    /// The eigenvector of `a`.
    pub sharpness: Vec<f32>,
    /// The eigenvector of `λ_min`; empty if that was not measured.
    pub smallest: Vec<f32>,
    /// The eigenvector of `s`; empty if there is no `s`.
    pub noise: Vec<f32>,
    /// The largest eigenvalues with their vectors, if they were asked for.
    pub top: Option<Top>,
}

impl Vectors {
    /// The vectors along which `vᵀH_i v` is measured. Without an `s`, both are the eigenvector of `a`.
    pub(super) fn for_quotients(&self) -> Both<&Vec<f32>> {
        Both {
            sharpness: &self.sharpness,
            noise: if self.noise.is_empty() {
                &self.sharpness
            } else {
                &self.noise
            },
        }
    }
}

/// The floating-point format in which products are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Single precision, with a significand of 24 bits.
    F32,
    /// Double precision, with a significand of 53 bits.
    F64,
}

impl Precision {
    /// The rounding error of the final steps alone, in which a value is divided and a residual subtracted
    /// in this precision, as a share of the numbers involved: 32 units in the last place in f64, 2 in
    /// f32.
    pub fn least(self) -> f64 {
        match self {
            Precision::F32 => 2_f64.powi(-23),
            Precision::F64 => 2_f64.powi(-48),
        }
    }
}

/// The measured rounding errors of the products with H and Σ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rounding {
    /// The error `‖(Ĥ − H)v‖` at the eigenvector of `a`.
    pub sharpness: f64,
    /// The same error at the eigenvector of `λ_min`.
    pub smallest: f64,
    /// The error `‖(Σ̂ − Σ)v‖` at the eigenvector of `s`, in units of `s²`; 0 if there is none.
    pub covariance: f64,
    /// The largest error of a `vᵀH_i v`, or of their mean, along each of the two eigenvectors.
    pub along: Both<f64>,
    /// The number of samples that each error was measured on.
    pub samples: Compared,
}

/// The number of samples on which the two engines were compared; 0 if there was nothing to compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// For products with H.
    pub hessian: usize,
    /// For products with Σ.
    pub covariance: usize,
    /// For the quotients `vᵀH_i v`.
    pub quotients: usize,
}

impl Rounding {
    /// Estimates the rounding errors of products in f64 from those in f32. Both engines sum the same
    /// numbers, and each operation in f64 rounds 2²⁹ times less; a factor of sixteen allows for a
    /// different order of summation. If f32 has lost every digit, the estimate is a guess.
    pub fn in_f64(&self) -> Self {
        let share = 16.0 * 2_f64.powi(-29);
        Rounding {
            sharpness: share * self.sharpness,
            smallest: share * self.smallest,
            covariance: share * self.covariance,
            along: self.along.map(|error| share * error),
            samples: self.samples,
        }
    }
}

#[cfg(test)]
impl Reading {
    /// A reading whose iterations converged to these values with these residuals.
    pub(super) fn of_numbers(a: (f64, f64), s: (f64, f64), smallest: f64) -> Self {
        let number = |(value, residual)| Number {
            value,
            residual,
            rounding: 0.0,
            error: residual,
            status: Status::Converged,
            products: 12,
        };
        Reading {
            loss: 0.0,
            loss_of_zero: 1.0,
            accuracy: None,
            gradient: 0.0,
            sharpness: number(a),
            smallest: Some(number((smallest, 0.0))),
            smallest_floor: Some(smallest - 0.1),
            is_coupled: false,
            non_uniformity: Some(number(s)),
            along: None,
            other: None,
            penalty: 0.0,
            precision: Precision::F32,
            rounding: None,
        }
    }
}

impl Reading {
    /// The same reading with error bars that include the rounding errors of its products. `tolerance` is
    /// that of its iterations.
    #[must_use]
    pub fn rounded(mut self, rounding: Rounding, tolerance: f64) -> Self {
        let (scale, least) = (self.scale(), self.precision.least());
        let of = |number: Number, rounding: f64, tolerance: f64| {
            number.rounded(rounding + least * scale, tolerance)
        };
        let a = self.sharpness;
        self.sharpness = of(a, rounding.sharpness, tolerance * a.value.abs());
        let smallest = |number| of(number, rounding.smallest, FINE_ENOUGH * scale);
        self.smallest = self.smallest.map(smallest);
        if let Some(s) = self.non_uniformity.as_mut().filter(|s| s.products > 0) {
            // H_i v − Hv is a difference of numbers of the size of a.
            let squared = rounding.covariance + least * (scale.powi(2) + s.value.powi(2));
            *s = s.rounded_root(squared, tolerance * s.value);
        }
        if let Some(along) = &mut self.along {
            for (along, rounding) in [
                (&mut along.sharpness, rounding.along.sharpness),
                (&mut along.noise, rounding.along.noise),
            ] {
                along.rounding = rounding + least * along.largest;
            }
        }
        if self.precision == Precision::F32 {
            let everywhere = [EVERYWHERE * scale, rounding.sharpness, rounding.smallest];
            let lost = everywhere.into_iter().fold(0.0, f64::max);
            self.smallest_floor = self.smallest_floor.map(|floor| floor - lost);
        }
        self.rounding = Some(rounding);
        self
    }

    /// The measured ones of `a`, `λ_min` and `s`.
    fn numbers(&self) -> impl Iterator<Item = &Number> {
        std::iter::once(&self.sharpness)
            .chain(&self.smallest)
            .chain(&self.non_uniformity)
    }

    /// Whether the iteration of every number has converged.
    pub fn has_converged(&self) -> bool {
        self.numbers()
            .all(|number| number.status != Status::NotConverged)
    }

    /// The number of products with H and with Σ together.
    pub fn products(&self) -> usize {
        self.numbers().map(|number| number.products).sum()
    }

    /// The largest absolute eigenvalue of H among those measured.
    pub(super) fn scale(&self) -> f64 {
        let ends = std::iter::once(&self.sharpness).chain(&self.smallest);
        ends.map(|end| end.value.abs()).fold(0.0, f64::max)
    }
}
