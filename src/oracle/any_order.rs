//! The results that a sum may have if nothing is known about the order of its additions.
//!
//! # The bound for every order
//!
//! Let a kernel add n terms z_i in any binary tree: sequentially, in blocks, pairwise, permuted, with
//! FMA or not. On the way from a product to the result stand the rounding of the product (unless an FMA
//! fuses it) and at most n − 1 additions (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd
//! ed., §4.2: n − 1 additions form the tree). That is at most n roundings, so by Lemma 3.1 and the
//! derivation in [`super::bound`], with n products or FMAs that may underflow,
//!
//! ```text
//! |computed − Σ z_i|  ≤  γ_n Σ|z_i| + n t (1 + γ_n).
//! ```
//!
//! A sum in f64 that is rounded to f32 at the end has the relative error `(1 + u)(1 + γ')  − 1`, γ' being
//! γ_{n−1} of f64, and one t; compensated sums have `2u + O(nu²)` and the rounding of the product
//! (Higham, eq. 4.8). Both are below γ_n, the latter because its correction of the last term is not
//! larger than one rounding of the sum.
//!
//! # Where every order is exact
//!
//! Let all z_i be multiples of q = 2^k with k ≥ −149, and Σ|z_i| ≤ 2²⁴ q. Then every partial sum, in any
//! order, is a multiple of q of at most 2²⁴ q, and so an f32 number: no product, addition or FMA rounds,
//! and the corrections of compensated sums are 0. The radius is 0 there, and one lost term shows.
//!
//! In that case the sign of a zero result is known too: unless every term is −0, some addition gives
//! +0, since `x + (−x) = +0` and `+0 + −0 = +0` in rounding to nearest.

use num_traits::{One, Zero};

use super::bound::{Format, gamma};
use super::long_sum::LongSum;
use super::terms::Expected;
use crate::number::Exact;

/// The exact sum of products of f32 numbers, and what is needed to judge it in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnyOrder {
    sum: LongSum,
    magnitude: LongSum,
    count: u64,
    negative_zeros: u64,
    invalid: u64,
    positive_infinities: u64,
    negative_infinities: u64,
}

impl AnyOrder {
    /// `Σ x_i y_i`.
    pub fn dot(x: &[f32], y: &[f32]) -> Self {
        let mut sum = AnyOrder::default();
        for (&x, &y) in x.iter().zip(y) {
            sum.add(x, y);
        }
        sum
    }

    /// Adds the term `x·y`.
    pub fn add(&mut self, x: f32, y: f32) {
        self.count += 1;
        if x.is_finite() && y.is_finite() {
            self.sum.add(x, y, false);
            self.magnitude.add(x, y, true);
            let is_zero = x == 0.0 || y == 0.0;
            let is_negative = x.is_sign_negative() != y.is_sign_negative();
            self.negative_zeros += u64::from(is_zero && is_negative);
        } else {
            match x * y {
                product if product.is_nan() => self.invalid += 1,
                product if product > 0.0 => self.positive_infinities += 1,
                _ => self.negative_infinities += 1,
            }
        }
    }

    /// The sum of the finite terms.
    pub fn value(&self) -> Exact {
        self.sum.value()
    }

    /// The number of terms.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether every order of additions gives the exact sum.
    pub fn is_exact(&self) -> bool {
        self.magnitude.quantum().is_none_or(|quantum| {
            let largest = Exact::power_of_two(24 + quantum.min(100));
            quantum >= -149 && self.magnitude.value() <= largest
        })
    }

    /// Whether an exact zero must be +0: unless every term is −0.
    pub fn zero_is_positive(&self) -> bool {
        self.count == 0 || self.negative_zeros < self.count
    }

    /// The results that a kernel may return if at most `roundings` roundings stand between a term and
    /// the result, and at most `underflows` of all are of products.
    pub fn expected(&self, roundings: u64, underflows: u64) -> Expected {
        let format = Format::single();
        let gamma = gamma(&format, roundings);
        let magnitude = self.magnitude.value();
        let underflows = i64::try_from(underflows).expect("a number of terms fits in an i64");
        let tiny = Exact::from(underflows) * &format.tiny * (Exact::one() + &gamma);
        let radius = match self.is_exact() {
            true => Exact::zero(),
            false => &gamma * &magnitude + tiny,
        };
        let may_overflow = &magnitude + &radius > format.largest;
        let infinite = (self.positive_infinities > 0, self.negative_infinities > 0);
        match (self.invalid > 0, infinite) {
            (true, _) | (_, (true, true)) => Expected::Invalid,
            (_, (true, _) | (_, true)) if may_overflow => Expected::Unknown,
            (_, (true, false)) => Expected::Infinite(false),
            (_, (false, true)) => Expected::Infinite(true),
            _ => Expected::Near {
                value: self.value(),
                radius,
                magnitude,
                may_overflow,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{Order, Terms};

    #[test]
    fn the_bound_is_that_of_a_chain() {
        let x: Vec<f32> = (1..40).map(|i| 1.0 / i as f32).collect();
        let y: Vec<f32> = (1..40).map(|i| (i as f32).sin()).collect();
        let chain = Terms::dot(&x, &y).expected(&Format::single(), Order::Chain);
        let any = AnyOrder::dot(&x, &y);
        assert!(!any.is_exact());
        assert_eq!(any.expected(any.count(), any.count()), chain);
    }

    #[test]
    fn small_whole_numbers_are_exact() {
        assert!(AnyOrder::dot(&[4096.0, -4095.0], &[4095.0, 1.0]).is_exact());
        assert!(!AnyOrder::dot(&[4096.0, 4097.0], &[4096.0, 1.0]).is_exact());
        assert!(AnyOrder::dot(&[0.0], &[-3.0]).is_exact());
        let tiny = f32::from_bits(1);
        assert!(AnyOrder::dot(&[tiny], &[1.0]).is_exact());
        assert!(!AnyOrder::dot(&[tiny], &[0.5]).is_exact());
        assert!(!AnyOrder::dot(&[-0.0], &[2.0]).zero_is_positive());
    }
}
