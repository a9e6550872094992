//! Compares the engine with the f64 reference, on networks of realistic shapes.

use sgd_stability::kernel::Isa;
use sgd_stability::network::{
    Batch, CurvatureMatrix, CurvatureOperator, Loss, Network, Normalisation, Pass, Shape, State,
    description,
};
use sgd_stability::reference::translate::{in_pytorch_order, reference_point};
use sgd_stability::train::random::{Purpose, stream};

use rand::RngExt;

/// The largest difference, relative to the largest entry.
fn difference(network: &Network, computed: &[f32], exact: &[f64]) -> f64 {
    let computed = in_pytorch_order(network, computed);
    let size = exact.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    let pairs = computed.iter().zip(exact);
    let errors = pairs.map(|(c, e)| (f64::from(*c) - e).abs());
    errors.fold(0.0, f64::max) / size
}

/// Building blocks of the stem of a ResNet, of a MobileNet and of a network with dilated convolutions,
/// over images that are not square, with numbers of channels on both sides of whole vectors.
const SLID: &str = r#"
name = "slid"
input = [3, 28, 20]
layer = [
  { type = "convolution", outputs = 18, kernel = 7, stride = 2, padding = 3, bias = false },
  { type = "batch-norm" },
  { type = "relu" },
  { type = "max-pool", window = 3, stride = 2, padding = 1 },
  { type = "convolution", outputs = 18, kernel = 3, padding = 1, groups = 18, bias = false },
  { type = "batch-norm", affine = false },
  { type = "relu" },
  { type = "convolution", outputs = 36, kernel = 1 },
  { type = "relu" },
  { type = "convolution", outputs = 34, kernel = [3, 5], padding = [2, 6], dilation = [2, 3], groups = 2 },
  { type = "batch-norm", epsilon = 0, running-statistics = false },
  { type = "relu" },
  { type = "average-pool", window = 3, stride = 1, padding = 1 },
  { type = "average-pool" },
  { type = "dense", outputs = 3 },
]"#;

fn slid() -> Network {
    described(SLID)
}

/// Blocks with projections, and every normalisation within samples, with numbers of channels on both sides
/// of whole vectors.
const NORMALISED: &str = r#"
name = "normalised"
input = [3, 14, 10]
layer = [
  { type = "convolution", outputs = 36, kernel = 3, padding = 1, bias = false },
  { type = "group-norm", groups = 3 },
  { type = "relu" },
  { type = "convolution", outputs = 18, kernel = 3, stride = 2, padding = 1, bias = false },
  { type = "group-norm", groups = 18 },
  { type = "silu" },
  { type = "convolution", outputs = 18, kernel = 3, padding = 1, bias = false },
  { type = "layer-norm" },
  { type = "branch", from = 3, layer = [
    { type = "convolution", outputs = 18, kernel = 1, stride = 2, bias = false },
    { type = "rms-norm", over = "position" },
  ] },
  { type = "gelu" },
  { type = "layer-norm", over = "position" },
  { type = "average-pool" },
  { type = "dense", outputs = 40 },
  { type = "branch", from = 13, layer = [
    { type = "rms-norm" },
    { type = "dense", outputs = 70 },
    { type = "gelu" },
    { type = "dense", outputs = 40 },
  ] },
  { type = "layer-norm", bias = false },
  { type = "dense", outputs = 3 },
]"#;

fn described(text: &str) -> Network {
    let network = description::parse(text, std::path::Path::new("net.toml"));
    network.expect("a network")
}

/// Asserts that gradient, `Hv` and, if it exists, `Σv` agree.
fn agrees(network: &Network, normalisation: Normalisation, samples: usize, tolerance: f64) {
    let mut random = stream(5, Purpose::Initial, 0);
    let state = State::initial(network, &mut random);
    let mut numbers = |count: usize| -> Vec<f32> {
        (0..count)
            .map(|_| 2.0 * random.random::<f32>() - 1.0)
            .collect()
    };
    let mut inputs = numbers(samples * network.features());
    if let Some(vocabulary) = network.vocabulary() {
        let token = |x: f32| (0.4999 * (x + 1.0) * vocabulary as f32).floor();
        inputs.iter_mut().for_each(|x| *x = token(*x));
    }
    let direction = numbers(network.parameters());
    let place = |k| k % network.outputs() == k / network.outputs() % network.outputs();
    let targets = (0..samples * network.outputs()).map(|k| f32::from(u8::from(place(k))));
    let targets: Vec<f32> = targets.collect();
    let batch = Batch {
        inputs: &inputs,
        targets: &targets,
        samples,
    };
    let point = state.point(network, normalisation);
    let exact = reference_point(&point, &batch);
    let along = in_pytorch_order(network, &direction);
    let along: Vec<f64> = along.into_iter().map(f64::from).collect();
    let mut curvature = CurvatureOperator::new(Isa::best(), point, batch, CurvatureMatrix::Hessian);
    let mut computed = vec![0.0; network.parameters()];
    let mut seen = Vec::new();
    Pass::new(Isa::best()).gradient(&point, &batch, &mut computed);
    seen.push(difference(network, &computed, &exact.gradient()));
    curvature.hessian_product(&direction, &mut computed);
    seen.push(difference(
        network,
        &computed,
        &exact.hessian_product(&along),
    ));
    if curvature.has_samples() {
        curvature.covariance_product(&direction, &mut computed);
        seen.push(difference(
            network,
            &computed,
            &exact.covariance_product(&along),
        ));
    }
    println!("{} {normalisation:?}: {seen:?}", network.name());
    let is_near = |error: &f64| *error <= tolerance;
    assert!(seen.iter().all(is_near), "{} {seen:?}", network.name());
    let losses = (curvature.loss(), exact.loss());
    assert!((losses.0 - losses.1).abs() <= 1e-5 * losses.1, "{losses:?}");
    assert_eq!(curvature.accuracy(), exact.accuracy());
}

/// The tolerance relative to the largest entry (DESIGN.md).
const TOLERANCE: f64 = 1e-4;

#[test]
fn the_named_architectures_have_the_curvature_that_f64_gives() {
    let fixed = Normalisation::Fixed;
    agrees(&Network::fnn(&[50, 40, 30, 10]), fixed, 20, TOLERANCE);
    agrees(&Network::vgg11(2), fixed, 9, TOLERANCE);
    let lenet = Network::lenet(Shape::image(1, 28, 28), 10);
    agrees(&lenet.with_loss(Loss::CROSS_ENTROPY), fixed, 9, TOLERANCE);
    agrees(&Network::resnet8(2), fixed, 2, TOLERANCE);
    let ten = [Network::vgg11(10), Network::resnet8(10)];
    for network in ten.map(|network| network.with_loss(Loss::HingeSquared)) {
        agrees(&network, fixed, 2, TOLERANCE);
    }
    let smoothed = Loss::CrossEntropy { smoothing: 0.1 };
    for loss in [smoothed, Loss::BinaryCrossEntropy, Loss::SumSquared] {
        let lenet = Network::lenet(Shape::image(1, 28, 28), 10).with_loss(loss);
        agrees(&lenet.with_weight_decay(5e-4), fixed, 9, TOLERANCE);
    }
}

#[test]
fn coupled_samples_have_the_curvature_that_f64_gives() {
    let resnet = Network::resnet8(2);
    agrees(&resnet, Normalisation::Batch, 4, TOLERANCE);
    let decayed = resnet.with_weight_decay(0.5);
    agrees(&decayed, Normalisation::Batch, 4, TOLERANCE);
    agrees(&slid(), Normalisation::Batch, 5, TOLERANCE);
}

#[test]
fn windows_of_every_kind_have_the_curvature_that_f64_gives() {
    agrees(&slid(), Normalisation::Fixed, 9, TOLERANCE);
}

#[test]
fn normalisation_within_samples_and_branches_have_the_curvature_that_f64_gives() {
    let network = described(NORMALISED);
    for loss in [Loss::MeanSquared, Loss::CROSS_ENTROPY] {
        agrees(
            &network.clone().with_loss(loss),
            Normalisation::Fixed,
            9,
            TOLERANCE,
        );
    }
}

/// A decoder whose widths are on both sides of whole vectors.
const DECODER: &str = r#"
name = "decoder"
input = [19]
layer = [
  { type = "embedding", vocabulary = 30, dimension = 36 },
  { type = "positions", length = 24 },
  { type = "branch", from = 2, layer = [
    { type = "layer-norm", bias = false },
    { type = "attention", heads = 2, causal = true, bias = false, tensors = "linear" },
  ] },
  { type = "branch", from = 3, layer = [
    { type = "layer-norm" },
    { type = "dense", outputs = 70 },
    { type = "gelu" },
    { type = "dense", outputs = 36 },
  ] },
  { type = "branch", from = 4, layer = [
    { type = "rms-norm" },
    { type = "attention", heads = 3 },
  ] },
  { type = "layer-norm" },
  { type = "last-position" },
  { type = "dense", outputs = 30, bias = false },
]"#;

#[test]
fn a_decoder_has_the_curvature_that_f64_gives() {
    let fixed = Normalisation::Fixed;
    let network = described(DECODER).with_loss(Loss::CROSS_ENTROPY);
    agrees(&network, fixed, 9, TOLERANCE);
    // The last layer has the table of the embedding.
    let modules = network.modules();
    let tensors: usize = modules.iter().map(|module| module.tensors.len()).sum();
    agrees(&tied(network, &[(tensors - 1, 0)]), fixed, 9, TOLERANCE);
}

/// The network in which, for each pair, the first tensor is tied to the second.
fn tied(network: Network, ties: &[(usize, usize)]) -> Network {
    let modules = network.modules();
    let tensors = modules.iter().flat_map(|module| &module.tensors);
    let count = tensors.filter(|(part, _)| part.is_parameter()).count();
    let mut owners: Vec<usize> = (0..count).collect();
    ties.iter()
        .for_each(|&(tensor, owner)| owners[tensor] = owner);
    let before = network.parameters();
    let tied = network.tied(&owners);
    assert!(tied.parameters() < before && tied.is_tied() && !tied.is_dense());
    assert_eq!(tied.used_parameters(), before);
    tied
}

#[test]
fn tied_parameters_have_the_curvature_that_f64_gives() {
    let fixed = Normalisation::Fixed;
    let chain = || Network::fnn(&[20, 16, 16, 16, 4]);
    // The third layer reuses the weight of the second layer, and its bias too.
    agrees(&tied(chain(), &[(4, 2)]), fixed, 20, TOLERANCE);
    let whole = tied(chain(), &[(4, 2), (5, 3)]);
    agrees(&whole.with_loss(Loss::CROSS_ENTROPY), fixed, 20, TOLERANCE);
    // The convolutions of the first block are tied, and the bias of one of them to that of a
    // normalisation.
    let residual = || tied(Network::resnet8(2), &[(8, 4), (11, 5)]);
    agrees(&residual(), fixed, 2, TOLERANCE);
    agrees(&residual(), Normalisation::Batch, 4, TOLERANCE);
}
