//! Compares the exact critical learning rates of the criteria with runs of the engine on linear
//! regression: one dense layer, whose loss is quadratic everywhere.

use nalgebra::DMatrix;
use sgd_stability::criterion::{heavy_ball, nesterov};
use sgd_stability::kernel::Isa;
use sgd_stability::model::Quadratic;
use sgd_stability::network::{Batch, Network, State};
use sgd_stability::number::{Exact, Verdict};
use sgd_stability::train::{Ending, HeavyBall, Nesterov, Optimiser, Plan, Sampler, Stop, Trainer};

use crate::support::Data;

const FEATURES: usize = 3;
const SAMPLES: usize = 16;

/// Learning rates are multiples of 1/GRID, which both f32 and ℚ represent exactly.
const GRID: u64 = 1024;

/// Linear regression with targets that a linear function fits exactly.
fn data(network: &Network, seed: u64) -> Data {
    let mut data = Data::new(network, SAMPLES, seed);
    let rows = data.inputs.chunks_exact(FEATURES);
    data.targets = rows
        .map(|x| x[0] - 0.5 * x[1] + 0.25 * x[2] + 0.75)
        .collect();
    data
}

/// The model of `f_i = (x̃·w − y)²` with `x̃ = (x, 1)`, where `H_i = 2x̃x̃ᵀ`.
fn model(data: &Data) -> Quadratic<Exact> {
    let hessian = |x: &[f32]| {
        let entry = |j: usize| {
            x.get(j)
                .map_or(Some(Exact::from(1)), |x| Exact::from_f32(*x))
        };
        let row = |j| entry(j).expect("a finite number");
        DMatrix::from_fn(FEATURES + 1, FEATURES + 1, |j, k| {
            Exact::from(2) * row(j) * row(k)
        })
    };
    let hessians = data.inputs.chunks_exact(FEATURES).map(hessian);
    Quadratic::new(hessians.collect()).expect("positive semi-definite")
}

/// The largest stable learning rate, in multiples of the grid.
fn largest_stable(verdict: impl Fn(&Exact) -> Verdict) -> u64 {
    let is_stable = |k: u64| verdict(&Exact::fraction(k as i64, GRID)).holds();
    let (mut low, mut high) = (1, 64 * GRID);
    assert!(is_stable(low) && !is_stable(high));
    while high - low > 1 {
        let middle = low.midpoint(high);
        if is_stable(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn ending(network: &Network, data: &Data, optimiser: Optimiser, k: u64) -> Ending {
    let plan = Plan {
        optimiser,
        learning_rate: k as f32 / GRID as f32,
        batch: SAMPLES,
        sampler: Sampler::WithoutReplacement,
        seed: 1,
        stop: Stop {
            blow_up: Some(1e6),
            ..Stop::at(TOLERANCE, 60_000)
        },
    };
    let state = State {
        parameters: vec![0.0; FEATURES + 1],
        statistics: Vec::new(),
    };
    let batch = Batch {
        inputs: &data.inputs,
        targets: &data.targets,
        samples: SAMPLES,
    };
    let trainer = Trainer::new(Isa::best(), network, batch, plan, state);
    trainer.expect("a good plan").finish().ending
}

/// A loss below this counts as converged. So close to the edge, a mode shrinks by only about 10⁻³ per
/// step, so that rounding errors of f32 add up to a thousand times their size: 10⁻⁴ in the parameters,
/// 10⁻⁸ in the loss.
const TOLERANCE: f64 = 1e-6;

/// Asserts that the engine behaves as the criterion says one multiple of the grid away from the critical
/// learning rate, on either side.
fn assert_edge(optimiser: Optimiser, verdict: impl Fn(&Quadratic<Exact>, &Exact) -> Verdict) {
    let network = Network::fnn(&[FEATURES, 1]);
    for seed in 0..3 {
        let data = data(&network, seed);
        let model = model(&data);
        let edge = largest_stable(|eta| verdict(&model, eta));
        println!(
            "{optimiser:?}, seed {seed}: critical between {edge} and {} / {GRID}",
            edge + 1
        );
        let below = ending(&network, &data, optimiser, edge - 1);
        let above = ending(&network, &data, optimiser, edge + 2);
        assert_eq!(below, Ending::Converged, "{optimiser:?}, seed {seed}");
        assert_eq!(above, Ending::Diverged, "{optimiser:?}, seed {seed}");
    }
}

/// Values of β, as a float and as a fraction.
fn betas() -> [(f64, Exact); 3] {
    [1, 2, 7].map(|eighths| (eighths as f64 / 8.0, Exact::fraction(eighths, 8)))
}

#[test]
fn gradient_descent_turns_at_its_critical_learning_rate() {
    let zero = Exact::from(0);
    assert_edge(Optimiser::Plain, |model, eta| {
        heavy_ball::descent_verdict(model, eta, &zero)
    });
}

#[test]
fn heavy_ball_turns_at_its_critical_learning_rate() {
    for (momentum, beta) in betas() {
        let optimiser = Optimiser::HeavyBall(HeavyBall { momentum });
        assert_edge(optimiser, |model, eta| {
            heavy_ball::descent_verdict(model, eta, &beta)
        });
    }
}

#[test]
fn nesterov_turns_at_its_critical_learning_rate() {
    for (momentum, beta) in betas() {
        let optimiser = Optimiser::Nesterov(Nesterov { momentum });
        assert_edge(optimiser, |model, eta| {
            nesterov::descent_verdict(model, eta, &beta)
        });
    }
}
