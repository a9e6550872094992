//! Compares losses in different units, and weight decay, with exact derivatives and with each other.

use sgd_stability::experiment::tiny::{self, Difference, Tiny, enclosed};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{
    CurvatureMatrix, CurvatureOperator, Loss, Network, Normalisation, Pass,
};
use sgd_stability::number::Field;
use sgd_stability::oracle::graph::Enclosure;

use super::support::{MATRICES, bounded};

/// The weight decay is on the grid, so that λ and λ/2 are f32 numbers.
const DECAY: f64 = 3.0 / 64.0;

/// A network with this loss and decay, at the first seed at which it is smooth.
fn smooth(name: &str, loss: Loss, decay: f64) -> Tiny {
    let network = || tiny::network(name).with_loss(loss).with_weight_decay(decay);
    let drawn = (0..100).map(|seed| Tiny::new(network(), Normalisation::Fixed, 4, seed));
    let smooth = drawn.into_iter().find(Tiny::is_smooth);
    smooth.unwrap_or_else(|| panic!("{name} stands on a switch"))
}

#[test]
fn every_loss_that_is_a_polynomial_keeps_its_bound_with_weight_decay() {
    for name in ["3-4-3-2", "convolution", "batch-norm"] {
        for loss in Loss::ALL {
            for decay in [0.0, DECAY] {
                let tiny = smooth(name, loss, decay);
                if !tiny.exact.is_polynomial() {
                    continue;
                }
                for matrix in MATRICES {
                    for difference in bounded(&tiny, matrix) {
                        assert!(
                            difference.share_of_bound <= 1.0 && difference.compared == 1,
                            "{name} {loss:?} {decay} {difference:?}"
                        );
                        assert!(
                            difference.relative <= 1e-5,
                            "{name} {loss:?} {difference:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_decay_that_is_not_there_breaks_the_bound() {
    let with = smooth("3-4-3-2", Loss::MeanSquared, DECAY);
    let without = Tiny {
        network: with.network.clone().with_weight_decay(0.0),
        ..with
    };
    let [gradient, product, covariance] = bounded(&without, MATRICES[0]);
    for difference in [gradient, product] {
        assert!(difference.share_of_bound > 2.0, "{difference:?}");
    }
    // Σ is the same; only its bound is wider.
    assert!(covariance.share_of_bound <= 1.0, "{covariance:?}");
}

/// The largest difference of gradient, Hv and Σv, relative to the largest entry of each.
fn difference(tiny: &Tiny) -> f64 {
    let direction = tiny.exact_direction();
    let mut worst = Difference::default();
    for (matrix, second) in MATRICES {
        let exact = [
            tiny.exact.hessian_product(&direction, second),
            tiny.exact.covariance_product(&direction, second),
        ];
        for (computed, exact) in tiny.products(Isa::best(), matrix).iter().zip(&exact) {
            worst.add(computed, exact);
        }
    }
    worst.add(&tiny.gradient(Isa::best()), &tiny.exact.gradient());
    assert_eq!(worst.compared, 5, "a vector is zero");
    worst.relative
}

#[test]
fn losses_with_exponentials_agree_with_their_enclosures() {
    let smoothed = Loss::CrossEntropy { smoothing: 0.25 };
    for name in ["3-4-3-2", "2-3-3", "convolution", "batch-norm"] {
        for loss in [smoothed, Loss::BinaryCrossEntropy] {
            for decay in [0.0, DECAY] {
                let seen = difference(&smooth(name, loss, decay));
                println!("{name}, {loss:?}, decay {decay}: {seen}");
                assert!(seen <= 1e-4, "{name} {loss:?} {decay}: {seen}");
            }
        }
    }
    // The tolerance is small enough to notice labels that were not smoothed.
    let tiny = smooth("3-4-3-2", smoothed, 0.0);
    let network = tiny.network.clone().with_loss(Loss::CROSS_ENTROPY);
    let seen = difference(&Tiny { network, ..tiny });
    assert!(seen > 1e-3, "{seen}");
}

/// All numbers that the engine computes and that scale with the loss.
fn numbers(tiny: &Tiny) -> Vec<f64> {
    let isa = Isa::best();
    let mut curvature =
        CurvatureOperator::new(isa, tiny.point(), tiny.batch(), CurvatureMatrix::Hessian);
    let mut numbers = vec![curvature.loss()];
    numbers.extend(curvature.sample_quotients(&tiny.direction));
    let [product, _] = &tiny.products(isa, CurvatureMatrix::Hessian)[..] else {
        panic!("Hv and Σv");
    };
    let gradient = tiny.gradient(isa);
    numbers.extend(gradient.iter().chain(product).map(|&x| f64::from(x)));
    numbers
}

#[test]
fn the_squares_are_one_loss_in_three_units_to_the_last_bit() {
    // Factors that are powers of two do not change any rounding; there are two outputs.
    for name in ["3-4-3-2", "convolution", "batch-norm"] {
        let of = |loss| {
            let network = tiny::network(name).with_loss(loss);
            Tiny::new(network, Normalisation::Fixed, 5, 3)
        };
        let half = of(Loss::HalfSumSquared);
        let c = half.network.outputs();
        assert!(c.is_power_of_two(), "{name}");
        for loss in Loss::SQUARED {
            let scaled = of(loss);
            let [(_, factor)] = Loss::HalfSumSquared
                .conventions(c)
                .into_iter()
                .filter(|(other, _)| *other == loss)
                .collect::<Vec<_>>()[..]
            else {
                continue;
            };
            let expected: Vec<f64> = numbers(&half).iter().map(|x| x * factor).collect();
            assert_eq!(numbers(&scaled), expected, "{name} {loss:?}");
            // Σ is quadratic in H.
            let sigma = |tiny: &Tiny| {
                tiny.products(Isa::best(), CurvatureMatrix::Hessian)
                    .remove(1)
            };
            let square = (factor * factor) as f32;
            let expected: Vec<f32> = sigma(&half).iter().map(|x| x * square).collect();
            assert_eq!(sigma(&scaled), expected, "{name} {loss:?}");
        }
    }
}

#[test]
fn decay_adds_its_penalty_beside_the_loss_and_its_length_to_every_quotient() {
    for name in ["3-4-3-2", "convolution", "batch-norm"] {
        let with = smooth(name, Loss::MeanSquared, DECAY);
        let network = with.network.clone().with_weight_decay(0.0);
        let isa = Isa::best();
        let of = |network: &Network| {
            let point = with.state.point(network, Normalisation::Fixed);
            let mut curvature =
                CurvatureOperator::new(isa, point, with.batch(), CurvatureMatrix::Hessian);
            (
                curvature.loss(),
                curvature.sample_quotients(&with.direction),
            )
        };
        let ((loss, quotients), (plain, without)) = (of(&with.network), of(&network));
        assert_eq!(loss, plain);
        let length: f64 = with.direction.iter().map(|&v| f64::from(v * v)).sum();
        for (with, without) in quotients.iter().zip(&without) {
            assert!(
                (with - without - DECAY * length).abs() <= 1e-12 * length,
                "{name}"
            );
        }
        let penalty = with.network.penalty(isa, &with.state.parameters);
        let total = with.exact.loss().midpoint();
        assert!((loss + penalty - total).abs() <= 1e-5 * total, "{name}");
        assert!(penalty > 1e-3 * total, "{name}");
    }
}

#[test]
fn one_step_of_descent_shrinks_the_weights_as_well() {
    for name in ["3-4-3-2", "convolution", "batch-norm"] {
        let tiny = smooth(name, Loss::HalfSumSquared, DECAY);
        let mut state = tiny.state.clone();
        let mut pass = Pass::new(Isa::best());
        let (mode, batch) = (tiny.normalisation, tiny.batch());
        pass.descend(&tiny.network, mode, &mut state, &batch, 0.25);
        let step = Enclosure::ratio(1, 4);
        let start = enclosed(&tiny.in_pytorch_order(&tiny.state.parameters));
        let pairs = start.iter().zip(tiny.exact.gradient());
        let expected: Vec<Enclosure> = pairs.map(|(w, g)| w - g * &step).collect();
        let mut difference = Difference::default();
        difference.add(&tiny.in_pytorch_order(&state.parameters), &expected);
        assert!(difference.relative <= 1e-6, "{name}: {difference:?}");
    }
}
