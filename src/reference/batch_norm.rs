//! One channel of batch normalisation, over numbers `a + t·b`.

use super::dual::{Dual, mean};

/// The mean, and the variance divided by the count.
pub(super) fn moments(x: &[Dual]) -> (Dual, Dual) {
    let centre = mean(x.iter().copied());
    let squares = x.iter().map(|&x| (x - centre) * (x - centre));
    (centre, mean(squares))
}

/// One channel of batch normalisation: `x̂ = (x − μ)·r` with `r = 1/√(σ² + ε)`.
pub(super) struct Channel {
    pub normal: Vec<Dual>,
    inverse: Dual,
    is_of_batch: bool,
}

impl Channel {
    /// Uses the fixed mean and variance if given, otherwise those of `x`.
    pub fn new(x: &[Dual], fixed: Option<(f64, f64)>, epsilon: f64) -> Self {
        let (centre, variance) = match fixed {
            Some((centre, variance)) => (Dual::constant(centre), Dual::constant(variance)),
            None => moments(x),
        };
        let inverse = (variance + Dual::constant(epsilon)).inverse_root();
        Channel {
            normal: x.iter().map(|&x| (x - centre) * inverse).collect(),
            inverse,
            is_of_batch: fixed.is_none(),
        }
    }

    /// The derivative of the loss with respect to `x`, given that with respect to `x̂` (Ioffe and
    /// Szegedy 2015).
    pub fn backward(&self, back: &[Dual]) -> Vec<Dual> {
        if !self.is_of_batch {
            return back.iter().map(|&b| b * self.inverse).collect();
        }
        let centre = mean(back.iter().copied());
        let overlap = mean(back.iter().zip(&self.normal).map(|(&b, &x)| b * x));
        let pairs = back.iter().zip(&self.normal);
        pairs
            .map(|(&b, &x)| (b - centre - x * overlap) * self.inverse)
            .collect()
    }
}
