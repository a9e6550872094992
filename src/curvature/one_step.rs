//! The matrix of Theorem 1 of Wu, Ma and E (2018), by products, and both ends of its spectrum.
//!
//! A step of SGD on the quadratic model multiplies the distance to the minimum by `A_B = I − ηH_B`, and
//!
//! ```text
//! E[A_B²] = I − ηM        M = 2H − η(H² + pΣ)
//! ```
//!
//! with the weight p of the sampling noise. Theorem 1, `λ_max(E[A_B²]) ≤ 1`, is therefore `λ_min(M) ≥ 0`:
//! the mean squared distance grows in one step by at most the factor `1 − η·λ_min(M)`. A product with M
//! takes two products with H and, unless p is zero, one with Σ.

use crate::kernel::{self, Isa};
use crate::network::CurvatureOperator;
use crate::train::random::{Purpose, stream};

use super::lanczos::{Ends, Lanczos, cold_start};
use super::smallest::{FINE_ENOUGH, Smallest};

/// The numbers of the random streams of the two start vectors. Those of H and Σ at a point are 0, 1 and 2.
const STREAMS: [u64; 2] = [3, 4];

/// The matrix `M = 2H − η(H² + pΣ)` at the point of a [`CurvatureOperator`].
pub struct OneStepMatrix<'c, 'a> {
    isa: Isa,
    curvature: &'c mut CurvatureOperator<'a>,
    learning_rate: f64,
    weight: f64,
    part: Vec<f32>,
}

/// The parts of `vᵀMv = 2·vᵀHv − η(‖Hv‖² + p·vᵀΣv)` for one unit vector v.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneStepParts {
    /// `vᵀHv`.
    pub hessian: f64,
    /// `‖Hv‖²`.
    pub squared: f64,
    /// `vᵀΣv`; 0 if p is zero.
    pub noise: f64,
}

/// Both ends of the spectrum of M, each from a run of its own.
#[derive(Clone, Debug)]
pub struct OneStepEnds {
    /// The run for the largest eigenvalue.
    pub largest: Ends,
    /// The smallest eigenvalue with its floor.
    pub smallest: Smallest,
}

impl<'c, 'a> OneStepMatrix<'c, 'a> {
    /// The matrix for the learning rate η and the noise weight p. With p = 0 no product with Σ is made.
    ///
    /// # Panics
    /// When p is not zero and the samples have no Hessians of their own
    /// ([`CurvatureOperator::has_samples`]).
    pub fn new(
        isa: Isa,
        curvature: &'c mut CurvatureOperator<'a>,
        learning_rate: f64,
        weight: f64,
    ) -> Self {
        assert!(
            weight == 0.0 || curvature.has_samples(),
            "coupled samples have no Σ"
        );
        OneStepMatrix {
            isa,
            part: vec![0.0; curvature.dimension()],
            curvature,
            learning_rate,
            weight,
        }
    }

    /// `product ← Mv`.
    pub fn product(&mut self, direction: &[f32], product: &mut [f32]) {
        let (isa, lr) = (self.isa, self.learning_rate);
        self.curvature.hessian_product(direction, &mut self.part);
        self.curvature.hessian_product(&self.part, product);
        kernel::scale(isa, -lr as f32, product);
        kernel::axpy(isa, 2.0, &self.part, product);
        if self.weight > 0.0 {
            self.curvature.covariance_product(direction, &mut self.part);
            kernel::axpy(isa, -(lr * self.weight) as f32, &self.part, product);
        }
    }

    /// The parts of `vᵀMv` for a unit vector.
    pub fn parts(&mut self, vector: &[f32]) -> OneStepParts {
        let isa = self.isa;
        self.curvature.hessian_product(vector, &mut self.part);
        let hessian = kernel::dot_wide(isa, vector, &self.part);
        let squared = kernel::dot_wide(isa, &self.part, &self.part);
        let noise = if self.weight > 0.0 {
            self.curvature.covariance_product(vector, &mut self.part);
            kernel::dot_wide(isa, vector, &self.part)
        } else {
            0.0
        };
        OneStepParts {
            hessian,
            squared,
            noise,
        }
    }

    /// Both ends of the spectrum; `seed` determines the start vectors. The run for the smallest eigenvalue
    /// ends at the residual [`FINE_ENOUGH`], relative to the largest absolute eigenvalue, if a negative
    /// eigenvalue has been found. If not, its floor is what decides, and it makes all its products. Returns
    /// `None` when a product is not finite.
    pub fn ends(&mut self, settings: &Lanczos, seed: u64) -> Option<OneStepEnds> {
        let (isa, dimension) = (self.isa, self.part.len());
        let random = |index: usize| stream(seed, Purpose::Probe, STREAMS[index]);
        let start = cold_start(dimension, &mut random(0));
        let largest = settings.run(isa, start, |v, out| self.product(v, out))?;
        let scale = largest
            .largest
            .value
            .abs()
            .max(largest.smallest.value.abs());
        let settings = Lanczos {
            tolerance: FINE_ENOUGH,
            ..*settings
        };
        let start = cold_start(dimension, &mut random(1));
        let is_negative = |value: f64| value < -FINE_ENOUGH * scale;
        let smallest = settings.seek_smallest(isa, start, scale, is_negative, |v, out| {
            self.product(v, out)
        })?;
        Some(OneStepEnds { largest, smallest })
    }
}

#[cfg(test)]
mod tests;
