//! The proved error bound of a sum of products.
//!
//! # Derivation
//!
//! An operation is rounded to nearest in a format with unit roundoff `u` and least subnormal `2t`. If it
//! does not overflow, its result is `fl(z) = z(1 + δ) + ε` with `|δ| ≤ u`, `|ε| ≤ t` and `δε = 0`: a
//! result in the normal range has a relative error, and a smaller one has an absolute error of at most
//! half the least subnormal (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §2.1).
//! The sum of two numbers of the format is a multiple of the least subnormal, so an addition has ε = 0;
//! a fused multiply-add need not.
//!
//! The term `z_i = x_i y_i` enters the sum by one FMA, and the resulting partial sum passes through
//! further FMAs and additions. Let `d` be the largest number of roundings between any term and the
//! result, and `r` the number of FMAs. Unrolling the recursion gives, for some δ and ε as above,
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
//! The same unrolling bounds the exact value of every intermediate result, before it is rounded, by
//! `(1 + γ_d) Σ|z_i| + r t (1 + γ_d)`. If this is at most the largest number of the format, nothing
//! overflows. Moreover, a sum that has overflowed never becomes finite again, so the bound holds for
//! every *finite* result, whatever the magnitudes.
//!
//! The order of the additions matters only through `d`. Padding with zero terms changes nothing, because
//! adding 0 is exact.

use num_traits::One;

use crate::number::Exact;

/// The parameters of a binary floating-point format in the model of rounding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// The unit roundoff `u`.
    pub unit: Exact,
    /// Half the least subnormal: the largest error of a result that is below the normal range.
    pub tiny: Exact,
    /// The largest finite number.
    pub largest: Exact,
}

impl Format {
    /// The format binary32: u = 2⁻²⁴; half the least subnormal is 2⁻¹⁵⁰.
    pub fn single() -> Self {
        Format::with(24, 127)
    }

    /// The format binary64: u = 2⁻⁵³; half the least subnormal is 2⁻¹⁰⁷⁵.
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
/// When du ≥ 1, because then there is no such bound.
pub fn gamma(format: &Format, depth: u64) -> Exact {
    let depth = i64::try_from(depth).expect("a number of roundings fits in an i64");
    let du = Exact::from(depth) * &format.unit;
    assert!(du < Exact::one(), "no bound after {depth} roundings");
    &du / (Exact::one() - &du)
}

/// The order in which a kernel guarantees to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// One term after the other.
    Chain,
    /// In this many lanes (a power of two): term `i` goes to lane `i mod lanes`, and a tree adds the
    /// lanes.
    Lanes(u64),
    /// In pieces of fixed length: each piece is added as in [`Order::Lanes`], then the sums of the
    /// pieces are added one after the other.
    Pieces {
        /// The number of lanes in each piece ([`Order::Lanes`]).
        lanes: u64,
        /// The number of terms in a piece.
        length: u64,
    },
}

impl Order {
    /// The largest number of roundings between one of `count` terms and the sum.
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
