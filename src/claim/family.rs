//! The instances on which claims are examined: models known by hand and pseudo-random models, each at
//! the edges of its criteria.

use std::sync::OnceLock;

use nalgebra::{DMatrix, DVector};
use num_traits::One;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Conjecture, Instance};
use crate::criterion::MEAN_SQUARE;
use crate::decide::critical;
use crate::matrix::Bracket;
use crate::model::{Quadratic, Sampling, golden};
use crate::number::{Exact, Field};

/// The seed of the pseudo-random models.
const SEED: u64 = 2018;

/// The number of pseudo-random models.
const RANDOM_MODELS: usize = 48;

/// A learning rate just beyond the end of a criterion.
pub fn beyond(end: &Bracket) -> Exact {
    if end.is_point() {
        &end.upper * (Exact::one() + critical::default_width())
    } else {
        end.upper.clone()
    }
}

/// The standard instances: the [`degenerate`] ones, then the models known by hand and the random
/// models, each at the edges of its criteria.
pub fn instances<'a>() -> impl Iterator<Item = &'a Instance> {
    every(1)
}

/// [`instances`] with only every `stride`-th edge, for expensive checks.
pub fn every<'a>(stride: usize) -> impl Iterator<Item = &'a Instance> {
    static DEGENERATE: OnceLock<Vec<Instance>> = OnceLock::new();
    static EDGES: OnceLock<Vec<Instance>> = OnceLock::new();
    let degenerate = DEGENERATE.get_or_init(degenerate).iter();
    degenerate.chain(EDGES.get_or_init(edges).iter().step_by(stride))
}

fn edges() -> Vec<Instance> {
    let fixed = golden::all().into_iter().map(|(_, model)| model);
    let questions = fixed.flat_map(every_batch).chain(random());
    questions
        .flat_map(|question| around_the_edges(&question))
        .collect()
}

/// The same model and batches at the end of every criterion, just beyond each end, and well to both
/// sides of the end of mean-square stability.
fn around_the_edges(question: &Instance) -> Vec<Instance> {
    let Some(critical) = question.critical_rates() else {
        return vec![question.clone()];
    };
    // A claim about the end of a single sample adds that end itself.
    let ends = critical.criteria.iter();
    let ends = ends.filter_map(|(_, end)| end.bracket());
    let mut rates: Vec<Exact> = ends
        .flat_map(|end| [end.lower.clone(), beyond(end)])
        .collect();
    if let Some(end) = critical[MEAN_SQUARE].bracket() {
        rates.extend([15, 17].map(|part| &end.lower * Exact::fraction(part, 16)));
    }
    at_each(question, rates)
}

/// The question at each of these learning rates, in ascending order and without duplicates.
fn at_each(question: &Instance, mut rates: Vec<Exact>) -> Vec<Instance> {
    rates.sort();
    rates.dedup();
    rates.into_iter().map(|eta| question.at(eta)).collect()
}

/// The relative distance 2⁻³² from a proposed end: larger than the error of the proposal (about 1e-12)
/// and smaller than most differences of two criteria on a small model.
pub(crate) fn hair() -> Exact {
    Exact::power_of_two(-32)
}

/// The models known by hand ([`golden::all`]), with every batch size and both sampling schemes, at the
/// ends of both sides of a conjecture and slightly (2⁻³²) to either side of each.
pub fn at_the_ends(conjecture: &Conjecture) -> Vec<Instance> {
    let models = golden::all().into_iter().map(|(_, model)| model);
    let questions = models.flat_map(every_batch);
    questions
        .flat_map(|question| around_the_ends(conjecture, &question))
        .collect()
}

/// `count` random models of two to four samples in up to three dimensions, each at the ends of both
/// sides of a conjecture and slightly to either side. They are for property tests; the same seed gives
/// the same models.
pub fn random_at_the_ends(conjecture: &Conjecture, seed: u64, count: usize) -> Vec<Instance> {
    let questions = random_questions(seed, count);
    let around = questions
        .iter()
        .flat_map(|question| around_the_ends(conjecture, question));
    around.collect()
}

/// The question at each end of a side and slightly below and above it. The end is taken as the simplest
/// fraction close to it (the end itself, when that is a small fraction). When no side ends, the
/// question is at η = 1.
fn around_the_ends(conjecture: &Conjecture, question: &Instance) -> Vec<Instance> {
    let ends = conjecture.ends(&question.model.to(), question.weight.to_f64());
    let finite = [ends.hypotheses, ends.conclusion]
        .into_iter()
        .filter(|end| *end > 0.0)
        .filter_map(Exact::from_f64);
    let rates: Vec<Exact> = finite
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
    at_each(question, rates)
}

/// Instances that a statement may have forgotten: zero and negative learning rates, a single sample, no
/// curvature, a singular Hessian, and saddles of all samples or of some.
pub fn degenerate() -> Vec<Instance> {
    let model = |d: usize, hessians: &[&[i64]]| {
        let matrix = |h: &&[i64]| DMatrix::from_row_iterator(d, d, h.iter().map(|&x| x.into()));
        Quadratic::symmetric(hessians.iter().map(matrix).collect()).expect("symmetric matrices")
    };
    let unusual = [
        model(1, &[&[0]]),
        model(2, &[&[0; 4], &[0; 4]]),
        model(2, &[&[1, 0, 0, 3]]),
        model(2, &[&[1, 0, 0, 0], &[4, 0, 0, 0]]),
        model(1, &[&[-1]]),
        model(1, &[&[-1], &[3]]),
        model(1, &[&[-2], &[1]]),
        model(2, &[&[1, 0, 0, -1]]),
        model(2, &[&[1, 0, 0, -1], &[1, 0, 0, 1]]),
    ];
    let ask = |model: Quadratic, rates: &[&str]| {
        let question = Instance::single(model, Exact::one());
        let at = |eta: &&str| question.at(fraction(eta));
        rates.iter().map(at).collect::<Vec<_>>()
    };
    let unusual = unusual.map(|model| ask(model, &["-1/2", "0", "1/4", "1", "5/2"]));
    let usual = golden::all().into_iter().map(|(_, model)| model);
    let backwards = usual.map(|model| ask(model, &["-1/2", "0"]));
    unusual.into_iter().chain(backwards).flatten().collect()
}

/// Learning rates exactly at an end, a billionth to either side of it, and well to either side.
pub fn rates_at(end: &Exact) -> [Exact; 5] {
    let tiny = Exact::fraction(1, 1_000_000_000);
    let one = Exact::one();
    [
        end * Exact::fraction(3, 4),
        end * (&one - &tiny),
        end.clone(),
        end * (one + tiny),
        end * Exact::fraction(5, 4),
    ]
}

/// One-dimensional models whose sample curvatures are equal, stiff, partly flat, or those of the toy.
pub fn one_dimensional_models() -> Vec<Quadratic> {
    let lists: [&[&str]; 7] = [
        &["2"],
        &["1", "10"],
        &["0", "2"],
        &["1", "2"],
        &["1/5", "19/5"],
        &["1", "1", "4"],
        &["1/3", "0", "7", "2"],
    ];
    let model = |texts: &&[&str]| {
        let curvatures: Vec<Exact> = texts.iter().map(|text| fraction(text)).collect();
        Quadratic::one_dimensional(&curvatures).expect("curvatures above 0")
    };
    lists.iter().map(model).collect()
}

/// Parses a fraction that is written in the code.
pub fn fraction(text: &str) -> Exact {
    text.parse().expect("a fraction")
}

/// A model with every batch size and both sampling schemes.
pub fn every_batch(model: Quadratic) -> Vec<Instance> {
    let ask = |batch| {
        let model = model.clone();
        Sampling::ALL.map(|sampling| question(model.clone(), sampling, batch))
    };
    (1..=model.samples()).flat_map(ask).collect()
}

fn question(model: Quadratic, sampling: Sampling, batch: usize) -> Instance {
    Instance::new(model, sampling, batch, Exact::one()).expect("a batch from 1 to n")
}

/// The random models of the fixed seed, each with one batch size and sampling scheme.
pub fn random() -> Vec<Instance> {
    random_questions(SEED, RANDOM_MODELS)
}

/// Small random models, every third of them commuting, each with one batch size and sampling scheme.
fn random_questions(seed: u64, count: usize) -> Vec<Instance> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let ask = |index: usize| {
        let model = loop {
            let model = random_model(&mut random, index.is_multiple_of(3));
            if !model.is_flat() {
                break model;
            }
        };
        let sampling = Sampling::ALL[random.random_range(0..2)];
        let batch = random.random_range(1..=model.samples());
        question(model, sampling, batch)
    };
    (0..count).map(ask).collect()
}

fn random_model(random: &mut ChaCha8Rng, commuting: bool) -> Quadratic {
    let (samples, d) = (random.random_range(2..=4), random.random_range(1..=3));
    let mut scale = || Exact::fraction(1, random.random_range(1..=4));
    let scales: Vec<Exact> = (0..samples).map(|_| scale()).collect();
    let hessian = |scale: &Exact| {
        let mut entry = || Exact::from(random.random_range(-2..=2));
        let g = DVector::from_fn(d, |_, _| entry());
        let h = DVector::from_fn(d, |_, _| entry());
        let matrix = if commuting {
            DMatrix::from_diagonal(&g.map(|x| x.square()))
        } else {
            &g * g.transpose() + &h * h.transpose()
        };
        matrix.map(|x| x * scale)
    };
    Quadratic::new(scales.iter().map(hessian).collect()).expect("sums of squares")
}

/// The counter-examples G1, G2 and G3, each at a learning rate where mean-square stability holds
/// although the one-step criterion fails.
pub fn counter_examples() -> [Instance; 3] {
    [
        Instance::single(golden::three_inputs(), Exact::fraction(5, 4)),
        Instance::single(golden::two_inputs(), Exact::fraction(11, 10)),
        Instance::single(golden::diagonal_mean(), Exact::fraction(7, 8)),
    ]
}
