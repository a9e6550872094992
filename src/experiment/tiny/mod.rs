//! Tiny networks whose derivatives are known exactly.

mod architectures;
mod difference;
mod further;

use rand::RngExt;

use crate::kernel::Isa;
use crate::network::{
    Batch, CurvatureMatrix, CurvatureOperator, Layer, Loss, Network, Normalisation, Operation,
    Pass, Point, State,
};
use crate::number::{Exact, Field};
use crate::oracle::graph::{Enclosure, Landscape, Values};
use crate::reference::translate::{
    channels_first, graph, in_pytorch_order, statistics_in_pytorch_order,
};
use crate::train::random::{Purpose, stream};

pub use architectures::{activated, further_names, names, network};
pub use difference::Difference;

/// A network with data, a direction, and an exact twin of its loss. All its numbers are on a dyadic grid:
/// multiples of 1/16 up to 1, and biases that are multiples of 1/512. With output counts that are powers
/// of two, every intermediate value is therefore a multiple of 2⁻¹⁴⁹, and nothing underflows.
pub struct Tiny {
    /// The engine's network.
    pub network: Network,
    /// The statistics that its batch normalisation uses.
    pub normalisation: Normalisation,
    /// Its parameters and statistics.
    pub state: State,
    /// The inputs, samples × features, in the engine's order.
    pub inputs: Vec<f32>,
    /// The targets, samples × outputs.
    pub targets: Vec<f32>,
    /// A vector of the same length as the parameters, in the engine's order.
    pub direction: Vec<f32>,
    /// The number of samples.
    pub samples: usize,
    /// The exact twin of the loss.
    pub exact: Landscape<Enclosure>,
}

impl Tiny {
    /// A network with random parameters, statistics and data.
    pub fn new(network: Network, normalisation: Normalisation, samples: usize, seed: u64) -> Self {
        let mut random = stream(seed, Purpose::Walk, 0);
        let mut grid = |count: usize| -> Vec<f32> {
            let draw = |_| random.random_range(-16..=16) as f32 / 16.0;
            (0..count).map(draw).collect()
        };
        let mut parameters = grid(network.parameters());
        for layer in network.layers() {
            // Odd multiples of 1/512 are never cancelled by products of two sixteenths, so fewer units
            // lie on a switch.
            let biases = &mut parameters[layer.bias.clone()];
            biases.iter_mut().for_each(|bias| *bias += 1.0 / 512.0);
        }
        let mut inputs = grid(samples * network.features());
        if let Some(vocabulary) = network.vocabulary() {
            let token = |x: f32| ((x * 16.0) as i64).rem_euclid(vocabulary as i64) as f32;
            inputs.iter_mut().for_each(|x| *x = token(*x));
        }
        let raw = grid(samples * network.outputs());
        let direction = grid(network.parameters());
        let mut statistics = grid(network.statistics());
        for layer in network.layers() {
            variances(layer, &mut statistics);
        }
        let targets = targets(&network, &raw);
        let state = State {
            parameters,
            statistics,
        };
        let exact = twin(&network, normalisation, &state, &inputs, &targets);
        Tiny {
            network,
            normalisation,
            state,
            inputs,
            targets,
            direction,
            samples,
            exact,
        }
    }

    /// The same network with different targets.
    #[must_use]
    pub fn with_targets(mut self, targets: Vec<f32>) -> Self {
        self.targets = targets;
        self.exact = self.landscape_at(&self.state);
        self
    }

    /// The exact loss over the same data, at another state.
    pub fn landscape_at(&self, state: &State) -> Landscape<Enclosure> {
        let Tiny {
            network,
            normalisation,
            inputs,
            targets,
            ..
        } = self;
        twin(network, *normalisation, state, inputs, targets)
    }

    /// Whether there is a second derivative to compare with. There is none on a switch of a ReLU, a
    /// max-pool or a hinge. The distance from every switch must exceed any rounding error of the engine
    /// where that has a bound, and 2⁻¹⁰ where it has none.
    pub fn is_smooth(&self) -> bool {
        if self.exact.is_polynomial() {
            return self.exact.bound().is_smooth(&self.exact);
        }
        let near = Enclosure::from_exact(&Exact::power_of_two(-10));
        let is_clear = |z: &Enclosure| z.compare(&near) == Some(std::cmp::Ordering::Greater);
        self.exact.closest_switch().is_none_or(is_clear)
    }

    /// The data as one batch.
    pub fn batch(&self) -> Batch<'_> {
        Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: self.samples,
        }
    }

    /// The point at which the engine evaluates the loss.
    pub fn point(&self) -> Point<'_> {
        self.state.point(&self.network, self.normalisation)
    }

    /// The gradient as the engine computes it, in PyTorch's order.
    pub fn gradient(&self, isa: Isa) -> Vec<f32> {
        let mut gradient = vec![0.0; self.network.parameters()];
        Pass::new(isa).gradient(&self.point(), &self.batch(), &mut gradient);
        self.in_pytorch_order(&gradient)
    }

    /// `Hv` and, if the samples are not coupled, `Σv`, as the engine computes them, in PyTorch's order.
    pub fn products(&self, isa: Isa, matrix: CurvatureMatrix) -> Vec<Vec<f32>> {
        let mut curvature = CurvatureOperator::new(isa, self.point(), self.batch(), matrix);
        let mut product = vec![0.0; self.network.parameters()];
        curvature.hessian_product(&self.direction, &mut product);
        let mut products = vec![self.in_pytorch_order(&product)];
        if curvature.has_samples() {
            curvature.covariance_product(&self.direction, &mut product);
            products.push(self.in_pytorch_order(&product));
        }
        products
    }

    /// Converts a vector of the same length as the parameters from the engine's order to that of the
    /// oracle.
    pub fn in_pytorch_order(&self, vector: &[f32]) -> Vec<f32> {
        in_pytorch_order(&self.network, vector)
    }

    /// The direction in the form that the oracle takes.
    pub fn exact_direction(&self) -> Vec<Enclosure> {
        enclosed(&self.in_pytorch_order(&self.direction))
    }
}

/// Converts floats to intervals of width zero; every finite float is a rational number.
///
/// # Panics
/// At NaN and ±∞, which the engine cannot produce from a dyadic grid.
pub fn enclosed(values: &[f32]) -> Vec<Enclosure> {
    let exact = |&x| Exact::from_f32(x).expect("a finite number");
    values
        .iter()
        .map(|x| Enclosure::from_exact(&exact(x)))
        .collect()
}

fn twin(
    network: &Network,
    normalisation: Normalisation,
    state: &State,
    inputs: &[f32],
    targets: &[f32],
) -> Landscape<Enclosure> {
    let values = Values {
        parameters: &in_pytorch_order(network, &state.parameters),
        statistics: &statistics_in_pytorch_order(network, &state.statistics),
        inputs: &channels_first(network.input(), inputs),
        targets,
    };
    Landscape::new(&graph(network, normalisation), &values)
}

/// Sets variances such that `σ² + ε` is 1/4, 1 or 4, so that `1/√(σ² + ε)` is on the grid too.
fn variances(layer: &Layer, statistics: &mut [f32]) {
    if let Operation::Standardise(norm) = &layer.operation {
        let half = layer.statistics.len() / 2;
        for variance in &mut statistics[layer.statistics.clone()][half..] {
            let power = [0.25, 1.0, 4.0][(*variance * 16.0).abs() as usize % 3];
            *variance = power - norm.epsilon as f32;
        }
    }
}

/// Turns numbers on the grid into targets that the loss accepts: any numbers for the squared losses, 0 or
/// 1 for the hinge, sixteenths up to one for binary cross-entropy, and distributions for cross-entropy.
fn targets(network: &Network, raw: &[f32]) -> Vec<f32> {
    match network.loss() {
        Loss::MeanSquared | Loss::HalfSumSquared | Loss::SumSquared => raw.to_vec(),
        Loss::BinaryCrossEntropy => raw.iter().map(|x| x.abs()).collect(),
        Loss::HingeSquared => raw.iter().map(|x| f32::from(u8::from(*x > 0.0))).collect(),
        Loss::CrossEntropy { .. } => {
            let row = |row: &[f32]| {
                let share = row[0].abs();
                let mut target = vec![0.0; row.len()];
                target[0] = 1.0 - share;
                target[row.len() - 1] += share;
                target
            };
            raw.chunks_exact(network.outputs()).flat_map(row).collect()
        }
    }
}
