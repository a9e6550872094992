//! Training steps a second, beside the limit of the machine: `cargo bench --bench training`.
//!
//! The network is 784-500-500-500-10 (898,510 parameters), the data 1000 images, a step one of plain
//! SGD with its batch gathered inside it, timed through the real training loop. The limit of a step
//! is the longer of two times, each at the speed measured in the same run: its multiplications and
//! additions at the speed of FMAs in registers, and the bytes it cannot avoid to move (the weights
//! read forward, read and written backward) at the speed of reading as many bytes as the weights
//! have. Words choose batches (`-- 1 25`); with `--test` each batch makes two steps.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::dataset::{Split, fashion_mnist};
use sgd_stability::error::Result;
use sgd_stability::kernel::{Isa, dot, peak};
use sgd_stability::network::{Batch, Fnn};
use sgd_stability::train::{Plan, Sampler, Stop, train};

const WIDTHS: [usize; 5] = [784, 500, 500, 500, 10];
const SAMPLES: usize = 1000;
const BATCHES: [usize; 6] = [1, 4, 10, 25, 100, 1000];
/// How often a speed is measured; the median and the best are shown.
const WINDOWS: usize = 7;

/// Runs `work(count)` for windows of a fixed time and gives the rates, per second, in order.
fn rates(is_smoke: bool, mut work: impl FnMut(u64)) -> Vec<f64> {
    let mut seconds = |count| {
        let start = Instant::now();
        work(count);
        start.elapsed().as_secs_f64()
    };
    let (windows, length) = match is_smoke {
        true => (1, Duration::from_millis(1)),
        false => (WINDOWS, Duration::from_millis(400)),
    };
    let mut count = 2;
    while !is_smoke && seconds(count) < length.as_secs_f64() / 4.0 {
        count *= 2;
    }
    let count = if is_smoke { 2 } else { 3 * count };
    let mut rates: Vec<f64> = (0..windows)
        .map(|_| count as f64 / seconds(count))
        .collect();
    rates.sort_by(f64::total_cmp);
    rates
}

/// What the machine can do with all threads of the pool.
struct Machine {
    /// FLOP/s.
    flops: f64,
    /// Bytes/s.
    bytes: f64,
}

impl Machine {
    fn measure(isa: Isa, is_smoke: bool, bytes: usize) -> Self {
        let threads = rayon::current_num_threads();
        let rounds = if is_smoke { 10 } else { 20_000 };
        let peaks = rates(is_smoke, |count| {
            rayon::broadcast(|_| {
                for _ in 0..count {
                    black_box(peak(isa, rounds));
                }
            });
        });
        let half = bytes / size_of::<f32>() / threads / 2;
        let reads = rates(is_smoke, |count| {
            rayon::broadcast(|_| {
                let (x, y) = (vec![1.0; half], vec![1.0; half]);
                for _ in 0..100 * count {
                    black_box(dot(isa, &x, &y));
                }
            });
        });
        let operations = (threads * rounds * 12 * 16 * 2) as f64;
        let read = (threads * half * 2 * size_of::<f32>() * 100) as f64;
        Machine {
            flops: peaks[peaks.len() - 1] * operations,
            bytes: reads[reads.len() - 1] * read,
        }
    }
}

/// Multiplications and additions of a step: forward, for the weights, and below all but the first
/// layer.
fn operations(network: &Fnn, batch: usize) -> f64 {
    let weights: usize = network.layers().iter().map(|l| l.inputs * l.outputs).sum();
    let first = &network.layers()[0];
    (2 * batch * (3 * weights - first.inputs * first.outputs)) as f64
}

/// Bytes a step cannot avoid to move.
fn moved(network: &Fnn, batch: usize) -> f64 {
    (size_of::<f32>() * (3 * network.parameters() + batch * network.features())) as f64
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_smoke = words.iter().any(|word| word == "--test");
    if words.iter().any(|word| word == "--list") {
        println!("training: benchmark");
        return Ok(());
    }
    let chosen: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("a pool of threads")
        .install(|| measure(&chosen, is_smoke))
}

fn measure(chosen: &[usize], is_smoke: bool) -> Result<()> {
    let isa = Isa::best();
    let network = Fnn::new(&WIDTHS);
    let images = fashion_mnist::load(None, Split::Train)?.first(SAMPLES)?;
    let targets = images.one_hot();
    let data = Batch {
        inputs: &images.images,
        targets: &targets,
        samples: SAMPLES,
    };
    let machine = Machine::measure(isa, is_smoke, size_of::<f32>() * network.parameters());
    println!(
        "{}, {} threads: {:.0} GFLOP/s, {:.0} GB/s",
        isa.name(),
        rayon::current_num_threads(),
        machine.flops / 1e9,
        machine.bytes / 1e9
    );
    println!("    B  steps/s    best  GFLOP/s  MB/step  % of limit, set by");
    for batch in BATCHES {
        if !chosen.is_empty() && !chosen.contains(&batch) {
            continue;
        }
        let mut random = ChaCha8Rng::seed_from_u64(20_181_203);
        let mut parameters = network.initial_parameters(|| random.random());
        let rates = rates(is_smoke, |steps| {
            let plan = Plan {
                learning_rate: 0.1,
                batch,
                sampler: Sampler::Reshuffled,
                seed: 1,
                stop: Stop {
                    tolerance: 0.0,
                    steps,
                },
            };
            train(isa, &network, &mut parameters, &data, &plan, |_, _| {});
        });
        print_row(&network, &machine, batch, &rates);
    }
    Ok(())
}

fn print_row(network: &Fnn, machine: &Machine, batch: usize, rates: &[f64]) {
    let (median, best) = (rates[rates.len() / 2], rates[rates.len() - 1]);
    let (operations, moved) = (operations(network, batch), moved(network, batch));
    let times = (operations / machine.flops, moved / machine.bytes);
    println!(
        "{batch:5} {median:8.1} {best:7.1} {:8.1} {:8.1}  {:.0}, {}",
        median * operations / 1e9,
        moved / 1e6,
        100.0 * median * times.0.max(times.1),
        if times.0 > times.1 { "FLOP" } else { "bytes" }
    );
}
