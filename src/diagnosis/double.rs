//! The reading of the f64 reference: the same point, measured again by code that shares nothing with the
//! f32 engine.

use nalgebra::DVector;

use crate::curvature::{FINE_ENOUGH, LEAST_FOR_SMALLEST, LEAST_PRODUCTS};
use crate::error::{Error, Result};
use crate::reference::{Eigenvalue, Lanczos, ReferencePoint};

use super::mode::Mode;
use super::number::{Number, Status};
use super::reading::{Along, Precision, Reading, Vectors};
use super::shared_point::SharedPoint;
use super::task::{Effort, Task};

/// Measures a point of the task's model again, starting from the reading and the eigenvectors `found`
/// there in f32. The floor of `λ_min`, the gradient, the penalty and the other matrix are taken over from
/// f32.
///
/// # Errors
/// Returns an error if a number is not finite.
pub fn read(
    task: &Task<'_>,
    mode: Option<Mode>,
    found: &Reading,
    vectors: &Vectors,
) -> Result<Reading> {
    measure(task, mode, found, vectors).ok_or_else(|| {
        let fault = "is not finite in f64; the run has diverged, or the data want scaling";
        Error::input(task.place, "curvature", fault)
    })
}

/// Like [`read`], but returns `None` if a number is not finite.
fn measure(
    task: &Task<'_>,
    mode: Option<Mode>,
    found: &Reading,
    vectors: &Vectors,
) -> Option<Reading> {
    let settings = settings(task.effort);
    let shared = SharedPoint::new(task, mode, (0..task.samples.count).collect());
    let point = shared.reference();
    let wanted = task.effort.wanted;
    let measured = point.measure(&settings, wanted.non_uniformity)?;
    let [with_hessian, with_covariance] = measured.products;
    let [found_a, found_s] = measured.converged;
    let smallest = if wanted.smallest {
        Some(smallest(&point, &settings, measured.sharpness.value)?)
    } else {
        None
    };
    let along = |vector: &Vec<f32>| {
        let unit = DVector::from_vec(shared.in_f64(vector)).normalize();
        Along::of(&point.sample_quotients(unit.as_slice()))
    };
    // With one sample, Σ is zero.
    let s = match measured.non_uniformity {
        Some(_) if task.samples.count == 1 => Some(Number::zero()),
        s => s.map(|s| number(s, with_covariance, found_s)),
    };
    let (floor, lost) = (found.smallest_floor, found.rounding?);
    let reading = Reading {
        loss: measured.loss,
        accuracy: found.accuracy.map(|_| measured.accuracy),
        sharpness: number(measured.sharpness, with_hessian, found_a),
        smallest_floor: (floor.zip(smallest))
            .map(|(floor, smallest)| floor.min(smallest.value - smallest.residual)),
        smallest,
        non_uniformity: s,
        along: s.map(|_| vectors.for_quotients().map(along)),
        precision: Precision::F64,
        ..found.clone()
    };
    Some(reading.rounded(lost.in_f64(), task.effort.lanczos.tolerance))
}

/// The settings of the reference's iteration, which stops by its residual ρ, whereas the engine's stops
/// by its error ρ²/gap. The two are equally precise if the gap is a hundredth of the eigenvalue.
fn settings(effort: &Effort) -> Lanczos {
    Lanczos {
        tolerance: effort.lanczos.tolerance.sqrt() / 10.0,
        least: LEAST_PRODUCTS,
        products: effort.lanczos.products,
        seed: effort.seed,
    }
}

fn number(eigenvalue: Eigenvalue, products: usize, converged: bool) -> Number {
    Number {
        value: eigenvalue.value,
        residual: eigenvalue.residual,
        rounding: 0.0,
        error: eigenvalue.residual,
        status: Status::of(converged),
        products,
    }
}

/// `λ_min` as `c − λ_max(cI − H)` with `c = |λ_max(H)|`, in a run of its own: the run for the largest
/// eigenvalue determines the smallest one only coarsely.
fn smallest(point: &ReferencePoint, settings: &Lanczos, largest: f64) -> Option<Number> {
    let settings = Lanczos {
        tolerance: FINE_ENOUGH,
        least: LEAST_FOR_SMALLEST,
        ..*settings
    };
    let shift = largest.abs();
    let ends = settings.run(point.dimension(), |v| {
        let product = point.hessian_product(v);
        let pairs = v.iter().zip(&product);
        pairs.map(|(v, product)| shift * v - product).collect()
    })?;
    let eigenvalue = Eigenvalue {
        value: shift - ends.largest.value,
        residual: ends.largest.residual,
    };
    Some(number(eigenvalue, ends.products, ends.converged))
}
