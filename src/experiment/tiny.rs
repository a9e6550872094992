//! Tiny networks whose derivatives are known exactly.

use num_traits::Zero;
use rand::RngExt;

use crate::kernel::Isa;
use crate::network::{Batch, Curvature, Matrix, Network, Normalisation, Point};
use crate::number::Exact;
use crate::oracle::network as exact;
use crate::train::random::{Purpose, stream};

/// A network on a dyadic grid (multiples of 1/16 up to 1, so that with sample and output counts
/// that are powers of two every intermediate value is a multiple of 2⁻⁹⁰ and nothing underflows),
/// with data, a direction and its exact twin.
pub struct Tiny {
    /// The engine's network.
    pub network: Network,
    /// Its parameters.
    pub parameters: Vec<f32>,
    /// samples × features.
    pub inputs: Vec<f32>,
    /// samples × outputs.
    pub targets: Vec<f32>,
    /// As long as the parameters.
    pub direction: Vec<f32>,
    /// Number of samples.
    pub samples: usize,
    /// The exact twin.
    pub exact: exact::Network,
}

impl Tiny {
    /// A random network of these widths with random data.
    pub fn new(widths: &[usize], samples: usize, seed: u64) -> Self {
        let network = Network::fnn(widths);
        let mut random = stream(seed, Purpose::Walk, 0);
        let mut grid = |count: usize| -> Vec<f32> {
            let draw = |_| random.random_range(-16..=16) as f32 / 16.0;
            (0..count).map(draw).collect()
        };
        let parameters = grid(network.parameters());
        let inputs = grid(samples * network.features());
        let targets = grid(samples * network.outputs());
        let direction = grid(network.parameters());
        let exact = exact::Network::new(widths, &parameters, &inputs, &targets);
        Tiny {
            network,
            parameters,
            inputs,
            targets,
            direction,
            samples,
            exact,
        }
    }

    /// On a switch of a ReLU there is no second derivative to compare.
    pub fn is_smooth(&self) -> bool {
        self.exact.closest_switch().is_none_or(|z| !z.is_zero())
    }

    /// The data as one batch.
    pub fn batch(&self) -> Batch<'_> {
        Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: self.samples,
        }
    }

    /// The point of the loss.
    pub fn point(&self) -> Point<'_> {
        Point {
            network: &self.network,
            parameters: &self.parameters,
            statistics: &[],
            normalisation: Normalisation::Fixed,
        }
    }

    /// `Hv` and `Σv` by the engine.
    pub fn products(&self, isa: Isa, matrix: Matrix) -> [Vec<f32>; 2] {
        let mut curvature = Curvature::new(isa, self.point(), self.batch(), matrix);
        let mut products = [(); 2].map(|()| vec![0.0; self.parameters.len()]);
        curvature.hessian_product(&self.direction, &mut products[0]);
        curvature.covariance_product(&self.direction, &mut products[1]);
        products
    }

    /// The exact direction.
    pub fn exact_direction(&self) -> Vec<Exact> {
        exact_of(&self.direction)
    }
}

/// Every finite float is a rational.
///
/// # Panics
/// At NaN and ±∞, which the engine cannot make of a dyadic grid.
pub fn exact_of(values: &[f32]) -> Vec<Exact> {
    let exact = |&x| Exact::from_f32(x).expect("a finite number");
    values.iter().map(exact).collect()
}

/// How far computed vectors are from exact ones.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Difference {
    /// Vectors compared: those that are not zero, where a comparison proves something.
    pub compared: u64,
    /// The largest entry of a difference over the largest entry of its exact vector.
    pub relative: f64,
    /// The largest share of its proved bound `γ·terms` that an entry uses; at most 1.
    pub share_of_bound: f64,
}

impl Difference {
    /// Compares one vector.
    pub fn add(&mut self, computed: &[f32], exact: &[Exact], terms: &[Exact], gamma: &Exact) {
        let size = exact
            .iter()
            .map(Exact::abs)
            .max()
            .unwrap_or_else(Exact::zero);
        if size.is_zero() {
            return;
        }
        self.compared += 1;
        for ((computed, exact), terms) in exact_of(computed).iter().zip(exact).zip(terms) {
            let error = (computed - exact).abs();
            let bound = gamma * terms;
            self.relative = self.relative.max((&error / &size).to_f64());
            let share = match (error.is_zero(), bound.is_zero()) {
                (true, _) => 0.0,
                (false, true) => f64::INFINITY,
                (false, false) => (error / bound).to_f64(),
            };
            self.share_of_bound = self.share_of_bound.max(share);
        }
    }
}
