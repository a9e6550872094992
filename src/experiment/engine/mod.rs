//! A test of the engine: its curvature products are compared with exact ones, and its bits between all
//! instruction sets and numbers of threads.

mod cell;
mod page;

use rayon::ThreadPoolBuilder;
use sha2::{Digest, Sha256};

use crate::curvature::{Lanczos, measure};
use crate::dataset::hexadecimal;
use crate::dataset::{Split, fashion_mnist};
use crate::error::{Error, Result};
use crate::kernel::Isa;
use crate::network::{
    Batch, CurvatureMatrix, CurvatureOperator, Gathered, Network, Normalisation, State,
};
use crate::oracle::graph::SecondDerivative;
use crate::train::random::{Purpose, stream};
use crate::train::{Optimiser, Plan, Sampler, Stop, train};

use super::study::Experiment;
use super::tiny::{self, Difference, Tiny};
use super::trained::batch;
use super::{Context, Scale};
use crate::record::Record;
use cell::{Outcome, Settings};

/// Compares the engine's products with exact ones, and its bits across machines' instruction sets and
/// threads.
pub struct Engine;

impl Experiment for Engine {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "engine";
    const SHOWS: &'static str = "the engine against exact arithmetic, and its bits";
    const TAKES: &'static str = "30 s";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let seeds = match scale {
            Scale::Smoke => 1,
            Scale::Quick => 4,
            Scale::Paper => 40,
        };
        let chains = [
            ("3-4-3-2", 4),
            ("2-3-3-3-2", 2),
            ("5-4-2", 8),
            ("3-2", 4),
            ("1-6-1", 4),
        ];
        let others = tiny::names().map(|name| (name, 3));
        let networks = chains.into_iter().chain(others);
        let networks = networks.map(|(name, samples)| (name.to_owned(), samples));
        let networks = networks.collect();
        let products = Settings::Products { networks, seeds };
        let bits = Settings::Bits {
            widths: vec![784, 40, 30, 10],
            samples: 160,
            threads: vec![1, 2, 3, 8],
        };
        vec![("products".to_owned(), products), ("bits".to_owned(), bits)]
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        match settings {
            Settings::Products { networks, seeds } => {
                Ok(compare_products(networks, *seeds, context.isa))
            }
            Settings::Bits {
                widths,
                samples,
                threads,
            } => compare_bits(&Network::fnn(widths), *samples, threads, context),
        }
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        let outcomes = || results.iter().map(|(_, outcome)| outcome);
        Record {
            name: Self::NAME.to_owned(),
            title: "The engine against exact arithmetic, and against itself".to_owned(),
            question:
                "Is the measured curvature that of the network? The engine's products with H \
                       and Σ are compared with exact ones, on small networks with every kind of \
                       layer. A training run and a measurement are repeated on every instruction \
                       set and several numbers of threads."
                    .to_owned(),
            settings: results
                .iter()
                .flat_map(|(settings, _)| page::describe(settings))
                .collect(),
            comparisons: page::comparison(results).into_iter().collect(),
            findings: outcomes().flat_map(page::findings).collect(),
            figures: Vec::new(),
            tables: outcomes().filter_map(page::table).collect(),
        }
    }
}

fn compare_products(networks: &[(String, usize)], seeds: u64, isa: Isa) -> Outcome {
    let mut differences = [Difference::default(), Difference::default()];
    let mut on_a_switch = 0;
    for (name, samples) in networks {
        for seed in 0..seeds {
            let network = tiny::network(name);
            let tiny = Tiny::new(network, Normalisation::Fixed, *samples, seed);
            if tiny.is_smooth() {
                compare(&tiny, isa, &mut differences);
            } else {
                on_a_switch += 1;
            }
        }
    }
    Outcome::Products {
        differences,
        on_a_switch,
    }
}

fn compare(tiny: &Tiny, isa: Isa, differences: &mut [Difference; 2]) {
    let [hessian, covariance] = differences;
    let second = SecondDerivative::Hessian;
    let (direction, bound) = (tiny.exact_direction(), tiny.exact.bound());
    let computed = tiny.products(isa, CurvatureMatrix::Hessian);
    let exact = tiny.exact.hessian_product(&direction, second);
    let terms = bound.hessian_terms(&direction, second);
    hessian.add_bounded(&computed[0], &exact, &terms, bound.gamma());
    let exact = tiny.exact.covariance_product(&direction, second);
    let terms = bound.covariance_terms(&direction, second);
    covariance.add_bounded(&computed[1], &exact, &terms, bound.gamma());
}

fn compare_bits(
    network: &Network,
    samples: usize,
    threads: &[usize],
    context: &Context,
) -> Result<Outcome> {
    let data = fashion_mnist::load(context.data_dir.as_deref(), Split::Train)?.first(samples)?;
    let targets = data.targets.rows();
    let batch = batch(&data, &targets);
    let on = |isa, threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(Error::internal)?;
        pool.install(|| digest(isa, network, &batch))
    };
    let reference = on(Isa::portable(), 1)?;
    let mut different = Vec::new();
    for isa in Isa::available() {
        for &threads in threads {
            if on(isa, threads)? != reference {
                different.push(format!("{} with {threads} threads", isa.name()));
            }
        }
    }
    Ok(Outcome::Bits {
        digest: reference,
        different,
    })
}

/// The SHA-256 of the bits of parameters, losses and measured curvature of a short run.
fn digest(isa: Isa, network: &Network, data: &Batch<'_>) -> Result<String> {
    let mut hash = Sha256::new();
    let mut random = stream(1, Purpose::Initial, 0);
    let mut state = State::initial(network, &mut random);
    for (batch, steps) in [(data.samples, 2), (16, 20)] {
        let plan = Plan {
            optimiser: Optimiser::Plain,
            learning_rate: 0.5,
            batch,
            sampler: Sampler::Reshuffled,
            seed: 1,
            stop: Stop::at(0.0, steps),
        };
        train(isa, network, &mut state, data, &plan, |_, loss| {
            hash.update(loss.to_le_bytes());
        })?;
    }
    let parameters = state.parameters.iter();
    parameters.for_each(|p| hash.update(p.to_le_bytes()));
    let point = state.point(network, Normalisation::Fixed);
    let samples = Gathered::by_target(data);
    let mut curvature =
        CurvatureOperator::new(isa, point, samples.batch(), CurvatureMatrix::Hessian);
    let lanczos = Lanczos {
        tolerance: 0.0,
        products: 4,
    };
    let measured = measure(isa, &mut curvature, &lanczos, 1);
    let values = measured.map(|m| [m.sharpness, m.smallest_eigenvalue, m.non_uniformity]);
    for value in values.into_iter().flatten() {
        hash.update(value.value.to_le_bytes());
        hash.update(value.residual.to_le_bytes());
    }
    Ok(hexadecimal(&hash.finalize()))
}
