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

#[test]
fn sequences_are_read_row_by_row() {
    // Tokens 2 and 0 of a table of three rows: channels first.
    let embedding = Layer::Embedding {
        vocabulary: 3,
        width: 2,
    };
    let table = [1., 2., 3., 4., 5., 6.];
    let rows = outputs_of(embedding, [2, 1, 1], &table, &[2., 0.]);
    assert_eq!(rows, whole(&[5, 1, 6, 2]));
    // The rows (10, 20) and (30, 40) are added to the positions; a third row is not used.
    let positions = Layer::Positions { length: 3 };
    let added = [10., 20., 30., 40., 50., 60.];
    let sum = outputs_of(positions, [2, 2, 1], &added, &[5., 1., 6., 2.]);
    assert_eq!(sum, whole(&[15, 31, 26, 42]));
    let shift = Layer::Constants(vec![1., 2., 3., 4.]);
    let shifted = outputs_of(shift, [2, 2, 1], &[], &[5., 1., 6., 2.]);
    assert_eq!(shifted, whole(&[6, 3, 9, 6]));
    let last = outputs_of(
        Layer::Row { position: 1 },
        [2, 2, 1],
        &[],
        &[5., 1., 6., 2.],
    );
    assert_eq!(last, whole(&[1, 2]));
}

#[test]
fn equal_scores_give_the_mean_of_what_a_position_sees() {
    // Queries are zero; values are (3, 5) in the first head and (7, 13) in the second.
    let read = [0., 0., 0., 0., 8., 9., 8., 9., 3., 5., 7., 13.];
    let attention = |is_causal| {
        let heads = 2;
        outputs_of(Layer::Attention { heads, is_causal }, [6, 2, 1], &[], &read)
    };
    assert_eq!(attention(false), whole(&[4, 4, 10, 10]));
    assert_eq!(attention(true), whole(&[3, 4, 7, 10]));
}
