//! Every activation, in a chain of dense layers and in a network with layers of other kinds, against the
//! oracle and against the f64 engine.

use std::path::Path;

use sgd_stability::experiment::tiny::{Tiny, activated};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{
    Activation, CurvatureMatrix, CurvatureOperator, Keeps, Loss, Network, Normalisation, Shape,
    description, named,
};
use sgd_stability::oracle::graph::SecondDerivative;
use sgd_stability::reference::translate::{in_pytorch_order, reference_point};

use super::support::{MATRICES, bounded, compare, smooth_of};

/// The tolerance relative to the largest entry (DESIGN.md).
const TOLERANCE: f64 = 1e-4;

/// Every activation; where it has a number, that is not PyTorch's default, but on the dyadic grid.
fn all() -> Vec<Activation> {
    let mut all = vec![Activation::GeluTanh];
    all.extend(Activation::NAMED.map(|activation| match activation {
        Activation::LeakyRelu { .. } => Activation::LeakyRelu { slope: -0.25 },
        Activation::Elu { .. } => Activation::Elu { alpha: 1.5 },
        other => other,
    }));
    all
}

#[test]
fn every_piecewise_linear_activation_is_exact_within_the_proved_bound() {
    let mut compared = 0;
    for activation in all() {
        for network in activated(activation) {
            let tiny = smooth_of(&network, Normalisation::Fixed, 4);
            if !tiny.exact.is_polynomial() {
                continue;
            }
            for matrix in MATRICES {
                for difference in bounded(&tiny, matrix) {
                    let what = format!("{activation} in {}: {difference:?}", network.name());
                    println!("{what}");
                    assert_eq!(difference.compared, 1, "{what}");
                    assert!(difference.share_of_bound <= 1.0, "{what}");
                    assert!(difference.relative <= 1e-5, "{what}");
                }
                compared += 1;
            }
        }
    }
    // ReLU, leaky ReLU and hardtanh, in two networks, with two matrices.
    assert_eq!(compared, 3 * 2 * 2);
}

#[test]
fn every_activation_agrees_with_its_enclosure_under_every_statistics() {
    for activation in all() {
        let [chain, images] = activated(activation);
        for (network, normalisation) in [
            (chain.clone(), Normalisation::Fixed),
            (chain.with_loss(Loss::CROSS_ENTROPY), Normalisation::Fixed),
            (images.clone(), Normalisation::Fixed),
            (images, Normalisation::Batch),
        ] {
            let tiny = smooth_of(&network, normalisation, 4);
            for matrix in MATRICES {
                let difference = compare(&tiny, matrix);
                let name = network.name();
                println!("{activation} in {name}, {matrix:?}: {difference:?}");
                assert!(difference.relative <= TOLERANCE, "{activation} in {name}");
            }
        }
    }
}

#[test]
fn a_wrong_second_derivative_breaks_the_tolerance() {
    for activation in all() {
        let [chain, _] = activated(activation);
        let tiny = smooth_of(&chain, Normalisation::Fixed, 4);
        let wrong = (CurvatureMatrix::GaussNewton, SecondDerivative::Hessian);
        let difference = compare(&tiny, wrong);
        assert!(difference.relative > 100.0 * TOLERANCE, "{activation}");
    }
}

/// `vᵀH_i v` of every sample, from both engines.
fn quotients(tiny: &Tiny, matrix: CurvatureMatrix, second: SecondDerivative) -> [Vec<f64>; 2] {
    let (point, batch) = (tiny.point(), tiny.batch());
    let mut engine = CurvatureOperator::new(Isa::best(), point, batch, matrix);
    let along = in_pytorch_order(&tiny.network, &tiny.direction);
    let along: Vec<f64> = along.into_iter().map(f64::from).collect();
    let reference = reference_point(&point, &batch).with_second(second);
    let exact = reference.sample_quotients(&along);
    [engine.sample_quotients(&tiny.direction), exact]
}

#[test]
fn the_quotients_of_every_activation_are_those_of_f64() {
    for activation in all() {
        for network in activated(activation) {
            let tiny = smooth_of(&network, Normalisation::Fixed, 9);
            for (matrix, second) in MATRICES {
                let [computed, exact] = quotients(&tiny, matrix, second);
                let size = exact.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
                for (computed, exact) in computed.iter().zip(&exact) {
                    let error = (computed - exact).abs();
                    assert!(error <= 1e-5 * size, "{activation}: {computed}, {exact}");
                }
            }
        }
    }
}

#[test]
fn every_activation_has_a_word_and_its_numbers_are_checked() {
    let parse = |layer: &str| {
        let text = format!(
            "input = [3]\nlayer = [{{ type = \"dense\", outputs = 4 }}, {{ {layer} }}, \
             {{ type = \"dense\", outputs = 2 }}]"
        );
        let network = description::parse(&text, Path::new("net.toml"));
        let network = network.map_err(|error| error.to_string());
        network.map(|network| network.layers()[0].activation)
    };
    for activation in Activation::NAMED {
        let word = activation.name();
        assert_eq!(parse(&format!("type = \"{word}\"")), Ok(activation));
        assert_eq!(word.parse(), Ok(activation));
        assert!(activation.is_default());
        let kept = activation.keeps();
        assert_eq!(kept == Keeps::Output, activation == Activation::Relu);
    }
    for (layer, activation) in [
        (
            "type = \"leaky-relu\", slope = 0.2",
            Activation::LeakyRelu { slope: 0.2 },
        ),
        (
            "type = \"elu\", alpha = -2",
            Activation::Elu { alpha: -2.0 },
        ),
        (
            "type = \"gelu\", approximate = \"tanh\"",
            Activation::GeluTanh,
        ),
        ("type = \"gelu\", approximate = \"none\"", Activation::Gelu),
    ] {
        assert_eq!(parse(layer), Ok(activation), "{layer}");
    }
    for (layer, part) in [
        (
            "type = \"leaky-relu\", slope = nan",
            "slope must be a number",
        ),
        ("type = \"elu\", alpha = 1e39", "range of f32, not 1e39"),
        ("type = \"gelu\", approximate = \"erf\"", "`tanh`"),
        ("type = \"relu\", slope = 0.1", "slope"),
        (
            "type = \"leaky-relu\", negative_slope = 0.1",
            "its word here is slope",
        ),
        ("type = \"hardtanh\", min_val = 0", "cut at −1 and 1"),
        ("type = \"mish\"", "`silu`"),
    ] {
        let fault = parse(layer).expect_err(layer);
        assert!(fault.contains(part), "{layer}: no {part:?} in {fault}");
    }
}

#[test]
fn a_named_architecture_has_the_activation_wherever_it_has_a_relu() {
    let shape = Shape::image(3, 32, 32);
    let relus = |network: &Network, kind: Activation| {
        let layers = network.layers().iter();
        layers.filter(|layer| layer.activation == kind).count()
    };
    for (name, count) in [
        ("fnn", 3),
        ("vgg11", 6),
        ("lenet", 4),
        ("resnet8", 7),
        ("vgg11-bn", 8),
        ("resnet18", 17),
        ("resnet20", 19),
    ] {
        let of = |activation| {
            let network = named(name, shape, 2, Loss::MeanSquared, activation);
            let mut forms = network.expect("a name").into_iter();
            forms.next().expect("a form").expect("a network")
        };
        assert_eq!(relus(&of(Activation::Relu), Activation::Relu), count);
        let smooth = of(Activation::Silu);
        assert_eq!(relus(&smooth, Activation::Silu), count, "{name}");
        assert_eq!(relus(&smooth, Activation::Relu), 0, "{name}");
        assert_eq!(
            smooth.parameters(),
            of(Activation::Relu).parameters(),
            "{name}"
        );
    }
}
