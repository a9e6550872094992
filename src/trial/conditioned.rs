//! The error of a dot product against the condition number of its problem.
//!
//! The problems are those of T. Ogita, S. M. Rump and S. Oishi (Accurate sum and dot product, SIAM J. Sci.
//! Comput. 26, 2005, algorithm 6.1), rounded to f32: half of the terms have random exponents, the other
//! half cancel what is there so far. Their condition number `2 Σ|x_i y_i| / |Σ x_i y_i|` and the error of
//! the kernel are computed with rational numbers. Whatever the order of the additions, fused or not, the
//! relative error is at most `γ_n/2` times the condition number ([`crate::oracle::gamma`]; every term
//! passes through at most n roundings), as long as nothing underflows; the problems are so scaled that
//! nothing does.

use num_traits::Zero;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::kernels::{Dot, Vector};
use crate::number::Exact;
use crate::oracle::{Format, Terms, gamma};

/// The number of terms of each problem: longer than a block of every kernel here.
pub const LENGTH: usize = 200;

/// The largest decimal exponent of the condition numbers asked for.
const DECADES: u32 = 30;
/// The number of problems in a decade.
const EACH: u32 = 4;

/// One problem and what a kernel made of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditioned {
    /// The condition number.
    pub condition: f64,
    /// The relative error of the result; `None` if the result is infinite or NaN.
    pub error: Option<f64>,
    /// The proved bound on the relative error, for any order of the additions.
    pub bound: f64,
}

/// Tries a kernel on dot products with condition numbers from about 10² to 10³⁰, in their order. The same seed gives the same problems on every machine.
pub fn conditioned(kernel: &dyn Dot, seed: u64) -> Vec<Conditioned> {
    let mut points: Vec<Conditioned> = (0..=EACH * (DECADES - 1))
        .filter_map(|step| {
            let decades = 1.0 + f64::from(step) / f64::from(EACH);
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(u64::from(step));
            let (x, y) = problem(LENGTH, decades, &mut random);
            judged(kernel, &x, &y)
        })
        .collect();
    points.sort_by(|a, b| a.condition.total_cmp(&b.condition));
    points
}

/// The result of a kernel for one problem; `None` if its sum is zero, and its condition number infinite.
fn judged(kernel: &dyn Dot, x: &[f32], y: &[f32]) -> Option<Conditioned> {
    let terms = Terms::dot(x, y);
    if terms.sum.is_zero() {
        return None;
    }
    let vector = |memory| Vector {
        memory,
        count: LENGTH,
        stride: 1,
    };
    let computed = Exact::from_f32(kernel.dot(vector(x), vector(y)));
    let error = computed.map(|value| ((value - &terms.sum).abs() / terms.sum.abs()).to_f64());
    let condition = Exact::from(2) * &terms.magnitude / terms.sum.abs();
    let bound = gamma(&Format::single(), LENGTH as u64) * &condition / Exact::from(2);
    Some(Conditioned {
        condition: condition.to_f64(),
        error,
        bound: bound.to_f64(),
    })
}

/// A dot product of `length` terms whose condition number is about 10^`decades`.
fn problem(length: usize, decades: f64, random: &mut ChaCha8Rng) -> (Vec<f32>, Vec<f32>) {
    let half_bits = (decades * 10_f64.log2() / 2.0).round() as i32;
    let scaled = |exponent: i32, random: &mut ChaCha8Rng| {
        random.random_range(-1.0_f32..1.0) * 2.0_f32.powi(exponent)
    };
    let mut pairs: Vec<(f32, f32)> = Vec::with_capacity(length);
    for i in 0..length / 2 {
        let exponent = match i {
            0 => half_bits + 1,
            _ => random.random_range(0..=half_bits),
        };
        pairs.push((scaled(exponent, random), scaled(exponent, random)));
    }
    let mut sum = pairs
        .iter()
        .fold(Terms::new(), |sum, (x, y)| sum.and(*x, *y));
    let rest = length - length / 2;
    for i in 0..rest {
        let part = 1.0 - i as f64 / (rest - 1) as f64;
        let exponent = (f64::from(half_bits) * part).round() as i32;
        let x = scaled(exponent, random);
        let wanted = f64::from(scaled(exponent, random));
        let y = ((wanted - sum.sum.to_f64()) / f64::from(x)) as f32;
        if x == 0.0 || !y.is_finite() {
            continue;
        }
        sum = sum.and(x, y);
        pairs.push((x, y));
    }
    pairs.resize(length, (0.0, 0.0));
    pairs.shuffle(random);
    pairs.into_iter().unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The textbook's loop.
    struct Sequential;

    impl Dot for Sequential {
        fn dot(&self, x: Vector, y: Vector) -> f32 {
            x.memory
                .iter()
                .zip(y.memory)
                .fold(0.0, |sum, (x, y)| sum + x * y)
        }
    }

    /// The same in f64.
    struct Double;

    impl Dot for Double {
        fn dot(&self, x: Vector, y: Vector) -> f32 {
            let terms = x.memory.iter().zip(y.memory);
            terms.fold(0.0, |sum, (x, y)| sum + f64::from(*x) * f64::from(*y)) as f32
        }
    }

    /// A kernel that leaves out the last term.
    struct Short;

    impl Dot for Short {
        fn dot(&self, x: Vector, y: Vector) -> f32 {
            let short = |v: Vector| v.memory[..v.count - 1].to_vec();
            let (x, y) = (short(x), short(y));
            x.iter().zip(&y).fold(0.0, |sum, (x, y)| sum + x * y)
        }
    }

    #[test]
    fn the_condition_numbers_cover_what_was_asked_for() {
        let points = conditioned(&Sequential, 1);
        assert!(points.len() > 110, "{}", points.len());
        for decade in 3..=30 {
            let near = |p: &&Conditioned| (p.condition.log10() - f64::from(decade)).abs() < 1.5;
            assert!(points.iter().any(|p| near(&p)), "nothing near 10^{decade}");
        }
        assert_eq!(points, conditioned(&Sequential, 1));
        assert_ne!(points, conditioned(&Sequential, 2));
    }

    #[test]
    fn honest_kernels_stay_below_the_bound_and_double_accumulation_far_below() {
        for (kernel, share) in [(&Sequential as &dyn Dot, 1.0), (&Double, 1.0)] {
            for point in conditioned(kernel, 3) {
                assert!(point.error.unwrap() <= share * point.bound, "{point:?}");
            }
        }
        let [single, double] = [&Sequential as &dyn Dot, &Double].map(|kernel| {
            let points = conditioned(kernel, 3);
            let hard = points
                .into_iter()
                .filter(|p| (1e6..1e12).contains(&p.condition));
            hard.map(|p| p.error.unwrap()).fold(0.0, f64::max)
        });
        assert!(double < 1e-5 * single, "{double:e}, {single:e}");
    }

    #[test]
    fn a_lost_term_is_above_the_bound() {
        let points = conditioned(&Short, 3);
        let above = points.iter().filter(|p| p.error.unwrap() > p.bound).count();
        assert!(above > 10, "{above}");
    }
}
