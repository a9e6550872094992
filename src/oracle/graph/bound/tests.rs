use crate::number::{Exact, Field};
use crate::oracle::graph::tests::{at, points, whole};
use crate::oracle::graph::{
    Activation, Enclosure, Graph, Landscape, Layer, Loss, SecondDerivative, Statistics, Window,
};
use crate::oracle::{Format, gamma};

fn of_depth(depth: u64) -> Exact {
    gamma(&Format::single(), depth)
}

fn integers(values: &[i64]) -> Vec<Enclosure> {
    values.iter().map(|&value| Enclosure::int(value)).collect()
}

/// A weight −3 and a bias 1 read −2; the target is 5.
fn line() -> Landscape<Enclosure> {
    at(&Graph::chain(&[1, 1]), &[-3.0, 1.0], &[-2.0], &[5.0])
}

#[test]
fn every_term_is_taken_positive() {
    // (|w|·|x| + |b| + |y|)² = 12², with the derivatives 2·12·(2, 1) and the Hessian 2·(4, 2; 2, 1).
    let bound = line().bound();
    assert_eq!(points(&bound.gradient_terms()), whole(&[48, 24]));
    let second = SecondDerivative::Hessian;
    let direction = integers(&[-1, 2]);
    assert_eq!(
        points(&bound.hessian_terms(&direction, second)),
        whole(&[16, 8])
    );
    // H_i (|H_i v| + |H v|) = H (32, 16).
    let covariance = bound.covariance_terms(&direction, second);
    assert_eq!(points(&covariance), whole(&[320, 160]));
}

#[test]
fn hinges_and_statistics_are_taken_positive_too() {
    // (1 + |t|·(|w|·|x| + |b|))² with t = 1 and with t = −1: (1 + 1)², slopes 2·2·(1, 1).
    for target in [0.0, 1.0] {
        let layers = vec![Layer::Dense {
            outputs: 1,
            bias: true,
        }];
        let graph = Graph::new([1, 1, 1], layers, Loss::HingeSquared, Statistics::Fixed);
        let hinge = at(&graph, &[0.5, 0.5], &[-1.0], &[target]);
        assert_eq!(points(&hinge.bound().gradient_terms()), whole(&[4, 4]));
    }
    // (w·(|x| + |mean|)/deviation + |y|)² = (2·(3 + 1)/2 + 1)², slope 2·5·2.
    let normalise = Layer::Normalise {
        mean: vec![1.0],
        deviation: vec![2.0],
    };
    let dense = Layer::Dense {
        outputs: 1,
        bias: false,
    };
    let layers = vec![normalise, dense];
    let graph = Graph::new([1, 1, 1], layers, Loss::SumSquared, Statistics::Fixed);
    let shifted = at(&graph, &[-2.0], &[-3.0], &[1.0]);
    assert_eq!(points(&shifted.bound().gradient_terms()), whole(&[20]));
}

#[test]
fn the_longest_path_of_roundings_is_counted() {
    // Three times (2·1 + 5) forward and backward; 2·(2·1 + 13) in the sums; 8 at the end.
    let bound = line().bound();
    assert_eq!(*bound.gamma(), of_depth(42 + 30 + 8));
    assert_eq!(bound.gamma_forward, of_depth(6));
    // A window of 2×1 on 4×2 with two inputs and three outputs: fan in 4, fan out 6; 3×2 positions of
    // two samples; then a dense layer from 18 to 1. Weight decay adds four.
    let window = Window {
        size: [2, 1],
        ..Window::square(1, 1, 0)
    };
    let convolution = Layer::Convolution {
        outputs: 3,
        window,
        groups: 1,
        bias: false,
    };
    let dense = Layer::Dense {
        outputs: 1,
        bias: false,
    };
    let layers = vec![convolution, Layer::Flatten, dense];
    let graph = Graph::new([2, 4, 2], layers, Loss::MeanSquared, Statistics::Fixed);
    let graph = graph.with_weight_decay(0.5);
    let landscape = at(&graph, &[1.0; 12 + 18], &[1.0; 32], &[0.0; 2]);
    let bound = landscape.bound();
    let convolution = 3 * (2 * 4 + 5) + 3 * (2 * 6 + 5);
    let flatten = 6 * (2 + 5);
    let dense = 3 * (2 * 18 + 5) + 3 * (2 + 5);
    let sums = 2 * (2 * (2 * 6) + 8 + 5);
    let depth = convolution + flatten + dense + sums + 8 + 4;
    assert_eq!(*bound.gamma(), of_depth(depth));
    assert_eq!(bound.gamma_forward, of_depth(4 + 5 + 1 + 5 + 18 + 5));
}

#[test]
fn a_switch_is_clear_if_it_is_farther_than_four_errors_of_the_largest_activation() {
    // γ_18·4·largest = 4.3·10⁻⁶·largest for a ReLU between two dense layers.
    let smooth = |weight: f32, bias: f32| {
        let graph = Graph::chain(&[1, 1, 1]);
        let landscape = at(&graph, &[weight, 0.0, 1.0, bias], &[0.5], &[0.0]);
        landscape.bound().is_smooth(&landscape)
    };
    let unit = f32::EPSILON / 2.0;
    assert!(!smooth(2.0 * 72.0 * unit, 0.0));
    assert!(smooth(2.0 * 73.0 * unit, 0.0));
    assert!(!smooth(2.0 * 73.0 * unit, -2.0));
    assert!(smooth(2.0 * 145.0 * unit, -2.0));
    assert!(line().bound().is_smooth(&line()));
}

#[test]
fn only_polynomials_have_a_bound() {
    let polynomial = |layer: Layer, loss, statistics| {
        let layers = vec![layer, Layer::Activation(Activation::Relu)];
        let graph = Graph::new([1, 1, 1], layers, loss, statistics);
        at(&graph, &vec![1.0; graph.parameters()], &[1.0], &[1.0]).is_polynomial()
    };
    let normal = Layer::BatchNorm {
        epsilon: 1.0,
        affine: true,
    };
    let flat = || Layer::Flatten;
    assert!(polynomial(flat(), Loss::MeanSquared, Statistics::Fixed));
    assert!(polynomial(flat(), Loss::HingeSquared, Statistics::Batch));
    assert!(!polynomial(normal, Loss::MeanSquared, Statistics::Batch));
    assert!(!polynomial(
        flat(),
        Loss::BinaryCrossEntropy,
        Statistics::Fixed
    ));
    let smoothing = 0.0;
    let entropy = Loss::CrossEntropy { smoothing };
    assert!(!polynomial(flat(), entropy, Statistics::Fixed));
}

#[test]
#[should_panic(expected = "a bound is proved of polynomials only")]
fn an_exponential_has_no_bound() {
    let layers = vec![Layer::Flatten];
    let loss = Loss::BinaryCrossEntropy;
    let graph = Graph::new([1, 1, 1], layers, loss, Statistics::Fixed);
    at(&graph, &[], &[1.0], &[1.0]).bound();
}
