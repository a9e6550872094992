//! The reading of the f32 engine.

use crate::curvature::{Ends, Smallest, Top, Tracker, root};
use crate::error::{Error, Result};
use crate::kernel::{self, Isa};
use crate::network::{Batch, CurvatureOperator, Evaluation, Pass, Point};
use crate::work;

use super::number::Number;
use super::partial::LeftOut;
use super::reading::{Along, OtherMatrix, Precision, Reading, Vectors};
use super::task::{Effort, Task};

/// Measures a point of the task's model, and its `count` largest eigenvalues if that is not zero. A tracker that has
/// measured a nearby point saves products. The reading does not yet include the rounding errors of the products
/// ([`Reading::rounded`]).
///
/// # Errors
/// Returns an error if the loss or the curvature overflows f32.
pub fn read(
    task: &Task<'_>,
    point: &Point<'_>,
    count: usize,
    tracker: &mut Tracker,
    left_out: &mut LeftOut,
) -> Result<(Reading, Vectors)> {
    measure(task, point, count, tracker, left_out).ok_or_else(|| {
        let fault = "is beyond the range of f32; the run has diverged, or the data want scaling";
        Error::input(task.place, "loss or curvature", fault)
    })
}

/// Like [`read`], but returns `None` if a number is not finite.
fn measure(
    task: &Task<'_>,
    point: &Point<'_>,
    count: usize,
    tracker: &mut Tracker,
    left_out: &mut LeftOut,
) -> Option<(Reading, Vectors)> {
    let (effort, batch) = (task.effort, task.samples.batch());
    work::stage("loss and gradient");
    let gradient = gradient_norm(effort.isa, point, &batch);
    let mut curvature = CurvatureOperator::new(effort.isa, *point, batch, effort.matrix);
    if !curvature.loss().is_finite() || !gradient.is_finite() {
        return None;
    }
    let mut spectra = Spectra::measure(effort, &mut curvature, batch.samples, tracker, left_out)?;
    if count > 0 && left_out.has_time_for("the largest eigenvalues") {
        work::stage("the largest eigenvalues");
        spectra.top = Some(tracker.top(effort.isa, &mut curvature, count)?);
    }
    tracker.count();
    let is_coupled = !curvature.has_samples();
    let non_uniformity = match &spectra.covariance {
        Some(ends) => Some(Number::new(root(&ends.largest), ends)),
        None => {
            (effort.wanted.non_uniformity && batch.samples == 1 && !is_coupled).then(Number::zero)
        }
    };
    let sharpness = Number::new((&spectra.hessian.largest).into(), &spectra.hessian);
    let smallest = spectra.smallest.as_ref().map(Number::from);
    let smallest_floor = spectra.smallest.as_ref().and_then(|found| found.floor);
    let vectors = spectra.into_vectors();
    if non_uniformity.is_some() {
        work::stage("curvature of single samples");
    }
    let mut along = |vector: &Vec<f32>| Along::of(&curvature.sample_quotients(vector));
    let along = non_uniformity.map(|_| vectors.for_quotients().map(&mut along));
    let zeros = vec![0.0; batch.targets.len()];
    let reading = Reading {
        loss: curvature.loss(),
        loss_of_zero: Evaluation::of(effort.isa, point.network, &zeros, &batch).loss,
        accuracy: names_classes(point.network.outputs(), &batch).then(|| curvature.accuracy()),
        gradient,
        sharpness,
        smallest,
        smallest_floor,
        is_coupled,
        non_uniformity,
        along,
        other: None,
        penalty: point.network.penalty(effort.isa, point.parameters),
        precision: Precision::F32,
        rounding: None,
    };
    Some((reading, vectors))
}

/// The ends of the spectra of H and Σ.
struct Spectra {
    hessian: Ends,
    /// `None` if s is not wanted, if the samples are coupled, and for a single sample, whose Σ is zero, so that a
    /// product would show only rounding errors.
    covariance: Option<Ends>,
    /// `None` if λ_min is not wanted.
    smallest: Option<Smallest>,
    /// `None` if the largest eigenvalues are not wanted.
    top: Option<Top>,
}

impl Spectra {
    fn measure(
        effort: &Effort,
        curvature: &mut CurvatureOperator<'_>,
        samples: usize,
        tracker: &mut Tracker,
        left_out: &mut LeftOut,
    ) -> Option<Self> {
        work::stage("measuring a = λ_max(H)");
        let hessian = tracker.hessian(effort.isa, curvature)?;
        let wanted = effort.wanted;
        let is_noisy = wanted.non_uniformity && curvature.has_samples() && samples > 1;
        let covariance = if is_noisy && left_out.has_time_for("s") {
            work::stage("measuring s = √λ_max(Σ)");
            Some(tracker.covariance(effort.isa, curvature)?)
        } else {
            None
        };
        let smallest = if wanted.smallest && left_out.has_time_for("λ_min") {
            work::stage("measuring λ_min(H)");
            Some(tracker.smallest(effort.isa, curvature, hessian.largest.value)?)
        } else {
            None
        };
        Some(Spectra {
            hessian,
            covariance,
            smallest,
            top: None,
        })
    }

    fn into_vectors(self) -> Vectors {
        let (smallest, covariance) = (self.smallest, self.covariance);
        Vectors {
            sharpness: self.hessian.largest.vector,
            smallest: smallest.map_or(Vec::new(), |found| found.ritz.vector),
            noise: covariance.map_or(Vec::new(), |ends| ends.largest.vector),
            top: self.top,
        }
    }
}

/// Whether there are several outputs and every target is a unit vector.
fn names_classes(outputs: usize, batch: &Batch<'_>) -> bool {
    let is_unit = |row: &[f32]| {
        let count = |number| row.iter().filter(|&&y| y == number).count();
        count(1.0) == 1 && count(0.0) == row.len() - 1
    };
    outputs > 1 && batch.targets.chunks_exact(outputs).all(is_unit)
}

fn gradient_norm(isa: Isa, point: &Point<'_>, batch: &Batch<'_>) -> f64 {
    let mut gradient = vec![0.0; point.network.parameters()];
    Pass::new(isa).gradient(point, batch, &mut gradient);
    kernel::dot_wide(isa, &gradient, &gradient).sqrt()
}

/// Compares the other matrix at the same point, along `vector`, the eigenvector of the sharpness.
pub fn other_matrix(task: &Task<'_>, point: &Point<'_>, vector: &[f32]) -> OtherMatrix {
    let (effort, batch) = (task.effort, task.samples.batch());
    let product = |matrix| {
        let mut product = vec![0.0; vector.len()];
        CurvatureOperator::new(effort.isa, *point, batch, matrix)
            .hessian_product(vector, &mut product);
        product
    };
    let theirs = product(effort.matrix.other());
    let mut difference = product(effort.matrix);
    kernel::axpy(effort.isa, -1.0, &theirs, &mut difference);
    OtherMatrix {
        quotient: kernel::dot_wide(effort.isa, vector, &theirs),
        distance: kernel::dot_wide(effort.isa, &difference, &difference).sqrt(),
    }
}
