//! Sharpness, smallest eigenvalue and non-uniformity of a network at a point.

use serde::{Deserialize, Serialize};

use super::space::Ritz;

/// A measured eigenvalue: some eigenvalue lies within `residual` of `value`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Eigenvalue {
    /// The approximate eigenvalue θ.
    pub value: f64,
    /// The residual bound, in the units of `value`.
    pub residual: f64,
    /// The estimated error ([`Ritz::error`]), in the units of `value`.
    pub error: f64,
}

impl From<&Ritz> for Eigenvalue {
    fn from(ritz: &Ritz) -> Self {
        Eigenvalue {
            value: ritz.value,
            residual: ritz.residual,
            error: ritz.error,
        }
    }
}

/// The curvature of a network at a point over one fixed set of samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// `a = λ_max(H)`.
    pub sharpness: Eigenvalue,
    /// `λ_min(H)`. From a [`Tracker`](super::Tracker) this is only an upper bound, because its runs end
    /// once the largest eigenvalue has converged.
    pub smallest_eigenvalue: Eigenvalue,
    /// `s = √λ_max(Σ)`; its residual is that of the root, the larger deviation of `√(s² ± r)` from `s`.
    pub non_uniformity: Eigenvalue,
    /// The numbers of products with H and with Σ that were computed.
    pub products: [usize; 2],
    /// Whether the iterations for the largest eigenvalues of H and of Σ reached their tolerances.
    pub converged: bool,
    /// The mean loss.
    pub loss: f64,
    /// The fraction of samples classified correctly, in [0, 1].
    pub accuracy: f64,
}

/// `√(θ ± r)`: the root of the value, and the larger distance of the two ends from it. Σ is positive
/// semi-definite, so a negative value is a rounding error and is taken as zero.
pub fn root(variance: &Ritz) -> Eigenvalue {
    let at = |shift: f64| (variance.value + shift).max(0.0).sqrt();
    let value = at(0.0);
    let width = |radius: f64| (value - at(-radius)).max(at(radius) - value);
    Eigenvalue {
        value,
        residual: width(variance.residual),
        error: width(variance.error),
    }
}
