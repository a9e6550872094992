//! Exact and simulated moments of SGD on one regression problem.

use nalgebra::DVector;
use rand::seq::index;
use rayon::prelude::*;

use crate::kernel::{self, Isa};
use crate::model::{Evolution, Linear, Quadratic, Sampling, tensor};
use crate::number::{Exact, Field};
use crate::train::random::{Purpose, stream};

use super::cell::Settings;

impl Settings {
    /// The regression problem as a quadratic model.
    pub fn model(&self) -> Quadratic {
        let vector = |x: &Vec<i64>| DVector::from_iterator(x.len(), x.iter().map(|&v| v.into()));
        let inputs = self.inputs.iter().map(vector).collect();
        Linear::new(inputs)
            .expect("inputs of one length")
            .quadratic()
    }

    /// The weight p of the gradient noise.
    pub fn weight(&self) -> Exact {
        let weight = Sampling::WithoutReplacement.weight(self.inputs.len(), self.batch);
        weight.expect("a batch from 1 to the number of samples")
    }

    /// The exact value of `E‖x_t‖²` for each step.
    pub fn exact_moments(&self) -> Vec<Exact> {
        let start = DVector::from_iterator(self.start.len(), self.start.iter().map(|&x| x.into()));
        let (model, weight) = (self.model(), self.weight());
        let mut evolution = Evolution::from(&model, weight, self.learning_rate.clone(), &start);
        let mut moments = vec![evolution.squared_norm()];
        for _ in 0..self.steps {
            evolution.step();
            moments.push(evolution.squared_norm());
        }
        moments
    }

    /// The value of `Var‖x_t‖²` for each step in f64, which is accurate enough for an error bar.
    pub fn variances(&self) -> Vec<f64> {
        let start = DVector::from_iterator(self.start.len(), self.start.iter().map(|&x| x as f64));
        let eta = f64::from_exact(&self.learning_rate);
        let model = self.model().to::<f64>();
        let batches = Sampling::WithoutReplacement.batches(model.samples(), self.batch);
        let statistics =
            tensor::squared_norm_statistics(&model, &batches, &eta, &start, self.steps);
        statistics
            .into_iter()
            .map(|(_, variance)| variance)
            .collect()
    }

    /// The values of `‖x_t‖²` along one walk, computed in f32 by the engine's kernels.
    fn walk(&self, isa: Isa, walk: u64) -> Vec<f64> {
        let mut random = stream(self.seed, Purpose::Walk, walk);
        let step = -(self.learning_rate.to_f32() / self.batch as f32);
        let float = |x: &Vec<i64>| x.iter().map(|&v| v as f32).collect::<Vec<f32>>();
        let inputs: Vec<Vec<f32>> = self.inputs.iter().map(float).collect();
        let mut x = float(&self.start);
        let mut squares = vec![kernel::dot_wide(isa, &x, &x)];
        for _ in 0..self.steps {
            let batch = index::sample(&mut random, inputs.len(), self.batch);
            let residual = |i: usize| (i, kernel::dot(isa, &inputs[i], &x));
            let residuals: Vec<(usize, f32)> = batch.into_iter().map(residual).collect();
            for (i, residual) in residuals {
                kernel::axpy(isa, step * residual, &inputs[i], &mut x);
            }
            squares.push(kernel::dot_wide(isa, &x, &x));
        }
        squares
    }

    /// The mean of `‖x_t‖²` over all walks.
    pub fn simulate(&self, isa: Isa) -> Vec<f64> {
        let walks = (0..self.walks).into_par_iter();
        let walks: Vec<Vec<f64>> = walks.map(|walk| self.walk(isa, walk)).collect();
        let mean = |t: usize| walks.iter().map(|walk| walk[t]).sum::<f64>() / self.walks as f64;
        (0..=self.steps).map(mean).collect()
    }

    /// The name of the problem with its learning rate and batch size.
    pub fn name(&self) -> String {
        let (eta, batch) = (&self.learning_rate, self.batch);
        format!("{}, η = {eta}, B = {batch}", self.problem)
    }
}
