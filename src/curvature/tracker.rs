//! Curvature at one point, or along a training run, where each measurement starts from the previous
//! result.

use crate::kernel::Isa;
use crate::network::CurvatureOperator;
use crate::train::random::{Purpose, stream};

use super::lanczos::{Ends, Lanczos, cold_start, warm_start};
use super::measurement::{Measurement, root};
use super::smallest::smallest;

/// Measures the curvature at the point of `curvature`; the smallest eigenvalue gets its own run. `seed`
/// determines the start vectors. Returns `None` when the curvature has left the range of f32.
///
/// # Panics
/// When samples have no Hessians of their own ([`CurvatureOperator::has_samples`]).
pub fn measure(
    isa: Isa,
    curvature: &mut CurvatureOperator<'_>,
    settings: &Lanczos,
    seed: u64,
) -> Option<Measurement> {
    let mut measured = Tracker::new(*settings, seed).measure(isa, curvature)?;
    let largest = measured.sharpness.value;
    let found = smallest(isa, curvature, largest, settings.products, seed)?;
    measured.smallest_eigenvalue = (&found.ritz).into();
    measured.products[0] += found.products;
    Some(measured)
}

/// Measures curvature repeatedly and keeps the top eigenvectors of H and of Σ from one measurement to
/// the next. The first measurement starts from random vectors.
#[derive(Clone, Debug)]
pub struct Tracker {
    settings: Lanczos,
    seed: u64,
    measured: u64,
    hessian: Option<Vec<f32>>,
    covariance: Option<Vec<f32>>,
}

impl Tracker {
    /// A tracker without measurements; `seed` determines the random numbers in the start vectors.
    pub fn new(settings: Lanczos, seed: u64) -> Self {
        Tracker {
            settings,
            seed,
            measured: 0,
            hessian: None,
            covariance: None,
        }
    }

    /// Both ends of the spectrum of H; `None` when it has left the range of f32.
    pub fn hessian(&mut self, isa: Isa, curvature: &mut CurvatureOperator<'_>) -> Option<Ends> {
        let before = self.hessian.as_ref();
        let start = self.start(isa, before, curvature.dimension(), 0);
        let run = self.run(isa, start, |v, out| curvature.hessian_product(v, out));
        self.hessian = run.as_ref().map(|ends| ends.largest.vector.clone());
        run
    }

    /// Both ends of the spectrum of Σ; `None` when it has left the range of f32.
    ///
    /// # Panics
    /// When samples have no Hessians of their own ([`CurvatureOperator::has_samples`]).
    pub fn covariance(&mut self, isa: Isa, curvature: &mut CurvatureOperator<'_>) -> Option<Ends> {
        let before = self.covariance.as_ref();
        let start = self.start(isa, before, curvature.dimension(), 1);
        let run = self.run(isa, start, |v, out| curvature.covariance_product(v, out));
        self.covariance = run.as_ref().map(|ends| ends.largest.vector.clone());
        run
    }

    /// Sharpness, smallest eigenvalue and non-uniformity; `None` when the curvature has left the
    /// range of f32.
    ///
    /// # Panics
    /// Under the conditions of [`Tracker::covariance`].
    pub fn measure(
        &mut self,
        isa: Isa,
        curvature: &mut CurvatureOperator<'_>,
    ) -> Option<Measurement> {
        let hessian = self.hessian(isa, curvature)?;
        let covariance = self.covariance(isa, curvature)?;
        self.measured += 1;
        Some(Measurement {
            sharpness: (&hessian.largest).into(),
            smallest_eigenvalue: (&hessian.smallest).into(),
            non_uniformity: root(&covariance.largest),
            products: [hessian.products, covariance.products],
            converged: hessian.converged && covariance.converged,
            loss: curvature.loss(),
            accuracy: curvature.accuracy(),
        })
    }

    /// The start of a run; `matrix` is 0 for H and 1 for Σ.
    fn start(&self, isa: Isa, before: Option<&Vec<f32>>, dimension: usize, matrix: u64) -> Start {
        let mut random = stream(self.seed, Purpose::Probe, 2 * self.measured + matrix);
        match before {
            Some(before) if before.len() == dimension => {
                Start::Warm(warm_start(isa, before, &mut random))
            }
            _ => Start::Cold(cold_start(dimension, &mut random)),
        }
    }

    fn run(&self, isa: Isa, start: Start, product: impl FnMut(&[f32], &mut [f32])) -> Option<Ends> {
        match start {
            Start::Cold(start) => self.settings.run(isa, start, product),
            Start::Warm(start) => self.settings.run_warm(isa, start, product),
        }
    }
}

/// The start vector of a run.
enum Start {
    /// A random vector.
    Cold(Vec<f32>),
    /// A vector near the eigenvector of the last measurement.
    Warm(Vec<f32>),
}
