//! The trial of a Euclidean norm.
//!
//! # The bound, without roots
//!
//! Let S = Σ x_i², and r the computed norm. Each algorithm gives, before the last rounding underflows,
//! `r² = Σ x_i² (1 + θ_i)` where θ_i comes from at most `5n + 4` roundings, a factor that is squared
//! counting twice:
//!
//! * squares, added in any order, and a root: n + 2;
//! * the reference BLAS until 3.9, which divides by the largest element so far: a new largest one costs
//!   division (2), square, product and sum, so 5(n − 1), and the root and the product at the end 4;
//! * Blue's, in the reference BLAS since 3.10: exact scaling by powers of two, so n, and up to 9 for
//!   joining its sums and the root.
//!
//! The last operation may underflow by t, half the least subnormal, so with γ = γ_{5n+4}
//!
//! ```text
//! (r + t)² ≥ S(1 − γ)   and   r ≤ t or (r − t)² ≤ S(1 + γ).
//! ```
//!
//! # Squares that leave the range
//!
//! S may be above the largest number, or an x_i² below the least, although the norm is in range. The
//! reference BLAS scales; plain squares and a root do not. [`Policy::Strict`] asks for the bound above.
//! By [`Policy::Reference`] a result within the bound of plain squares, `n t (1 + γ)` more for their
//! underflow, or an infinity where a sum of squares may overflow, counts as mistrusted.

use num_traits::{One, Zero};

use super::cases::VectorCase;
use super::judge::{Sight, compare, ratio, words};
use super::reduce::{Reduction, check_reduction};
use crate::number::Exact;
use crate::oracle::{AnyOrder, Expected, Format, gamma};
use crate::trial::kernels::Nrm2;
use crate::trial::options::Options;
use crate::trial::scope::Policy;
use crate::trial::verdict::{FaultKind, Verdict};

/// Puts `√Σ x_i²` on trial: 59 360 cases. Negative strides are treated as in
/// [`super::asum::check_asum`], and squares that leave the range as the file says.
pub fn check_nrm2(kernel: &dyn Nrm2, name: &str, options: &Options) -> Verdict {
    let reduction = Reduction {
        function: "snrm2",
        scope: kernel.scope(),
        call: &|x| kernel.nrm2(x),
        prepare: &|case: &VectorCase, policy| {
            let norm = Norm::new(&case.x, policy);
            Box::new(move |came| norm.judge(came).of_one(came, || norm.words()))
        },
    };
    check_reduction(&reduction, name, options)
}

/// What is known of a norm.
struct Norm {
    policy: Policy,
    expected: Expected,
    /// S.
    square: Exact,
    gamma: Exact,
    /// n t (1 + γ).
    underflow: Exact,
}

impl Norm {
    fn new(x: &[f32], policy: Policy) -> Norm {
        let sum = AnyOrder::dot(x, x);
        let format = Format::single();
        let gamma = gamma(&format, 5 * sum.count() + 4);
        let count = Exact::from(x.len() as i64);
        Norm {
            policy,
            expected: sum.expected(sum.count(), sum.count()),
            square: sum.value(),
            underflow: count * &format.tiny * (Exact::one() + &gamma),
            gamma,
        }
    }

    fn judge(&self, came: f32) -> Sight {
        let may_overflow = match &self.expected {
            Expected::Near { may_overflow, .. } => *may_overflow,
            // Squares are not negative, so an infinity among them wins over what overflows.
            Expected::Unknown => return compare(came, &Expected::Infinite(false)),
            special => return compare(came, special),
        };
        let Some(root) = Exact::from_f32(came) else {
            return self.judge_infinite(came, may_overflow);
        };
        if came.is_sign_negative() {
            let kind = if came == 0.0 {
                FaultKind::SignOfZero
            } else {
                FaultKind::TooLarge
            };
            return Sight::Wrong(kind, f64::INFINITY);
        }
        let tiny = Format::single().tiny;
        let last = Exact::from(2) * &root * &tiny + &tiny * &tiny;
        let error = (&root * &root - &self.square).abs();
        let radius = &self.gamma * &self.square + &last;
        match self.square.is_zero() {
            true if root.is_zero() => Sight::Silent,
            false if error <= radius => Sight::Telling(ratio(&error, &radius)),
            false if self.policy == Policy::Reference && error <= radius + &self.underflow => {
                Sight::Silent
            }
            _ => Sight::Wrong(
                FaultKind::TooLarge,
                ratio(&error, &(&self.gamma * &self.square + last)),
            ),
        }
    }

    /// Judges NaN or an infinity where the elements are numbers.
    fn judge_infinite(&self, came: f32, squares_may_overflow: bool) -> Sight {
        if came.is_nan() || came < 0.0 {
            let kind = if came.is_nan() {
                FaultKind::MadeNan
            } else {
                FaultKind::Infinity
            };
            return Sight::Wrong(kind, f64::INFINITY);
        }
        // Half a unit in the last place above the largest number rounding gives infinity.
        let end = Exact::power_of_two(128) - Exact::power_of_two(103);
        let norm_may_overflow = &self.square * (Exact::one() + &self.gamma) >= &end * &end;
        let squares_count = self.policy == Policy::Reference && squares_may_overflow;
        match norm_may_overflow || squares_count {
            true => Sight::Silent,
            false => Sight::Wrong(FaultKind::Infinity, f64::INFINITY),
        }
    }

    fn words(&self) -> String {
        match &self.expected {
            Expected::Near { .. } => {
                let (square, gamma) = (self.square.to_f64(), self.gamma.to_f64());
                format!("a number whose square is {square:e} within a factor of 1 ± {gamma:e}")
            }
            special => words(special),
        }
    }
}
