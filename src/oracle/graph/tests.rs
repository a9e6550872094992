use num_traits::{One, Zero};

use super::{
    Activation, Enclosure, Graph, Landscape, Layer, Loss, SecondDerivative, Statistics, Values,
    Window,
};
use crate::number::{Exact, Field, Real};

/// The single number in an interval of width zero.
pub(super) fn point(x: &Enclosure) -> Exact {
    assert_eq!(x.width(), 0.0, "{x} is no single number");
    x.lower().expect("a finite number")
}

pub(super) fn points(values: &[Enclosure]) -> Vec<Exact> {
    values.iter().map(point).collect()
}

pub(super) fn whole(values: &[i64]) -> Vec<Exact> {
    values.iter().map(|&value| Exact::from(value)).collect()
}

pub(super) fn at(
    graph: &Graph,
    parameters: &[f32],
    inputs: &[f32],
    targets: &[f32],
) -> Landscape<Enclosure> {
    let values = Values {
        parameters,
        statistics: &[],
        inputs,
        targets,
    };
    Landscape::new(graph, &values)
}

pub(super) fn outputs_of(
    layer: Layer,
    input: [usize; 3],
    parameters: &[f32],
    inputs: &[f32],
) -> Vec<Exact> {
    let graph = Graph::new(input, vec![layer], Loss::MeanSquared, Statistics::Batch);
    let samples = inputs.len() / graph.features();
    let targets = vec![0.0; samples * graph.outputs()];
    let landscape = at(&graph, parameters, inputs, &targets);
    let group: Vec<usize> = (0..samples).collect();
    let activations = landscape.activations(&group, &landscape.at(None, None));
    let values = activations[1].iter().flatten().map(|x| point(&x.value));
    values.collect()
}

#[test]
fn one_weight_gives_the_parabola_known_by_heart() {
    // f = (w·x + b − y)² at w = 3, b = 1, x = 2, y = 5: residual 2.
    let line = at(&Graph::chain(&[1, 1]), &[3.0, 1.0], &[2.0], &[5.0]);
    assert_eq!(points(&line.sample_gradient(0)), whole(&[8, 4]));
    let hessian = line.sample_hessian(0);
    assert_eq!(points(&hessian[0]), whole(&[8, 4]));
    assert_eq!(points(&hessian[1]), whole(&[4, 2]));
    assert_eq!(line.closest_switch(), None);
    assert_eq!(point(&line.loss()), Exact::from(4));
}

#[test]
fn a_product_of_two_weights_has_the_mixed_derivative_of_its_formula() {
    // f = (v·relu(w) − y)² with x = 1, no biases: f_wv = 4vw − 2y, at v = 2, w = 3, y = 1: 22.
    let graph = Graph::chain(&[1, 1, 1]);
    let open = at(&graph, &[3.0, 0.0, 2.0, 0.0], &[1.0], &[1.0]);
    assert_eq!(point(&open.sample_hessian(0)[0][2]), Exact::from(22));
    let closed = at(&graph, &[-3.0, 0.0, 2.0, 0.0], &[1.0], &[1.0]);
    assert_eq!(point(&closed.sample_hessian(0)[0][2]), Exact::zero());
    assert_eq!(closed.closest_switch().map(point), Some(Exact::from(3)));
    // Gauss–Newton drops the residual's curvature 2(o − y): 22 − 2·5 = 2vw.
    let unit = [
        Enclosure::one(),
        Enclosure::zero(),
        Enclosure::zero(),
        Enclosure::zero(),
    ];
    let product = open.hessian_product(&unit, SecondDerivative::GaussNewton);
    assert_eq!(point(&product[2]), Exact::from(12));
}

/// `f = (v·σ(w) − y)²` at v = 2 and x = 1, without biases; the parameters are w and v.
fn behind(activation: Activation, w: f32, y: f32) -> Landscape<Enclosure> {
    let dense = Layer::Dense {
        outputs: 1,
        bias: false,
    };
    let layers = vec![dense.clone(), Layer::Activation(activation), dense];
    let graph = Graph::new([1, 1, 1], layers, Loss::MeanSquared, Statistics::Fixed);
    at(&graph, &[w, 2.0], &[1.0], &[y])
}

#[test]
fn activations_with_kinks_have_the_pieces_known_by_heart() {
    let leaky = Activation::LeakyRelu { slope: 0.25 };
    // f_wv = σ'·(4·v·σ − 2·y) with σ = −3/4 and σ' = 1/4: (−6 − 2)/4.
    let below = behind(leaky, -3.0, 1.0);
    assert_eq!(point(&below.sample_hessian(0)[0][1]), Exact::from(-2));
    for (activation, w, distance) in [
        (leaky, -3.0, Exact::from(3)),
        (Activation::Elu { alpha: 1.5 }, -0.5, Exact::fraction(1, 2)),
        (Activation::Selu, 0.25, Exact::fraction(1, 4)),
        (Activation::Hardtanh, 3.0, Exact::from(2)),
        (Activation::Hardtanh, 0.25, Exact::fraction(3, 4)),
        (Activation::Hardtanh, -0.25, Exact::fraction(3, 4)),
        (Activation::Hardtanh, -2.0, Exact::from(1)),
    ] {
        let landscape = behind(activation, w, 1.0);
        assert_eq!(landscape.closest_switch().map(point), Some(distance));
    }
    // Beyond the cuts only v counts: f_vv = 2·σ² = 2.
    for w in [3.0, -2.0] {
        let hessian = behind(Activation::Hardtanh, w, 1.0).sample_hessian(0);
        assert_eq!(points(&hessian.concat()), whole(&[0, 0, 0, 2]), "{w}");
    }
    assert!(
        behind(Activation::Tanh, 0.0, 1.0)
            .closest_switch()
            .is_none()
    );
    // Two numbers that hardtanh cuts to the same one do not compete in a max-pool; 5 and 3 lie 4 and 2
    // above the cut.
    let pool = Layer::MaxPool(Window {
        size: [1, 2],
        ..Window::square(1, 1, 0)
    });
    let layers = vec![Layer::Activation(Activation::Hardtanh), pool];
    let graph = Graph::new([1, 1, 2], layers, Loss::MeanSquared, Statistics::Fixed);
    let cut = at(&graph, &[], &[5.0, 3.0], &[0.0]);
    assert_eq!(cut.closest_switch().map(point), Some(Exact::from(2)));
}

#[test]
fn smooth_activations_have_the_derivatives_known_by_heart() {
    // f_ww = 2·v·(v·σ'² + (v·σ − y)·σ'') at w = 0 and v = 2.
    let bent = |activation, y| behind(activation, 0.0, y).sample_hessian(0)[0][0].clone();
    let near = |x: &Enclosure, y: Enclosure| x.meets(&y) && x.width() < 1e-70;
    let number = |numerator, denominator| Enclosure::ratio(numerator, denominator);
    // (σ, σ', σ'') is (0, 1, 0); (1/2, 1/4, 0); (0, 1/2, 1/2).
    assert!(near(&bent(Activation::Tanh, 1.0), number(8, 1)));
    assert!(near(&bent(Activation::Sigmoid, 3.0), number(1, 2)));
    assert!(near(&bent(Activation::Silu, -1.0), number(4, 1)));
    // (ln 2, 1/2, 1/4), and (0, 1/2, √(2/π)) for both forms of GELU.
    let two = number(2, 1).ln() * number(2, 1);
    assert!(near(&bent(Activation::Softplus, 0.0), number(2, 1) + two));
    for gelu in [Activation::Gelu, Activation::GeluTanh] {
        let root = (number(2, 1) / Enclosure::pi()).sqrt();
        assert!(near(&bent(gelu, -1.0), number(2, 1) + number(4, 1) * root));
    }
}

#[test]
fn a_convolution_is_the_sum_of_its_definition() {
    // One 2×3 image of two channels; a 2×2 window with one zero of padding on each side and a stride of
    // two.
    let layer = Layer::Convolution {
        outputs: 1,
        window: Window::square(2, 2, 1),
        groups: 1,
        bias: true,
    };
    let image = [1., 2., 3., 4., 5., 6., 10., 20., 30., 40., 50., 60.];
    let weights = [1., 2., 3., 4., 5., 6., 7., 8., 100.];
    let outputs = outputs_of(layer, [2, 2, 3], &weights, &image);
    // Top left corner: only the lower right tap is inside the image: 4·1 + 8·10 + 100.
    // Top right: taps (1, 0), (1, 1) on columns 1, 2: 3·2 + 4·3 + 7·20 + 8·30 + 100.
    // Below: taps (0, ·) and (1, ·), row 1 read by the upper ones.
    let below = [2 * 4 + 6 * 40 + 100, 5 + 2 * 6 + 5 * 50 + 6 * 60 + 100];
    assert_eq!(outputs, whole(&[184, 498, below[0], below[1]]));
}

#[test]
fn pools_shortcuts_and_flattening_keep_pytorchs_order() {
    let image = [1., 5., 2., 4., 3., 9., 7., 8., 6.];
    let pool = outputs_of(
        Layer::MaxPool(Window::square(2, 2, 0)),
        [1, 3, 3],
        &[],
        &image,
    );
    assert_eq!(pool, whole(&[5]));
    let mean = outputs_of(
        Layer::AveragePool(Window::square(2, 2, 0)),
        [1, 3, 3],
        &[],
        &image,
    );
    assert_eq!(mean, [Exact::fraction(13, 4)]);
    let twice = Layer::Shortcut {
        from: 0,
        stride: 1,
        first: 0,
    };
    let doubled = outputs_of(twice, [1, 1, 3], &[], &image[..3]);
    assert_eq!(doubled, whole(&[2, 10, 4]));
    let flat = outputs_of(Layer::Flatten, [2, 1, 2], &[], &image[..4]);
    assert_eq!(flat, whole(&[1, 5, 2, 4]));
    let normalise = Layer::Normalise {
        mean: vec![1.0, 2.0],
        deviation: vec![2.0, 0.5],
    };
    let normal = outputs_of(normalise, [2, 1, 2], &[], &image[..4]);
    assert_eq!(normal, whole(&[0, 2, 0, 4]));
}

#[test]
fn windows_reach_apart_aside_and_beyond_the_image() {
    // Two channels, each with its own 1×2 kernel whose numbers are two columns apart.
    let layer = Layer::Convolution {
        outputs: 2,
        window: Window {
            size: [1, 2],
            stride: [1, 1],
            padding: [0, 1],
            dilation: [1, 2],
        },
        groups: 2,
        bias: false,
    };
    // Windows of columns (−1, 1), (0, 2), (1, 3): numbers outside the image are zero.
    let image = [1., 2., 3., 10., 20., 30.];
    let outputs = outputs_of(layer, [2, 1, 3], &[1., 2., 3., 4.], &image);
    assert_eq!(outputs, whole(&[4, 7, 2, 80, 150, 60]));
    // Windows of size three, padding one, stride two: (−, 1, 2), (2, 3, −), on negative numbers.
    let window = Window {
        size: [1, 3],
        stride: [1, 2],
        padding: [0, 1],
        dilation: [1, 1],
    };
    let largest = outputs_of(Layer::MaxPool(window), [1, 1, 3], &[], &[-3., -2., -5.]);
    assert_eq!(largest, whole(&[-2, -2]));
    // Windows of size two, (0, −3) and (−3, −6): the zero of the padding counts.
    let two = Window {
        size: [1, 2],
        ..window
    };
    let mean = outputs_of(Layer::AveragePool(two), [1, 1, 3], &[], &[-3., -3., -6.]);
    assert_eq!(mean, [-3, -9].map(|x| Exact::fraction(x, 2)));
}

#[test]
fn a_batch_is_normalised_over_samples_and_positions() {
    // The numbers 1, 3, 5, 7 have mean 4 and variance 5; with ε = 11 the root is 4.
    let layer = |affine| Layer::BatchNorm {
        epsilon: 11.0,
        affine,
    };
    let outputs = outputs_of(layer(true), [1, 1, 2], &[4.0, 1.0], &[1., 3., 5., 7.]);
    assert_eq!(outputs, whole(&[-2, 0, 2, 4]));
    let outputs = outputs_of(layer(false), [1, 1, 2], &[], &[1., 3., 5., 7.]);
    assert_eq!(outputs, [-3, -1, 1, 3].map(|x| Exact::fraction(x, 4)));
}

#[test]
fn losses_have_the_second_derivatives_known_by_heart() {
    // One output o = b, which gives the curvature of the loss itself.
    let bent = |loss, bias: f32, target: f32| {
        let layers = vec![Layer::Dense {
            outputs: 1,
            bias: true,
        }];
        let graph = Graph::new([1, 1, 1], layers, loss, Statistics::Fixed);
        let landscape = at(&graph, &[0.0, bias], &[0.0], &[target]);
        let row = landscape.sample_hessian(0).remove(1);
        (point(&landscape.sample_gradient(0)[1]), point(&row[1]))
    };
    // max(0, 1 − o)² at o = 1/2, and beyond the kink.
    let inside = bent(Loss::HingeSquared, 0.5, 1.0);
    assert_eq!(inside, (Exact::from(-1), Exact::from(2)));
    let beyond = bent(Loss::HingeSquared, 1.5, 1.0);
    assert_eq!(beyond, (Exact::zero(), Exact::zero()));
    // (o − y)² at o − y = 2, in the three conventions at one output; then with weight decay on both
    // weights.
    for (loss, factor) in [
        (Loss::MeanSquared, Exact::from(1)),
        (Loss::HalfSumSquared, Exact::fraction(1, 2)),
        (Loss::SumSquared, Exact::from(1)),
    ] {
        let (slope, curvature) = bent(loss, 3.0, 1.0);
        assert_eq!(slope, Exact::from(4) * &factor);
        assert_eq!(curvature, Exact::from(2) * &factor);
        let layers = vec![Layer::Dense {
            outputs: 1,
            bias: true,
        }];
        let graph = Graph::new([1, 1, 1], layers, loss, Statistics::Fixed).with_weight_decay(0.5);
        let decayed = at(&graph, &[2.0, 1.0], &[1.0], &[1.0]);
        // f = 4·factor + ¼·(4 + 1), with slopes 4·factor + ½·(2, 1).
        let quarter = Exact::fraction(1, 4);
        let loss = Exact::from(4) * &factor + Exact::from(5) * &quarter;
        assert_eq!(point(&decayed.loss()), loss);
        let slopes = decayed.gradient().iter().map(point).collect::<Vec<_>>();
        let slope = |half: i64| Exact::from(4) * &factor + Exact::fraction(half, 2);
        assert_eq!(slopes, [slope(2), slope(1)]);
        let row = &decayed.sample_hessian(0)[1];
        let curvature = Exact::from(2) * &factor;
        assert_eq!(point(&row[0]), curvature);
        assert_eq!(point(&row[1]), curvature + Exact::fraction(1, 2));
    }
    // Binary cross-entropy at a logit of 0: ln 2, slope ½ − y, curvature ¼.
    let layers = vec![Layer::Dense {
        outputs: 1,
        bias: true,
    }];
    let graph = Graph::new(
        [1, 1, 1],
        layers,
        Loss::BinaryCrossEntropy,
        Statistics::Fixed,
    );
    let landscape = at(&graph, &[0.0, 0.0], &[0.0], &[0.25]);
    let near = |x: &Enclosure, value: Exact| x.contains(&value) && x.width() < 1e-70;
    assert!(near(&landscape.gradient()[1], Exact::fraction(1, 4)));
    assert!(near(
        &landscape.sample_hessian(0)[1][1],
        Exact::fraction(1, 4)
    ));
    let two = Enclosure::from_exact(&Exact::from(2)).ln();
    assert!((landscape.loss() - two).width() < 1e-70);
    // Two equal outputs: p = 1/2, gradient p − y, curvature p(1 − p).
    let layers = vec![Layer::Dense {
        outputs: 2,
        bias: true,
    }];
    let graph = Graph::new(
        [1, 1, 1],
        layers,
        Loss::CrossEntropy { smoothing: 0.0 },
        Statistics::Fixed,
    );
    let landscape = at(&graph, &[0.0, 0.0, 1.0, 1.0], &[0.0], &[1.0, 0.0]);
    let near = |x: &Enclosure, value: Exact| x.contains(&value) && x.width() < 1e-70;
    assert!(near(
        &landscape.sample_gradient(0)[2],
        Exact::fraction(-1, 2)
    ));
    let row = &landscape.sample_hessian(0)[2];
    assert!(near(&row[2], Exact::fraction(1, 4)));
    assert!(near(&row[3], Exact::fraction(-1, 4)));
    let two = Enclosure::from_exact(&Exact::from(2)).ln();
    assert_eq!(landscape.loss().compare(&two), None);
    assert!((landscape.loss() - two).width() < 1e-70);
}
