//! The proved error bound of a sum of products.
//!
//! # Derivation
//!
//! One operation, rounded to nearest in a format with unit roundoff `u` and least subnormal `2t`,
//! gives `fl(z) = z(1 + δ) + ε` with `|δ| ≤ u`, `|ε| ≤ t`, `δε = 0`, when it does not overflow: a
//! result in the normal range has a relative error, one below it an absolute error of half the
//! least subnormal (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §2.1).
//! The sum of two numbers of the format is a multiple of the least subnormal, so an addition has
//! ε = 0; a fused multiply-add need not.
//!
//! Term `z_i = x_i y_i` enters by one FMA, and the partial sum it went into passes further FMAs and
//! additions. Let `d` be the largest number of roundings on the way of any term to the result,
//! and `r` the number of FMAs. Unrolling the recursion, for some |δ|, |ε| as above,
//!
//! ```text
//! computed = Σ_i z_i ∏_{j on the way of i} (1 + δ_j)  +  Σ_{FMA f} ε_f ∏_{j after f} (1 + δ_j).
//! ```
//!
//! Every product of at most `d` factors is `1 + θ` with `|θ| ≤ γ_d = du/(1 − du)` when `du < 1`
//! (Higham, Lemma 3.1). Hence
//!
//! ```text
//! |computed − Σ z_i|  ≤  γ_d Σ|z_i| + r t (1 + γ_d).
//! ```
//!
//! The same unrolling bounds every intermediate result before its rounding by
//! `(1 + γ_d) Σ|z_i| + r t (1 + γ_d)`: where this is at most the largest number of the format,
//! nothing overflows. And a sum that has overflowed never becomes finite again, so that the bound
//! holds of every *finite* result, whatever the magnitudes.
//!
//! The order of the additions enters by `d` alone. Padding with zero terms changes nothing: adding
//! 0 is exact.

use num_traits::One;

use crate::number::Exact;

/// A binary format as the model of rounding sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// The unit roundoff `u`.
    pub unit: Exact,
    /// Half the least subnormal: the largest error of a result below the normal range.
    pub tiny: Exact,
    /// The largest finite number.
    pub largest: Exact,
}

impl Format {
    /// binary32: u = 2⁻²⁴, half the least subnormal is 2⁻¹⁵⁰.
    pub fn single() -> Self {
        Format::with(24, 127)
    }

    /// binary64: u = 2⁻⁵³, half the least subnormal is 2⁻¹⁰⁷⁵.
    pub fn double() -> Self {
        Format::with(53, 1023)
    }

    fn with(bits: i32, largest_exponent: i32) -> Self {
        let unit = Exact::power_of_two(-bits);
        Format {
            tiny: Exact::power_of_two(1 - largest_exponent - bits),
            largest: Exact::power_of_two(largest_exponent + 1) * (Exact::one() - &unit),
            unit,
        }
    }
}

/// `γ_d = du / (1 − du)`.
///
/// # Panics
/// When du ≥ 1: so many roundings have no such bound.
pub fn gamma(format: &Format, depth: u64) -> Exact {
    let depth = i64::try_from(depth).expect("a number of roundings fits in an i64");
    let du = Exact::from(depth) * &format.unit;
    assert!(du < Exact::one(), "no bound after {depth} roundings");
    &du / (Exact::one() - &du)
}

/// The order in which a kernel promises to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// One after the other.
    Chain,
    /// In so many lanes (a power of two), term `i` in lane `i mod lanes`, the lanes then in a tree.
    Lanes(u64),
    /// Pieces of a fixed length, each in [`Order::Lanes`], the sums of the pieces then one after
    /// the other.
    Pieces {
        /// See [`Order::Lanes`].
        lanes: u64,
        /// Terms in a piece.
        length: u64,
    },
}

impl Order {
    /// The largest number of roundings on the way of one of `count` terms to the sum.
    pub fn depth(self, count: u64) -> u64 {
        match self {
            Order::Chain => count,
            Order::Lanes(lanes) => count.div_ceil(lanes) + u64::from(lanes.ilog2()),
            Order::Pieces { lanes, length } => {
                Order::Lanes(lanes).depth(count.min(length)) + count.div_ceil(length)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formats_are_those_of_the_machine() {
        let (single, double) = (Format::single(), Format::double());
        assert_eq!(Exact::from_f32(f32::MAX), Some(single.largest));
        assert_eq!(Exact::from_f64(f64::MAX), Some(double.largest));
        assert_eq!(Exact::from_f32(f32::EPSILON / 2.0), Some(single.unit));
        assert_eq!(Exact::from_f64(f64::EPSILON / 2.0), Some(double.unit));
        let two = Exact::from(2);
        assert_eq!(Exact::from_f32(f32::from_bits(1)), Some(single.tiny * &two));
        assert_eq!(Exact::from_f64(f64::from_bits(1)), Some(double.tiny * &two));
    }

    #[test]
    fn depths_count_the_roundings() {
        assert_eq!(Order::Chain.depth(5), 5);
        assert_eq!(Order::Lanes(64).depth(65), 2 + 6);
        let pieces = Order::Pieces {
            lanes: 64,
            length: 128,
        };
        assert_eq!(pieces.depth(300), 2 + 6 + 3);
        assert_eq!(
            gamma(&Format::single(), 1),
            Exact::fraction(1, (1 << 24) - 1)
        );
    }
}
