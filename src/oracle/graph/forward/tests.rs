use crate::number::Exact;
use crate::oracle::graph::tests::{at, outputs_of, point, points, whole};
use crate::oracle::graph::{Graph, Layer, Loss, SampleNorm, Scaled, Statistics, Together};

#[test]
fn a_sample_is_normalised_over_its_groups_its_positions_or_all_of_it() {
    let normalised = |together, is_centred, scaled, epsilon, parameters: &[f32], image: &[f32]| {
        let norm = SampleNorm {
            together,
            is_centred,
            epsilon,
            scaled,
        };
        outputs_of(Layer::SampleNorm(norm), [2, 1, 2], parameters, image)
    };
    // Channels (1, 3) and (5, 7) have the means 2 and 6 and the variance 1; with ε = 3 the root is 2.
    let image = [1., 3., 5., 7.];
    let channels = Scaled::Channels { bias: true };
    let own = [4., 8., 1., 2.];
    let groups = normalised(Together::Groups(2), true, channels, 3.0, &own, &image);
    assert_eq!(groups, whole(&[-1, 3, -2, 6]));
    // All four have the mean 4 and the variance 5; with ε = 11 the root is 4.
    let numbers = Scaled::Numbers { bias: true };
    let own = [4., 8., 4., 8., 0., 1., 2., 3.];
    let all = normalised(Together::Groups(1), true, numbers, 11.0, &own, &image);
    assert_eq!(all, whole(&[-3, -1, 3, 9]));
    // The columns (1, 5) and (3, 7) have the variance 4; with ε = 12 the root is 4.
    let columns = normalised(Together::Position, true, Scaled::Not, 12.0, &[], &image);
    let half = |sign: i64| Exact::fraction(sign, 2);
    assert_eq!(columns, [half(-1), half(-1), half(1), half(1)]);
    // The columns (1, 5) and (5, 1) have the mean square 13; with ε = 3 the root is 4.
    let bare = Scaled::Channels { bias: false };
    let image = [1., 5., 5., 1.];
    let scaled = normalised(Together::Position, false, bare, 3.0, &[4., 8.], &image);
    assert_eq!(scaled, whole(&[1, 5, 10, 2]));
}

#[test]
fn a_branch_begins_at_an_earlier_activation() {
    let dense = |outputs| Layer::Dense {
        outputs,
        bias: false,
    };
    let shortcut = Layer::Shortcut {
        from: 3,
        stride: 1,
        first: 1,
    };
    let layers = vec![
        dense(2),
        Layer::Recall { from: 0 },
        dense(1),
        Layer::Recall { from: 1 },
        shortcut,
    ];
    let graph = Graph::new([1, 1, 1], layers, Loss::SumSquared, Statistics::Fixed);
    let landscape = at(&graph, &[2.0, 3.0, 5.0], &[7.0], &[0.0; 2]);
    let activations = landscape.activations(&[0], &landscape.at(None, None));
    let last = activations[5][0].iter().map(|x| point(&x.value));
    assert_eq!(last.collect::<Vec<_>>(), whole(&[14, 21 + 35]));
    // Σ (2·2·14·7, 2·56·7, 2·56·7).
    assert_eq!(points(&landscape.gradient()), whole(&[196, 784, 784]));
}
