use super::{Lanczos, ReferencePoint};
use crate::oracle::graph::{
    Activation, Graph, Landscape, Layer, Loss, SampleNorm, Scaled, SecondDerivative, Statistics,
    Together, Values, Window,
};

/// Numbers between −1 and 1 without a pattern that could hide an error in a layer.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let number = |i: u32| (f64::from(i * i + 7 * i + seed) * 0.754_877_666).fract() as f32;
    (0..count as u32).map(|i| 2.0 * number(i) - 1.0).collect()
}

fn convolution(outputs: usize, stride: usize) -> Layer {
    Layer::Convolution {
        outputs,
        window: Window::square(3, stride, 1),
        groups: 1,
        bias: true,
    }
}

fn batch_norm(affine: bool) -> Layer {
    Layer::BatchNorm {
        epsilon: f64::from(1e-3_f32),
        affine,
    }
}

/// Groups, dilations, and windows that overlap, reach beyond the image, and have different rows and
/// columns.
fn slid() -> Vec<Layer> {
    let slides = |outputs, groups, stride, dilation| Layer::Convolution {
        outputs,
        window: Window {
            size: [2, 3],
            stride,
            padding: [1, 4],
            dilation,
        },
        groups,
        bias: groups == 2,
    };
    let pool = |stride| Window {
        size: [3, 2],
        stride,
        padding: [1, 1],
        dilation: [1, 1],
    };
    vec![
        slides(4, 2, [1, 1], [1, 2]),
        batch_norm(false),
        Layer::Activation(Activation::Relu),
        Layer::MaxPool(pool([2, 1])),
        slides(8, 4, [2, 1], [1, 1]),
        Layer::AveragePool(pool([1, 2])),
        slides(8, 8, [1, 2], [2, 3]),
        batch_norm(true),
        Layer::Activation(Activation::Relu),
        Layer::Flatten,
        Layer::Dense {
            outputs: 3,
            bias: true,
        },
    ]
}

/// Every kind of layer, with non-square images and a window of size three.
fn residual() -> Vec<Layer> {
    vec![
        Layer::Normalise {
            mean: [0.1_f32, -0.2].map(f64::from).to_vec(),
            deviation: [0.3_f32, 1.7].map(f64::from).to_vec(),
        },
        convolution(2, 1),
        batch_norm(true),
        Layer::Activation(Activation::Relu),
        convolution(3, 2),
        batch_norm(true),
        Layer::Shortcut {
            from: 4,
            stride: 2,
            first: 0,
        },
        Layer::Activation(Activation::Relu),
        Layer::MaxPool(Window::square(2, 2, 0)),
        Layer::Flatten,
        Layer::Dense {
            outputs: 3,
            bias: true,
        },
    ]
}

/// Normalisation within samples, with every kind of set and of factors, and a branch.
fn within_samples() -> Vec<Layer> {
    let norm = |together, is_centred, scaled| {
        Layer::SampleNorm(SampleNorm {
            together,
            is_centred,
            epsilon: f64::from(1e-3_f32),
            scaled,
        })
    };
    let (channels, numbers) = (
        |bias| Scaled::Channels { bias },
        |bias| Scaled::Numbers { bias },
    );
    vec![
        convolution(4, 1),
        norm(Together::Groups(2), true, channels(true)),
        Layer::Activation(Activation::Tanh),
        convolution(4, 2),
        norm(Together::Groups(1), true, numbers(true)),
        Layer::Recall { from: 3 },
        convolution(2, 2),
        norm(Together::Groups(2), false, Scaled::Not),
        Layer::Recall { from: 5 },
        Layer::Shortcut {
            from: 8,
            stride: 1,
            first: 1,
        },
        norm(Together::Position, false, channels(false)),
        Layer::Activation(Activation::Silu),
        norm(Together::Position, true, Scaled::Not),
        norm(Together::Groups(1), false, numbers(false)),
        Layer::Flatten,
        Layer::Dense {
            outputs: 3,
            bias: true,
        },
    ]
}

/// Layers over a sequence of four positions, which is an image of one column.
fn sequence() -> Vec<Layer> {
    let at_each = |outputs| Layer::Convolution {
        outputs,
        window: Window::square(1, 1, 0),
        groups: 1,
        bias: true,
    };
    vec![
        at_each(6),
        Layer::Positions { length: 5 },
        Layer::Attention {
            heads: 1,
            is_causal: true,
        },
        Layer::Constants(numbers(8, 9)),
        at_each(12),
        Layer::Attention {
            heads: 2,
            is_causal: false,
        },
        Layer::Row { position: 2 },
        Layer::Dense {
            outputs: 3,
            bias: true,
        },
    ]
}

fn averaged() -> Vec<Layer> {
    vec![
        convolution(2, 1),
        Layer::Shortcut {
            from: 0,
            stride: 1,
            first: 0,
        },
        Layer::Activation(Activation::Relu),
        Layer::AveragePool(Window::square(3, 3, 0)),
        Layer::Flatten,
        Layer::Dense {
            outputs: 3,
            bias: false,
        },
    ]
}

fn near(computed: &[f64], exact: &[f64], what: &str) {
    let size = exact.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    assert!(size > 0.0, "{what} vanishes");
    for (computed, exact) in computed.iter().zip(exact) {
        let error = (computed - exact).abs() / size;
        assert!(error < 1e-12, "{what}: {computed}, not {exact}");
    }
}

/// Compares with jets over f64: 10⁻¹² corresponds to a few thousand roundings.
fn agrees(layers: Vec<Layer>, input: [usize; 3], loss: Loss, statistics: Statistics) {
    let graph = Graph::new(input, layers, loss, statistics).with_weight_decay(0.3);
    let samples = 11;
    let parameters = numbers(graph.parameters(), 1);
    let direction: Vec<f64> = numbers(graph.parameters(), 5)
        .iter()
        .map(|&x| x.into())
        .collect();
    let moments: Vec<f32> = numbers(32, 3).iter().map(|x| x.abs() + 0.1).collect();
    let inputs = numbers(samples * graph.features(), 2);
    let targets: Vec<f32> = (0..samples * 3)
        .map(|k| f32::from(u8::from(k % 4 == 0)))
        .collect();
    let values = Values {
        parameters: &parameters,
        statistics: &moments,
        inputs: &inputs,
        targets: &targets,
    };
    let exact = Landscape::<f64>::new(&graph, &values);
    let point = ReferencePoint::new(graph, &values);
    let whole = point.loss() + point.penalty();
    near(&[whole], &[exact.loss()], "loss");
    near(&point.gradient(), &exact.gradient(), "gradient");
    for second in [SecondDerivative::Hessian, SecondDerivative::GaussNewton] {
        let point = point.clone().with_second(second);
        let product = exact.hessian_product(&direction, second);
        near(&point.hessian_product(&direction), &product, "Hv");
        if point.has_samples() {
            let product = exact.covariance_product(&direction, second);
            near(&point.covariance_product(&direction), &product, "Σv");
        }
    }
}

#[test]
fn products_agree_with_jets_for_every_layer_and_loss() {
    for loss in [
        Loss::MeanSquared,
        Loss::HalfSumSquared,
        Loss::SumSquared,
        Loss::CrossEntropy { smoothing: 0.0 },
        Loss::CrossEntropy { smoothing: 0.1 },
        Loss::BinaryCrossEntropy,
        Loss::HingeSquared,
    ] {
        for statistics in [Statistics::Batch, Statistics::Fixed] {
            agrees(residual(), [2, 5, 4], loss, statistics);
            agrees(slid(), [2, 4, 5], loss, statistics);
        }
        agrees(averaged(), [1, 3, 6], loss, Statistics::Fixed);
        agrees(within_samples(), [2, 5, 4], loss, Statistics::Fixed);
        agrees(sequence(), [2, 4, 1], loss, Statistics::Fixed);
    }
    let chain = Graph::chain(&[6, 9, 7, 3]).layers().to_vec();
    agrees(chain, [6, 1, 1], Loss::MeanSquared, Statistics::Fixed);
}

#[test]
fn products_agree_with_jets_for_every_activation() {
    for activation in [
        Activation::Relu,
        Activation::LeakyRelu { slope: 0.25 },
        Activation::Elu { alpha: 1.5 },
        Activation::Selu,
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Hardtanh,
        Activation::Gelu,
        Activation::GeluTanh,
        Activation::Silu,
    ] {
        let with = |layers: Vec<Layer>| {
            let layers = layers.into_iter().map(|layer| match layer {
                Layer::Activation(_) => Layer::Activation(activation),
                other => other,
            });
            layers.collect::<Vec<_>>()
        };
        let loss = Loss::MeanSquared;
        for statistics in [Statistics::Batch, Statistics::Fixed] {
            agrees(with(residual()), [2, 5, 4], loss, statistics);
        }
        let chain = Graph::chain(&[6, 9, 7, 3]).layers().to_vec();
        agrees(with(chain), [6, 1, 1], loss, Statistics::Fixed);
    }
}

#[test]
fn both_ends_of_a_spectrum_are_found_within_their_residuals() {
    let diagonal: Vec<f64> = (0..300).map(|i| f64::from(i) / 300.0 - 0.5).collect();
    let settings = Lanczos {
        tolerance: 1e-10,
        least: 1,
        products: 300,
        seed: 1,
    };
    let product = |v: &[f64]| v.iter().zip(&diagonal).map(|(v, a)| v * a).collect();
    let ends = settings.run(300, product).expect("finite");
    assert!(ends.converged);
    assert!((ends.largest.value - diagonal[299]).abs() <= ends.largest.residual + 1e-12);
    assert!((ends.smallest.value + 0.5).abs() <= ends.smallest.residual + 1e-12);
    let few = Lanczos {
        products: 3,
        ..settings
    }
    .run(300, product)
    .expect("finite");
    assert!(!few.converged && few.largest.residual > 1e-3);
    assert!(settings.run(3, |_| vec![f64::NAN; 3]).is_none());
}

#[test]
fn the_measurement_of_a_parabola_is_known_by_heart() {
    // f_i = (w·x_i + b − y)² with b = 0: H_i = 2·[x², x; x, 1]; the inputs are 1 and 3.
    let values = Values {
        parameters: &[0.0, 0.0],
        statistics: &[],
        inputs: &[1.0, 3.0],
        targets: &[0.0, 0.0],
    };
    let point = ReferencePoint::new(Graph::chain(&[1, 1]), &values);
    let settings = Lanczos {
        tolerance: 1e-12,
        least: 1,
        products: 2,
        seed: 2,
    };
    let measured = point.measure(&settings, true).expect("finite");
    // H = [10, 4; 4, 2]: eigenvalues 6 ± √32. Deviations D = ±[8, 2; 2, 0]: Σ = D², s = 4 + √20.
    let s = measured.non_uniformity.expect("uncoupled");
    assert!((measured.sharpness.value - 6.0 - 32.0_f64.sqrt()).abs() < 1e-9);
    assert!((measured.smallest_eigenvalue.value - 6.0 + 32.0_f64.sqrt()).abs() < 1e-9);
    assert!((s.value - 4.0 - 20.0_f64.sqrt()).abs() < 1e-9, "{s:?}");
    // v ∝ (4 + √20, 2) is a unit eigenvector of D for 4 + √20, so vᵀH_i v = vᵀHv ± s.
    let (x, y) = (4.0 + 20.0_f64.sqrt(), 2.0);
    let length = x.hypot(y);
    let noise = point.sample_quotients(&[x / length, y / length]);
    let mean = (10.0 * x * x + 8.0 * x * y + 2.0 * y * y) / (x * x + y * y);
    assert!((noise[1] - mean - s.value).abs() < 1e-6, "{noise:?}");
    assert!((noise[0] - mean + s.value).abs() < 1e-6, "{noise:?}");
}
