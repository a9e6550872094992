//! Exact and simulated moments of SGD on one regression problem.

use nalgebra::DVector;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::kernel::{self, Isa};
use crate::model::{Evolution, Linear, Quadratic, Sampling, tensor};
use crate::number::{Exact, Field};
use crate::train::random::{Purpose, stream};

use super::cell::Settings;
use crate::experiment::splitting::{Splitting, Walker};

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
        for _ in 0..self.splitting.steps {
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
            tensor::squared_norm_statistics(&model, &batches, &eta, &start, self.splitting.steps);
        statistics
            .into_iter()
            .map(|(_, variance)| variance)
            .collect()
    }

    /// The walker at the start.
    pub fn walker(&self, isa: Isa) -> Walk {
        let float = |x: &Vec<i64>| x.iter().map(|&v| v as f32).collect::<Vec<f32>>();
        Walk {
            isa,
            inputs: self.inputs.iter().map(float).collect(),
            batch: self.batch,
            step: -(self.learning_rate.to_f32() / self.batch as f32),
            x: float(&self.start),
        }
    }

    /// The plain average of `‖x_t‖²/‖x_0‖²` for each step, over as many walks as there are walkers. The
    /// streams of the walks follow those of the populations.
    pub fn average(&self, isa: Isa) -> Vec<f64> {
        let Splitting {
            populations,
            walkers,
            steps,
            seed,
        } = self.splitting;
        let start = self.walker(isa);
        let count = populations * walkers as u64;
        let squares = |walk: u64| {
            let mut random = stream(seed, Purpose::Walk, populations + walk);
            let mut walker = start.clone();
            let step = |_| {
                walker.step(&mut random);
                walker.square()
            };
            (0..steps).map(step).collect()
        };
        let walks: Vec<Vec<f64>> = (0..count).into_par_iter().map(squares).collect();
        let scale = start.square() * count as f64;
        let mean = |t: usize| walks.iter().map(|walk| walk[t]).sum::<f64>() / scale;
        std::iter::once(1.0).chain((0..steps).map(mean)).collect()
    }

    /// The name of the problem with its learning rate and batch size.
    pub fn name(&self) -> String {
        let (eta, batch) = (&self.learning_rate, self.batch);
        format!("{}, η = {eta}, B = {batch}", self.problem)
    }
}

/// A walk of SGD, computed in f32 by the engine's kernels.
#[derive(Clone)]
pub struct Walk {
    isa: Isa,
    inputs: Vec<Vec<f32>>,
    batch: usize,
    /// The value −η/B.
    step: f32,
    x: Vec<f32>,
}

impl Walker for Walk {
    fn step(&mut self, random: &mut ChaCha8Rng) {
        let batch = index::sample(random, self.inputs.len(), self.batch);
        let residual = |i: usize| (i, kernel::dot(self.isa, &self.inputs[i], &self.x));
        let residuals: Vec<(usize, f32)> = batch.into_iter().map(residual).collect();
        for (i, residual) in residuals {
            kernel::axpy(self.isa, self.step * residual, &self.inputs[i], &mut self.x);
        }
    }

    fn square(&self) -> f64 {
        kernel::dot_wide(self.isa, &self.x, &self.x)
    }
}
