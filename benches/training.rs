//! Training steps per second, compared with the limit of the machine: `cargo bench --bench training`.
//!
//! The networks are 784-500-500-500-10 (898,510 parameters) and VGG "A" with two classes (71,410). The
//! data are 1000 images. A step is one of plain SGD, including gathering its batch, and is timed through
//! the real training loop. The limit of a step is the longer of two times: that of its multiplications
//! and additions at the speed of FMAs in registers, and that of the bytes it must move (weights read
//! forward, read and written backward) at the speed of reading as many bytes as the weights of the first
//! network have. Both speeds are measured just before and after every window, since they vary on a shared
//! machine. The share of the limit is the median over the windows; the number in brackets is that of the
//! best window relative to the best speeds. Every term counts, including those that a product skips
//! because they are zero.
//! Words select networks and batch sizes (`-- fnn 1 25`). With `--test`, each batch size makes two steps.
//! The images for VGG are noise, since their contents do not affect the amount of work.
//!
//! If `SGD_STABILITY_PEERS` names a Python interpreter with torch and jax, these and ours take turns,
//! window by window (`benches/peers`). The last columns are then the ratio of our best window to the best
//! of theirs, and the median of the ratios of each turn. `make bench-peers` runs this.

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
/// The duration of a window.
const WINDOW: Duration = Duration::from_millis(300);
/// The duration of a window that measures the machine.
const GLANCE: Duration = Duration::from_millis(50);

/// Measures the rate of `work(count)` per second, window by window.
struct Windows<W> {
    work: W,
    /// The number of calls in a window.
    count: u64,
}

impl<W: FnMut(u64)> Windows<W> {
    /// Windows of this duration; of two calls if there is none.
    fn new(length: Option<Duration>, work: W) -> Self {
        let mut windows = Windows { work, count: 2 };
        while length.is_some_and(|length| windows.seconds() < length.as_secs_f64() / 2.0) {
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
}

/// The speed of the machine with all threads of the pool.
#[derive(Clone, Copy)]
struct Machine {
    /// Floating-point operations per second.
    flops: f64,
    /// Bytes per second.
    bytes: f64,
}

impl Machine {
    /// A function that measures the speed, reading this many bytes.
    fn gauge(isa: Isa, is_smoke: bool, bytes: usize) -> impl FnMut() -> Machine {
        let threads = rayon::current_num_threads();
        let rounds = if is_smoke { 10 } else { 20_000 };
        let length = (!is_smoke).then_some(GLANCE);
        let mut peaks = Windows::new(length, move |count| {
            rayon::broadcast(|_| {
                for _ in 0..count {
                    black_box(peak(isa, rounds));
                }
            });
        });
        let half = bytes / size_of::<f32>() / threads / 2;
        let mut reads = Windows::new(length, move |count| {
            rayon::broadcast(|_| {
                let (x, y) = (vec![1.0; half], vec![1.0; half]);
                for _ in 0..100 * count {
                    black_box(dot(isa, &x, &y));
                }
            });
        });
        let operations = (threads * rounds * 12 * 16 * 2) as f64;
        let read = (threads * half * 2 * size_of::<f32>() * 100) as f64;
        move || Machine {
            flops: peaks.next() * operations,
            bytes: reads.next() * read,
        }
    }

    /// The mean of two measurements.
    fn beside(self, other: Machine) -> Machine {
        Machine {
            flops: f64::midpoint(self.flops, other.flops),
            bytes: f64::midpoint(self.bytes, other.bytes),
        }
    }

    /// The minimum time in seconds for these operations and bytes, and which of the two determines it.
    fn limit(self, operations: f64, moved: f64) -> (f64, &'static str) {
        let (arithmetic, bytes) = (operations / self.flops, moved / self.bytes);
        if arithmetic > bytes {
            (arithmetic, "FLOP ")
        } else {
            (bytes, "bytes")
        }
    }
}

/// The number of multiplications and additions in a step: for the forward pass, the gradient of the
/// weights, and the derivatives of the inputs of every layer that does not read the network's input.
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

/// The number of bytes that a step must move.
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
    let bytes = size_of::<f32>() * networks[0].1.parameters();
    let mut gauge = Machine::gauge(isa, is_smoke, bytes);
    println!("{}, {} threads", isa.name(), rayon::current_num_threads());
    println!(
        "net     B  steps/s    best  GFLOP/s  MB/step  machine: GFLOP/s, GB/s (best)  % of limit (best), \
         set by   best peer  ratio, of turns"
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
            let length = (!is_smoke).then_some(WINDOW);
            let mut windows = Windows::new(length, |steps| {
                with_team(|| trainer.step_until(trainer.run().steps + steps));
            });
            let mut machines = Vec::new();
            let race = Race::run(turns, peers.as_mut(), &works, || {
                let before = gauge();
                let rate = windows.next();
                machines.push(before.beside(gauge()));
                rate
            });
            print!("{name} ");
            print_row(network, &machines, *batch, &race);
        }
    }
    Ok(())
}

/// A data set of 1000 samples.
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
    let state = State::initial(network, &mut ChaCha8Rng::seed_from_u64(20_181_203));
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

/// Prints a row. The limit of a turn is that of the machine just before and after it.
fn print_row(network: &Network, machines: &[Machine], batch: usize, race: &Race) {
    let (operations, moved) = (operations(network, batch), moved(network, batch));
    let ours = median(&race.ours);
    let turns = race.ours.iter().zip(machines);
    let shares: Vec<f64> = turns
        .map(|(rate, machine)| 100.0 * rate * machine.limit(operations, moved).0)
        .collect();
    let [flops, bytes] = [|m: &Machine| m.flops, |m: &Machine| m.bytes]
        .map(|part| machines.iter().map(part).collect::<Vec<_>>());
    let typical = Machine {
        flops: median(&flops),
        bytes: median(&bytes),
    };
    let fastest = Machine {
        flops: best(&flops),
        bytes: best(&bytes),
    };
    print!(
        "{batch:5} {ours:8.1} {:7.1} {:8.1} {:8.1}  {:6.0} {:4.0} ({:4.0} {:4.0})       {:5.0} ({:3.0}), {}",
        best(&race.ours),
        ours * operations / 1e9,
        moved / 1e6,
        typical.flops / 1e9,
        typical.bytes / 1e9,
        fastest.flops / 1e9,
        fastest.bytes / 1e9,
        median(&shares),
        100.0 * best(&race.ours) * fastest.limit(operations, moved).0,
        typical.limit(operations, moved).1
    );
    match (race.best_peer(), race.ratios()) {
        (Some((peer, theirs)), Some((of_best, of_turns))) => {
            let theirs = peers::best(theirs);
            println!("  {theirs:8.1} {peer:<5} {of_best:4.2} {of_turns:4.2}");
        }
        _ => println!(),
    }
}
