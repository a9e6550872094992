//! Loss, gradient and gradient descent over a batch.

use rand::Rng;

use crate::kernel::Isa;

use super::chunks::{Worker, add_sums, run, shares};
use super::context::{BackwardWeights, Context};
use super::loss::Predictions;
use super::tape::Tape;
use super::{Batch, Network, Normalisation, Point};

/// The loss and the accuracy of a network on a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss over the samples, without the weight-decay penalty.
    pub loss: f64,
    /// The fraction of samples whose largest output has the same index as their largest target, in [0,
    /// 1].
    pub accuracy: f64,
}

impl Evaluation {
    /// Evaluates the given outputs, samples × outputs, against the targets of a batch.
    ///
    /// # Panics
    /// When outputs and targets differ in length.
    pub fn of(isa: Isa, network: &Network, outputs: &[f32], batch: &Batch<'_>) -> Self {
        let width = network.outputs();
        let mut gradient = vec![0.0; outputs.len()];
        let predictions = Predictions {
            outputs,
            targets: batch.targets,
            width,
        };
        let loss = network.loss;
        let sum = loss.value_and_gradient(isa, predictions, 1.0, &mut gradient);
        let rows = outputs.chunks_exact(width);
        let hits = rows
            .zip(batch.targets.chunks_exact(width))
            .filter(|(output, target)| largest(output) == largest(target))
            .count();
        Evaluation {
            loss: sum / batch.samples as f64,
            accuracy: hits as f64 / batch.samples as f64,
        }
    }
}

/// The parameters and statistics of a network in training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The parameters, as one flat vector.
    pub parameters: Vec<f32>,
    /// The running means and variances of batch normalisation, which each training step updates.
    pub statistics: Vec<f32>,
}

impl State {
    /// Random parameters, drawn according to each layer's initialisation, and PyTorch's initial
    /// statistics.
    pub fn initial(network: &Network, random: &mut impl Rng) -> Self {
        State {
            parameters: network.initial_parameters(random),
            statistics: network.initial_statistics(),
        }
    }

    /// The point of the loss that this state represents.
    pub fn point<'a>(&'a self, network: &'a Network, normalisation: Normalisation) -> Point<'a> {
        Point {
            network,
            parameters: &self.parameters,
            statistics: &self.statistics,
            normalisation,
        }
    }
}

/// Computes passes over batches; its buffers are reused.
#[derive(Clone, Debug)]
pub struct Pass {
    isa: Isa,
    backward_weights: BackwardWeights,
    workers: Vec<Worker<Tape>>,
}

impl Pass {
    /// Starts with empty buffers.
    pub fn new(isa: Isa) -> Self {
        Pass {
            isa,
            backward_weights: BackwardWeights::default(),
            workers: Vec::new(),
        }
    }

    /// Writes the outputs at a point, samples × outputs, over `outputs`.
    pub fn outputs(&mut self, point: &Point<'_>, batch: &Batch<'_>, outputs: &mut Vec<f32>) {
        let shares = shares(point.network, point.is_coupled(), batch.samples);
        let context = Context::new(self.isa, *point, &self.backward_weights);
        run(point, &shares, &mut self.workers, |share, worker| {
            let Worker { scratch, sum, .. } = worker;
            sum.clear();
            for chunk in share.chunks() {
                scratch.forward(&context, &batch.part(chunk, point.network));
                sum.extend_from_slice(scratch.outputs());
            }
        });
        outputs.clear();
        let sums = self.workers[..shares.len()]
            .iter()
            .map(|worker| &worker.sum);
        sums.for_each(|sum| outputs.extend_from_slice(sum));
    }

    /// The loss and accuracy at a point.
    pub fn evaluate(&mut self, point: &Point<'_>, batch: &Batch<'_>) -> Evaluation {
        let mut outputs = Vec::new();
        self.outputs(point, batch, &mut outputs);
        Evaluation::of(self.isa, point.network, &outputs, batch)
    }

    /// Computes the gradient `(1/samples)·Σ_i ∇f_i`, including the `λw` of weight decay. Returns the
    /// mean loss without the penalty.
    pub fn gradient(&mut self, point: &Point<'_>, batch: &Batch<'_>, gradient: &mut [f32]) -> f64 {
        let (shares, loss) = self.sum_gradients(point, batch, 1.0 / batch.samples as f32);
        gradient.fill(0.0);
        add_sums(self.isa, &self.workers[..shares], gradient);
        let network = point.network;
        network.add_decay(self.isa, point.parameters, gradient);
        loss
    }

    /// Leaves `scale·Σ_i ∇f_i` in the sums of the first workers. Returns how many workers these are, and
    /// the mean loss.
    ///
    /// The scale is applied to the derivative with respect to the outputs; all other derivatives are
    /// linear in that one.
    fn sum_gradients(&mut self, point: &Point<'_>, batch: &Batch<'_>, scale: f32) -> (usize, f64) {
        self.backward_weights
            .fill(self.isa, point.network, point.parameters);
        let shares = shares(point.network, point.is_coupled(), batch.samples);
        let context = Context::new(self.isa, *point, &self.backward_weights);
        run(point, &shares, &mut self.workers, |share, worker| {
            worker.loss = 0.0;
            for chunk in share.chunks() {
                let start = share.start_of(&chunk);
                let part = batch.part(chunk, point.network);
                worker.scratch.forward(&context, &part);
                worker.loss += worker.scratch.backward(&context, &part, scale);
                worker
                    .scratch
                    .gradient(&context, part.inputs, start, &mut worker.sum);
            }
        });
        let losses = self.workers[..shares.len()]
            .iter()
            .map(|worker| worker.loss);
        (shares.len(), losses.sum::<f64>() / batch.samples as f64)
    }

    /// Takes one step of gradient descent, `w ← w − η·(1/samples)·Σ_i ∇f_i` with learning rate η.
    /// Returns the batch's mean loss before the step, without the weight-decay penalty. With
    /// [`Normalisation::Batch`], the running statistics are updated as in PyTorch.
    pub fn descend(
        &mut self,
        network: &Network,
        normalisation: Normalisation,
        state: &mut State,
        batch: &Batch<'_>,
        learning_rate: f32,
    ) -> f64 {
        if network.is_dense() && network.weight_decay() == 0.0 {
            return self.descend_dense(network, state, batch, learning_rate);
        }
        let point = state.point(network, normalisation);
        let is_coupled = point.is_coupled();
        let scale = -learning_rate / batch.samples as f32;
        let (shares, loss) = self.sum_gradients(&point, batch, scale);
        network.shrink(self.isa, learning_rate, &mut state.parameters);
        add_sums(self.isa, &self.workers[..shares], &mut state.parameters);
        if is_coupled {
            self.track(network, batch.samples, &mut state.statistics);
        }
        loss
    }

    /// Moves the running statistics a tenth of the way towards those of the last coupled batch. As in
    /// PyTorch, the variance of the batch is divided by the count minus one.
    pub fn track(&self, network: &Network, samples: usize, statistics: &mut [f32]) {
        let saved = self.workers[0].scratch.saved();
        for (layer, saved) in network.layers().iter().zip(saved) {
            let moments = &saved.moments;
            let count = (samples * layer.output.positions()) as f32;
            let unbiased = count / (count - 1.0).max(1.0);
            for (running, new) in statistics[layer.means()].iter_mut().zip(&moments.mean) {
                *running += 0.1 * (new - *running);
            }
            for (running, new) in statistics[layer.variances()]
                .iter_mut()
                .zip(&moments.variance)
            {
                *running += 0.1 * (unbiased * new - *running);
            }
        }
    }

    /// Computes the statistics of a batch at a point, so that they can be frozen there: with them and
    /// [`Normalisation::Fixed`], the network has the same outputs as with the statistics of the batch.
    pub fn measure_statistics(&mut self, point: &Point<'_>, batch: &Batch<'_>) -> Vec<f32> {
        let point = Point {
            normalisation: Normalisation::Batch,
            ..*point
        };
        let mut outputs = Vec::new();
        self.outputs(&point, batch, &mut outputs);
        let mut statistics = vec![0.0; point.network.statistics()];
        let saved = self.workers[0].scratch.saved();
        for (layer, saved) in point.network.layers().iter().zip(saved) {
            let moments = &saved.moments;
            let channels = layer.means().len();
            statistics[layer.means()].copy_from_slice(&moments.mean[..channels]);
            statistics[layer.variances()].copy_from_slice(&moments.variance[..channels]);
        }
        statistics
    }

    /// Takes a step of gradient descent in a chain of dense layers, where each layer's gradient product
    /// accumulates directly into its weights.
    fn descend_dense(
        &mut self,
        network: &Network,
        state: &mut State,
        batch: &Batch<'_>,
        learning_rate: f32,
    ) -> f64 {
        self.workers
            .resize(self.workers.len().max(1), Worker::default());
        let tape = &mut self.workers[0].scratch;
        let scale = -learning_rate / batch.samples as f32;
        let point = state.point(network, Normalisation::Fixed);
        let context = Context::new(self.isa, point, &self.backward_weights);
        tape.forward(&context, batch);
        let loss = tape.loss_and_gradient(&context, batch, scale);
        for index in (0..network.layers().len()).rev() {
            tape.descend_layer(
                self.isa,
                network,
                batch.inputs,
                &mut state.parameters,
                index,
            );
        }
        loss / batch.samples as f64
    }
}

/// The index of the first largest entry.
fn largest(row: &[f32]) -> usize {
    (1..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best })
}
