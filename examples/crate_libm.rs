//! Puts the functions of the crate `libm` on trial through the Rust trait, on every f32.
//!
//! `cargo run --release --example crate_libm -- tanh erf` tries these two, some half a minute each, and prints
//! the verdicts as the JSON that the report reads. Without names it tries all.

use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;
use sgd_stability::oracle::unary::Function;
use sgd_stability::trial::Unary;
use sgd_stability::trial::unary::{Options, check};

type Single = fn(f32) -> f32;

/// A function of one number as a kernel.
struct Each(Single);

impl Unary for Each {
    fn map(&self, x: &[f32], y: &mut [f32]) {
        for (x, y) in x.iter().zip(y) {
            *y = self.0(*x);
        }
    }
}

const FUNCTIONS: [(&str, Single); 26] = [
    ("exp", libm::expf),
    ("exp2", libm::exp2f),
    ("exp10", libm::exp10f),
    ("expm1", libm::expm1f),
    ("log", libm::logf),
    ("log2", libm::log2f),
    ("log10", libm::log10f),
    ("log1p", libm::log1pf),
    ("sin", libm::sinf),
    ("cos", libm::cosf),
    ("tan", libm::tanf),
    ("asin", libm::asinf),
    ("acos", libm::acosf),
    ("atan", libm::atanf),
    ("sinh", libm::sinhf),
    ("cosh", libm::coshf),
    ("tanh", libm::tanhf),
    ("asinh", libm::asinhf),
    ("acosh", libm::acoshf),
    ("atanh", libm::atanhf),
    ("erf", libm::erff),
    ("erfc", libm::erfcf),
    ("cbrt", libm::cbrtf),
    ("sqrt", libm::sqrtf),
    ("tgamma", libm::tgammaf),
    ("lgamma", libm::lgammaf),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    let mut verdicts = Vec::new();
    for (name, kernel) in FUNCTIONS.into_iter().filter(|(name, _)| is_wanted(name)) {
        let function = name.parse::<Function>().expect("a function of the oracle");
        let options = Options {
            allowed_ulp: 10.0,
            ..Options::default()
        };
        let begin = Instant::now();
        match check(&Each(kernel), name, function, &options) {
            Ok(verdict) => {
                let seconds = begin.elapsed().as_secs();
                eprintln!(
                    "{name}: {:?} ulp, {seconds} s",
                    verdict.max_ulp.unwrap_or(f64::NAN)
                );
                verdicts.push(verdict);
            }
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!(
        "{:#}",
        json!({"library": "crate libm 0.2", "kernels": verdicts})
    );
    ExitCode::SUCCESS
}
