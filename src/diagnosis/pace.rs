//! How long a measurement will take, from the time of one product with each matrix.

use std::time::{Duration, Instant};

use crate::curvature::{LEAST_FOR_SMALLEST, LEAST_PRODUCTS, cold_start};
use crate::error::{Error, Result};
use crate::network::CurvatureOperator;
use crate::train::random::{Purpose, stream};
use crate::work;

use super::mode::Mode;
use super::point;
use super::task::Task;

/// The random stream of the vector.
const STREAM: u64 = 1 << 37;

/// The measured times of products, and what they make together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// One product with H.
    pub hessian: Duration,
    /// One product with Σ; `None` if s is not measured.
    pub covariance: Option<Duration>,
    /// The wanted ones of a, s and λ_min, with as few products as a run can have.
    pub least: Duration,
    /// The same with as many products as are allowed.
    pub most: Duration,
}

impl Task<'_> {
    /// Times one product with each matrix that will be needed.
    ///
    /// # Errors
    /// Returns an error if the mode is not available for this model.
    pub fn pace(&self, mode: Option<Mode>) -> Result<Pace> {
        work::stage("timing one product");
        let (effort, batch) = (self.effort, self.samples.batch());
        if let Some(mode) = mode
            && let Some(fault) = mode.fault(effort.isa, self.model, &batch)
        {
            return Err(Error::input(self.place, self.model.network.name(), fault));
        }
        let statistics = mode.map_or(Vec::new(), |mode| {
            mode.statistics(effort.isa, self.model, &batch)
        });
        let point = point::point(self.model, mode, &statistics);
        let mut curvature = CurvatureOperator::new(effort.isa, point, batch, effort.matrix);
        let dimension = curvature.dimension();
        let vector = cold_start(dimension, &mut stream(effort.seed, Purpose::Probe, STREAM));
        let mut image = vec![0.0; dimension];
        let hessian = timed(|| curvature.hessian_product(&vector, &mut image));
        let is_noisy = effort.wanted.non_uniformity && curvature.has_samples();
        let covariance =
            is_noisy.then(|| timed(|| curvature.covariance_product(&vector, &mut image)));
        let smallest = u32::from(effort.wanted.smallest);
        let together = |largest: usize, smallest_run: usize| {
            let largest = largest.min(dimension) as u32;
            let smallest_run = smallest_run.min(dimension) as u32;
            let noise = covariance.unwrap_or_default() * largest;
            hessian * (largest + smallest * smallest_run) + noise
        };
        let products = effort.lanczos.products;
        Ok(Pace {
            hessian,
            covariance,
            least: together(
                LEAST_PRODUCTS.min(products),
                LEAST_FOR_SMALLEST.min(products),
            ),
            most: together(products, products),
        })
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    work();
    begin.elapsed()
}
