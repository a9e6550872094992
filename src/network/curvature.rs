//! Products with the Hessian and with the covariance of the per-sample Hessians.

use crate::kernel::Isa;

use super::tangent::{Direction, Point, Tangent};
use super::{Batch, Fnn, Pass};

/// Which second derivative is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matrix {
    /// The full Hessian `H_i = (2/c)·(J_iᵀJ_i + Σ_k (o_k − y_k)·∇²o_k)`.
    Hessian,
    /// The Gauss–Newton matrix `(2/c)·J_iᵀJ_i`, equal to the Hessian where the loss is zero.
    GaussNewton,
}

/// A point of the loss where curvature is measured: the base pass is done once and kept.
pub struct Curvature<'a> {
    point: Point<'a>,
    first: Tangent,
    second: Tangent,
    mean: Vec<f32>,
    loss: f64,
    accuracy: f64,
}

impl<'a> Curvature<'a> {
    /// Passes once forward and backward through the network at `parameters`.
    pub fn new(
        isa: Isa,
        network: &'a Fnn,
        parameters: &'a [f32],
        batch: Batch<'a>,
        matrix: Matrix,
    ) -> Self {
        let mut pass = Pass::new(isa, network);
        pass.forward(network, parameters, &batch);
        let accuracy = pass.accuracy(network, &batch);
        let loss = pass.backward(network, parameters, &batch);
        Curvature {
            first: Tangent::new(network, batch.samples),
            second: Tangent::new(network, batch.samples),
            mean: vec![0.0; network.parameters()],
            loss,
            accuracy,
            point: Point {
                isa,
                network,
                parameters,
                batch,
                pass,
                second_order: matrix == Matrix::Hessian,
            },
        }
    }

    /// Number of parameters: the length of every vector here.
    pub fn dimension(&self) -> usize {
        self.mean.len()
    }

    /// The mean loss over the samples.
    pub fn loss(&self) -> f64 {
        self.loss
    }

    /// The share of samples classified as their targets say, in [0, 1].
    pub fn accuracy(&self) -> f64 {
        self.accuracy
    }

    /// `product ← H v`, `H = (1/n) Σ_i H_i`.
    pub fn hessian_product(&mut self, direction: &[f32], product: &mut [f32]) {
        let direction = Direction {
            shared: direction,
            sample: None,
        };
        self.first.follow(&self.point, &direction);
        self.first.collect(&self.point, product);
    }

    /// `product ← Σ v`, `Σ = (1/n) Σ_i H_i² − H² = (1/n) Σ_i H_i (H_i − H)`.
    ///
    /// Two directional passes in place of a loop over samples: the first gives `Hv` and, in its
    /// tangent, every `H_i v` as rank two per layer; the second goes along `H_i v − Hv`.
    pub fn covariance_product(&mut self, direction: &[f32], product: &mut [f32]) {
        let mut mean = std::mem::take(&mut self.mean);
        self.hessian_product(direction, &mut mean);
        crate::kernel::scale(self.point.isa, -1.0, &mut mean);
        let difference = Direction {
            shared: &mean,
            sample: Some(&self.first),
        };
        self.second.follow(&self.point, &difference);
        self.second.collect(&self.point, product);
        self.mean = mean;
    }
}
