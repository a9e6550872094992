//! The fully connected layer.

mod layer;

use sgd_stability::kernel::dense::affine;
use sgd_stability::kernel::{Isa, MatrixMut, MatrixRef, Start, gather, with_team};
use sgd_stability::oracle::{Family, Format, Order, Outcome, Terms, judge};

use crate::support::{Guarded, all_bits, same_everywhere};
use layer::{Layer, affine_by_definition, backward_by_definition, gradient_by_definition};

/// Shapes with every number of samples modulo the tiles, on both sides of the limits between few and many
/// samples; with every tail in k; and with rows of `W` for empty pieces, whole pieces and tails.
fn shapes() -> Vec<(usize, usize, usize)> {
    let mut shapes = vec![(0, 3, 4), (3, 0, 4), (2, 3, 0), (1, 1, 1)];
    for m in [1, 2, 3, 4, 5, 6, 7, 9, 25, 48, 49, 64, 65] {
        shapes.extend([(m, 15, 7), (m, 16, 16), (m, 33, 10), (m, 50, 77)]);
    }
    shapes.extend([(1, 785, 41), (10, 500, 129), (4, 3100, 9), (3, 20, 500)]);
    shapes
}

#[test]
fn affine_is_what_it_says() {
    for (i, shape) in shapes().into_iter().enumerate() {
        let layer = Layer::new([Family::Uniform, Family::WideRange][i % 2], shape);
        for rectified in [false, true] {
            let right = all_bits(&affine_by_definition(&layer, rectified));
            for isa in Isa::available() {
                let y = all_bits(&layer.affine(isa, rectified));
                assert_eq!(y, right, "{shape:?} on {}", isa.name());
            }
        }
    }
}

#[test]
fn backward_is_what_it_says() {
    for shape in shapes() {
        for layer in Layer::both(Family::Uniform, shape) {
            for is_rectified in [false, true] {
                let right = all_bits(&backward_by_definition(&layer, is_rectified));
                for isa in Isa::available() {
                    let dx = all_bits(&layer.backward(isa, is_rectified));
                    assert_eq!(dx, right, "{shape:?} on {}", isa.name());
                }
            }
        }
    }
}

#[test]
fn weight_gradients_are_products_and_column_sums() {
    for shape in shapes() {
        for layer in Layer::both(Family::WideRange, shape) {
            for start in [Start::Zero, Start::Accumulate] {
                let right = all_bits(&gradient_by_definition(&layer, start));
                for isa in Isa::available() {
                    let gradient = all_bits(&layer.gradient(isa, start));
                    assert_eq!(gradient, right, "{shape:?} {start:?} on {}", isa.name());
                }
            }
        }
    }
}

#[test]
fn a_step_of_descent_is_backward_and_then_the_gradient() {
    for shape in shapes() {
        for layer in Layer::both(Family::Uniform, shape) {
            for isa in Isa::available() {
                let (parameters, dx) = layer.descend(isa);
                let gradient = layer.gradient(isa, Start::Accumulate);
                assert_eq!(all_bits(&parameters), all_bits(&gradient), "{shape:?}");
                let backward = layer.backward(isa, true);
                assert_eq!(all_bits(&dx), all_bits(&backward), "{shape:?}");
            }
        }
    }
}

/// Adding −0 changes nothing, so a bias of −0 is the same as no bias. The gradient of the weights does
/// not depend on biases.
#[test]
fn a_layer_without_biases_is_one_with_biases_that_change_nothing() {
    for shape in shapes() {
        let [mut with, mut without] = [0; 2].map(|_| Layer::new(Family::Uniform, shape));
        with.bias.fill(-0.0);
        without.bias.clear();
        let weights = with.weights.len();
        for isa in Isa::available() {
            let same = |with: Vec<f32>, without: Vec<f32>| {
                let what = (shape, isa.name());
                assert_eq!(all_bits(&with), all_bits(&without), "{what:?}");
            };
            for rectified in [false, true] {
                let affine = |layer: &Layer| layer.affine(isa, rectified);
                same(affine(&with), affine(&without));
            }
            let gradient = with.gradient(isa, Start::Accumulate);
            same(
                gradient[..weights].to_vec(),
                without.gradient(isa, Start::Accumulate),
            );
            let [(with, dx), (parameters, below)] = [with.descend(isa), without.descend(isa)];
            same(with[..weights].to_vec(), parameters);
            same(dx, below);
        }
    }
}

/// An infinite weight affects the samples that reach its row or the neighbouring row. The row of a weight
/// that no sample reaches keeps its values.
#[test]
fn an_infinite_weight_reaches_those_who_pass_through_it() {
    let (m, k, n) = (5, 20, 96);
    let mut layer = Layer::new(Family::Uniform, (m, k, n));
    let reached = |i, j| (i, j / 2) != (3, 20) && j / 2 != 30;
    for (at, delta) in layer.delta.iter_mut().enumerate() {
        *delta = f32::from(reached(at / n, at % n));
    }
    layer.delta[4 * n + 41] = 0.0;
    for row in [40, 61] {
        layer.weights[row * k..][..k].fill(f32::INFINITY);
    }
    for isa in Isa::available() {
        let (parameters, dx) = layer.descend(isa);
        for i in 0..m {
            let is_finite = layer.backward(isa, false)[i * k..][..k]
                .iter()
                .all(|dx| dx.is_finite());
            assert_eq!(is_finite, i == 3, "sample {i} on {}", isa.name());
            assert!(i != 3 || dx[i * k..][..k].iter().all(|dx| dx.is_finite()));
        }
        let untouched = 61 * k..62 * k;
        assert_eq!(parameters[untouched.clone()], layer.weights[untouched]);
    }
}

#[test]
fn layers_have_the_same_bits_on_every_isa_and_any_number_of_threads() {
    for shape in [(1, 500, 300), (3, 300, 77), (25, 200, 130), (130, 40, 70)] {
        let layer = Layer::rectified(Family::WideRange, shape);
        let all = |isa| {
            let (parameters, dx) = layer.descend(isa);
            let backward = layer.backward(isa, false);
            let gradient = layer.gradient(isa, Start::Zero);
            all_bits(&[layer.affine(isa, true), parameters, dx, backward, gradient].concat())
        };
        let alone = same_everywhere("a layer", all);
        let in_team = same_everywhere("a layer, in a team", |isa| with_team(|| all(isa)));
        assert_eq!(alone, in_team);
    }
}

#[test]
fn layers_stay_within_their_proved_bounds() {
    for family in Family::ALL {
        let outcome = match family {
            // A result of nothing but zeros is no evidence.
            Family::SignedZeros => Outcome::Mistrusted,
            _ => Outcome::Holds,
        };
        let (m, k, n) = (5, 70, 9);
        let layer = Layer::new(family, (m, k, n));
        let (mut exact_y, mut exact_dx) = (Vec::new(), Vec::new());
        for i in 0..m {
            for j in 0..n {
                let first = Terms::new().and(layer.bias[j], 1.0);
                let (x, w) = (layer.x().row(i), layer.weights().row(j));
                let terms = x
                    .iter()
                    .zip(w)
                    .fold(first, |terms, (x, w)| terms.and(*x, *w));
                exact_y.push(terms.expected(&Format::single(), Order::Chain));
            }
            for c in 0..k {
                let terms = (0..n).fold(Terms::new(), |terms, j| {
                    terms.and(layer.delta().get(i, j), layer.weights().get(j, c))
                });
                exact_dx.push(terms.expected(&Format::single(), Order::Chain));
            }
        }
        for isa in Isa::available() {
            let wide = |x: Vec<f32>| x.into_iter().map(f64::from).collect::<Vec<_>>();
            let computed = [layer.affine(isa, false), layer.backward(isa, false)].concat();
            let exact = [exact_y.clone(), exact_dx.clone()].concat();
            let judgement = judge(&wide(computed), &exact);
            assert_eq!(judgement.outcome, outcome, "{family:?}: {judgement:?}");
        }
    }
}

#[test]
fn a_team_says_what_a_part_said_when_it_panicked() {
    let layer = Layer::new(Family::Uniform, (3, 300, 200));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
    let message = pool.expect("a pool").install(|| {
        let work = || {
            let (rows, mut room) = ([0, 1, 7].repeat(300), vec![0.0; 900 * 300]);
            let to = MatrixMut::new(&mut room, 900, 300);
            with_team(|| gather(layer.x(), &rows, to));
        };
        let panic = std::panic::catch_unwind(work).expect_err("no row 7");
        let right = all_bits(&affine_by_definition(&layer, false));
        let after = with_team(|| all_bits(&layer.affine(Isa::best(), false)));
        assert_eq!(after, right, "a team after a panic");
        panic.downcast_ref::<String>().cloned().expect("a message")
    });
    assert!(message.contains("row 7"), "{message}");
}

#[test]
fn gathered_rows_are_copies() {
    let layer = Layer::new(Family::Uniform, (5, 40, 1));
    let rows = [4, 0, 0, 3].repeat(300);
    let gathered = same_everywhere("gather", |_| {
        let mut to = Guarded::new(&vec![0.0; rows.len() * 40]);
        let out = MatrixMut::new(to.numbers(), rows.len(), 40);
        gather(layer.x(), &rows, out);
        all_bits(&to.checked("gather"))
    });
    let right: Vec<f32> = rows
        .iter()
        .flat_map(|&row| layer.x().row(row).to_vec())
        .collect();
    assert_eq!(gathered, all_bits(&right));
}

#[test]
#[should_panic(expected = "weights of shape (2, 3)")]
fn shapes_that_do_not_fit_are_named() {
    let x = [0.0; 6];
    let w = MatrixRef::new(&x, 2, 3);
    let y = &mut [0.0; 4];
    affine(
        Isa::best(),
        w.transposed(),
        w,
        &[0.0; 2],
        false,
        MatrixMut::new(y, 2, 2),
    );
}

/// With eight threads, each part has eight outputs, and some parts have no biases.
#[test]
#[should_panic(expected = "64 outputs with 8 biases")]
fn biases_of_another_number_are_named() {
    let mut layer = Layer::new(Family::Uniform, (32, 800, 64));
    layer.bias.truncate(8);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build();
    let pool = pool.expect("a pool of threads");
    pool.install(|| layer.descend(Isa::best()));
}
