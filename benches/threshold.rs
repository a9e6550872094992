//! Times the Gram matrix of a network and its thresholds: `cargo bench --bench threshold`.
//!
//! The networks are 784-500-500-500-10 and VGG "A" with two classes, untrained, over random samples; `-- 1000`
//! takes so many samples instead of 100, so that the Gram matrix has 10,000 or 2,000 rows. Its limit is the f64
//! peak of all cores, half of the f32 peak, over the multiply-adds that its lower triangle takes: in a dense
//! layer N²/2 times the outputs (and as much for the inputs, shared by the outputs of a sample), elsewhere N²/2
//! times the parameters. The limit of the thresholds counts the two products of N × r × r that one
//! application takes.

use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::{Isa, peak, threads};
use sgd_stability::network::{Batch, Gram, Network, Normalisation, Operation, State};
use sgd_stability::threshold::{Linearised, Question};

const QUESTION: Question = Question {
    noise: 0.1,
    momentum: 0.0,
    both_ends: false,
    tolerance: 1e-7,
    products: 200,
};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        println!("threshold: benchmark");
        return;
    }
    let is_smoke = words.iter().any(|word| word == "--test");
    let given = words.iter().find_map(|word| word.parse().ok());
    let samples = if is_smoke { 4 } else { given.unwrap_or(100) };
    let limit = limit();
    println!(
        "limit {:.0} GFLOP/s in f64 on {} threads",
        limit / 1e9,
        threads()
    );
    for network in [Network::fnn(&[784, 500, 500, 500, 10]), Network::vgg11(2)] {
        look(&network, samples, limit);
    }
}

/// The f64 operations that all cores together make in a second.
fn limit() -> f64 {
    let rounds = 20_000;
    let window = || {
        let begin = Instant::now();
        std::hint::black_box(peak(Isa::best(), rounds));
        // 192 vectors' worth of f32 multiply-adds a round: half as many in f64.
        (192 * rounds) as f64 / begin.elapsed().as_secs_f64()
    };
    let best = (0..20).map(|_| window()).fold(0.0, f64::max);
    best * threads() as f64
}

/// The operations of the lower triangle of the Gram matrix.
fn operations(network: &Network, samples: usize) -> f64 {
    let (n, size) = (samples as f64, (samples * network.outputs()) as f64);
    let layers = network.layers().iter().map(|layer| {
        if matches!(layer.operation, Operation::Dense(_)) {
            size * size * layer.output.numbers() as f64 + n * n * layer.input.numbers() as f64
        } else {
            size * size * (layer.weight.len() + layer.bias.len()) as f64
        }
    });
    layers.sum()
}

fn look(network: &Network, samples: usize, limit: f64) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let state = State::initial(network, &mut random);
    let numbers = samples * network.features();
    let inputs: Vec<f32> = (0..numbers).map(|_| random.random()).collect();
    let batch = Batch {
        inputs: &inputs,
        targets: &vec![0.0; samples * network.outputs()],
        samples,
    };
    let point = state.point(network, Normalisation::Fixed);
    let (gram, time) = timed(|| Gram::of(Isa::best(), &point, &batch));
    let share = operations(network, samples) / limit / time.as_secs_f64();
    println!(
        "{}: Gram matrix of {} rows {:.2} s, {:.0} % of the limit",
        network.name(),
        gram.size(),
        time.as_secs_f64(),
        100.0 * share
    );
    let rows = gram.size() as f64;
    let (model, time) = timed(|| Linearised::new(gram).expect("a linearised model"));
    println!(
        "  range of H {:.2} s, rank {}",
        time.as_secs_f64(),
        model.rank()
    );
    let (found, time) = timed(|| model.thresholds(&QUESTION).expect("thresholds"));
    let products = found.mean_square.products as f64;
    let share = 4.0 * rows * (model.rank() as f64).powi(2) * products / limit / time.as_secs_f64();
    println!(
        "  thresholds {:.2} s, {products} products, {:.0} % of the limit; η* {:.6}",
        time.as_secs_f64(),
        100.0 * share,
        found.mean_square.bracket.upper
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    let result = work();
    (result, begin.elapsed())
}
