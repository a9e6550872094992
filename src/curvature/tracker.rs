//! Curvature at one point, or along a training run, where each measurement starts from the previous
//! result.

use crate::kernel::Isa;
use crate::network::CurvatureOperator;
use crate::train::random::{Purpose, stream};

use super::lanczos::{Ends, Lanczos, cold_start, warm_start};
use super::measurement::{Measurement, root};
use super::smallest::{FINE_ENOUGH, FINE_ENOUGH_TO_FOLLOW, Smallest, isotropic_start};

/// The first random stream of the starts that follow the smallest eigenvalue.
const FOLLOWED: u64 = 1 << 33;

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
    let found = Tracker::new(*settings, seed).smallest(isa, curvature, largest)?;
    measured.smallest_eigenvalue = (&found.ritz).into();
    measured.products[0] += found.products;
    Some(measured)
}

/// The largest numbers of products of one measurement after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// With H, for its largest eigenvalue.
    pub sharpness: usize,
    /// With Σ.
    pub covariance: usize,
    /// With H, for its smallest eigenvalue.
    pub smallest: usize,
}

impl Limits {
    /// Twenty products in all.
    pub const TWENTY: Limits = Limits {
        sharpness: 10,
        covariance: 6,
        smallest: 4,
    };
}

/// Measures curvature repeatedly and keeps the eigenvectors of H and of Σ from one measurement to
/// the next. The first measurement starts from random vectors.
#[derive(Clone, Debug)]
pub struct Tracker {
    settings: Lanczos,
    seed: u64,
    /// The limits after the first measurement, if there are any. With them the smallest eigenvalue is followed too,
    /// and has no lower bound; without them it has a run from a random start each time.
    limits: Option<Limits>,
    measured: u64,
    hessian: Option<Vec<f32>>,
    covariance: Option<Vec<f32>>,
    smallest: Option<Vec<f32>>,
}

impl Tracker {
    /// A tracker without measurements; `seed` determines the random numbers in the start vectors.
    pub fn new(settings: Lanczos, seed: u64) -> Self {
        Tracker {
            settings,
            seed,
            limits: None,
            measured: 0,
            hessian: None,
            covariance: None,
            smallest: None,
        }
    }

    /// The same tracker, with limits after the first measurement.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Tracker {
            limits: Some(limits),
            ..self
        }
    }

    /// Both ends of the spectrum of H; `None` when it has left the range of f32.
    pub fn hessian(&mut self, isa: Isa, curvature: &mut CurvatureOperator<'_>) -> Option<Ends> {
        let before = self.hessian.as_ref();
        let start = self.start(isa, before, curvature.dimension(), 0);
        let most = self.limits.map(|limits| limits.sharpness);
        let run = self.run(isa, start, most, |v, out| curvature.hessian_product(v, out));
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
        let most = self.limits.map(|limits| limits.covariance);
        let run = self.run(isa, start, most, |v, out| {
            curvature.covariance_product(v, out);
        });
        self.covariance = run.as_ref().map(|ends| ends.largest.vector.clone());
        run
    }

    /// The smallest eigenvalue of H, whose `largest` is known, by a run of its own, because the run for the largest
    /// ends long before it has found the smallest. `None` when it has left the range of f32.
    pub fn smallest(
        &mut self,
        isa: Isa,
        curvature: &mut CurvatureOperator<'_>,
        largest: f64,
    ) -> Option<Smallest> {
        let settings = Lanczos {
            tolerance: FINE_ENOUGH,
            ..self.settings
        };
        let dimension = curvature.dimension();
        let product = |v: &[f32], out: &mut [f32]| curvature.hessian_product(v, out);
        let before = self.smallest.as_ref().filter(|v| v.len() == dimension);
        let run = if let (Some(before), Some(limits)) = (before, self.limits) {
            let mut random = stream(self.seed, Purpose::Probe, FOLLOWED + self.measured);
            let start = warm_start(isa, before, &mut random);
            let settings = Lanczos {
                tolerance: FINE_ENOUGH_TO_FOLLOW,
                ..settings.at_most(limits.smallest)
            };
            settings.follow_smallest(isa, start, largest.abs(), product)
        } else {
            let start = isotropic_start(dimension, &mut stream(self.seed, Purpose::Probe, 2));
            settings.run_smallest(isa, start, largest.abs(), product)
        };
        self.smallest = run.as_ref().map(|found| found.ritz.vector.clone());
        run
    }

    /// Counts a measurement, so that the next one draws other random numbers.
    pub fn count(&mut self) {
        self.measured += 1;
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
        self.count();
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

    /// A run, after a warm start with at most `most` products.
    fn run(
        &self,
        isa: Isa,
        start: Start,
        most: Option<usize>,
        product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Ends> {
        match start {
            Start::Cold(start) => self.settings.run(isa, start, product),
            Start::Warm(start) => {
                let settings = most.map_or(self.settings, |most| self.settings.at_most(most));
                settings.run_warm(isa, start, product)
            }
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
