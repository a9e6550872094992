use crate::number::{Exact, Field};
use crate::oracle::graph::tests::{at, point, points, whole};
use crate::oracle::graph::{
    Enclosure, Graph, Landscape, Layer, Loss, SecondDerivative, Statistics, Values, Window,
};

fn dense(outputs: usize) -> Layer {
    Layer::Dense {
        outputs,
        bias: false,
    }
}

/// The values of an activation of the first sample.
fn values(landscape: &Landscape<Enclosure>, activation: usize) -> Vec<Exact> {
    let all = landscape.activations(&[0], &landscape.at(None, None));
    let first = all[activation][0].iter();
    first.map(|jet| point(&jet.value)).collect()
}

#[test]
fn two_samples_have_the_mean_and_the_covariance_of_their_hessians() {
    // f_i = (w·x_i)² with x = 1, 2: H_1 = 2, H_2 = 8, H = 5, Σ = (2·(2 − 5) + 8·(8 − 5))/2 = 9.
    let graph = Graph::new(
        [1, 1, 1],
        vec![dense(1)],
        Loss::MeanSquared,
        Statistics::Fixed,
    );
    let two = at(&graph, &[3.0], &[1.0, 2.0], &[0.0, 0.0]);
    let second = SecondDerivative::Hessian;
    let unit = [Enclosure::int(1)];
    assert_eq!((two.dimension(), two.samples()), (1, 2));
    assert_eq!(points(&two.gradient()), whole(&[15]));
    assert_eq!(points(&two.sample_gradient(1)), whole(&[24]));
    assert_eq!(points(&two.hessian_product(&unit, second)), whole(&[5]));
    assert_eq!(points(&two.covariance_product(&unit, second)), whole(&[9]));
    assert_eq!(two.loss().lower(), Some(Exact::fraction(45, 2)));
}

#[test]
fn outputs_share_the_loss_of_their_sample() {
    let graph = |loss| Graph::new([1, 1, 1], vec![dense(2)], loss, Statistics::Fixed);
    let gradient = |loss, weights: [f32; 2]| {
        let landscape = at(&graph(loss), &weights, &[1.0], &[1.0, 0.0]);
        landscape.gradient()
    };
    // Margins 1 − ½ and 1 + ¼: slopes (2/2)·(½·(−1), 5/4·1).
    let hinge = gradient(Loss::HingeSquared, [0.5, 0.25]);
    assert_eq!(
        points(&hinge),
        [Exact::fraction(-1, 2), Exact::fraction(5, 4)]
    );
    let closed = gradient(Loss::HingeSquared, [1.5, -2.0]);
    assert_eq!(points(&closed), whole(&[0, 0]));
    let mean = gradient(Loss::MeanSquared, [2.0, 3.0]);
    assert_eq!(points(&mean), whole(&[1, 3]));
    let sum = gradient(Loss::SumSquared, [2.0, 3.0]);
    assert_eq!(points(&sum), whole(&[2, 6]));
    // σ(0) − y, halved.
    let near = |x: &Enclosure, value: Exact| x.contains(&value) && x.width() < 1e-70;
    let binary = gradient(Loss::BinaryCrossEntropy, [0.0, 0.0]);
    assert!(near(&binary[0], Exact::fraction(-1, 4)));
    assert!(near(&binary[1], Exact::fraction(1, 4)));
    // p − y' = ½ − (½·1 + ¼) and ½ − ¼.
    let smoothed = gradient(Loss::CrossEntropy { smoothing: 0.5 }, [1.0, 1.0]);
    assert!(near(&smoothed[0], Exact::fraction(-1, 4)));
    assert!(near(&smoothed[1], Exact::fraction(1, 4)));
}

#[test]
fn a_shortcut_reads_every_second_pixel_of_the_channels_that_there_are() {
    // Twice and three times every second pixel of (1 2 3, 4 5 6, 7 8 9), and the same added to the first.
    let convolution = Layer::Convolution {
        outputs: 2,
        window: Window::square(1, 2, 0),
        groups: 1,
        bias: false,
    };
    let layers = vec![
        convolution,
        Layer::Shortcut {
            from: 0,
            stride: 2,
            first: 0,
        },
        Layer::Flatten,
    ];
    let graph = Graph::new([1, 3, 3], layers, Loss::SumSquared, Statistics::Fixed);
    let image = [1., 2., 3., 4., 5., 6., 7., 8., 9.];
    let landscape = at(&graph, &[2.0, 3.0], &image, &[0.0; 8]);
    assert_eq!(values(&landscape, 2), whole(&[3, 9, 21, 27, 3, 9, 21, 27]));
    assert_eq!(
        (graph.features(), graph.outputs(), graph.parameters()),
        (9, 8, 2)
    );
    assert_eq!(graph.activation_numbers(), 9 + 8 + 8 + 8);
}

#[test]
fn fixed_statistics_belong_to_their_channel_and_layer() {
    // (x − mean)/√(variance + ε) with means 1, 2 and roots 2, 4; then means 3, 4 and roots 1, 1/2.
    let normal = |epsilon| Layer::BatchNorm {
        epsilon,
        affine: false,
    };
    let layers = vec![normal(1.0), normal(0.0)];
    let graph = Graph::new([2, 1, 1], layers, Loss::SumSquared, Statistics::Fixed);
    assert!(!graph.is_coupled());
    let landscape = Landscape::<Enclosure>::new(
        &graph,
        &Values {
            parameters: &[],
            statistics: &[1.0, 2.0, 3.0, 15.0, 3.0, 4.0, 1.0, 0.25],
            inputs: &[5.0, 10.0],
            targets: &[0.0, 0.0],
        },
    );
    assert_eq!(values(&landscape, 1), whole(&[2, 2]));
    assert_eq!(values(&landscape, 2), whole(&[-1, -4]));
    assert_eq!(graph.layers()[0].statistics([2, 1, 1]), 4);
    assert!(graph.with_statistics(Statistics::Batch).is_coupled());
}

#[test]
fn the_closest_switch_is_that_of_any_sample() {
    // Numbers before the ReLU: −3 and ½; leads in a max-pool: 4 − 1 and 2 − (−1).
    let relu = at(
        &Graph::chain(&[1, 1, 1]),
        &[1.0, 0.0, 1.0, 0.0],
        &[-3.0, 0.5],
        &[0.0; 2],
    );
    assert_eq!(
        relu.closest_switch().map(point),
        Some(Exact::fraction(1, 2))
    );
    let window = Window {
        size: [1, 3],
        ..Window::square(1, 1, 0)
    };
    let layers = vec![Layer::MaxPool(window)];
    let graph = Graph::new([1, 1, 3], layers, Loss::SumSquared, Statistics::Fixed);
    let pool = at(&graph, &[], &[1.0, 0.0, 4.0, -1.0, 2.0, -2.0], &[0.0; 2]);
    assert_eq!(pool.closest_switch().map(point), Some(Exact::from(3)));
    assert_eq!(values(&pool, 1), whole(&[4]));
    // Numbers at which activations are cut do not compete with their equals, but others do.
    let equal = |numbers: [f32; 3]| {
        at(&graph, &[], &numbers, &[0.0])
            .closest_switch()
            .map(point)
    };
    assert_eq!(equal([0.0, 0.0, -2.0]), Some(Exact::from(2)));
    assert_eq!(equal([1.0, 1.0, -2.0]), Some(Exact::from(3)));
    assert_eq!(equal([-1.0, -1.0, -2.0]), Some(Exact::from(1)));
    assert_eq!(equal([2.0, 2.0, -2.0]), Some(Exact::from(0)));
    assert_eq!(equal([1.0, 0.0, 0.0]), Some(Exact::from(1)));
}
