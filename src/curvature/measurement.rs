//! Sharpness, smallest eigenvalue and non-uniformity of a network at a point.

use serde::{Deserialize, Serialize};

use super::lanczos::Ritz;

/// A measured eigenvalue: some eigenvalue lies within `residual` of `value`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Eigenvalue {
    /// θ.
    pub value: f64,
    /// The residual bound, in the unit of `value`.
    pub residual: f64,
    /// The estimated error ([`Ritz::error`]), in the unit of `value`.
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
    /// `λ_min(H)`; of a [`Tracker`](super::Tracker), whose runs end with the largest, no more than a bound from above.
    pub smallest_eigenvalue: Eigenvalue,
    /// `s = √λ_max(Σ)`; the residual is that of the root, the wider side of `√(s² ± r)`.
    pub non_uniformity: Eigenvalue,
    /// Products with H and with Σ that were spent.
    pub products: [usize; 2],
    /// Did the iterations for the largest eigenvalues of H and of Σ reach their tolerance?
    pub converged: bool,
    /// The mean loss.
    pub loss: f64,
    /// The share of samples classified rightly, in [0, 1].
    pub accuracy: f64,
}

/// `√(θ ± r)`: the root of the value, and the larger distance of the two ends from it. Σ is
/// positive semi-definite, so a value below zero is rounding and is read as zero.
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
