//! A proved bound on the distance between the engine's result and the exact one.
//!
//! With fixed statistics, without the cross-entropies and without attention and normalisation within samples, and between two switches of ReLUs, max-pools and
//! hinges, the engine's result is a polynomial in its inputs, computed by additions and multiplications
//! only. If no path from an input to the result passes more than `m` roundings, then
//! `|computed − exact| ≤ γ_m·A`, where `γ_m = m·u/(1 − m·u)` and `A` is the same polynomial with every
//! term taken positive (Higham 2002, §3.1). Constants that are themselves computed (`1/n`, `2/c`,
//! `1/deviation`, `1/√(σ² + ε)`) contribute at most three roundings each.
//!
//! Underflow is excluded by choosing inputs on a dyadic grid: rounding keeps a number on its grid, and a
//! product of few factors lies on a grid no finer than 2⁻¹⁴⁹.

use std::cmp::Ordering;

use super::landscape::Landscape;
use super::sign::absolute;
use super::{Layer, SecondDerivative};
use crate::number::{Exact, Real};
use crate::oracle::{Format, gamma};

/// The two factors `γ_m` and `A` of the bound, for one landscape.
#[derive(Clone, Debug)]
pub struct Bound<T> {
    positive: Landscape<T>,
    gamma: Exact,
    gamma_forward: Exact,
}

impl<T: Real + Send + Sync> Landscape<T> {
    /// Whether the engine's result is a polynomial, so that there is a proved bound.
    pub fn is_polynomial(&self) -> bool {
        let is_polynomial = |layer: &Layer| match layer {
            Layer::Activation(activation) => activation.is_polynomial(),
            Layer::SampleNorm(_) | Layer::Attention { .. } => false,
            _ => true,
        };
        !self.graph.is_coupled()
            && self.graph.loss().is_polynomial()
            && self.graph.layers().iter().all(is_polynomial)
    }

    /// The bound on the error of the engine in f32.
    ///
    /// # Panics
    /// When the engine's result is not a polynomial.
    pub fn bound(&self) -> Bound<T> {
        assert!(
            self.is_polynomial(),
            "a bound is proved of polynomials only"
        );
        Bound {
            positive: self.with_positive_terms(),
            gamma: self.gamma(),
            gamma_forward: self.gamma_forward(),
        }
    }

    /// `γ_m` for the longest path of roundings in a gradient or a product computed by the engine. The
    /// path goes three times forward and three times backward through every layer (values and two
    /// tangents), each time through at most two sums of products and five scalings or additions. It then
    /// passes two sums over samples and positions, each of which consists of two sums and the sum of 8
    /// shares, and finally eight roundings in the loss and the divisions by counts. Weight decay, if
    /// any, adds four roundings: that of λ itself, that of its product, and those of the sum in each of
    /// two directions.
    fn gamma(&self) -> Exact {
        let layers = self.graph.layers().iter().enumerate();
        let (mut passes, mut longest) = (0, 0);
        for (layer, kind) in layers {
            let (from, to) = (self.graph.size(layer), self.graph.size(layer + 1));
            passes += 3 * (2 * kind.fan_in(from) + 5) + 3 * (2 * kind.fan_out(to) + 5);
            longest = longest.max(self.samples() * to[1] * to[2]);
        }
        let collections = 2 * (2 * longest + 8 + 5);
        let decay = if self.graph.weight_decay() == 0.0 {
            0
        } else {
            4
        };
        gamma(&Format::single(), (passes + collections + 8 + decay) as u64)
    }

    /// `γ_m` for the forward pass alone: one sum and a few scalings per layer.
    fn gamma_forward(&self) -> Exact {
        let layers = self.graph.layers().iter().enumerate();
        let sums = layers.map(|(layer, kind)| kind.fan_in(self.graph.size(layer)) + 5);
        gamma(&Format::single(), sums.sum::<usize>() as u64)
    }

    /// The largest absolute value that any layer outputs for any sample, at least 1.
    fn largest_activation(&self) -> T {
        let point = self.at(None, None);
        let mut largest = T::one();
        for group in self.groups() {
            for x in self.activations(&group, &point).iter().flatten().flatten() {
                if x.value.compare(&largest) == Some(Ordering::Greater) {
                    largest = x.value.clone();
                }
            }
        }
        largest
    }
}

impl<T: Real + Send + Sync> Bound<T> {
    /// The factor `γ_m`.
    pub fn gamma(&self) -> &Exact {
        &self.gamma
    }

    /// The factor `A` for every entry of the mean gradient.
    pub fn gradient_terms(&self) -> Vec<T> {
        self.positive.gradient()
    }

    /// The factor `A` for every entry of `H v`.
    pub fn hessian_terms(&self, direction: &[T], second: SecondDerivative) -> Vec<T> {
        let direction = absolute(direction);
        self.positive.hessian_product(&direction, second)
    }

    /// The factor `A` for every entry of `Σ v`.
    pub fn covariance_terms(&self, direction: &[T], second: SecondDerivative) -> Vec<T> {
        let direction = absolute(direction);
        self.positive.covariance_product(&direction, second)
    }

    /// Whether the engine's roundings leave every switch of `landscape` in its position. A switch
    /// compares two numbers, or 1 and `t·o` with `|t| ≤ 3`, so its error is at most four times that of
    /// the largest activation.
    pub fn is_smooth(&self, landscape: &Landscape<T>) -> bool {
        let error =
            T::from_exact(&self.gamma_forward) * T::int(4) * self.positive.largest_activation();
        let is_clear = |closest: &T| closest.compare(&error) == Some(Ordering::Greater);
        landscape.closest_switch().is_none_or(is_clear)
    }
}

#[cfg(test)]
mod tests;
