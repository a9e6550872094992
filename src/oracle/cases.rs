//! Test inputs that are known to break kernels.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The kind of numbers in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Uniform in [−1, 1).
    Uniform,
    /// Every exponent from −126 to 63: products underflow and small terms are lost in sums; nothing
    /// overflows.
    WideRange,
    /// Every exponent up to 127: products and sums may overflow.
    Overflowing,
    /// Subnormal numbers in `x`; `y` is of ordinary size.
    Subnormal,
    /// +0 and −0 only.
    SignedZeros,
    /// Every term is followed by its negative, up to a small remainder.
    Cancelling,
    /// Uniform, with infinities of one sign in `x`.
    OneInfinity,
    /// Uniform, with infinities of both signs and zeros.
    Infinities,
    /// Uniform, with one NaN in sixteen numbers on average.
    NotANumber,
    /// Uniform, with blocks of 16 zeros.
    ZeroBlocks,
    /// The same seven numbers, repeated.
    Repeated,
}

impl Family {
    /// All families.
    pub const ALL: [Family; 11] = [
        Family::Uniform,
        Family::WideRange,
        Family::Overflowing,
        Family::Subnormal,
        Family::SignedZeros,
        Family::Cancelling,
        Family::OneInfinity,
        Family::Infinities,
        Family::NotANumber,
        Family::ZeroBlocks,
        Family::Repeated,
    ];

    /// Two vectors of this family; the same seed gives the same vectors on every machine.
    pub fn vectors(self, length: usize, seed: u64) -> (Vec<f32>, Vec<f32>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(self as u64);
        let x: Vec<f32> = (0..length).map(|i| self.left(i, &mut random)).collect();
        let y: Vec<f32> = (0..length).map(|i| self.right(i, &mut random)).collect();
        match self {
            Family::Cancelling => cancelling(&x, &y),
            Family::Repeated => (repeated(&x), repeated(&y)),
            _ => (x, y),
        }
    }

    fn left(self, i: usize, random: &mut ChaCha8Rng) -> f32 {
        let number = random.random_range(-1.0..1.0);
        let rare = random.random_ratio(1, 16);
        match self {
            Family::WideRange => scaled(number, random.random_range(-126..=63)),
            Family::Overflowing => scaled(number, random.random_range(-126..=127)),
            Family::Subnormal => f32::from_bits(random.random_range(1..1 << 23)).copysign(number),
            Family::SignedZeros => 0.0_f32.copysign(number),
            Family::OneInfinity if rare => f32::INFINITY,
            Family::Infinities if rare => f32::INFINITY.copysign(number),
            Family::NotANumber if rare => f32::NAN,
            Family::ZeroBlocks if (i / 16) % 2 == 1 => 0.0,
            _ => number,
        }
    }

    fn right(self, i: usize, random: &mut ChaCha8Rng) -> f32 {
        match self {
            Family::Subnormal => random.random_range(-4.0..4.0),
            // Positive, so that all infinite terms have the same sign.
            Family::OneInfinity => random.random_range(0.5..1.0),
            Family::Infinities if random.random_ratio(1, 16) => 0.0,
            _ => self.left(i, random),
        }
    }
}

fn scaled(number: f32, exponent: i32) -> f32 {
    // In two steps, because the exponents of normal factors are limited to −126 to 127.
    let half = exponent / 2;
    number * 2.0_f32.powi(half) * 2.0_f32.powi(exponent - half)
}

/// Makes every second term the negative of the one before, up to a few roundings.
fn cancelling(x: &[f32], y: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let pair = |i: usize| i - i % 2;
    let x = (0..x.len()).map(|i| match i % 2 {
        0 => x[i],
        _ => -x[pair(i)] * (1.0 + f32::EPSILON),
    });
    (x.collect(), (0..y.len()).map(|i| y[pair(i)]).collect())
}

fn repeated(x: &[f32]) -> Vec<f32> {
    (0..x.len()).map(|i| x[i % 7]).collect()
}

/// A test case: two vectors of the same length.
#[derive(Clone, Debug)]
pub struct Case {
    /// The kind of numbers in it.
    pub family: Family,
    /// The first vector.
    pub x: Vec<f32>,
    /// The second vector.
    pub y: Vec<f32>,
}

impl Case {
    /// A description of the case for messages.
    pub fn name(&self) -> String {
        format!("{:?}, length {}", self.family, self.x.len())
    }
}

/// One case for every family and every length, so `Family::ALL.len() × lengths.len()` cases. The same
/// seed gives the same cases on every machine.
pub fn cases(lengths: &[usize], seed: u64) -> Vec<Case> {
    let cases: Vec<Case> = Family::ALL
        .into_iter()
        .flat_map(|family| lengths.iter().map(move |&length| (family, length)))
        .map(|(family, length)| {
            let (x, y) = family.vectors(length, seed ^ ((length as u64) << 32));
            Case { family, x, y }
        })
        .collect();
    let announced = Family::ALL.len() * lengths.len();
    assert_eq!(cases.len(), announced, "cases made and cases announced");
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_what_it_says() {
        for case in cases(&[1000], 1) {
            let both = || case.x.iter().chain(&case.y);
            let some = |test: fn(&f32) -> bool| both().any(test);
            let as_said = match case.family {
                Family::Uniform | Family::Cancelling => both().all(|x| x.abs() <= 1.0),
                Family::WideRange => some(|x| x.abs() < 1e-30) && some(|x| x.abs() > 1e15),
                Family::Overflowing => both().all(|x| x.is_finite()) && some(|x| x.abs() > 1e35),
                Family::Subnormal => case.x.iter().all(|x| x.is_subnormal()),
                Family::SignedZeros => both().all(|x| *x == 0.0) && some(|x| x.is_sign_negative()),
                Family::OneInfinity => case.x.contains(&f32::INFINITY),
                Family::Infinities => some(|x| *x == f32::NEG_INFINITY) && some(|x| *x == 0.0),
                Family::NotANumber => some(|x| x.is_nan()),
                Family::ZeroBlocks => case.x[16..32].iter().all(|x| *x == 0.0),
                Family::Repeated => case.x[..7] == case.x[7..14],
            };
            assert!(as_said, "{}", case.name());
        }
    }

    #[test]
    fn every_second_term_cancels_the_one_before() {
        let (x, y) = Family::Cancelling.vectors(100, 3);
        for i in (0..100).step_by(2) {
            assert_eq!(x[i + 1], -x[i] * (1.0 + f32::EPSILON));
            assert_eq!(y[i + 1], y[i]);
        }
        // A term without a second one stays.
        assert_eq!(Family::Cancelling.vectors(101, 3).0.len(), 101);
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        for family in Family::ALL {
            let (first, again) = (family.vectors(100, 7), family.vectors(100, 7));
            assert_eq!(bits(&first.0), bits(&again.0));
            assert_eq!(bits(&first.1), bits(&again.1));
        }
        assert_ne!(
            Family::Uniform.vectors(9, 1).0,
            Family::Uniform.vectors(9, 2).0
        );
    }
}
