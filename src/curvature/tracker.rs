//! Curvature at one point, or along a training run, where each measurement starts from the previous
//! result.

use rand::Rng;

use crate::kernel::{self, Isa};
use crate::network::CurvatureOperator;
use crate::train::random::{Purpose, stream};

use super::lanczos::{Ends, LEAST_PRODUCTS, Lanczos, cold_start, warm_start};
use super::measurement::{Measurement, root};
use super::smallest::{FINE_ENOUGH, FINE_ENOUGH_TO_FOLLOW, Smallest};
use super::space::{Product, Space};
use super::top::Top;

/// The random streams of the starts of a measurement; the next one adds 3.
const HESSIAN: u64 = 0;
const COVARIANCE: u64 = 1;
const SMALLEST: u64 = 2;

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

/// The relative error within which largest eigenvalues are followed from one measurement to the next.
pub const FOLLOWED_WITHIN: f64 = 1e-3;

/// The largest numbers of products of one measurement after the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// With H, for its largest eigenvalue.
    pub sharpness: usize,
    /// With Σ.
    pub covariance: usize,
    /// With H, for its smallest eigenvalue.
    pub smallest: usize,
    /// The tolerance of the two largest eigenvalues, if theirs is not larger anyway.
    pub tolerance: f64,
}

impl Limits {
    /// Twenty products in all.
    pub const TWENTY: Limits = Limits {
        sharpness: 10,
        covariance: 6,
        smallest: 4,
        tolerance: FOLLOWED_WITHIN,
    };
}

/// Measures curvature repeatedly. The first measurement starts from random vectors, each later one from those that the
/// one before left ([`Ends::ahead`]).
///
/// What is asked of H at one point grows one Krylov space, as long as that began with a random vector. A run for Σ in
/// between ends this, so that there are never two bases in memory.
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
    /// The Krylov space of H at the current point, if there is one.
    space: Option<Space>,
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
            space: None,
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
        self.space = None;
        let dimension = curvature.dimension();
        let run = if let Some(before) = followed(&self.hessian, dimension) {
            let most = self.limits.map(|limits| limits.sharpness);
            let product = |v: &[f32], out: &mut [f32]| curvature.hessian_product(v, out);
            self.run_warm(isa, before, HESSIAN, most, product)
        } else {
            let (settings, least) = (self.settings, LEAST_PRODUCTS.min(dimension));
            self.ask(isa, curvature, HESSIAN, |space, product| {
                settings.ends(space, least, product)
            })
        };
        self.hessian = run.as_ref().map(|ends| ends.ahead.clone());
        run
    }

    /// Both ends of the spectrum of Σ; `None` when it has left the range of f32.
    ///
    /// # Panics
    /// When samples have no Hessians of their own ([`CurvatureOperator::has_samples`]).
    pub fn covariance(&mut self, isa: Isa, curvature: &mut CurvatureOperator<'_>) -> Option<Ends> {
        self.space = None;
        let dimension = curvature.dimension();
        let product = |v: &[f32], out: &mut [f32]| curvature.covariance_product(v, out);
        let run = if let Some(before) = followed(&self.covariance, dimension) {
            let most = self.limits.map(|limits| limits.covariance);
            self.run_warm(isa, before, COVARIANCE, most, product)
        } else {
            let start = cold_start(dimension, &mut self.random(COVARIANCE));
            self.settings.run(isa, start, product)
        };
        self.covariance = run.as_ref().map(|ends| ends.ahead.clone());
        run
    }

    /// The smallest eigenvalue of H, whose `largest` is known. `None` when it has left the range of f32.
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
        let (scale, before) = (
            largest.abs(),
            followed(&self.smallest, curvature.dimension()),
        );
        let run = if let (Some(before), Some(limits)) = (before, self.limits) {
            let mut random = stream(self.seed, Purpose::Probe, FOLLOWED + self.measured);
            let start = warm_start(isa, before, &mut random);
            let settings = Lanczos {
                tolerance: FINE_ENOUGH_TO_FOLLOW,
                ..settings.at_most(limits.smallest)
            };
            let product = |v: &[f32], out: &mut [f32]| curvature.hessian_product(v, out);
            settings.follow_smallest(isa, start, scale, product)
        } else {
            self.ask(isa, curvature, SMALLEST, |space, product| {
                settings.smallest(space, scale, |_| true, product)
            })
        };
        self.smallest = run.as_ref().map(|found| found.ritz.vector.clone());
        run
    }

    /// The `count` largest eigenvalues of H; `None` when it has left the range of f32.
    pub fn top(
        &mut self,
        isa: Isa,
        curvature: &mut CurvatureOperator<'_>,
        count: usize,
    ) -> Option<Top> {
        let settings = self.settings;
        self.ask(isa, curvature, SMALLEST, |space, product| {
            settings.top(space, count, product)
        })
    }

    /// Ends a measurement: the next one draws other random numbers.
    pub fn count(&mut self) {
        self.measured += 1;
        self.space = None;
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

    /// Asks for a number in the Krylov space of H at the current point. If there is none, it begins with a random vector
    /// of this stream.
    fn ask<T>(
        &mut self,
        isa: Isa,
        curvature: &mut CurvatureOperator<'_>,
        place: u64,
        number: impl FnOnce(&mut Space, Product<'_>) -> Option<T>,
    ) -> Option<T> {
        let dimension = curvature.dimension();
        let mut product = |v: &[f32], out: &mut [f32]| curvature.hessian_product(v, out);
        kernel::with_team(|| {
            if self.space.is_none() {
                let start = cold_start(dimension, &mut self.random(place));
                self.space = Some(Space::begin(isa, start, &mut product)?);
            }
            number(self.space.as_mut()?, &mut product)
        })
    }

    /// A run from a start near `before`, with at most `most` products and the tolerance of the limits.
    fn run_warm(
        &self,
        isa: Isa,
        before: &[f32],
        place: u64,
        most: Option<usize>,
        product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Ends> {
        let start = warm_start(isa, before, &mut self.random(place));
        let least = self.limits.map_or(0.0, |limits| limits.tolerance);
        let settings = Lanczos {
            tolerance: self.settings.tolerance.max(least),
            ..most.map_or(self.settings, |most| self.settings.at_most(most))
        };
        settings.run_warm(isa, start, product)
    }

    /// The random numbers of a start vector of this measurement.
    fn random(&self, place: u64) -> impl Rng {
        stream(self.seed, Purpose::Probe, 3 * self.measured + place)
    }
}

/// The vector that the last measurement left, if it is one of this dimension.
fn followed(before: &Option<Vec<f32>>, dimension: usize) -> Option<&[f32]> {
    before.as_deref().filter(|before| before.len() == dimension)
}
