//! Times the elementary functions, activation functions and functions of rows on one thread:
//! `cargo bench --bench functions`. Words select those whose names contain one of them.
//!
//! For each instruction set: nanoseconds for an element, the share of the limit, and the largest error over
//! the numbers of the bench in units in the last place, against f64. The limit is the peak speed of the core
//! (`kernel::peak`) for the operations on f64 that an element takes; a division counts as one operation,
//! though it takes many times as long, and conversions, selections and memory count nothing. With
//! `SGD_STABILITY_PEERS`, PyTorch and JAX take turns with ours on the instruction set that
//! `SGD_STABILITY_ISA` names (the best one without it). The C library's functions of one number, where there
//! are any, are timed beside, call by call.
//!
//! `--test` is a smoke run, in which everything runs once, and `--out FILE` writes the times as JSON for the
//! page of the report (`reports/kernels`).

mod peers;
#[path = "support/speeds.rs"]
mod speeds;

use std::ffi::OsStr;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::foreign::{FloatUnary, Foreign, Library, Signature};
use sgd_stability::kernel::{
    Elementary, Isa, MatrixMut, MatrixRef, Nonlinearity, elementary, log_sum_exp_rows, nonlinear,
    peak, softmax_rows,
};

use peers::{Peers, Race, TURNS, best};
use speeds::{Speed, Speeds};

/// How the times are measured.
const MEASURED: &str = "Times for one element of the functions of one number and of rows: one thread, 16,384 \
                        numbers of ordinary size, the best of many windows (`cargo bench --bench functions`).";
/// The C library's functions of one number.
const C_LIBRARY: &str = "libm.so.6";

/// Numbers of one call: 64 KiB, which fit in the L2 cache beside a copy.
const LENGTH: usize = 1 << 14;
/// Columns of the matrix for functions of rows.
const COLUMNS: usize = 256;

type Kernel = Box<dyn Fn(Isa, &mut [f32])>;

/// A kernel on trial.
struct Trial {
    /// Its name here and in `peers.py`.
    name: &'static str,
    /// Its name among the verdicts of the trial.
    verdict: &'static str,
    /// The operations on f64 that an element takes.
    operations: usize,
    kernel: Kernel,
    /// The function in f64; none for functions of rows.
    right: Option<fn(f64) -> f64>,
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn gelu(z: f64) -> f64 {
    0.5 * z * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

fn gelu_tanh(z: f64) -> f64 {
    z * sigmoid((8.0 / std::f64::consts::PI).sqrt() * (z + 0.044715 * z.powi(3)))
}

fn elu(z: f64) -> f64 {
    if z > 0.0 { z } else { z.exp_m1() }
}

fn trials() -> Vec<Trial> {
    let of_elementary = |function: Elementary, operations, right| Trial {
        name: function.name(),
        verdict: function.name(),
        operations,
        kernel: Box::new(move |isa, x| elementary(isa, function, x)),
        right: Some(right),
    };
    let of_nonlinear = |name, function, operations, right| Trial {
        name,
        verdict: name,
        operations,
        kernel: Box::new(move |isa, x| nonlinear(isa, function, x)),
        right: Some(right),
    };
    vec![
        of_elementary(Elementary::Exp, 13, f64::exp),
        of_elementary(Elementary::Expm1, 14, f64::exp_m1),
        of_elementary(Elementary::Log, 12, f64::ln),
        of_elementary(Elementary::Log1p, 14, f64::ln_1p),
        of_elementary(Elementary::Tanh, 17, f64::tanh),
        of_elementary(Elementary::Sigmoid, 15, sigmoid),
        of_elementary(Elementary::Softplus, 26, softplus),
        of_elementary(Elementary::Erf, 24, libm::erf),
        of_nonlinear("gelu", Nonlinearity::Gelu, 32, gelu),
        of_nonlinear("gelu-tanh", Nonlinearity::GeluTanh, 18, gelu_tanh),
        of_nonlinear("silu", Nonlinearity::Silu, 15, |z| z * sigmoid(z)),
        of_nonlinear("elu", Nonlinearity::Elu { alpha: 1.0 }, 16, elu),
        Trial {
            name: "softmax",
            verdict: "softmax_rows",
            operations: 32,
            kernel: Box::new(|isa, x| {
                softmax_rows(isa, MatrixMut::new(x, LENGTH / COLUMNS, COLUMNS));
            }),
            right: None,
        },
        Trial {
            name: "log-sum-exp",
            verdict: "log_sum_exp_rows",
            operations: 16,
            kernel: Box::new(|isa, x| {
                let mut sums = [0.0; LENGTH / COLUMNS];
                let m = MatrixRef::new(x, LENGTH / COLUMNS, COLUMNS);
                log_sum_exp_rows(isa, m, &mut sums);
                x[0] = sums[0];
            }),
            right: None,
        },
    ]
}

/// Numbers of ordinary size, positive for a logarithm.
fn numbers(name: &str) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let lowest = if name.starts_with("log") { 0.01 } else { -6.0 };
    let number = |_| random.random_range(lowest..6.0);
    (0..LENGTH).map(number).collect()
}

/// The speed of a window in calls a second. Copying the numbers is part of a call.
fn window(trial: &Trial, isa: Isa, x: &[f32], calls: u32) -> f64 {
    let mut y = x.to_vec();
    let begin = Instant::now();
    for _ in 0..calls {
        y.copy_from_slice(black_box(x));
        (trial.kernel)(isa, black_box(&mut y));
    }
    f64::from(calls) / begin.elapsed().as_secs_f64()
}

/// The operations on f64 that a core makes in a second: half of those on f32.
fn limit(isa: Isa, windows: u32) -> f64 {
    let rounds = 20_000;
    let windows = (0..windows).map(|_| {
        let begin = Instant::now();
        black_box(peak(isa, rounds));
        // An FMA counts as one operation here.
        (192 * rounds) as f64 / 2.0 / begin.elapsed().as_secs_f64()
    });
    best(&windows.collect::<Vec<_>>())
}

/// The largest error of the results over the numbers in units in the last place.
fn error(trial: &Trial, x: &[f32], y: &[f32]) -> Option<f64> {
    let right = trial.right?;
    let units = x.iter().zip(y).map(|(&x, &y)| {
        let right = right(f64::from(x));
        let exponent = ((right.to_bits() >> 52) & 0x7ff) as i32 - 1023;
        (f64::from(y) - right).abs() / 2_f64.powi(exponent.max(-126) - 23)
    });
    Some(units.fold(0.0, f64::max))
}

fn nanoseconds(rate: f64) -> f64 {
    1e9 / rate / LENGTH as f64
}

/// The C library's function of this name, if there is one.
fn of_c(name: &str) -> Option<FloatUnary> {
    let library = Library::load(OsStr::new(C_LIBRARY)).ok()?;
    match library.function(&format!("{name}f"), Signature::Unary) {
        Ok(Foreign::Unary(function)) => Some(function),
        _ => None,
    }
}

/// Times our kernel on every instruction set.
fn look_at_ours(trial: &Trial, x: &[f32], [calls, windows]: [u32; 2], speeds: &mut Speeds) {
    for isa in Isa::available() {
        let is_reference = isa == Isa::portable();
        let windows = if is_reference { 1 } else { windows };
        let rates: Vec<f64> = (0..windows).map(|_| window(trial, isa, x, calls)).collect();
        // Plain Rust is the reference, not meant to be fast: its FMA is a call, and has no peak.
        let share = if is_reference {
            String::new()
        } else {
            let limit = limit(isa, windows) / (trial.operations * LENGTH) as f64;
            format!(", {:.0} % of the limit", 100.0 * best(&rates) / limit)
        };
        let mut y = x.to_vec();
        (trial.kernel)(isa, &mut y);
        let time = nanoseconds(best(&rates));
        println!(
            "{:12} {:9} {time:7.3} ns{share}{}",
            trial.name,
            isa.name(),
            in_words(error(trial, x, &y)),
        );
        speeds.add(Speed {
            library: "ours".to_owned(),
            function: trial.verdict.to_owned(),
            isa: Some(isa.name().to_owned()),
            nanoseconds: time,
            max_ulp: None,
        });
    }
}

fn in_words(error: Option<f64>) -> String {
    error.map_or(String::new(), |error| format!(", {error:.4} units"))
}

/// Times the C library's function.
fn look_at_c(trial: &Trial, x: &[f32], [calls, windows]: [u32; 2], speeds: &mut Speeds) {
    let Some(function) = of_c(trial.name) else {
        return;
    };
    let mut y = vec![0.0; x.len()];
    let mut window = || {
        let begin = Instant::now();
        for _ in 0..calls {
            function.call(black_box(x), black_box(&mut y));
        }
        f64::from(calls) / begin.elapsed().as_secs_f64()
    };
    let rates: Vec<f64> = (0..windows).map(|_| window()).collect();
    let (time, error) = (nanoseconds(best(&rates)), error(trial, x, &y));
    println!("{:12} {:9} {time:7.3} ns{}", "", "glibc", in_words(error));
    speeds.add(Speed {
        library: "glibc".to_owned(),
        function: trial.verdict.to_owned(),
        isa: None,
        nanoseconds: time,
        max_ulp: error,
    });
}

/// The largest error, in units in the last place, at which a peer is as accurate as ours is promised to be.
const ACCURATE: f64 = 1.0;

/// Compares with the fastest peer that is as accurate.
fn say_fair(fair: &Option<(String, f64)>, ours: f64) {
    match fair {
        Some((peer, theirs)) => {
            let ratio = ours / theirs;
            println!(
                "{:12} {ratio:.2} of the time of {peer}, the fastest within 1 unit",
                ""
            );
        }
        None => println!("{:12} no peer stays within 1 unit", ""),
    }
}

/// Takes turns with the peers.
fn look_at_peers(trial: &Trial, x: &[f32], calls: u32, peers: &mut Peers, speeds: &mut Speeds) {
    let isa = Isa::best();
    let works = ["torch", "jax"].map(|peer| format!("function {} {LENGTH} {peer}", trial.name));
    let race = Race::run(TURNS, Some(&mut *peers), &works, || {
        window(trial, isa, x, calls)
    });
    let mut fair: Option<(String, f64)> = None;
    for (peer, rates) in &race.peers {
        let work = format!("error function {} {LENGTH} {peer}", trial.name);
        let (time, error) = (nanoseconds(best(rates)), peers.ask(&work));
        println!("{:12} {peer:9} {time:7.3} ns{}", "", in_words(error));
        let is_fastest = fair.as_ref().is_none_or(|(_, fastest)| time < *fastest);
        if error.is_some_and(|error| error <= ACCURATE) && is_fastest {
            fair = Some((peer.clone(), time));
        }
        speeds.add(Speed {
            library: peer.clone(),
            function: trial.verdict.to_owned(),
            isa: None,
            nanoseconds: time,
            max_ulp: error,
        });
    }
    say_fair(&fair, nanoseconds(best(&race.ours)));
    if let (Some((peer, theirs)), Some((of_best, of_turns))) = (race.best_peer(), race.ratios()) {
        println!(
            "{:12} {:9} {:7.3} ns, {peer} {:.3} ns: {of_best:.2} times as fast, {of_turns:.2} turn by turn",
            "",
            isa.name(),
            nanoseconds(best(&race.ours)),
            nanoseconds(best(theirs)),
        );
    }
}

fn look(trial: &Trial, peers: Option<&mut Peers>, is_smoke: bool, speeds: &mut Speeds) {
    let x = numbers(trial.name);
    // Short windows for the best of ours, so that some are quiet on a shared machine.
    let (calls, windows) = if is_smoke { (1, 1) } else { (50, 60) };
    look_at_ours(trial, &x, [calls, windows], speeds);
    look_at_c(trial, &x, [calls.div_ceil(5), windows], speeds);
    if let Some(peers) = peers {
        look_at_peers(trial, &x, 10 * calls, peers, speeds);
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| words.iter().any(|word| word == flag);
    if has("--list") {
        println!("functions: benchmark");
        return;
    }
    let place_of_out = words.iter().position(|word| word == "--out");
    let out = place_of_out.and_then(|place| words.get(place + 1));
    let filters: Vec<&String> = words
        .iter()
        .filter(|word| !word.starts_with("--") && Some(*word) != out)
        .collect();
    let mut speeds = Speeds::new(out.map(PathBuf::from), MEASURED);
    let is_wanted = |trial: &Trial| {
        filters.is_empty()
            || filters
                .iter()
                .any(|word| trial.name.contains(word.as_str()))
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.expect("a pool of one thread").install(|| {
        let is_smoke = has("--test");
        let mut peers = (!is_smoke).then(Peers::start).flatten();
        for trial in trials().iter().filter(|trial| is_wanted(trial)) {
            look(trial, peers.as_mut(), is_smoke, &mut speeds);
        }
    });
    speeds.write();
}
