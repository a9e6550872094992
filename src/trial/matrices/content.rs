//! What stands in the matrices of a case.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::problem::Problem;
use super::structure::{cancel, grade, infinities, integers, scale, zero_blocks};
use crate::oracle::Family;

/// The kind of numbers in the matrices of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Uniform in [−1, 1).
    Uniform,
    /// Integers from −7 to 7, so that sums are exact in any order: one term lost, doubled or misplaced
    /// shows in the last bit.
    Integers,
    /// The second half of the terms cancels the first up to 10⁻⁶, in every element.
    Cancelling,
    /// Rows, columns and terms of very different magnitude.
    Graded,
    /// Every exponent from −126 to 63.
    WideRange,
    /// Up to 2⁶⁰.
    Huge,
    /// Products and sums may overflow.
    Overflowing,
    /// Subnormal numbers in A.
    Subnormal,
    /// Products around the least subnormal number.
    Underflowing,
    /// Zeros of both signs.
    SignedZeros,
    /// Integers with whole blocks of terms, and corner tiles of A and B, that are zero.
    ZeroBlocks,
    /// Zeros but for the last row of A and the last column of B.
    Corner,
    /// A NaN in one element of A.
    NanInA,
    /// A NaN in one element of B.
    NanInB,
    /// A NaN in one element of C.
    NanInC,
    /// Infinities of both signs here and there.
    Infinities,
    /// Columns of A that are zero against rows of B with a NaN and an infinity.
    ZerosAgainstNan,
    /// NaN wherever the policy says that a number is not read, or comes through: all of A and B.
    NanInProduct,
}

impl Content {
    /// Whether a zero meets a NaN or an infinity.
    pub(super) fn has_zero_times_nan(self) -> bool {
        matches!(self, Content::ZerosAgainstNan | Content::Infinities)
    }

    /// The problem with these numbers. Where β = 0, C is NaN.
    pub(super) fn problem(self, shape: [usize; 3], [alpha, beta]: [f32; 2], seed: u64) -> Problem {
        let [m, n, k] = shape;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let vectors = |length, seed| self.family().vectors(length, seed);
        let mut problem = Problem {
            shape,
            alpha,
            beta,
            a: vectors(m * k, seed ^ 1).0,
            b: vectors(k * n, seed ^ 2).1,
            c: vectors(m * n, seed ^ 3).1,
            is_exact: false,
        };
        if self.is_integer() {
            integers(&mut problem, &mut random);
        }
        if m * n * k > 0 {
            self.change(&mut problem, &mut random);
        }
        if beta == 0.0 {
            problem.c.fill(f32::NAN);
        }
        problem
    }

    fn is_integer(self) -> bool {
        matches!(
            self,
            Content::Integers | Content::ZeroBlocks | Content::Corner
        )
    }

    fn family(self) -> Family {
        match self {
            Content::WideRange => Family::WideRange,
            Content::Overflowing => Family::Overflowing,
            Content::Subnormal => Family::Subnormal,
            Content::SignedZeros => Family::SignedZeros,
            _ => Family::Uniform,
        }
    }

    /// Makes of uniform numbers, or of integers, what this kind is.
    fn change(self, problem: &mut Problem, random: &mut ChaCha8Rng) {
        let [m, n, k] = problem.shape;
        let Problem { a, b, c, .. } = problem;
        let (i, j, l) = (
            random.random_range(0..m),
            random.random_range(0..n),
            random.random_range(0..k),
        );
        match self {
            Content::Cancelling => cancel(problem),
            Content::Graded => grade(problem),
            Content::Huge => scale(problem, 60),
            Content::Underflowing => scale(problem, -74),
            Content::ZeroBlocks => zero_blocks(problem),
            Content::Corner => {
                a[..(m - 1) * k].fill(0.0);
                (0..k * n)
                    .filter(|at| at % n < n - 1)
                    .for_each(|at| b[at] = 0.0);
            }
            Content::NanInA => a[i * k + l] = f32::NAN,
            Content::NanInB => b[l * n + j] = f32::NAN,
            Content::NanInC => c[i * n + j] = f32::NAN,
            Content::Infinities => infinities(problem, random),
            Content::ZerosAgainstNan => {
                (0..m).for_each(|i| a[i * k + l] = if i % 2 == 0 { 0.0 } else { -0.0 });
                b[l * n + j] = f32::NAN;
                b[l * n + (j + 1) % n] = f32::INFINITY;
            }
            Content::NanInProduct => {
                a.fill(f32::NAN);
                b.fill(f32::NAN);
            }
            _ => {}
        }
    }
}
