//! The engine looked at itself: curvature products against exact ones, and the same bits for every
//! instruction set and number of threads.

use num_traits::Zero;
use rand::RngExt;
use rayon::ThreadPoolBuilder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::curvature::{Lanczos, measure};
use crate::dataset::{Split, fashion_mnist};
use crate::error::{Error, Result};
use crate::kernel::Isa;
use crate::network::{Batch, Curvature, Fnn, Matrix};
use crate::number::Exact;
use crate::oracle::network::Network;
use crate::train::random::{Purpose, stream};
use crate::train::{Plan, Sampler, Stop, train};

use super::point::batch;
use super::record::{Agreement, Finding, Record, Table};
use super::study::Experiment;
use super::{Context, Scale};

/// The experiment.
pub struct Engine;

/// Which look.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "look")]
pub enum Settings {
    /// `Hv` and `Σv` of tiny networks against dense exact Hessians.
    Products {
        /// Widths and number of samples of each network.
        networks: Vec<(Vec<usize>, usize)>,
        /// Random networks of each shape.
        seeds: u64,
    },
    /// A training run and a measurement on every instruction set and number of threads.
    Bits {
        /// Widths of the layers.
        widths: Vec<usize>,
        /// Training images.
        samples: usize,
        /// Numbers of threads.
        threads: Vec<usize>,
    },
}

/// What was seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "look")]
pub enum Outcome {
    /// See [`Settings::Products`].
    Products {
        /// One row a quantity: `Hv`, `Σv`.
        rows: Vec<Difference>,
        /// Networks that stand on a switch of a ReLU, where there is no second derivative.
        on_a_switch: u64,
    },
    /// See [`Settings::Bits`].
    Bits {
        /// Instruction set, threads, and the SHA-256 of parameters and measurement.
        digests: Vec<(String, usize, String)>,
    },
}

/// How far the engine is from the exact value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Difference {
    /// `Hv` or `Σv`.
    quantity: String,
    /// Networks compared: those whose exact product is not zero.
    compared: u64,
    /// The largest entry of the difference over the largest entry of the exact product.
    relative: f64,
    /// The largest share of the proved bound that an entry uses; at most 1.
    share_of_bound: f64,
}

impl Experiment for Engine {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "engine";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let seeds = match scale {
            Scale::Quick => 4,
            Scale::Paper => 40,
        };
        let networks = vec![
            (vec![3, 4, 3, 2], 4),
            (vec![2, 3, 3, 3, 2], 2),
            (vec![5, 4, 2], 8),
            (vec![3, 2], 4),
            (vec![1, 6, 1], 4),
        ];
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
            } => compare_bits(&Fnn::new(widths), *samples, threads, context),
        }
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        let outcomes = || results.iter().map(|(_, outcome)| outcome);
        Record {
            name: Self::NAME.to_owned(),
            title: "The engine against exact arithmetic, and against itself".to_owned(),
            question: "Are the measured curvatures those of the network? The structured products \
                       are compared with dense exact Hessians of small networks, and a training \
                       run with its measurement is repeated on every instruction set and several \
                       numbers of threads."
                .to_owned(),
            settings: results
                .iter()
                .flat_map(|(settings, _)| describe(settings))
                .collect(),
            findings: outcomes().flat_map(findings).collect(),
            figures: Vec::new(),
            tables: outcomes().map(table).collect(),
        }
    }
}

/// A tiny network on a dyadic grid, so that nothing underflows, with its exact twin.
struct Tiny {
    network: Fnn,
    numbers: [Vec<f32>; 4],
    samples: usize,
    exact: Network,
}

impl Tiny {
    fn new(widths: &[usize], samples: usize, seed: u64) -> Self {
        let network = Fnn::new(widths);
        let mut random = stream(seed, Purpose::Walk, 0);
        let (parameters, rows) = (network.parameters(), samples);
        let counts = [
            parameters,
            rows * network.features(),
            rows * network.outputs(),
            parameters,
        ];
        let mut grid = |count| -> Vec<f32> {
            let draw = |_| random.random_range(-16..=16) as f32 / 16.0;
            (0..count).map(draw).collect()
        };
        let numbers = counts.map(&mut grid);
        let exact = Network::new(widths, &numbers[0], &numbers[1], &numbers[2]);
        Tiny {
            network,
            numbers,
            samples,
            exact,
        }
    }

    /// `Hv` and `Σv` by the engine.
    fn products(&self, isa: Isa) -> [Vec<f32>; 2] {
        let [parameters, inputs, targets, direction] = &self.numbers;
        let batch = Batch {
            inputs,
            targets,
            samples: self.samples,
        };
        let mut curvature = Curvature::new(isa, &self.network, parameters, batch, Matrix::Hessian);
        let mut products = [(); 2].map(|()| vec![0.0; parameters.len()]);
        curvature.hessian_product(direction, &mut products[0]);
        curvature.covariance_product(direction, &mut products[1]);
        products
    }
}

fn compare_products(networks: &[(Vec<usize>, usize)], seeds: u64, isa: Isa) -> Outcome {
    let mut rows = ["Hv", "Σv"].map(|quantity| Difference {
        quantity: quantity.to_owned(),
        compared: 0,
        relative: 0.0,
        share_of_bound: 0.0,
    });
    let mut on_a_switch = 0;
    for (widths, samples) in networks {
        for seed in 0..seeds {
            let tiny = Tiny::new(widths, *samples, seed);
            if tiny.exact.closest_switch().is_some_and(Zero::is_zero) {
                on_a_switch += 1;
                continue;
            }
            let direction = exact_of(&tiny.numbers[3]);
            let exact = tiny.exact.products(&direction);
            let terms = tiny.exact.absolute().product_terms(&direction);
            let gamma = tiny.exact.gamma();
            for (place, computed) in tiny.products(isa).iter().enumerate() {
                rows[place].add(&exact_of(computed), &exact[place], &terms[place], &gamma);
            }
        }
    }
    Outcome::Products {
        rows: rows.into(),
        on_a_switch,
    }
}

/// Every float is a rational; the engine's products of a dyadic grid are finite.
fn exact_of(values: &[f32]) -> Vec<Exact> {
    let exact = |&x| Exact::from_f32(x).expect("a finite number");
    values.iter().map(exact).collect()
}

impl Difference {
    fn add(&mut self, computed: &[Exact], exact: &[Exact], terms: &[Exact], gamma: &Exact) {
        let size = exact
            .iter()
            .map(Exact::abs)
            .max()
            .unwrap_or_else(Exact::zero);
        if size.is_zero() {
            return;
        }
        self.compared += 1;
        for ((computed, exact), terms) in computed.iter().zip(exact).zip(terms) {
            let error = (computed - exact).abs();
            let bound = gamma * terms;
            self.relative = self.relative.max((&error / &size).to_f64());
            let share = match (error.is_zero(), bound.is_zero()) {
                (true, _) => 0.0,
                (false, true) => f64::INFINITY,
                (false, false) => (error / bound).to_f64(),
            };
            self.share_of_bound = self.share_of_bound.max(share);
        }
    }
}

fn compare_bits(
    network: &Fnn,
    samples: usize,
    threads: &[usize],
    context: &Context,
) -> Result<Outcome> {
    let data = fashion_mnist::load(context.data_dir.as_deref(), Split::Train)?.first(samples)?;
    let targets = data.one_hot();
    let batch = batch(&data, &targets);
    let mut digests = Vec::new();
    for isa in Isa::available() {
        for &threads in threads {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(Error::internal)?;
            let digest = pool.install(|| digest(isa, network, &batch));
            digests.push((isa.name().to_owned(), threads, digest));
        }
    }
    Ok(Outcome::Bits { digests })
}

/// The SHA-256 over the bits of a short run's parameters, losses and measured curvature.
fn digest(isa: Isa, network: &Fnn, data: &Batch<'_>) -> String {
    let mut hash = Sha256::new();
    let mut random = stream(1, Purpose::Initial, 0);
    let mut parameters = network.initial_parameters(|| random.random());
    for (batch, steps) in [(data.samples, 2), (16, 20)] {
        let plan = Plan {
            learning_rate: 0.5,
            batch,
            sampler: Sampler::Reshuffled,
            seed: 1,
            stop: Stop {
                tolerance: 0.0,
                steps,
            },
        };
        train(isa, network, &mut parameters, data, &plan, |_, loss| {
            hash.update(loss.to_le_bytes());
        });
    }
    parameters.iter().for_each(|p| hash.update(p.to_le_bytes()));
    let mut curvature = Curvature::new(isa, network, &parameters, *data, Matrix::Hessian);
    let lanczos = Lanczos {
        tolerance: 0.0,
        products: 4,
    };
    let measured = measure(isa, &mut curvature, &lanczos, 1);
    for value in [
        measured.sharpness,
        measured.smallest_eigenvalue,
        measured.non_uniformity,
    ] {
        hash.update(value.value.to_le_bytes());
        hash.update(value.residual.to_le_bytes());
    }
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn describe(settings: &Settings) -> Vec<(String, String)> {
    let pairs = match settings {
        Settings::Products { networks, seeds } => {
            let shape = |(widths, n): &(Vec<usize>, usize)| format!("{widths:?} with {n} samples");
            let shapes: Vec<String> = networks.iter().map(shape).collect();
            [
                ("exact networks", shapes.join("; ")),
                ("random networks of each shape", seeds.to_string()),
            ]
        }
        Settings::Bits {
            widths, samples, ..
        } => [
            (
                "network of the repeated run",
                format!("{widths:?}, {samples} images"),
            ),
            (
                "repeated run",
                "2 full steps and 20 of batch 16 at η = 0.5, then 4 Lanczos products each with H \
                 and Σ"
                    .to_owned(),
            ),
        ],
    };
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

fn findings(outcome: &Outcome) -> Vec<Finding> {
    match outcome {
        Outcome::Products { rows, on_a_switch } => {
            let finding = |row: &Difference| Finding {
                sentence: format!(
                    "{}: over {} small networks the largest difference from the exact product is \
                     {:.2e} of its largest entry, and {:.4} of the proved bound ({on_a_switch} \
                     networks on a switch of a ReLU were left out).",
                    row.quantity, row.compared, row.relative, row.share_of_bound
                ),
                agreement: match (row.compared, row.share_of_bound <= 1.0) {
                    (0, _) => Agreement::Undecided,
                    (_, true) => Agreement::Agrees,
                    (_, false) => Agreement::Differs,
                },
            };
            rows.iter().map(finding).collect()
        }
        Outcome::Bits { digests } => {
            let equal = digests.windows(2).all(|pair| pair[0].2 == pair[1].2);
            let all = digests.len();
            vec![Finding {
                sentence: match equal {
                    true => format!("All {all} repetitions gave the same bits."),
                    false => format!("The {all} repetitions did not all give the same bits."),
                },
                agreement: if equal {
                    Agreement::Agrees
                } else {
                    Agreement::Differs
                },
            }]
        }
    }
}

fn table(outcome: &Outcome) -> Table {
    let (name, caption, columns, rows): (_, _, &[&str], Vec<Vec<String>>) = match outcome {
        Outcome::Products { rows, .. } => (
            "engine-products",
            "Relative difference: largest entry of the difference over the largest entry of the \
             exact product. Share of bound: |computed − exact| / (γ_m·A), proved to be at most 1.",
            &[
                "product",
                "networks",
                "relative difference",
                "share of bound",
            ],
            rows.iter().map(row_of_difference).collect(),
        ),
        Outcome::Bits { digests } => (
            "engine-bits",
            "SHA-256 over the bits of all losses, the final parameters and the measured curvature.",
            &["instruction set", "threads", "SHA-256"],
            digests.iter().map(row_of_digest).collect(),
        ),
    };
    Table {
        name: name.to_owned(),
        caption: caption.to_owned(),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        rows,
    }
}

fn row_of_difference(row: &Difference) -> Vec<String> {
    vec![
        row.quantity.clone(),
        row.compared.to_string(),
        format!("{:.2e}", row.relative),
        format!("{:.4}", row.share_of_bound),
    ]
}

fn row_of_digest((isa, threads, digest): &(String, usize, String)) -> Vec<String> {
    vec![isa.clone(), threads.to_string(), digest.clone()]
}
