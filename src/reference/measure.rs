//! Sharpness, smallest eigenvalue and non-uniformity in f64.

use super::lanczos::{Eigenvalue, Lanczos};
use super::point::ReferencePoint;

/// The curvature of a graph at a point over one fixed set of samples.
#[derive(Clone, Copy, Debug)]
pub struct Measurement {
    /// `a = λ_max(H)`.
    pub sharpness: Eigenvalue,
    /// `λ_min(H)`.
    pub smallest_eigenvalue: Eigenvalue,
    /// `s = √λ_max(Σ)`, with the larger deviation of `√(s² ± r)` from `s` as its residual; `None` if
    /// batch normalisation couples the samples, or if it was not asked for.
    pub non_uniformity: Option<Eigenvalue>,
    /// The numbers of products with H and with Σ that were computed.
    pub products: [usize; 2],
    /// Whether the iterations with H and with Σ reached their tolerances.
    pub converged: [bool; 2],
    /// The mean loss.
    pub loss: f64,
    /// The fraction of samples classified correctly, in [0, 1].
    pub accuracy: f64,
}

impl ReferencePoint {
    /// Measures the curvature at this point, s only if `with_noise`; `None` when a product is not finite.
    pub fn measure(&self, settings: &Lanczos, with_noise: bool) -> Option<Measurement> {
        let hessian = settings.run(self.dimension(), |v| self.hessian_product(v))?;
        let covariance = if with_noise && self.has_samples() {
            Some(settings.run(self.dimension(), |v| self.covariance_product(v))?)
        } else {
            None
        };
        Some(Measurement {
            sharpness: hessian.largest,
            smallest_eigenvalue: hessian.smallest,
            non_uniformity: covariance.map(|ends| root(ends.largest)),
            converged: [
                hessian.converged,
                covariance.is_none_or(|ends| ends.converged),
            ],
            products: [hessian.products, covariance.map_or(0, |ends| ends.products)],
            loss: self.loss(),
            accuracy: self.accuracy(),
        })
    }
}

/// `√(θ ± r)`. Σ is positive semi-definite, so a negative value is only a rounding error.
fn root(variance: Eigenvalue) -> Eigenvalue {
    let root = |x: f64| x.max(0.0).sqrt();
    let value = root(variance.value);
    let low = root(variance.value - variance.residual);
    let high = root(variance.value + variance.residual);
    Eigenvalue {
        value,
        residual: (value - low).max(high - value),
    }
}
