//! Compares `v'H_i v` of each sample with products with the Hessian of that sample alone.

use rand::RngExt;
use sgd_stability::kernel::Isa;
use sgd_stability::network::{
    Activation, Batch, CurvatureMatrix, CurvatureOperator, Loss, Network, Normalisation, Point,
    description,
};
use sgd_stability::train::random::{Purpose, stream};

/// A network with every kind of layer.
const ALL_LAYERS: &str = r#"
input = [2, 6, 6]
layer = [
  { type = "normalise", mean = [0.1, 0.2], deviation = [0.5, 2.0] },
  { type = "convolution", outputs = 3, kernel = 3, padding = 1 },
  { type = "batch-norm" },
  { type = "relu" },
  { type = "convolution", outputs = 3, kernel = 3, padding = 1, bias = false },
  { type = "batch-norm" },
  { type = "shortcut", from = 4 },
  { type = "relu" },
  { type = "max-pool", window = 2 },
  { type = "convolution", outputs = 6, kernel = [2, 3], groups = 3, padding = [2, 3], dilation = [1, 2] },
  { type = "batch-norm", affine = false },
  { type = "relu" },
  { type = "max-pool", window = 3, stride = 2, padding = 1 },
  { type = "convolution", outputs = 6, kernel = 2, groups = 6, padding = 1 },
  { type = "average-pool", window = [2, 3], stride = [1, 2], padding = [1, 0] },
  { type = "flatten" },
  { type = "dense", outputs = 4 },
  { type = "relu" },
  { type = "dense", outputs = 2 },
]
"#;

/// Normalisation within samples of every kind, and branches.
const ALL_NORMS: &str = r#"
input = [2, 5, 4]
layer = [
  { type = "convolution", outputs = 4, kernel = 3, padding = 1 },
  { type = "group-norm", groups = 2 },
  { type = "relu" },
  { type = "branch", from = 1, layer = [
    { type = "convolution", outputs = 4, kernel = 1 },
    { type = "layer-norm" },
  ] },
  { type = "layer-norm", over = "position" },
  { type = "dropout", p = 0.0 },
  { type = "branch", from = 4, layer = [
    { type = "rms-norm" },
    { type = "gelu" },
    { type = "convolution", outputs = 4, kernel = 3, padding = 1 },
    { type = "batch-norm" },
  ] },
  { type = "shortcut", from = 0, zeros = "around" },
  { type = "group-norm", groups = 4, affine = false },
  { type = "dense", outputs = 5 },
  { type = "rms-norm", over = "position" },
  { type = "layer-norm", bias = false },
  { type = "dense", outputs = 2 },
]
"#;

/// A decoder, and attention that is not causal.
const ALL_OF_SEQUENCES: &str = r#"
input = [5]
layer = [
  { type = "embedding", vocabulary = 7, dimension = 6 },
  { type = "positions", length = 9 },
  { type = "branch", from = 2, layer = [
    { type = "layer-norm", bias = false },
    { type = "attention", heads = 3, causal = true },
  ] },
  { type = "branch", from = 3, layer = [
    { type = "rms-norm" },
    { type = "dense", outputs = 8 },
    { type = "gelu" },
    { type = "dense", outputs = 6 },
  ] },
  { type = "positions", kind = "sinusoidal" },
  { type = "attention", heads = 1, bias = false },
  { type = "mean-position" },
  { type = "dense", outputs = 2 },
]
"#;

fn numbers(count: usize, index: u64) -> Vec<f32> {
    let mut random = stream(5, Purpose::Walk, index);
    (0..count).map(|_| random.random::<f32>() - 0.5).collect()
}

/// A network with every activation.
const ALL_ACTIVATIONS: &str = r#"
input = [2, 4, 4]
layer = [
  { type = "convolution", outputs = 3, kernel = 3, padding = 1 },
  { type = "gelu" },
  { type = "convolution", outputs = 3, kernel = 3, padding = 1, bias = false },
  { type = "batch-norm" },
  { type = "silu" },
  { type = "shortcut", from = 2 },
  { type = "hardtanh" },
  { type = "max-pool", window = 2 },
  { type = "selu" },
  { type = "dense", outputs = 5 },
  { type = "tanh" },
  { type = "dense", outputs = 5 },
  { type = "leaky-relu", slope = 0.2 },
  { type = "elu", alpha = 0.5 },
  { type = "dense", outputs = 5 },
  { type = "softplus" },
  { type = "dense", outputs = 4 },
  { type = "gelu", approximate = "tanh" },
  { type = "dense", outputs = 2 },
  { type = "sigmoid" },
]
"#;

#[test]
fn quotients_are_those_of_each_samples_own_hessian() {
    let parse = |text| {
        let network = description::parse(text, std::path::Path::new("all.toml"));
        network.expect("a network")
    };
    const SAMPLES: usize = 21;
    let chain = |activation| Network::dense_chain(&[4, 5, 3, 2], |_| true, activation);
    for network in [
        parse(ALL_LAYERS),
        parse(ALL_ACTIVATIONS),
        parse(ALL_NORMS),
        parse(ALL_OF_SEQUENCES),
        chain(Activation::Relu),
        chain(Activation::Tanh),
    ] {
        for loss in Loss::ALL {
            let network = network.clone().with_loss(loss).with_weight_decay(0.125);
            let mut statistics = network.initial_statistics();
            statistics.iter_mut().for_each(|x| *x += 0.25);
            let parameters = numbers(network.parameters(), 1);
            let direction = numbers(network.parameters(), 2);
            let mut inputs = numbers(SAMPLES * network.features(), 3);
            if let Some(vocabulary) = network.vocabulary() {
                let token = |x: f32| ((x + 0.5) * vocabulary as f32).floor();
                inputs.iter_mut().for_each(|x| *x = token(*x));
            }
            let targets: Vec<f32> = (0..SAMPLES)
                .flat_map(|i| [(i % 2) as f32, (1 - i % 2) as f32])
                .collect();
            let point = Point {
                network: &network,
                parameters: &parameters,
                statistics: &statistics,
                normalisation: Normalisation::Fixed,
            };
            for matrix in [CurvatureMatrix::Hessian, CurvatureMatrix::GaussNewton] {
                let batch = |samples: std::ops::Range<usize>| Batch {
                    inputs: &inputs
                        [samples.start * network.features()..samples.end * network.features()],
                    targets: &targets[samples.start * 2..samples.end * 2],
                    samples: samples.len(),
                };
                let isa = Isa::best();
                let mut all = CurvatureOperator::new(isa, point, batch(0..SAMPLES), matrix);
                let quotients = all.sample_quotients(&direction);
                assert_eq!(quotients.len(), SAMPLES);
                let mut product = vec![0.0; direction.len()];
                for (i, quotient) in quotients.iter().enumerate() {
                    let mut one = CurvatureOperator::new(isa, point, batch(i..i + 1), matrix);
                    one.hessian_product(&direction, &mut product);
                    let pairs = product.iter().zip(&direction);
                    let terms = pairs.map(|(p, v)| f64::from(*p) * f64::from(*v));
                    let (sum, size) = terms.fold((0.0, 0.0), |(s, z), t| (s + t, z + t.abs()));
                    assert!(
                        (quotient - sum).abs() <= 1e-5 * size,
                        "{loss:?} {matrix:?}: {quotient}, {sum}"
                    );
                }
            }
        }
    }
}
