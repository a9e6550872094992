//! The instances on which the claims are examined: models known by hand and pseudo-random ones, each
//! at the edges of its criteria.

use std::ops::{Add, Deref, Div};
use std::sync::{Arc, OnceLock};

use nalgebra::{DMatrix, DVector};
use num_traits::One;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::claim;
use sgd_stability::criterion::even_moment;
use sgd_stability::decide::{Critical, CriticalRates, critical};
use sgd_stability::matrix::{Bracket, bracket};
use sgd_stability::model::{Quadratic, Sampling, golden};
use sgd_stability::number::{Exact, Field};

/// The seed of the pseudo-random models.
const SEED: u64 = 2018;

/// How many pseudo-random models there are.
const RANDOM_MODELS: usize = 48;

/// A question ([`claim::Instance`]) of a model whose critical learning rates are known.
#[derive(Clone, Debug)]
pub struct Instance {
    asked: claim::Instance,
    /// Where the criteria end; none for a saddle.
    critical: Option<Arc<CriticalRates>>,
}

impl Deref for Instance {
    type Target = claim::Instance;

    fn deref(&self) -> &claim::Instance {
        &self.asked
    }
}

impl Instance {
    /// The instance of a fixed model: its data are ours, so a wrong batch is a bug.
    pub fn of(model: Quadratic, sampling: Sampling, batch: usize, learning_rate: Exact) -> Self {
        let asked = claim::Instance::new(model, sampling, batch, learning_rate);
        let asked = asked.expect("a batch from 1 to n");
        let width = critical::default_width();
        let rates = || Arc::new(CriticalRates::of(&asked.model, &asked.weight, &width));
        Instance {
            critical: asked.model.is_minimum().then(rates),
            asked,
        }
    }

    /// The instance of a fixed model with batches of one sample, where `p = 1`.
    pub fn single(model: Quadratic, learning_rate: Exact) -> Self {
        Self::of(model, Sampling::WithoutReplacement, 1, learning_rate)
    }

    /// `1 − η/η_c` for the end `η_c` of a criterion: zero on the edge, negative beyond it, 1 when
    /// nothing bounds η; 0 at a saddle, where there is no such end.
    pub fn headroom(&self, end: fn(&CriticalRates) -> &Critical) -> f64 {
        let Some(critical) = &self.critical else {
            return 0.0;
        };
        let used =
            |bracket: &Bracket| (Exact::one() - &self.learning_rate / &bracket.lower).to_f64();
        end(critical).bracket().map_or(1.0, used)
    }

    /// All batches, equally likely.
    pub fn batches(&self) -> Vec<Vec<usize>> {
        self.sampling.batches(self.model.samples(), self.batch)
    }

    /// The mean of a number or a matrix over all batches, by enumeration.
    pub fn mean_over_batches<T, V>(&self, of: impl Fn(&[usize]) -> V) -> V
    where
        T: Field,
        V: Add<Output = V> + Div<T, Output = V>,
    {
        let batches = self.batches();
        let terms = batches.iter().map(|batch| of(batch));
        let sum = terms.reduce(|sum, term| sum + term);
        sum.expect("at least one batch") / T::int(batches.len() as i64)
    }

    /// The same question at another learning rate.
    pub fn at(&self, learning_rate: Exact) -> Self {
        Instance {
            asked: self.asked.at(learning_rate),
            critical: self.critical.clone(),
        }
    }

    /// The same question at the ends of every criterion, just beyond them, and well to both sides
    /// of the end of mean-square stability.
    fn around_the_edges(&self) -> Vec<Instance> {
        let Some(critical) = &self.critical else {
            return vec![self.clone()];
        };
        let CriticalRates {
            gradient_descent,
            non_uniformity,
            one_step,
            mean_square,
            // Where a claim is about this end, it asks for it itself.
            single_sample: _,
        } = &**critical;
        let ends = [gradient_descent, non_uniformity, one_step, mean_square]
            .into_iter()
            .filter_map(Critical::bracket);
        let mut rates: Vec<Exact> = ends
            .flat_map(|end| [end.lower.clone(), beyond(end)])
            .collect();
        if let Some(end) = mean_square.bracket() {
            rates.extend([15, 17].map(|part| &end.lower * Exact::fraction(part, 16)));
        }
        rates.sort();
        rates.dedup();
        rates.into_iter().map(|eta| self.at(eta)).collect()
    }
}

/// A learning rate just beyond the end of a criterion.
fn beyond(end: &Bracket) -> Exact {
    match end.is_point() {
        true => &end.upper * (Exact::one() + critical::default_width()),
        false => end.upper.clone(),
    }
}

/// The fixed family and the pseudo-random one, at all their edges, after [`degenerate`].
pub fn instances<'a>() -> impl Iterator<Item = &'a Instance> {
    every(1)
}

/// [`instances`] with every `stride`-th of the edges only: for checks that cost more.
pub fn every<'a>(stride: usize) -> impl Iterator<Item = &'a Instance> {
    static DEGENERATE: OnceLock<Vec<Instance>> = OnceLock::new();
    static EDGES: OnceLock<Vec<Instance>> = OnceLock::new();
    let degenerate = DEGENERATE.get_or_init(degenerate).iter();
    degenerate.chain(EDGES.get_or_init(edges).iter().step_by(stride))
}

fn edges() -> Vec<Instance> {
    let fixed = golden::all().into_iter().map(|(_, model)| model);
    let questions = fixed.flat_map(every_batch).chain(random_questions());
    questions
        .flat_map(|question| question.around_the_edges())
        .collect()
}

/// Every small question at the end of `2I − ηH_i ⪰ 0` for all samples, and just beyond it: that of
/// the fixed models and of those in one dimension.
pub fn single_sample_ends() -> Vec<Instance> {
    let golden = golden::all().into_iter().map(|(_, model)| model);
    let questions = golden.chain(one_dimensional_models()).flat_map(every_batch);
    let around = questions.flat_map(|question| {
        let critical = question.critical.as_ref();
        let end = critical.and_then(|critical| critical.single_sample.bracket());
        let rates = end.map(|end| [end.lower.clone(), beyond(end)]);
        let at = |eta| question.at(eta);
        rates.into_iter().flatten().map(at).collect::<Vec<_>>()
    });
    around.collect()
}

/// What a statement may have forgotten: no learning rate and a negative one, a single sample, no
/// curvature, a singular Hessian, and saddles, of all samples and of some.
fn degenerate() -> Vec<Instance> {
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

/// Curvatures of the samples in one dimension: alike, stiff, with flat ones, and the toy's.
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

/// Momenta: none, some, much, and a negative one.
pub fn momenta() -> [Exact; 4] {
    ["0", "1/2", "9/10", "-1/3"].map(fraction)
}

/// Small questions at the end of fourth-moment stability, beyond it and to both sides of it, each
/// with that end; and the [`degenerate`] ones, with 1 for an end. Made once.
pub fn fourth_moment_edges() -> impl Iterator<Item = &'static (Instance, Exact)> {
    static EDGES: OnceLock<Vec<(Instance, Exact)>> = OnceLock::new();
    let edges = EDGES.get_or_init(|| {
        let golden = golden::all()
            .into_iter()
            .flat_map(|(_, model)| every_batch(model));
        let plane = |question: &Instance| question.model.dimension() <= 2;
        let questions = golden.chain(random_questions().into_iter().filter(plane));
        let edges = questions.flat_map(|question| around_fourth_moment(&question));
        let degenerate = degenerate()
            .into_iter()
            .map(|question| (question, Exact::one()));
        degenerate.chain(edges).collect()
    });
    edges.iter()
}

fn around_fourth_moment(question: &Instance) -> Vec<(Instance, Exact)> {
    let batches = (question.sampling, question.batch);
    let stable = |eta: &Exact| even_moment::verdict(&question.model, batches, eta, 4).holds();
    let width = Exact::fraction(1, 1_000_000);
    let end = bracket(stable, &Exact::one(), &width);
    let far = [7, 9].map(|part| &end.lower * Exact::fraction(part, 8));
    let rates = [end.lower.clone(), end.upper].into_iter().chain(far);
    rates
        .map(|eta| (question.at(eta), end.lower.clone()))
        .collect()
}

/// A fraction written by us.
pub fn fraction(text: &str) -> Exact {
    text.parse().expect("a fraction")
}

/// A model with every batch size and both schemes.
pub fn every_batch(model: Quadratic) -> Vec<Instance> {
    let ask = |batch| {
        let model = model.clone();
        Sampling::ALL.map(|sampling| Instance::of(model.clone(), sampling, batch, Exact::one()))
    };
    (1..=model.samples()).flat_map(ask).collect()
}

/// Small models, every third of them commuting, each with one batch size and scheme.
fn random_questions() -> Vec<Instance> {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let question = |index: usize| {
        let model = loop {
            let model = random_model(&mut random, index.is_multiple_of(3));
            if !model.is_flat() {
                break model;
            }
        };
        let sampling = Sampling::ALL[random.random_range(0..2)];
        let batch = random.random_range(1..=model.samples());
        Instance::of(model, sampling, batch, Exact::one())
    };
    (0..RANDOM_MODELS).map(question).collect()
}

fn random_model(random: &mut ChaCha8Rng, commuting: bool) -> Quadratic {
    let (samples, d) = (random.random_range(2..=4), random.random_range(1..=3));
    let mut scale = || Exact::fraction(1, random.random_range(1..=4));
    let scales: Vec<Exact> = (0..samples).map(|_| scale()).collect();
    let hessian = |scale: &Exact| {
        let mut entry = || Exact::from(random.random_range(-2..=2));
        let g = DVector::from_fn(d, |_, _| entry());
        let h = DVector::from_fn(d, |_, _| entry());
        let matrix = match commuting {
            true => DMatrix::from_diagonal(&g.map(|x| x.square())),
            false => &g * g.transpose() + &h * h.transpose(),
        };
        matrix.map(|x| x * scale)
    };
    Quadratic::new(scales.iter().map(hessian).collect()).expect("sums of squares")
}

/// The counter-examples known by hand, each at a learning rate where mean-square stability holds
/// although the one-step criterion fails: G1, G2, G3.
pub fn counter_examples() -> [Instance; 3] {
    [
        Instance::single(golden::three_inputs(), Exact::fraction(5, 4)),
        Instance::single(golden::two_inputs(), Exact::fraction(11, 10)),
        Instance::single(golden::diagonal_mean(), Exact::fraction(7, 8)),
    ]
}
