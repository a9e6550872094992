//! The Gram matrix against Jacobians in f64, and its bits on every instruction set.

use sgd_stability::kernel::{self, Isa};
use sgd_stability::network::{
    Activation, Batch, Gram, Loss, Network, Normalisation, State, description, jacobian,
};
use sgd_stability::reference::translate::reference_point;
use sgd_stability::train::random::{Purpose, stream};

use rand::RngExt;

/// A network at a random point, with random samples.
pub struct Case {
    pub network: Network,
    pub state: State,
    pub inputs: Vec<f32>,
    pub targets: Vec<f32>,
    pub samples: usize,
}

impl Case {
    pub fn new(network: Network, samples: usize, seed: u64) -> Self {
        let mut random = stream(seed, Purpose::Initial, 0);
        let mut state = State::initial(&network, &mut random);
        for (place, number) in state.statistics.iter_mut().enumerate() {
            *number += 0.01 * (place % 7) as f32;
        }
        let mut numbers = |count: usize| -> Vec<f32> {
            (0..count)
                .map(|_| 2.0 * random.random::<f32>() - 1.0)
                .collect()
        };
        Case {
            inputs: numbers(samples * network.features()),
            targets: numbers(samples * network.outputs()),
            network,
            state,
            samples,
        }
    }

    pub fn batch(&self) -> Batch<'_> {
        Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: self.samples,
        }
    }

    pub fn gram(&self, isa: Isa) -> Gram {
        Gram::of(
            isa,
            &self.state.point(&self.network, Normalisation::Fixed),
            &self.batch(),
        )
    }

    /// The f64 Jacobian, row after row: with the loss Σ_k (o_k − y_k)², a target that is smaller by one in
    /// output a changes the gradient of one sample by twice its row.
    fn exact_jacobian(&self) -> Vec<Vec<f64>> {
        let network = self.network.clone().with_loss(Loss::SumSquared);
        let (features, c) = (network.features(), network.outputs());
        let point = self.state.point(&network, Normalisation::Fixed);
        let gradient = |i: usize, targets: &[f32]| {
            let batch = Batch {
                inputs: &self.inputs[i * features..(i + 1) * features],
                targets,
                samples: 1,
            };
            reference_point(&point, &batch).gradient()
        };
        let row = |k: usize| {
            let mut targets = vec![0.0; c];
            let from = gradient(k / c, &targets);
            targets[k % c] = -1.0;
            let to = gradient(k / c, &targets);
            from.iter()
                .zip(&to)
                .map(|(from, to)| (to - from) / 2.0)
                .collect()
        };
        (0..self.samples * c).map(row).collect()
    }
}

/// Convolutions with groups, normalisation, pools, a shortcut and dense layers with and without bias.
const MIXED: &str = r#"
name = "mixed"
input = [3, 9, 8]
layer = [
  { type = "convolution", outputs = 6, kernel = 3, padding = 1 },
  { type = "batch-norm" },
  { type = "tanh" },
  { type = "convolution", outputs = 6, kernel = 3, padding = 1, groups = 3, bias = false },
  { type = "shortcut", from = 1 },
  { type = "relu" },
  { type = "max-pool", window = 2 },
  { type = "flatten" },
  { type = "dense", outputs = 7, bias = false },
  { type = "gelu" },
  { type = "dense", outputs = 3 },
]"#;

/// Normalisation within samples, and a branch.
const BRANCHED: &str = r#"
name = "branched"
input = [3, 6, 5]
layer = [
  { type = "convolution", outputs = 6, kernel = 3, padding = 1 },
  { type = "group-norm", groups = 2 },
  { type = "tanh" },
  { type = "branch", from = 0, layer = [
    { type = "convolution", outputs = 6, kernel = 1, bias = false },
    { type = "layer-norm" },
  ] },
  { type = "dense", outputs = 7, bias = false },
  { type = "rms-norm" },
  { type = "dense", outputs = 3 },
]"#;

fn networks() -> Vec<Network> {
    let described = |text| description::parse(text, std::path::Path::new("net.toml"));
    vec![
        Network::fnn(&[5, 7, 4, 3]),
        Network::dense_chain(&[5, 6, 6, 2], |layer| layer != 1, Activation::Tanh),
        Network::fnn(&[4, 6, 6, 6, 1]).tied(&[0, 1, 2, 3, 2, 3, 6, 7]),
        Network::vgg11(2),
        described(MIXED).expect("a network"),
        described(BRANCHED).expect("a network"),
    ]
}

#[test]
fn the_gram_matrix_is_the_product_of_dense_jacobians() {
    for network in networks() {
        let case = Case::new(network, 3, 7);
        let (gram, rows) = (case.gram(Isa::best()), case.exact_jacobian());
        let product =
            |i: usize, j: usize| -> f64 { rows[i].iter().zip(&rows[j]).map(|(x, y)| x * y).sum() };
        assert_eq!(gram.size(), rows.len());
        for i in 0..rows.len() {
            for j in 0..rows.len() {
                let size = (product(i, i) * product(j, j)).sqrt();
                let error = (gram.products[i * rows.len() + j] - product(i, j)).abs();
                assert!(
                    error <= 4e-6 * size,
                    "{} {i} {j}: {}",
                    case.network.name(),
                    error / size
                );
            }
        }
        assert!(
            (0..rows.len()).any(|i| product(i, i) > 1e-3),
            "something to compare"
        );
    }
}

#[test]
fn the_jacobian_is_that_of_f64() {
    for network in networks() {
        let case = Case::new(network, 2, 8);
        let point = case.state.point(&case.network, Normalisation::Fixed);
        let computed = jacobian(Isa::best(), &point, &case.batch());
        let width = case.network.parameters();
        for (row, exact) in computed.chunks_exact(width).zip(case.exact_jacobian()) {
            let row = sgd_stability::reference::translate::in_pytorch_order(&case.network, row);
            let size = exact.iter().map(|x| x * x).sum::<f64>().sqrt();
            let square = |(x, y): (&f32, &f64)| (f64::from(*x) - y).powi(2);
            let distance = row.iter().zip(&exact).map(square).sum::<f64>().sqrt();
            assert!(
                distance <= 2e-6 * size,
                "{}: {}",
                case.network.name(),
                distance / size
            );
        }
    }
}

#[test]
fn the_bits_are_the_same_everywhere() {
    for network in networks() {
        let case = Case::new(network, 70, 9);
        let expected = kernel::alone(|| case.gram(Isa::portable()));
        for isa in Isa::available() {
            assert_eq!(
                case.gram(isa),
                expected,
                "{} {}",
                case.network.name(),
                isa.name()
            );
        }
    }
}
