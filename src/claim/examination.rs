//! A conjecture examined on a fixed family and on random models, at the learning rates where its
//! sides end.

use nalgebra::DMatrix;
use num_traits::One;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Conjecture, Evidence, Instance};
use crate::model::{Quadratic, Sampling, golden};
use crate::number::{Exact, Verdict};

/// A hair, 2⁻³²: a relative distance from a proposed end that is above the error of the proposal
/// (some 1e-12) and below most differences of two criteria on a small model.
pub(crate) fn hair() -> Exact {
    Exact::power_of_two(-32)
}

/// The conjecture on each of these instances, every one counted. The margin is `1 − η/η_c` for the
/// end `η_c` of the conclusion, negative where the conclusion fails.
pub fn examine<'a>(
    conjecture: &dyn Conjecture,
    instances: impl IntoIterator<Item = &'a Instance>,
) -> Evidence {
    let mut evidence = Evidence::new();
    for instance in instances {
        let conclusion = conjecture.conclusion(instance);
        let margin = margin(conjecture, instance, conclusion);
        let hypotheses = conjecture.hypotheses(instance);
        evidence.record(hypotheses, conclusion, margin, || instance.describe());
    }
    evidence
}

/// The sign is that of the exact verdict; 1 where the conclusion has no end.
fn margin(conjecture: &dyn Conjecture, instance: &Instance, conclusion: Verdict) -> f64 {
    let ends = conjecture.ends(&instance.model.to(), instance.weight.to_f64());
    let used = (instance.learning_rate.to_f64() / ends.conclusion).min(f64::MAX);
    let distance = (1.0 - used).abs();
    if conclusion.fails() {
        0.0 - distance
    } else {
        distance
    }
}

/// The models known by hand ([`golden::all`]) with every batch size and both schemes, at the ends
/// of both sides and a hair to either side of each.
pub fn fixed_family(conjecture: &dyn Conjecture) -> Vec<Instance> {
    let models = golden::all().into_iter().map(|(_, model)| model);
    let questions = models.flat_map(|model| {
        let batches = (1..=model.samples()).flat_map(|b| Sampling::ALL.map(|scheme| (b, scheme)));
        let ask = |(batch, scheme)| question(model.clone(), scheme, batch);
        batches.map(ask).collect::<Vec<_>>()
    });
    questions
        .flat_map(|question| around_the_ends(conjecture, &question))
        .collect()
}

/// `count` random models of up to four samples in up to three dimensions, each at the ends of both
/// sides and a hair to either side: for property tests. The same seed gives the same family.
pub fn edge_family(conjecture: &dyn Conjecture, seed: u64, count: usize) -> Vec<Instance> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut question = || {
        let model = random_model(&mut random);
        let batch = random.random_range(1..=model.samples());
        question(model, Sampling::ALL[random.random_range(0..2)], batch)
    };
    let questions: Vec<Instance> = (0..count).map(|_| question()).collect();
    let around = questions
        .iter()
        .flat_map(|question| around_the_ends(conjecture, question));
    around.collect()
}

fn question(model: Quadratic, sampling: Sampling, batch: usize) -> Instance {
    Instance::new(model, sampling, batch, Exact::one()).expect("a batch from 1 to n")
}

/// The question at each end of a side: the simplest fraction within a hair of it (the end itself,
/// where that is a small fraction), and a hair below and above. At η = 1 when no side ends.
fn around_the_ends(conjecture: &dyn Conjecture, question: &Instance) -> Vec<Instance> {
    let ends = conjecture.ends(&question.model.to(), question.weight.to_f64());
    let finite = [ends.hypotheses, ends.conclusion]
        .into_iter()
        .filter(|end| *end > 0.0)
        .filter_map(Exact::from_f64);
    let mut rates: Vec<Exact> = finite
        .flat_map(|end| {
            let (below, above) = (
                &end * (Exact::one() - hair()),
                &end * (Exact::one() + hair()),
            );
            [Exact::simplest_between(&below, &above), below, above]
        })
        .collect();
    if rates.is_empty() {
        return vec![question.clone()];
    }
    rates.sort();
    rates.dedup();
    rates.into_iter().map(|eta| question.at(eta)).collect()
}

/// Sums of two squares of small integer vectors; never all of them zero.
fn random_model(random: &mut ChaCha8Rng) -> Quadratic {
    let (samples, d) = (random.random_range(1..=4), random.random_range(1..=3));
    loop {
        let mut hessian = || {
            let g = DMatrix::from_fn(d, 2, |_, _| Exact::from(random.random_range(-2..=2)));
            &g * g.transpose()
        };
        let hessians = (0..samples).map(|_| hessian()).collect();
        let model = Quadratic::new(hessians).expect("sums of squares");
        if !model.is_flat() {
            return model;
        }
    }
}
