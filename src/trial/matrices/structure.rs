//! Gives the numbers of a problem their structure.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::problem::Problem;

/// Replaces every number by a nonzero integer from −7 to 7.
pub(super) fn integers(problem: &mut Problem, random: &mut ChaCha8Rng) {
    let Problem { a, b, c, .. } = problem;
    for number in [a, b, c].into_iter().flatten() {
        let integer: i8 = random.random_range(1..=7);
        *number = f32::from(if random.random() { integer } else { -integer });
    }
    let is_small = |factor: f32| factor.fract() == 0.0 && factor.abs() <= 2.0;
    problem.is_exact = is_small(problem.alpha) && is_small(problem.beta);
}

/// Makes term `l + k/2` the negative of term `l`, up to a few units of 10⁻⁷.
pub(super) fn cancel(problem: &mut Problem) {
    let [m, n, k] = problem.shape;
    let half = k / 2;
    for l in 0..half {
        for i in 0..m {
            problem.a[i * k + l + half] = -problem.a[i * k + l] * (1.0 + 3.0 * f32::EPSILON);
        }
        for j in 0..n {
            problem.b[(l + half) * n + j] = problem.b[l * n + j];
        }
    }
}

/// Multiplies rows, columns and terms by different powers of two.
pub(super) fn grade(problem: &mut Problem) {
    let [_, n, k] = problem.shape;
    let power = |place: usize, step: usize| 2.0_f32.powi((place * step % 41) as i32 - 20);
    for (at, a) in problem.a.iter_mut().enumerate() {
        *a *= power(at / k, 11) * power(at % k, 7);
    }
    for (at, b) in problem.b.iter_mut().enumerate() {
        *b *= power(at % n, 13) * power(at / n, 17);
    }
}

/// Multiplies A and B by a power of two.
pub(super) fn scale(problem: &mut Problem, exponent: i32) {
    let Problem { a, b, .. } = problem;
    for number in [a, b].into_iter().flatten() {
        *number *= 2.0_f32.powi(exponent);
    }
}

/// Makes every second block of 16 terms zero in A, and every third of 8 in B; also the last tile of
/// 4 × 4 of A, and the first of B.
pub(super) fn zero_blocks(problem: &mut Problem) {
    let [m, n, k] = problem.shape;
    for (at, a) in problem.a.iter_mut().enumerate() {
        let (i, l) = (at / k, at % k);
        if l / 16 % 2 == 1 || (i + 4 >= m && l + 4 >= k && k > 4) {
            *a = 0.0;
        }
    }
    for (at, b) in problem.b.iter_mut().enumerate() {
        let (l, j) = (at / n, at % n);
        if l / 8 % 3 == 2 || (l < 4 && j < 4 && k > 4) {
            *b = 0.0;
        }
    }
}

/// Puts infinities into A, and infinities and zeros into B, about one in sixteen.
pub(super) fn infinities(problem: &mut Problem, random: &mut ChaCha8Rng) {
    let [_, n, k] = problem.shape;
    // At most one infinity in a row, so that some results are infinite and not all are NaN.
    for row in problem.a.chunks_mut(k) {
        if random.random_ratio(1, 3) {
            row[random.random_range(0..k)] = f32::INFINITY.copysign(random.random_range(-1.0..1.0));
        }
    }
    for j in 0..n {
        if random.random_ratio(1, 5) {
            problem.b[random.random_range(0..k) * n + j] = 0.0;
        }
    }
}
