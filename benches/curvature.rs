//! Times curvature products, and the measurement of sharpness and non-uniformity to a relative 10⁻³:
//! `cargo bench --bench curvature`.
//!
//! The networks are 784-500-500-500-10 and VGG "A" with two classes. The curvature is that over 1000
//! samples (`-- 2000` takes 2000), at the point that some steps of gradient descent reach. A product with
//! H takes six matrix products for each layer (two for the first), a product with Σ twice as many;
//! GFLOP/s count all of them, including terms that are skipped because they are zero. With `--test`, one
//! step and one product are made. With `SGD_STABILITY_PEERS`, the products of the first network are also
//! timed in PyTorch and JAX, taking turns with ours (`benches/peers/peers.py`).

mod peers;

use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::curvature::{Ends, Lanczos, Measurement, Tracker};
use sgd_stability::dataset::{Split, fashion_mnist};
use sgd_stability::error::Result;
use sgd_stability::kernel::{Isa, with_team};
use sgd_stability::network::{
    Batch, CurvatureMatrix, CurvatureOperator, Gathered, Network, Normalisation, State,
};
use sgd_stability::train::{Optimiser, Plan, Sampler, Stop, train};

use peers::{Peers, Race, TURNS, best, median};

const SAMPLES: usize = 1000;
/// The number of products in one of our windows.
const IN_WINDOW: u32 = 5;
/// The number of measurements from random start vectors.
const COLD_STARTS: u64 = 5;
const TOLERANCE: Lanczos = Lanczos {
    tolerance: 1e-3,
    products: 40,
};

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_smoke = words.iter().any(|word| word == "--test");
    if words.iter().any(|word| word == "--list") {
        println!("curvature: benchmark");
        return Ok(());
    }
    let steps = words.iter().find_map(|word| word.parse().ok());
    let steps = if is_smoke { 1 } else { steps.unwrap_or(300) };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("a pool of threads").install(|| {
        let images = fashion_mnist::load(None, Split::Train)?.first(SAMPLES)?;
        let fnn = Network::fnn(&[784, 500, 500, 500, 10]);
        let targets = images.targets.rows();
        look(
            "fnn",
            &fnn,
            &samples(&images.inputs, &targets),
            steps,
            is_smoke,
        );
        let (vgg, mut random) = (Network::vgg11(2), ChaCha8Rng::seed_from_u64(1));
        let numbers = SAMPLES * vgg.features();
        let inputs: Vec<f32> = (0..numbers).map(|_| random.random()).collect();
        let target = |i| (0..2).map(move |k| f32::from(k == i % 2));
        let targets: Vec<f32> = (0..SAMPLES).flat_map(target).collect();
        let samples = samples(&inputs, &targets);
        look("vgg", &vgg, &samples, steps.min(50), is_smoke);
        Ok(())
    })
}

fn samples<'a>(inputs: &'a [f32], targets: &'a [f32]) -> Batch<'a> {
    Batch {
        inputs,
        targets,
        samples: SAMPLES,
    }
}

/// Times the products and measurements of a network after `steps` steps of gradient descent.
fn look(name: &str, network: &Network, data: &Batch<'_>, steps: u64, is_smoke: bool) {
    let isa = Isa::best();
    let samples = Gathered::by_target(data);
    let batch = samples.batch();
    let mut state = State::initial(network, &mut ChaCha8Rng::seed_from_u64(20_181_203));
    let per_step = descend(isa, network, &mut state, &batch, steps) / steps as f64;
    let before = state.clone();
    let mut tracker = Tracker::new(TOLERANCE, 1);
    let (base, first) = measure(isa, network, &before, &batch, &mut tracker);
    let mut peers = (name == "fnn" && !is_smoke).then(Peers::start).flatten();
    let [hessian, covariance] = products(isa, network, &before, &batch, peers.as_mut(), is_smoke);
    let operations = 2.0 * SAMPLES as f64 * terms(network);
    let (per_hessian, per_covariance) = (median(&hessian.ours), median(&covariance.ours));
    println!(
        "{name}: step {:.1} ms, base pass {:.1} ms, Hv {:.1} ms ({:.0} GFLOP/s), Σv {:.1} ms ({:.0} GFLOP/s)",
        per_step * 1e3,
        base * 1e3,
        1e3 / per_hessian,
        operations * per_hessian / 1e9,
        1e3 / per_covariance,
        2.0 * operations * per_covariance / 1e9,
    );
    print_ratio("hessian", &hessian);
    print_ratio("covariance", &covariance);
    print_measurement("  from a random start", &first.0, first.1);
    let (starts, further) = if is_smoke { (1, 1) } else { (COLD_STARTS, 50) };
    cold_starts(isa, network, &before, &batch, starts);
    descend(isa, network, &mut state, &batch, further);
    let (_, again) = measure(isa, network, &state, &batch, &mut tracker);
    print_measurement("  50 steps later, warm ", &again.0, again.1);
    let point = state.point(network, Normalisation::Fixed);
    let mut curvature = CurvatureOperator::new(isa, point, batch, CurvatureMatrix::Hessian);
    let (begin, ends) = (Instant::now(), tracker.hessian(isa, &mut curvature));
    let products = ends.map_or(0, |ends| ends.products);
    let share = (base + begin.elapsed().as_secs_f64()) / (50.0 * per_step);
    println!(
        "  tracking a every 50 steps of gradient descent: {products} products, {:.0} % of them",
        100.0 * share
    );
}

/// The number of multiply-adds of one product with H for one sample.
fn terms(network: &Network) -> f64 {
    let layers = network.layers().iter().map(|layer| {
        let products = if layer.reads == 0 { 2 } else { 6 };
        products * layer.weight.len() * layer.output.positions()
    });
    layers.sum::<usize>() as f64
}

fn descend(isa: Isa, network: &Network, state: &mut State, data: &Batch<'_>, steps: u64) -> f64 {
    let plan = Plan {
        optimiser: Optimiser::Plain,
        learning_rate: 0.1,
        batch: SAMPLES,
        sampler: Sampler::WithoutReplacement,
        seed: 1,
        stop: Stop::at(0.0, steps),
    };
    let begin = Instant::now();
    train(isa, network, state, data, &plan, |_, _| {}).expect("a good plan");
    begin.elapsed().as_secs_f64()
}

/// The time of the base pass in seconds, and the measurement with the times for a and for s.
fn measure(
    isa: Isa,
    network: &Network,
    state: &State,
    batch: &Batch<'_>,
    tracker: &mut Tracker,
) -> (f64, (Measurement, f64)) {
    let begin = Instant::now();
    let point = state.point(network, Normalisation::Fixed);
    let mut curvature = CurvatureOperator::new(isa, point, *batch, CurvatureMatrix::Hessian);
    let base = begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    let measured = tracker
        .measure(isa, &mut curvature)
        .expect("finite products");
    (base, (measured, begin.elapsed().as_secs_f64()))
}

/// The time in seconds to measure each of the two numbers from random start vectors.
fn cold_starts(isa: Isa, network: &Network, state: &State, batch: &Batch<'_>, count: u64) {
    let point = state.point(network, Normalisation::Fixed);
    let mut curvature = CurvatureOperator::new(isa, point, *batch, CurvatureMatrix::Hessian);
    let mut seconds = |run: fn(&mut Tracker, Isa, &mut CurvatureOperator<'_>) -> Option<Ends>| {
        let times = (0..count).map(|seed| {
            let begin = Instant::now();
            run(&mut Tracker::new(TOLERANCE, seed), isa, &mut curvature).expect("finite products");
            begin.elapsed().as_secs_f64()
        });
        let mut times: Vec<f64> = times.collect();
        times.sort_by(f64::total_cmp);
        (median(&times), times[0], times[times.len() - 1])
    };
    let (a, s) = (seconds(Tracker::hessian), seconds(Tracker::covariance));
    for (what, (median, least, most)) in [("a", a), ("s", s)] {
        println!("  {what} from {count} random starts: {median:.2} s ({least:.2} to {most:.2})");
    }
}

/// The products per second with H and with Σ, taking turns with the peers.
fn products(
    isa: Isa,
    network: &Network,
    state: &State,
    batch: &Batch<'_>,
    mut peers: Option<&mut Peers>,
    is_smoke: bool,
) -> [Race; 2] {
    let (turns, in_window) = if is_smoke { (1, 1) } else { (TURNS, IN_WINDOW) };
    let point = state.point(network, Normalisation::Fixed);
    let mut curvature = CurvatureOperator::new(isa, point, *batch, CurvatureMatrix::Hessian);
    let (v, mut out) = (
        vec![1e-3; network.parameters()],
        vec![0.0; network.parameters()],
    );
    let mut race = |works: &[&str], product: &mut dyn FnMut(&[f32], &mut [f32])| {
        let works: Vec<String> = works.iter().map(|&work| work.to_owned()).collect();
        Race::run(turns, peers.as_deref_mut(), &works, || {
            with_team(|| {
                let begin = Instant::now();
                (0..in_window).for_each(|_| product(&v, &mut out));
                f64::from(in_window) / begin.elapsed().as_secs_f64()
            })
        })
    };
    let hessian = race(&["hessian torch", "hessian jax"], &mut |v, out| {
        curvature.hessian_product(v, out);
    });
    let covariance = race(&["covariance jax"], &mut |v, out| {
        curvature.covariance_product(v, out);
    });
    [hessian, covariance]
}

/// Prints the rate of our best window, and its ratio to the best of the peers.
fn print_ratio(what: &str, race: &Race) {
    if let (Some((peer, theirs)), Some((of_best, of_turns))) = (race.best_peer(), race.ratios()) {
        println!(
            "  {what}: best {:.1} ms, {peer} {:.1} ms, {of_best:.2} times as fast, turn by turn {of_turns:.2}",
            1e3 / best(&race.ours),
            1e3 / best(theirs),
        );
    }
}

fn print_measurement(when: &str, measured: &Measurement, seconds: f64) {
    println!(
        "{when}: a = {:.4} ± {:.1e}, s = {:.4} ± {:.1e} in {:?} products (the residual's included), {:.2} s",
        measured.sharpness.value,
        measured.sharpness.error,
        measured.non_uniformity.value,
        measured.non_uniformity.error,
        measured.products,
        seconds,
    );
}
