//! Compares L-BFGS with conjugate gradients. On a quadratic, with exact line searches and a memory of all
//! steps, both take the same steps (Nazareth 1979) and finish after as many steps as there are
//! parameters.

use nalgebra::{DMatrix, DVector};
use sgd_stability::kernel::Isa;
use sgd_stability::network::Network;
use sgd_stability::train::{Ending, Lbfgs, Optimiser, Sampler};

use crate::support::{Data, plan, start, trainer, with_rate};

const FEATURES: usize = 5;
const SAMPLES: usize = 24;

/// `H` and `Hw*` of linear regression in f64, from the normal equations.
fn normal_equations(data: &Data) -> (DMatrix<f64>, DVector<f64>) {
    let x = DMatrix::from_fn(SAMPLES, FEATURES + 1, |i, j| match j {
        FEATURES => 1.0,
        _ => f64::from(data.inputs[i * FEATURES + j]),
    });
    let y = DVector::from_fn(SAMPLES, |i, _| f64::from(data.targets[i]));
    let scale = 2.0 / SAMPLES as f64;
    (x.transpose() * &x * scale, x.transpose() * y * scale)
}

/// The iterates of conjugate gradients on `Hw = b`.
fn conjugate_gradients(
    h: &DMatrix<f64>,
    b: &DVector<f64>,
    mut w: DVector<f64>,
) -> Vec<DVector<f64>> {
    let mut r = b - h * &w;
    let mut p = r.clone();
    let step = |_| {
        let image = h * &p;
        let before = r.norm_squared();
        let t = before / p.dot(&image);
        w += &p * t;
        r -= image * t;
        p = &r + &p * (r.norm_squared() / before);
        w.clone()
    };
    (0..h.nrows()).map(step).collect()
}

#[test]
fn exact_searches_take_the_steps_of_conjugate_gradients() {
    let network = Network::fnn(&[FEATURES, 1]);
    for seed in 0..5 {
        let data = Data::new(&network, SAMPLES, seed);
        let (h, b) = normal_equations(&data);
        let exact = Lbfgs {
            history: FEATURES + 1,
            curvature: 1e-3,
            ..Lbfgs::default()
        };
        let plan = plan(
            with_rate(Optimiser::Lbfgs(exact), 1.0),
            SAMPLES,
            FEATURES as u64 + 1,
        );
        let initial = DVector::from_iterator(
            FEATURES + 1,
            start(&network, 1).parameters.iter().map(|w| f64::from(*w)),
        );
        let solution = h.clone().cholesky().expect("positive definite").solve(&b);
        let away = (&initial - &solution).norm();
        let mut trainer = trainer(Isa::best(), &network, &data, plan);
        for (step, expected) in conjugate_gradients(&h, &b, initial).iter().enumerate() {
            trainer.step();
            let parameters = trainer.state().parameters.iter();
            let w = DVector::from_iterator(FEATURES + 1, parameters.map(|w| f64::from(*w)));
            // A line search ends at a slope of at most a thousandth, so a step may be off by that much.
            let error = (w - expected).norm() / away;
            assert!(error <= 2e-3, "seed {seed}, step {step}: {error}");
        }
        let eigen = h.clone().symmetric_eigen().eigenvalues;
        let last = trainer.gradient_norm();
        let edge = 2e-3 * away * eigen.max();
        assert!(last <= edge, "seed {seed}: gradient {last}, at most {edge}");
    }
}

#[test]
fn the_default_search_reaches_the_minimum_of_a_quadratic_to_rounding() {
    let network = Network::fnn(&[FEATURES, 1]);
    for seed in 0..5 {
        let data = Data::new(&network, SAMPLES, seed);
        let (h, b) = normal_equations(&data);
        let solution = h.clone().cholesky().expect("positive definite").solve(&b);
        let plan = plan(
            with_rate(Optimiser::Lbfgs(Lbfgs::default()), 1.0),
            SAMPLES,
            40,
        );
        let mut trainer = trainer(Isa::best(), &network, &data, plan);
        let run = trainer.finish();
        let parameters = trainer.state().parameters.iter();
        let w = DVector::from_iterator(FEATURES + 1, parameters.map(|w| f64::from(*w)));
        let error = (w - &solution).norm() / solution.norm();
        println!("seed {seed}: {run:?}, relative error {error:.1e}");
        // A line search that resolves losses to 2⁻²⁰ is accurate to the root of that, times the root of
        // the condition number.
        let values = h.symmetric_eigen().eigenvalues;
        let condition = values.max() / values.min();
        assert!(
            error <= 2.0_f64.powi(-10) * condition.sqrt(),
            "seed {seed}: {error}"
        );
        assert_ne!(run.ending, Ending::Diverged);
    }
}

#[test]
fn a_network_is_fitted_and_its_loss_never_rises() {
    let network = Network::fnn(&[4, 20, 2]);
    let data = Data::new(&network, 12, 3);
    let mut plan = plan(with_rate(Optimiser::Lbfgs(Lbfgs::default()), 1.0), 12, 400);
    plan.sampler = Sampler::WithoutReplacement;
    plan.stop.tolerance = 1e-5;
    let mut trainer = trainer(Isa::best(), &network, &data, plan);
    let mut losses = Vec::new();
    while let Some(step) = trainer.step() {
        losses.push(step.loss.expect("a full batch"));
    }
    assert_eq!(
        trainer.run().ending,
        Ending::Converged,
        "{:?}",
        losses.last()
    );
    // The line search attributes 2⁻²⁰ of a loss to rounding.
    let rises = |pair: &[f64]| pair[1] > pair[0] * (1.0 + 2.0_f64.powi(-20));
    assert!(!losses.windows(2).any(rises), "{losses:?}");
}
