//! Compares whole trajectories with textbook formulas in f64, in independent code.
//!
//! The reference differentiates a two-layer ReLU network with plain loops, and writes every optimiser in
//! closed form: with sums over all past gradients instead of recurrences, and Nesterov's method with its
//! pair of points.
//!
//! **The tolerance.** The reference measures how far rounding errors of f32 can carry a trajectory: it is
//! run again with every gradient and every parameter perturbed at random by a few units in the last
//! place. The engine may deviate from the reference by at most four times the largest of these
//! deviations.

use rand::RngExt;
use sgd_stability::kernel::Isa;
use sgd_stability::network::Network;
use sgd_stability::train::random::{Purpose, stream};
use sgd_stability::train::{AdaGrad, Adam, HeavyBall, Nesterov, Optimiser, RmsProp};

use crate::support::{Data, Rule, plan, start, trainer, with_rate};

const WIDTHS: [usize; 3] = [4, 6, 3];
const SAMPLES: usize = 10;
const STEPS: usize = 40;

/// The gradient of the mean over samples of `(1/c)‖W₂ relu(W₁x + b₁) + b₂ − y‖²`.
fn gradient(data: &Data, w: &[f64]) -> Vec<f64> {
    let [d, h, c] = WIDTHS;
    let (first, bias, second, last) = (0, h * d, h * d + h, h * d + h + c * h);
    let mut g = vec![0.0; w.len()];
    for i in 0..SAMPLES {
        let x = |j: usize| f64::from(data.inputs[i * d + j]);
        let z: Vec<f64> = (0..h)
            .map(|k| w[bias + k] + (0..d).map(|j| w[first + k * d + j] * x(j)).sum::<f64>())
            .collect();
        let mut back = vec![0.0; h];
        for o in 0..c {
            let hidden = (0..h).map(|k| w[second + o * h + k] * z[k].max(0.0));
            let output = w[last + o] + hidden.sum::<f64>();
            let target = f64::from(data.targets[i * c + o]);
            let delta = 2.0 * (output - target) / (c * SAMPLES) as f64;
            g[last + o] += delta;
            for k in 0..h {
                g[second + o * h + k] += delta * z[k].max(0.0);
                back[k] += delta * w[second + o * h + k];
            }
        }
        for k in (0..h).filter(|k| z[*k] > 0.0) {
            g[bias + k] += back[k];
            (0..d).for_each(|j| g[first + k * d + j] += back[k] * x(j));
        }
    }
    g
}

/// The sum `Σ_k βᵗ⁻ᵏ f(g_k)` for one parameter, over the gradients so far.
fn discounted(past: &[Vec<f64>], beta: f64, place: usize, f: impl Fn(f64) -> f64) -> f64 {
    let newest_first = past.iter().rev().enumerate();
    let term = |(age, g): (usize, &Vec<f64>)| beta.powi(age as i32) * f(g[place]);
    newest_first.map(term).sum()
}

/// A parameter before a step.
struct Parameter<'a> {
    /// Its index.
    place: usize,
    /// Its value.
    w: f64,
    /// For Nesterov's method, the point from which the last look-ahead was taken.
    x: &'a mut f64,
}

/// The next value of a parameter, from all gradients so far, the newest last.
fn next(rule: Rule, past: &[Vec<f64>], parameter: Parameter<'_>) -> f64 {
    let Parameter { place, w, x } = parameter;
    let eta = f64::from(rule.learning_rate);
    let g = past[past.len() - 1][place];
    let t = past.len() as i32;
    match rule.optimiser {
        Optimiser::Plain => w - eta * g,
        Optimiser::HeavyBall(HeavyBall { momentum }) => {
            w - eta * discounted(past, momentum, place, |g| g)
        }
        Optimiser::Nesterov(Nesterov { momentum }) => {
            let (before, now) = (*x, w - eta * g);
            *x = now;
            now + momentum * (now - before)
        }
        Optimiser::RmsProp(RmsProp { decay, epsilon }) => {
            let v = (1.0 - decay) * discounted(past, decay, place, |g| g * g);
            w - eta * g / (v.sqrt() + epsilon)
        }
        Optimiser::AdaGrad(AdaGrad { epsilon }) => {
            w - eta * g / (discounted(past, 1.0, place, |g| g * g).sqrt() + epsilon)
        }
        Optimiser::Adam(Adam {
            beta1,
            beta2,
            epsilon,
        }) => {
            let m = discounted(past, beta1, place, |g| g) * (1.0 - beta1) / (1.0 - beta1.powi(t));
            let v =
                discounted(past, beta2, place, |g| g * g) * (1.0 - beta2) / (1.0 - beta2.powi(t));
            w - eta * m / (v.sqrt() + epsilon)
        }
        Optimiser::Lbfgs(_) => unreachable!("L-BFGS has a file of its own"),
    }
}

/// The parameters after each step. With a seed, everything is perturbed by a few f32 rounding errors.
fn reference(data: &Data, rule: Rule, noise: Option<u64>) -> Vec<Vec<f64>> {
    let network = Network::fnn(&WIDTHS);
    let initial = start(&network, 1).parameters;
    let mut w: Vec<f64> = initial.into_iter().map(f64::from).collect();
    let mut x = w.clone();
    let mut past = Vec::new();
    let mut random = noise.map(|seed| stream(seed, Purpose::Walk, 1));
    let mut rounding = || match &mut random {
        Some(random) => random.random_range(-1.0..=1.0) * 2.0_f64.powi(-23),
        None => 0.0,
    };
    let step = |_| {
        let mut g = gradient(data, &w);
        let size = g.iter().fold(0.0, |size: f64, g| size.max(g.abs()));
        g.iter_mut().for_each(|g| *g += size * rounding());
        past.push(g);
        for place in 0..w.len() {
            let parameter = Parameter {
                place,
                w: w[place],
                x: &mut x[place],
            };
            let moved = next(rule, &past, parameter);
            w[place] = moved * (1.0 + rounding());
        }
        w.clone()
    };
    (0..STEPS).map(step).collect()
}

fn distance(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.fold(0.0, |far: f64, (a, b)| far.max((a - b).abs()))
}

/// The engine's deviation from the reference, in units of the largest deviation of eight perturbed
/// references.
fn share(engine: Rule, formula: Optimiser) -> f64 {
    let network = Network::fnn(&WIDTHS);
    let data = Data::new(&network, SAMPLES, 8);
    let plan = plan(engine, SAMPLES, STEPS as u64);
    let mut trainer = trainer(Isa::best(), &network, &data, plan);
    let mut computed = Vec::new();
    while trainer.step().is_some() {
        let parameters = trainer.state().parameters.iter();
        computed.push(parameters.map(|w| f64::from(*w)).collect());
    }
    assert_eq!(computed.len(), STEPS);
    let rule = with_rate(formula, engine.learning_rate);
    let exact = reference(&data, rule, None);
    let moved = (0..8).map(|seed| distance(&exact, &reference(&data, rule, Some(seed))));
    distance(&exact, &computed) / moved.fold(0.0, f64::max)
}

fn rules() -> Vec<Rule> {
    let (momentum, epsilon) = (0.9, 0.05);
    let adam = |beta1, beta2, epsilon| {
        Optimiser::Adam(Adam {
            beta1,
            beta2,
            epsilon,
        })
    };
    vec![
        with_rate(Optimiser::Plain, 0.3),
        with_rate(Optimiser::HeavyBall(HeavyBall { momentum }), 0.05),
        with_rate(Optimiser::Nesterov(Nesterov { momentum }), 0.05),
        with_rate(Optimiser::RmsProp(RmsProp::default()), 0.001),
        // An epsilon large enough to show whether it is inside the root.
        with_rate(
            Optimiser::RmsProp(RmsProp {
                decay: 0.8,
                epsilon,
            }),
            0.01,
        ),
        with_rate(Optimiser::AdaGrad(AdaGrad::default()), 0.05),
        with_rate(Optimiser::AdaGrad(AdaGrad { epsilon }), 0.05),
        with_rate(adam(0.9, 0.999, 1e-8), 0.002),
        with_rate(adam(0.8, 0.7, epsilon), 0.01),
    ]
}

#[test]
fn every_optimiser_follows_its_formula_to_the_roundings() {
    for rule in rules() {
        let share = share(rule, rule.optimiser);
        println!("{:?}: {share:.2} of the roundings", rule.optimiser);
        assert!(share <= 4.0, "{rule:?}: {share}");
    }
}

/// The comparison must notice a formula that differs from the engine's.
#[test]
fn no_optimiser_follows_the_formula_of_another() {
    let rules = rules();
    for (i, rule) in rules.iter().enumerate() {
        for (j, other) in rules.iter().enumerate() {
            let share = if i == j {
                f64::INFINITY
            } else {
                share(*rule, other.optimiser)
            };
            assert!(share > 100.0, "{rule:?} looks like {other:?}: {share}");
        }
    }
}
