//! What is measured at a point.

use serde::Serialize;

use crate::curvature::{FINE_ENOUGH, Lanczos, Tracker, root, smallest};
use crate::error::{Error, Result};
use crate::kernel::{self, Isa};
use crate::network::{Batch, Curvature, CurvatureMatrix, Evaluation, Pass, Point};

use super::number::{Number, Status};
use super::rounding::{Precision, Rounding};

/// What the f32 products along any direction may lose, as a share of the largest eigenvalue in size: ten
/// times the loss that was measured against exact derivatives. The floor of λ_min speaks of all directions,
/// of which rounding is measured along three.
const EVERYWHERE: f64 = 1e-5;

/// How far a measurement goes.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// The instruction set.
    pub isa: Isa,
    /// Which second derivative.
    pub matrix: CurvatureMatrix,
    /// Tolerance and products.
    pub lanczos: Lanczos,
    /// The seed of the start vectors.
    pub seed: u64,
}

/// Mean and deviation over the samples of `vᵀH_i v` for one unit vector `v`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Along {
    /// `m = vᵀHv`.
    pub mean: f64,
    /// The root of `Var_i(vᵀH_i v)`, divided by n.
    pub deviation: f64,
    /// The largest `|vᵀH_i v|`.
    pub largest: f64,
    /// Mean and deviation lie within this distance: what rounding does to a `vᵀH_i v` at most.
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

/// Something for the vector of `a` and for that of `s`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Both<T> {
    /// For the vector of `a = λ_max(H)`.
    pub sharpness: T,
    /// For the vector of `s² = λ_max(Σ)`.
    pub noise: T,
}

impl<T> Both<T> {
    /// Without taking them.
    pub fn as_ref(&self) -> Both<&T> {
        Both {
            sharpness: &self.sharpness,
            noise: &self.noise,
        }
    }

    /// Both by one function.
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
pub struct Other {
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
    /// The mean loss of outputs that are all zero.
    pub loss_of_zero: f64,
    /// The share of samples classified rightly, in [0, 1]; `None` where the targets name no classes.
    pub accuracy: Option<f64>,
    /// The length of the mean gradient.
    pub gradient: f64,
    /// `a = λ_max(H)`.
    pub sharpness: Number,
    /// `λ_min(H)`.
    pub smallest: Number,
    /// `λ_min(H)` is not less, but for a chance of
    /// [`RISK`](crate::curvature::RISK); `None` when the products are too few to tell.
    pub smallest_floor: Option<f64>,
    /// `s = √λ_max(Σ)`; `None` where the samples are coupled.
    pub non_uniformity: Option<Number>,
    /// Along the vectors of `a` and of `s`; `None` where the samples are coupled.
    pub along: Option<Both<Along>>,
    /// The other matrix, where it was asked for.
    pub other: Option<Other>,
    /// The penalty of weight decay, which is no part of the loss above.
    pub penalty: f64,
    /// In what it was measured.
    pub precision: Precision,
    /// What the products have rounded.
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
    /// Those along which samples are looked at: that of a twice where there is none of s.
    pub(super) fn for_quotients(&self) -> Both<&Vec<f32>> {
        Both {
            sharpness: &self.sharpness,
            noise: match self.noise.is_empty() {
                true => &self.sharpness,
                false => &self.noise,
            },
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
    /// The same with what its products have rounded; `tolerance` is what its runs were to reach.
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

/// Measures at a point. A tracker that has measured near by shortens the way; `place` is named in
/// errors. What the products have rounded is not yet known ([`Reading::rounded`]).
///
/// # Errors
/// When loss or curvature have left the range of f32.
pub fn read(
    place: &str,
    (point, batch): (&Point<'_>, &Batch<'_>),
    effort: &Effort,
    tracker: &mut Tracker,
) -> Result<(Reading, Vectors)> {
    let beyond = || {
        let fault = "is beyond the range of f32; the run has diverged, or the data want scaling";
        Error::input(place, "loss or curvature", fault)
    };
    let gradient = gradient(effort.isa, point, batch);
    let mut curvature = Curvature::new(effort.isa, *point, *batch, effort.matrix);
    if !curvature.loss().is_finite() || !gradient.is_finite() {
        return Err(beyond());
    }
    let ends = tracker.hessian(effort.isa, &mut curvature);
    let ends = ends.ok_or_else(beyond)?;
    // Of one sample Σ is zero, and a product would show rounding only.
    let covariance = match curvature.has_samples() && batch.samples > 1 {
        true => {
            let ends = tracker.covariance(effort.isa, &mut curvature);
            Some(ends.ok_or_else(beyond)?)
        }
        false => None,
    };
    let sharpness = Number::new((&ends.largest).into(), &ends);
    let sought = (ends.largest.value, effort.lanczos.products);
    let found = smallest(effort.isa, &mut curvature, sought, effort.seed).ok_or_else(beyond)?;
    let spread = covariance.as_ref();
    let spread = spread.map(|ends| Number::new(root(&ends.largest), ends));
    let non_uniformity = match curvature.has_samples() && batch.samples == 1 {
        true => Some(Number::zero()),
        false => spread,
    };
    let vectors = Vectors {
        sharpness: ends.largest.vector,
        smallest: found.ritz.vector.clone(),
        noise: covariance.map_or(Vec::new(), |ends| ends.largest.vector),
    };
    let mut along = |vector: &Vec<f32>| Along::of(&curvature.sample_quotients(vector));
    let along = non_uniformity.map(|_| vectors.for_quotients().map(&mut along));
    let zeros = vec![0.0; batch.targets.len()];
    let reading = Reading {
        loss: curvature.loss(),
        loss_of_zero: Evaluation::of(effort.isa, point.network, &zeros, batch).loss,
        accuracy: names_classes(point.network.outputs(), batch).then(|| curvature.accuracy()),
        gradient,
        sharpness,
        smallest: (&found).into(),
        smallest_floor: found.floor,
        non_uniformity,
        along,
        other: None,
        penalty: point.network.penalty(effort.isa, point.parameters),
        precision: Precision::F32,
        rounding: None,
    };
    Ok((reading, vectors))
}

/// Is every target a unit vector of several?
fn names_classes(outputs: usize, batch: &Batch<'_>) -> bool {
    let is_unit = |row: &[f32]| {
        let count = |number| row.iter().filter(|&&y| y == number).count();
        count(1.0) == 1 && count(0.0) == row.len() - 1
    };
    outputs > 1 && batch.targets.chunks_exact(outputs).all(is_unit)
}

fn gradient(isa: Isa, point: &Point<'_>, batch: &Batch<'_>) -> f64 {
    let mut gradient = vec![0.0; point.network.parameters()];
    Pass::new(isa).gradient(point, batch, &mut gradient);
    kernel::dot_wide(isa, &gradient, &gradient).sqrt()
}

/// Compares both matrices along `vector`, that of the sharpness.
pub fn compare((point, batch): (&Point<'_>, &Batch<'_>), effort: &Effort, vector: &[f32]) -> Other {
    let product = |matrix| {
        let mut product = vec![0.0; vector.len()];
        Curvature::new(effort.isa, *point, *batch, matrix).hessian_product(vector, &mut product);
        product
    };
    let theirs = product(effort.matrix.other());
    let mut difference = product(effort.matrix);
    kernel::axpy(effort.isa, -1.0, &theirs, &mut difference);
    Other {
        quotient: kernel::dot_wide(effort.isa, vector, &theirs),
        distance: kernel::dot_wide(effort.isa, &difference, &difference).sqrt(),
    }
}
