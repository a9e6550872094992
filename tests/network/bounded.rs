//! If the engine's result is a polynomial of its inputs, its error has a proved bound.

use sgd_stability::experiment::tiny::{self, Difference, Tiny, enclosed};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{CurvatureMatrix, Loss, Normalisation, Pass};
use sgd_stability::number::{Exact, Field};
use sgd_stability::oracle::graph::{Enclosure, SecondDerivative};

use super::support::{MATRICES, bounded, smooth};

/// The tolerance relative to the largest entry (DESIGN.md). The proved bounds of deep networks are wide.
const TOLERANCE: f64 = 1e-5;

fn holds(name: &str, loss: Loss, samples: usize) {
    let tiny = smooth(name, loss, Normalisation::Fixed, samples);
    for matrix in MATRICES {
        for (place, difference) in bounded(&tiny, matrix).iter().enumerate() {
            let what = ["gradient", "Hv", "Σv"][place];
            println!("{name}, {loss:?}, n = {samples}, {matrix:?}, {what}: {difference:?}");
            assert!(
                difference.share_of_bound <= 1.0,
                "{name} {what} {difference:?}"
            );
            assert!(
                difference.relative <= TOLERANCE,
                "{name} {what} {difference:?}"
            );
            // Σ is zero for a single sample.
            let may_vanish = what == "Σv" && samples == 1;
            assert!(
                difference.compared == 1 || may_vanish,
                "{name} {what} vanishes"
            );
        }
    }
}

#[test]
fn every_kind_of_layer_is_exact_within_the_proved_bound() {
    let chains = ["3-4-3-2", "2-3-3-3-2", "5-4-2", "3-2", "1-6-1", "4-1-1-4"];
    for name in tiny::names().chain(chains) {
        holds(name, Loss::MeanSquared, 4);
    }
}

#[test]
fn every_loss_that_is_a_polynomial_is_exact_within_the_proved_bound() {
    for name in ["3-4-3-2", "convolution", "batch-norm"] {
        holds(name, Loss::HingeSquared, 3);
    }
}

#[test]
fn shares_and_chunks_lose_no_sample() {
    for samples in [1, 7, 8, 9, 17, 65] {
        holds("shortcut-from-input", Loss::MeanSquared, samples);
        holds("3-2-2", Loss::MeanSquared, samples);
    }
}

#[test]
fn a_wrong_product_breaks_the_bound() {
    // Gauss–Newton drops the curvature of the residuals, which is the kind of fault that must be noticed.
    for name in [
        "3-4-3-2",
        "without-bias",
        "convolution",
        "residual",
        "batch-norm",
    ] {
        let tiny = smooth(name, Loss::MeanSquared, Normalisation::Fixed, 4);
        let [_, hessian, covariance] = bounded(
            &tiny,
            (CurvatureMatrix::GaussNewton, SecondDerivative::Hessian),
        );
        for difference in [hessian, covariance] {
            let is_bounded = ["3-4-3-2", "convolution"].contains(&name);
            println!("{name}: {difference:?}");
            assert!(
                !is_bounded || difference.share_of_bound > 2.0,
                "{name}: {difference:?}"
            );
            assert!(
                difference.relative > 100.0 * TOLERANCE,
                "{name}: {difference:?}"
            );
        }
    }
}

#[test]
fn gauss_newton_is_the_hessian_where_the_loss_is_zero() {
    for name in ["3-4-3-2", "convolution", "batch-norm-residual"] {
        let tiny = Tiny::new(tiny::network(name), Normalisation::Fixed, 4, 7);
        let mut outputs = Vec::new();
        Pass::new(Isa::best()).outputs(&tiny.point(), &tiny.batch(), &mut outputs);
        let tiny = tiny.with_targets(outputs);
        let hessian = tiny.products(Isa::best(), CurvatureMatrix::Hessian);
        assert_eq!(
            hessian,
            tiny.products(Isa::best(), CurvatureMatrix::GaussNewton)
        );
        assert!(hessian.iter().flatten().any(|&x| x != 0.0));
    }
}

#[test]
fn one_descent_step_is_the_gradient_times_the_learning_rate() {
    for name in ["3-4-3-2", "convolution", "residual", "batch-norm"] {
        let tiny = smooth(name, Loss::MeanSquared, Normalisation::Fixed, 4);
        let (learning_rate, step) = (0.25, Enclosure::ratio(1, 4));
        let mut state = tiny.state.clone();
        let mut pass = Pass::new(Isa::best());
        let (mode, batch) = (tiny.normalisation, tiny.batch());
        let loss = pass.descend(&tiny.network, mode, &mut state, &batch, learning_rate);
        let exact_loss = tiny.exact.loss().midpoint();
        assert!(
            (loss - exact_loss).abs() <= 1e-5 * exact_loss,
            "{name}: {loss}"
        );
        let start = enclosed(&tiny.in_pytorch_order(&tiny.state.parameters));
        let pairs = start.iter().zip(tiny.exact.gradient());
        let expected: Vec<Enclosure> = pairs.map(|(w, g)| w - g * &step).collect();
        let bound = tiny.exact.bound();
        let size = |w: &Enclosure| Enclosure::from_exact(&w.lower().expect("finite").abs());
        let pairs = start.iter().zip(bound.gradient_terms());
        let sizes: Vec<Enclosure> = pairs.map(|(w, t)| size(w) + t * &step).collect();
        let mut difference = Difference::default();
        let stepped = tiny.in_pytorch_order(&state.parameters);
        difference.add_bounded(&stepped, &expected, &sizes, bound.gamma());
        assert!(difference.share_of_bound <= 1.0, "{name}: {difference:?}");
        assert_eq!(state.statistics, tiny.state.statistics);
    }
}

#[test]
fn on_the_grid_the_oracle_gives_single_numbers() {
    for name in tiny::names() {
        let tiny = Tiny::new(tiny::network(name), Normalisation::Fixed, 2, 1);
        let products = tiny
            .exact
            .covariance_product(&tiny.exact_direction(), SecondDerivative::Hessian);
        assert!(products.iter().all(|x| x.width() == 0.0), "{name}");
        assert!(
            tiny.exact
                .closest_switch()
                .is_none_or(|z| z.lower() >= Some(Exact::from(0)))
        );
    }
}
