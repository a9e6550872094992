//! Training steps a second, beside the limit of the machine: `cargo bench --bench training`.
//!
//! The networks are 784-500-500-500-10 (898,510 parameters) and VGG "A" with two classes (71,410),
//! the data 1000 images, a step one of plain SGD with its batch gathered inside it, timed through the
//! real training loop. The limit of a step is the longer of two times, each at the speed measured in
//! the same run: its multiplications and additions at the speed of FMAs in registers, and the bytes it
//! cannot avoid to move (the weights read forward, read and written backward) at the speed of reading
//! as many bytes as the weights have. Every term counts, also those that a product leaves out because
//! they are zero. Words choose networks and batches (`-- fnn 1 25`); with `--test` each batch makes two
//! steps.
//! The images of VGG are noise: what they show does not change the work.
//!
//! With `SGD_STABILITY_PEERS` naming a Python that has torch and jax, both and ours take turns, window by
//! window (`benches/peers`); the last columns are our best window over the best of theirs, and the
//! median of the ratios turn by turn. `make bench-peers` does it.

mod peers;

use std::hint::black_box;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::dataset::{Split, fashion_mnist};
use sgd_stability::error::Result;
use sgd_stability::kernel::{Isa, dot, peak, with_team};
use sgd_stability::network::{Batch, Layer, Network, State};
use sgd_stability::train::{Optimiser, Plan, Sampler, Stop, Trainer};

use peers::{Peers, Race, TURNS, best, median};

const WIDTHS: [usize; 5] = [784, 500, 500, 500, 10];
const SAMPLES: usize = 1000;
/// How often the speed of the machine is measured; the best counts.
const WINDOWS: usize = 7;
/// The length of a window.
const WINDOW: Duration = Duration::from_millis(300);

/// Rates of `work(count)`, per second, window after window.
struct Windows<W> {
    work: W,
    /// Calls of a window.
    count: u64,
}

impl<W: FnMut(u64)> Windows<W> {
    fn new(is_smoke: bool, work: W) -> Self {
        let mut windows = Windows { work, count: 2 };
        while !is_smoke && windows.seconds() < WINDOW.as_secs_f64() / 2.0 {
            windows.count *= 2;
        }
        windows
    }

    fn seconds(&mut self) -> f64 {
        let start = Instant::now();
        (self.work)(self.count);
        start.elapsed().as_secs_f64()
    }

    fn next(&mut self) -> f64 {
        self.count as f64 / self.seconds()
    }

    fn best(mut self) -> f64 {
        best(&(0..WINDOWS).map(|_| self.next()).collect::<Vec<_>>())
    }
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
        let peaks = Windows::new(is_smoke, |count| {
            rayon::broadcast(|_| {
                for _ in 0..count {
                    black_box(peak(isa, rounds));
                }
            });
        });
        let half = bytes / size_of::<f32>() / threads / 2;
        let reads = Windows::new(is_smoke, |count| {
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
            flops: peaks.best() * operations,
            bytes: reads.best() * read,
        }
    }
}

/// Multiplications and additions of a step: forward, for the weights, and below all layers but those
/// that read the input.
fn operations(network: &Network, batch: usize) -> f64 {
    let products = |layer: &Layer| {
        let weights = layer.weight.len() * layer.output.positions();
        if layer.reads == 0 {
            2 * weights
        } else {
            3 * weights
        }
    };
    let products: usize = network.layers().iter().map(products).sum();
    (2 * batch * products) as f64
}

/// Bytes a step cannot avoid to move.
fn moved(network: &Network, batch: usize) -> f64 {
    (size_of::<f32>() * (3 * network.parameters() + batch * network.features())) as f64
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_smoke = words.iter().any(|word| word == "--test");
    if words.iter().any(|word| word == "--list") {
        println!("training: benchmark");
        return Ok(());
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("a pool of threads")
        .install(|| measure(&words, is_smoke))
}

fn measure(words: &[String], is_smoke: bool) -> Result<()> {
    let isa = Isa::best();
    let networks = [
        ("fnn", Network::fnn(&WIDTHS), &[1, 4, 10, 25, 100, 1000][..]),
        ("vgg", Network::vgg11(2), &[4, 25, 100, 1000][..]),
    ];
    let batches: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let names = networks.each_ref().map(|(name, ..)| name.to_string());
    let is_named = names.iter().any(|name| words.contains(name));
    let machine = Machine::measure(isa, is_smoke, size_of::<f32>() * networks[0].1.parameters());
    println!(
        "{}, {} threads: {:.0} GFLOP/s, {:.0} GB/s",
        isa.name(),
        rayon::current_num_threads(),
        machine.flops / 1e9,
        machine.bytes / 1e9
    );
    println!(
        "net     B  steps/s    best  GFLOP/s  MB/step  % of limit, set by   best peer  ratio, of turns"
    );
    let mut peers = (!is_smoke).then(Peers::start).flatten();
    let turns = if is_smoke { 1 } else { TURNS };
    for (name, network, known) in &networks {
        if is_named && !words.iter().any(|word| word == name) {
            continue;
        }
        let data = Data::new(network)?;
        let wanted = |batch: &&usize| batches.is_empty() || batches.contains(batch);
        for batch in known.iter().filter(wanted) {
            let works = ["torch", "jax"].map(|peer| format!("{name} {batch} {peer}"));
            let mut trainer = trainer(isa, network, &data, *batch);
            let mut windows = Windows::new(is_smoke, |steps| {
                with_team(|| trainer.step_until(trainer.run().steps + steps));
            });
            let race = Race::run(turns, peers.as_mut(), &works, || windows.next());
            print!("{name} ");
            print_row(network, &machine, *batch, &race);
        }
    }
    Ok(())
}

/// 1000 samples.
struct Data {
    inputs: Vec<f32>,
    targets: Vec<f32>,
}

impl Data {
    fn new(network: &Network) -> Result<Self> {
        if network.features() == WIDTHS[0] {
            let images = fashion_mnist::load(None, Split::Train)?.first(SAMPLES)?;
            let targets = images.targets.rows();
            let inputs = images.inputs;
            return Ok(Data { inputs, targets });
        }
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let numbers = SAMPLES * network.features();
        let sample = |i| (0..network.outputs()).map(move |k| f32::from(k == i % 2));
        Ok(Data {
            inputs: (0..numbers).map(|_| random.random()).collect(),
            targets: (0..SAMPLES).flat_map(sample).collect(),
        })
    }
}

fn trainer<'a>(isa: Isa, network: &'a Network, data: &'a Data, batch: usize) -> Trainer<'a> {
    let state = State {
        parameters: network.initial_parameters(&mut ChaCha8Rng::seed_from_u64(20_181_203)),
        statistics: network.initial_statistics(),
    };
    let data = Batch {
        inputs: &data.inputs,
        targets: &data.targets,
        samples: SAMPLES,
    };
    let plan = Plan {
        learning_rate: 0.1,
        optimiser: Optimiser::Plain,
        batch,
        sampler: Sampler::Reshuffled,
        seed: 1,
        stop: Stop::at(0.0, u64::MAX),
    };
    Trainer::new(isa, network, data, plan, state).expect("a good plan")
}

fn print_row(network: &Network, machine: &Machine, batch: usize, race: &Race) {
    let (median, best) = (median(&race.ours), best(&race.ours));
    let (operations, moved) = (operations(network, batch), moved(network, batch));
    let times = (operations / machine.flops, moved / machine.bytes);
    print!(
        "{batch:5} {median:8.1} {best:7.1} {:8.1} {:8.1}  {:.0} ({:.0}), {}",
        median * operations / 1e9,
        moved / 1e6,
        100.0 * median * times.0.max(times.1),
        100.0 * best * times.0.max(times.1),
        if times.0 > times.1 { "FLOP " } else { "bytes" }
    );
    match (&race.best_peer, race.ratios()) {
        (Some((peer, theirs)), Some((of_best, of_turns))) => {
            let theirs = peers::best(theirs);
            println!("  {theirs:8.1} {peer:<5} {of_best:4.2} {of_turns:4.2}");
        }
        _ => println!(),
    }
}
