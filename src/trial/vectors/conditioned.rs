//! The error of a dot product against the condition number of its problem.
//!
//! The problems are those of T. Ogita, S. M. Rump and S. Oishi (Accurate sum and dot product, SIAM J. Sci.
//! Comput. 26, 2005, algorithm 6.1), rounded to f32. Their condition number `2 Σ|x_i y_i| / |Σ x_i y_i|` and the error of
//! the kernel are computed with rational numbers. Whatever the order of the additions, fused or not, the
//! relative error is at most `γ_n/2` times the condition number ([`crate::oracle::gamma`]; every term
//! passes through at most n roundings), as long as nothing underflows; the problems are so scaled that
//! nothing does.

use std::ops::RangeInclusive;

use num_traits::Zero;

use super::elements::ill_conditioned;
use crate::number::Exact;
use crate::oracle::{Format, Terms, gamma};
use crate::trial::dice::Dice;
use crate::trial::kernels::{Dot, Vector};
use crate::trial::verdict::Conditioned;

/// The number of terms of each problem: longer than a block of every kernel here.
pub const CONDITIONED_LENGTH: usize = 200;

/// The binary logarithms of the condition numbers that are asked for: 10² to 10³⁰.
const BITS: RangeInclusive<i32> = 7..=100;

/// Tries a kernel on dot products with condition numbers from about 10² to 10³⁰, in their order. They are
/// the same on every machine.
pub(super) fn conditioned(kernel: &dyn Dot) -> Vec<Conditioned> {
    let mut points: Vec<Conditioned> = BITS
        .filter_map(|bits| {
            let mut dice = Dice::of_case(bits.unsigned_abs().into());
            let [x, y] = ill_conditioned(CONDITIONED_LENGTH, bits, &mut dice);
            judged(kernel, &x, &y)
        })
        .collect();
    points.sort_by(|a, b| a.condition.total_cmp(&b.condition));
    points
}

/// The same for the loop of the textbook, to compare others with.
pub fn conditioned_textbook() -> Vec<Conditioned> {
    conditioned(&Sequential)
}

/// One term after the other, each product and each sum rounded to f32.
struct Sequential;

impl Dot for Sequential {
    fn dot(&self, x: Vector, y: Vector) -> f32 {
        let terms = x.memory.iter().zip(y.memory);
        terms.fold(0.0, |sum, (x, y)| sum + x * y)
    }
}

/// The result of a kernel for one problem; `None` if its sum is zero, and its condition number infinite.
fn judged(kernel: &dyn Dot, x: &[f32], y: &[f32]) -> Option<Conditioned> {
    let terms = Terms::dot(x, y);
    if terms.sum.is_zero() {
        return None;
    }
    let vector = |memory| Vector {
        memory,
        count: CONDITIONED_LENGTH,
        stride: 1,
    };
    let computed = Exact::from_f32(kernel.dot(vector(x), vector(y)));
    let error = computed.map(|value| ((value - &terms.sum).abs() / terms.sum.abs()).to_f64());
    let condition = Exact::from(2) * &terms.magnitude / terms.sum.abs();
    let bound = gamma(&Format::single(), CONDITIONED_LENGTH as u64) * &condition / Exact::from(2);
    Some(Conditioned {
        condition: condition.to_f64(),
        error,
        bound: bound.to_f64(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let points = conditioned(&Sequential);
        assert!(points.len() > 90, "{}", points.len());
        for decade in 3..=30 {
            let near = |p: &&Conditioned| (p.condition.log10() - f64::from(decade)).abs() < 1.5;
            assert!(points.iter().any(|p| near(&p)), "nothing near 10^{decade}");
        }
        assert_eq!(points, conditioned(&Sequential));
    }

    #[test]
    fn honest_kernels_stay_below_the_bound_and_double_accumulation_far_below() {
        for (kernel, share) in [(&Sequential as &dyn Dot, 1.0), (&Double, 1.0)] {
            for point in conditioned(kernel) {
                assert!(point.error.unwrap() <= share * point.bound, "{point:?}");
            }
        }
        let [single, double] = [&Sequential as &dyn Dot, &Double].map(|kernel| {
            let points = conditioned(kernel);
            let hard = points
                .into_iter()
                .filter(|p| (1e6..1e12).contains(&p.condition));
            hard.map(|p| p.error.unwrap()).fold(0.0, f64::max)
        });
        assert!(double < 1e-5 * single, "{double:e}, {single:e}");
    }

    #[test]
    fn a_lost_term_is_above_the_bound() {
        let points = conditioned(&Short);
        let above = points.iter().filter(|p| p.error.unwrap() > p.bound).count();
        assert!(above > 10, "{above}");
    }
}
