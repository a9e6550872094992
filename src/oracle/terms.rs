//! The exact sum of products, and the results that a kernel may return for it.

use num_traits::{One, Zero};

use super::bound::{Format, Order, gamma};
use crate::number::Exact;

/// An exact sum of products of f32 numbers; special values are counted separately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The sum of the finite terms.
    pub sum: Exact,
    /// The sum of their absolute values.
    pub magnitude: Exact,
    /// The number of terms, including special values.
    pub count: u64,
    /// The number of terms that are NaN, including 0·∞.
    pub invalid: u64,
    /// The number of terms that are +∞.
    pub positive_infinities: u64,
    /// The number of terms that are −∞.
    pub negative_infinities: u64,
}

/// The results that a kernel may return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A number within `radius` of `value`, or an overflow if the magnitudes permit one.
    Near {
        /// The exact value.
        value: Exact,
        /// The proved bound on the error.
        radius: Exact,
        /// The sum of the absolute values of the terms.
        magnitude: Exact,
        /// Whether an intermediate result may overflow.
        may_overflow: bool,
    },
    /// An infinity of this sign (`true` means −∞).
    Infinite(bool),
    /// NaN.
    Invalid,
    /// Anything: there is an infinite term, and the finite terms may overflow to the opposite infinity.
    Unknown,
}

impl Terms {
    /// An empty sum.
    pub fn new() -> Self {
        Terms {
            sum: Exact::zero(),
            magnitude: Exact::zero(),
            count: 0,
            invalid: 0,
            positive_infinities: 0,
            negative_infinities: 0,
        }
    }

    /// `Σ x_i y_i`.
    ///
    /// # Panics
    /// When the lengths differ.
    pub fn dot(x: &[f32], y: &[f32]) -> Self {
        assert_eq!(x.len(), y.len(), "lengths of the factors of an exact dot");
        x.iter()
            .zip(y)
            .fold(Terms::new(), |terms, (&x, &y)| terms.and(x, y))
    }

    /// `Σ x_i`.
    pub fn sum(x: impl IntoIterator<Item = f32>) -> Self {
        x.into_iter()
            .fold(Terms::new(), |terms, x| terms.and(x, 1.0))
    }

    /// Adds the term `x·y`.
    #[must_use]
    pub fn and(mut self, x: f32, y: f32) -> Self {
        self.count += 1;
        match Exact::from_f32(x).zip(Exact::from_f32(y)) {
            Some((x, y)) => {
                let term = x * y;
                self.magnitude += term.abs();
                self.sum += term;
            }
            // One of the factors is not finite: the machine's product is NaN or an infinity, without any
            // rounding.
            None => match x * y {
                product if product.is_nan() => self.invalid += 1,
                product if product > 0.0 => self.positive_infinities += 1,
                _ => self.negative_infinities += 1,
            },
        }
        self
    }

    /// The results that a kernel may return if it adds these terms in this order and format, with one
    /// FMA (or addition) per term.
    pub fn expected(&self, format: &Format, order: Order) -> Expected {
        let gamma = gamma(format, order.depth(self.count));
        let count = i64::try_from(self.count).expect("a number of terms fits in an i64");
        let tiny = Exact::from(count) * &format.tiny * (Exact::one() + &gamma);
        let radius = &gamma * &self.magnitude + tiny;
        let may_overflow = &self.magnitude + &radius > format.largest;
        let infinite = (self.positive_infinities > 0, self.negative_infinities > 0);
        match (self.invalid > 0, infinite) {
            (true, _) | (_, (true, true)) => Expected::Invalid,
            (_, (true, _) | (_, true)) if may_overflow => Expected::Unknown,
            (_, (true, false)) => Expected::Infinite(false),
            (_, (false, true)) => Expected::Infinite(true),
            _ => Expected::Near {
                value: self.sum.clone(),
                radius,
                magnitude: self.magnitude.clone(),
                may_overflow,
            },
        }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Terms::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(x: &[f32], y: &[f32]) -> Expected {
        Terms::dot(x, y).expected(&Format::single(), Order::Chain)
    }

    #[test]
    fn special_values_follow_the_standard() {
        let infinity = f32::INFINITY;
        let one_and = |x: f32, y: f32| expected(&[1.0, x], &[1.0, y]);
        assert_eq!(one_and(f32::NAN, 0.0), Expected::Invalid);
        assert_eq!(one_and(0.0, -infinity), Expected::Invalid);
        assert_eq!(one_and(-2.0, infinity), Expected::Infinite(true));
        assert_eq!(one_and(-infinity, -infinity), Expected::Infinite(false));
        assert_eq!(
            expected(&[infinity, infinity], &[1.0, -1.0]),
            Expected::Invalid
        );
        let huge = expected(&[infinity, f32::MAX, f32::MAX], &[1.0, -1.0, -1.0]);
        assert_eq!(huge, Expected::Unknown);
    }

    #[test]
    fn the_bound_is_attained_to_within_a_quarter() {
        // 1 + u(1 + 2u): the sum lies just above the midpoint of two neighbours and is rounded up.
        let (x, y) = ([1.0, 1.0], [1.0, f32::EPSILON / 2.0 * (1.0 + f32::EPSILON)]);
        let Expected::Near { value, radius, .. } = expected(&x, &y) else {
            panic!("a finite sum");
        };
        let computed = Exact::from_f32(x[1].mul_add(y[1], x[0] * y[0])).unwrap();
        let error = (computed - value).abs();
        assert!(error <= radius && error * Exact::from(4) > radius);
    }
}
