//! What is measured at a point, whichever engine measures it.

use serde::Serialize;

use crate::curvature::FINE_ENOUGH;

use super::number::{Number, Status};

/// How much an f32 product along any direction may be off, as a share of the largest eigenvalue in size:
/// ten times what was measured against exact derivatives. It widens the floor of λ_min, which is about all
/// directions, while rounding is measured along three.
const EVERYWHERE: f64 = 1e-5;

/// Mean and deviation over the samples of `vᵀH_i v` for one unit vector `v`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Along {
    /// `m = vᵀHv`.
    pub mean: f64,
    /// The root of `Var_i(vᵀH_i v)`, divided by n.
    pub deviation: f64,
    /// The largest `|vᵀH_i v|`.
    pub largest: f64,
    /// The most that rounding moves a `vᵀH_i v`: the exact mean and deviation lie within this distance.
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

/// One value for the vector of `a` and one for that of `s`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Both<T> {
    /// For the vector of `a = λ_max(H)`.
    pub sharpness: T,
    /// For the vector of `s² = λ_max(Σ)`.
    pub noise: T,
}

impl<T> Both<T> {
    /// References to both.
    pub fn as_ref(&self) -> Both<&T> {
        Both {
            sharpness: &self.sharpness,
            noise: &self.noise,
        }
    }

    /// Applies a function to both.
    pub fn map<U>(self, mut each: impl FnMut(T) -> U) -> Both<U> {
        Both {
            sharpness: each(self.sharpness),
            noise: each(self.noise),
        }
    }
}

/// How the other matrix, Hessian or Gauss–Newton, differs along the unit vector `v` of the
/// sharpness.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OtherMatrix {
    /// The quotient of the other matrix along `v`: its own sharpness is not smaller.
    pub quotient: f64,
    /// `‖(H − G)v‖`.
    pub distance: f64,
}

/// The numbers of one point over one set of samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// The mean loss.
    pub loss: f64,
    /// The mean loss when every output is zero.
    pub loss_of_zero: f64,
    /// The share of samples classified rightly, in [0, 1]; `None` where the targets name no classes.
    pub accuracy: Option<f64>,
    /// The length of the mean gradient.
    pub gradient: f64,
    /// `a = λ_max(H)`.
    pub sharpness: Number,
    /// `λ_min(H)`.
    pub smallest: Number,
    /// `λ_min(H)` is not less than this, except with probability [`RISK`](crate::curvature::RISK); `None`
    /// when the products are too few to tell.
    pub smallest_floor: Option<f64>,
    /// `s = √λ_max(Σ)`; `None` where the samples are coupled.
    pub non_uniformity: Option<Number>,
    /// Along the vectors of `a` and of `s`; `None` where the samples are coupled.
    pub along: Option<Both<Along>>,
    /// The other matrix, where it was asked for.
    pub other: Option<OtherMatrix>,
    /// The penalty of weight decay, which is no part of the loss above.
    pub penalty: f64,
    /// The precision of the products.
    pub precision: Precision,
    /// How far rounding has moved its products, where that has been measured.
    pub rounding: Option<Rounding>,
}

/// The unit vectors at which a reading was taken.
#[derive(Clone, Debug)]
pub struct Vectors {
    /// That of a.
    pub sharpness: Vec<f32>,
    /// That of λ_min.
    pub smallest: Vec<f32>,
    /// That of s; empty where there is none.
    pub noise: Vec<f32>,
}

impl Vectors {
    /// The vectors along which `vᵀH_i v` is taken: that of a twice where there is none of s.
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

/// The floating-point format of the products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 24 bits.
    F32,
    /// 53 bits.
    F64,
}

impl Precision {
    /// What remains where nothing else rounds, as a share of the numbers that enter: a value is divided,
    /// a residual subtracted in this precision. 32 units of the last place in f64, 2 in f32.
    pub fn least(self) -> f64 {
        match self {
            Precision::F32 => 2_f64.powi(-23),
            Precision::F64 => 2_f64.powi(-48),
        }
    }
}

/// How far rounding has moved the products with H and Σ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rounding {
    /// `‖(Ĥ − H)v‖` at the vector of a.
    pub sharpness: f64,
    /// The same at the vector of λ_min.
    pub smallest: f64,
    /// `‖(Σ̂ − Σ)v‖` at the vector of s, in the unit of s²; 0 where there is none.
    pub covariance: f64,
    /// The largest error of a `vᵀH_i v`, or of their mean, along both vectors.
    pub along: Both<f64>,
    /// Over how many samples it was measured.
    pub samples: Compared,
}

/// Over how many samples both engines were compared; 0 where there was nothing to compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Products with H.
    pub hessian: usize,
    /// Products with Σ.
    pub covariance: usize,
    /// `vᵀH_i v`.
    pub quotients: usize,
}

impl Rounding {
    /// What the products in f64 have rounded, by what those in f32 have: they make sums of the same
    /// numbers, each rounding 2²⁹ times smaller. Sixteen times as much is allowed for other orders of
    /// the sums. Where f32 has lost every digit this is a guess.
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
    /// A reading whose runs converged to these values with these residuals.
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
            smallest: number((smallest, 0.0)),
            smallest_floor: Some(smallest - 0.1),
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
    /// The same reading with bars that hold what its products have rounded; `tolerance` is the one of its
    /// iterations.
    #[must_use]
    pub fn rounded(mut self, rounding: Rounding, tolerance: f64) -> Self {
        let (scale, least) = (self.scale(), self.precision.least());
        let of = |number: Number, rounding: f64, tolerance: f64| {
            number.rounded(rounding + least * scale, tolerance)
        };
        let a = self.sharpness;
        self.sharpness = of(a, rounding.sharpness, tolerance * a.value.abs());
        self.smallest = of(self.smallest, rounding.smallest, FINE_ENOUGH * scale);
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

    /// `a`, `λ_min` and, where it exists, `s`.
    fn numbers(&self) -> impl Iterator<Item = &Number> {
        [&self.sharpness, &self.smallest]
            .into_iter()
            .chain(&self.non_uniformity)
    }

    /// Has the iteration of every number ended?
    pub fn has_converged(&self) -> bool {
        self.numbers()
            .all(|number| number.status != Status::NotConverged)
    }

    /// Products with H and with Σ, all together.
    pub fn products(&self) -> usize {
        self.numbers().map(|number| number.products).sum()
    }

    /// The largest eigenvalue of H in size.
    pub(super) fn scale(&self) -> f64 {
        let ends = [&self.sharpness, &self.smallest];
        ends.map(|end| end.value.abs())
            .into_iter()
            .fold(0.0, f64::max)
    }
}
