//! Curvature followed along a run: each measurement begins where the last one ended.

use crate::kernel::Isa;
use crate::network::Curvature;
use crate::train::random::{Purpose, stream};

use super::measure::root;
use super::{Ends, Lanczos, Measurement, cold_start, warm_start};

/// Remembers the top eigenvectors of H and of Σ from one measurement to the next. The first one
/// begins with random vectors.
#[derive(Clone, Debug)]
pub struct Tracker {
    settings: Lanczos,
    seed: u64,
    measured: u64,
    hessian: Option<Vec<f32>>,
    covariance: Option<Vec<f32>>,
}

impl Tracker {
    /// Nothing measured yet; `seed` gives the random numbers of the start vectors.
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
    pub fn hessian(&mut self, isa: Isa, curvature: &mut Curvature<'_>) -> Option<Ends> {
        let before = self.hessian.as_ref();
        let run = self.run(isa, (before, curvature.dimension(), 0), |v, out| {
            curvature.hessian_product(v, out);
        });
        self.hessian = run.as_ref().map(|ends| ends.largest.vector.clone());
        run
    }

    /// Both ends of the spectrum of Σ; `None` when it has left the range of f32.
    ///
    /// # Panics
    /// Where samples have no Hessians of their own ([`Curvature::has_samples`]).
    pub fn covariance(&mut self, isa: Isa, curvature: &mut Curvature<'_>) -> Option<Ends> {
        let before = self.covariance.as_ref();
        let run = self.run(isa, (before, curvature.dimension(), 1), |v, out| {
            curvature.covariance_product(v, out);
        });
        self.covariance = run.as_ref().map(|ends| ends.largest.vector.clone());
        run
    }

    /// Sharpness, smallest eigenvalue and non-uniformity; `None` when the curvature has left the
    /// range of f32.
    ///
    /// # Panics
    /// As [`Tracker::covariance`].
    pub fn measure(&mut self, isa: Isa, curvature: &mut Curvature<'_>) -> Option<Measurement> {
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

    /// One of the two runs, from the vector of before where there is one that fits.
    fn run(
        &self,
        isa: Isa,
        (before, dimension, which): (Option<&Vec<f32>>, usize, u64),
        product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Ends> {
        let mut random = stream(self.seed, Purpose::Probe, 2 * self.measured + which);
        match before {
            Some(before) if before.len() == dimension => {
                let start = warm_start(isa, before, &mut random);
                self.settings.go_on(isa, start, product)
            }
            _ => {
                let start = cold_start(dimension, &mut random);
                self.settings.run(isa, start, product)
            }
        }
    }
}
