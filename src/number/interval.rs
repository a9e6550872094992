//! Interval arithmetic with outward rounding.
//!
//! **Guarantee.** Every operation rounds its lower bound down and its upper bound up, so the result
//! encloses every value that the operation takes on the operands. An undefined operation (division by
//! an interval that contains zero, ∞ − ∞) gives the whole real line, never a wrong number.

use std::cmp::Ordering;
use std::fmt;

use num_traits::{One, Zero};
use rug::Float;
use rug::float::{Constant, Round, Special};
use rug::ops::{AddAssignRound, CompleteRound, DivAssignRound, MulAssignRound, SubAssignRound};

use super::ops::operators;
use super::{Exact, Field, Real};

/// The closed interval `[lower, upper]` with bounds of `BITS` bits.
///
/// `==` compares the bounds, not the enclosed numbers; use [`Field::compare`] to compare numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval<const BITS: u32> {
    lower: Float,
    upper: Float,
}

impl<const BITS: u32> Interval<BITS> {
    /// The smallest representable interval that contains every number from `low` to `high`.
    ///
    /// # Panics
    /// When `low > high`.
    pub fn between(low: &Exact, high: &Exact) -> Self {
        assert!(low <= high, "an interval from {low} to {high} is empty");
        Self {
            lower: Float::with_val_round(BITS, &low.0, Round::Down).0,
            upper: Float::with_val_round(BITS, &high.0, Round::Up).0,
        }
    }

    /// The enclosure of `centre ± radius`; the whole real line when either is not finite.
    pub fn around(centre: f64, radius: f64) -> Self {
        match (Exact::from_f64(centre), Exact::from_f64(radius.abs())) {
            (Some(centre), Some(radius)) => Self::between(&(&centre - &radius), &(centre + radius)),
            _ => Self::whole(),
        }
    }

    /// Do the two intervals have a number in common?
    pub fn meets(&self, other: &Self) -> bool {
        self.lower <= other.upper && other.lower <= self.upper
    }

    /// The whole real line: nothing is known.
    pub fn whole() -> Self {
        Self {
            lower: Float::with_val(BITS, Special::NegInfinity),
            upper: Float::with_val(BITS, Special::Infinity),
        }
    }

    /// The lower bound as a rational; `None` when it is −∞.
    pub fn lower(&self) -> Option<Exact> {
        self.lower.to_rational().map(Exact)
    }

    /// The upper bound as a rational; `None` when it is +∞.
    pub fn upper(&self) -> Option<Exact> {
        self.upper.to_rational().map(Exact)
    }

    /// Does the interval contain this number?
    pub fn contains(&self, value: &Exact) -> bool {
        self.lower <= value.0 && self.upper >= value.0
    }

    /// The bounds in decimal with this many significant digits; the lower bound is rounded down, the
    /// upper bound up.
    pub fn decimals(&self, digits: usize) -> (String, String) {
        let decimal = |x: &Float, round| x.to_string_radix_round(10, Some(digits), round);
        (
            decimal(&self.lower, Round::Down),
            decimal(&self.upper, Round::Up),
        )
    }

    /// An upper bound of the width, as an `f64`.
    pub fn width(&self) -> f64 {
        let width = (&self.upper - &self.lower)
            .complete_round(BITS, Round::Up)
            .0;
        width.to_f64_round(Round::Up)
    }

    /// An approximate midpoint, for plots.
    pub fn midpoint(&self) -> f64 {
        let sum = Float::with_val(BITS + 1, &self.lower + &self.upper);
        (sum / 2u32).to_f64()
    }

    /// The interval of two bounds that were rounded outward; NaN in either means that nothing is known.
    fn outward(lower: Float, upper: Float) -> Self {
        if lower.is_nan() || upper.is_nan() {
            return Self::whole();
        }
        Self { lower, upper }
    }

    fn add_ref(&self, other: &Self) -> Self {
        let (mut lower, mut upper) = (self.lower.clone(), self.upper.clone());
        lower.add_assign_round(&other.lower, Round::Down);
        upper.add_assign_round(&other.upper, Round::Up);
        Self::outward(lower, upper)
    }

    fn sub_ref(&self, other: &Self) -> Self {
        let (mut lower, mut upper) = (self.lower.clone(), self.upper.clone());
        lower.sub_assign_round(&other.upper, Round::Down);
        upper.sub_assign_round(&other.lower, Round::Up);
        Self::outward(lower, upper)
    }

    /// The product, by the signs of the operands (N: ≤ 0, M: zero in the interior, P: ≥ 0):
    ///
    /// | `self` \ `other` | P | M | N |
    /// |---|---|---|---|
    /// | P | `[al·bl, ah·bh]` | `[ah·bl, ah·bh]` | `[ah·bl, al·bh]` |
    /// | M | `[al·bh, ah·bh]` | four products | `[ah·bl, al·bl]` |
    /// | N | `[al·bh, ah·bl]` | `[al·bh, al·bl]` | `[ah·bh, al·bl]` |
    fn mul_ref(&self, other: &Self) -> Self {
        use Sign::{Mixed, Negative, Positive};
        let (al, ah, bl, bh) = (&self.lower, &self.upper, &other.lower, &other.upper);
        let (low, high) = match (self.side(), other.side()) {
            (Positive, Positive) => ((al, bl), (ah, bh)),
            (Positive, Mixed) => ((ah, bl), (ah, bh)),
            (Positive, Negative) => ((ah, bl), (al, bh)),
            (Mixed, Positive) => ((al, bh), (ah, bh)),
            (Mixed, Mixed) => return self.mixed_product(other),
            (Mixed, Negative) => ((ah, bl), (al, bl)),
            (Negative, Positive) => ((al, bh), (ah, bl)),
            (Negative, Mixed) => ((al, bh), (al, bl)),
            (Negative, Negative) => ((ah, bh), (al, bl)),
        };
        let (mut lower, mut upper) = (low.0.clone(), high.0.clone());
        lower.mul_assign_round(low.1, Round::Down);
        upper.mul_assign_round(high.1, Round::Up);
        Self::outward(lower, upper)
    }

    /// The product when both operands have zero in their interior: the extremes are among the four
    /// products of bounds.
    fn mixed_product(&self, other: &Self) -> Self {
        let product = |a: &Float, b: &Float, round| (a * b).complete_round(BITS, round).0;
        let lower = product(&self.lower, &other.upper, Round::Down).min(&product(
            &self.upper,
            &other.lower,
            Round::Down,
        ));
        let upper = product(&self.lower, &other.lower, Round::Up).max(&product(
            &self.upper,
            &other.upper,
            Round::Up,
        ));
        Self::outward(lower, upper)
    }

    fn side(&self) -> Sign {
        if self.lower.cmp0() != Some(Ordering::Less) {
            Sign::Positive
        } else if self.upper.cmp0() != Some(Ordering::Greater) {
            Sign::Negative
        } else {
            Sign::Mixed
        }
    }

    fn div_ref(&self, other: &Self) -> Self {
        if other.sign().is_none_or(Ordering::is_eq) {
            return Self::whole();
        }
        let one = Float::with_val(BITS, 1);
        let (mut lower, mut upper) = (self.lower.clone(), self.upper.clone());
        if other.lower == other.upper {
            // A point divides the bounds directly, which rounds once instead of twice.
            if other.side() == Sign::Negative {
                std::mem::swap(&mut lower, &mut upper);
            }
            lower.div_assign_round(&other.lower, Round::Down);
            upper.div_assign_round(&other.lower, Round::Up);
            return Self::outward(lower, upper);
        }
        let reciprocal = Self::outward(
            (&one / &other.upper).complete_round(BITS, Round::Down).0,
            (&one / &other.lower).complete_round(BITS, Round::Up).0,
        );
        self.mul_ref(&reciprocal)
    }

    fn neg_ref(&self) -> Self {
        Self {
            lower: Float::with_val(BITS, -&self.upper),
            upper: Float::with_val(BITS, -&self.lower),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Negative,
    Mixed,
    Positive,
}

operators!([const BITS: u32] Interval<BITS>);

impl<const BITS: u32> Zero for Interval<BITS> {
    fn zero() -> Self {
        Self {
            lower: Float::new(BITS),
            upper: Float::new(BITS),
        }
    }

    /// Is the interval exactly `[0, 0]`?
    fn is_zero(&self) -> bool {
        self.lower.is_zero() && self.upper.is_zero()
    }
}

impl<const BITS: u32> One for Interval<BITS> {
    fn one() -> Self {
        Self {
            lower: Float::with_val(BITS, 1),
            upper: Float::with_val(BITS, 1),
        }
    }
}

impl<const BITS: u32> Field for Interval<BITS> {
    fn from_exact(value: &Exact) -> Self {
        Self::between(value, value)
    }

    /// Some ordering only when every pair of enclosed numbers compares that way.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        if self.upper < other.lower {
            Some(Ordering::Less)
        } else if self.lower > other.upper {
            Some(Ordering::Greater)
        } else if self.lower == other.upper && self.upper == other.lower {
            Some(Ordering::Equal)
        } else {
            None
        }
    }

    fn square(&self) -> Self {
        let square = |x: &Float, round| x.square_ref().complete_round(BITS, round).0;
        let (low, high) = match self.side() {
            Sign::Positive => (&self.lower, &self.upper),
            Sign::Negative => (&self.upper, &self.lower),
            Sign::Mixed => {
                let largest = self.lower.clone().abs().max(&self.upper);
                return Self::outward(Float::new(BITS), square(&largest, Round::Up));
            }
        };
        Self::outward(square(low, Round::Down), square(high, Round::Up))
    }
}

impl<const BITS: u32> Real for Interval<BITS> {
    fn sqrt(&self) -> Self {
        let lower = self.lower.clone().max(&Float::new(BITS));
        Self::outward(
            lower.sqrt_ref().complete_round(BITS, Round::Down).0,
            self.upper.sqrt_ref().complete_round(BITS, Round::Up).0,
        )
    }

    fn exp(&self) -> Self {
        Self::outward(
            self.lower.exp_ref().complete_round(BITS, Round::Down).0,
            self.upper.exp_ref().complete_round(BITS, Round::Up).0,
        )
    }

    fn ln(&self) -> Self {
        let lower = self.lower.clone().max(&Float::new(BITS));
        Self::outward(
            lower.ln_ref().complete_round(BITS, Round::Down).0,
            self.upper.ln_ref().complete_round(BITS, Round::Up).0,
        )
    }

    fn erf(&self) -> Self {
        Self::outward(
            self.lower.erf_ref().complete_round(BITS, Round::Down).0,
            self.upper.erf_ref().complete_round(BITS, Round::Up).0,
        )
    }

    fn pi() -> Self {
        Self::outward(
            Float::with_val_round(BITS, Constant::Pi, Round::Down).0,
            Float::with_val_round(BITS, Constant::Pi, Round::Up).0,
        )
    }
}

impl<const BITS: u32> fmt::Display for Interval<BITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lower, upper) = self.decimals(f.precision().unwrap_or(12));
        write!(f, "[{lower}, {upper}]")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Narrow = Interval<8>;

    fn small() -> impl Strategy<Value = Exact> {
        (-60i64..60, 1u64..60).prop_map(|(p, q)| Exact::fraction(p, q))
    }

    /// A random interval and a random number inside it.
    fn ball() -> impl Strategy<Value = (Narrow, Exact)> {
        (small(), small(), 0u64..9).prop_map(|(a, b, weight)| {
            let inside = &a + (&b - &a) * Exact::fraction(weight as i64, 8);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            (Narrow::between(&low, &high), inside)
        })
    }

    proptest! {
        #[test]
        fn every_operation_encloses_the_exact_result((x, a) in ball(), (y, b) in ball()) {
            prop_assert!((&x + &y).contains(&(&a + &b)));
            prop_assert!((&x - &y).contains(&(&a - &b)));
            prop_assert!((&x * &y).contains(&(&a * &b)));
            prop_assert!(x.square().contains(&a.square()));
            prop_assert!((-&x).contains(&-&a));
            if !b.is_zero() {
                prop_assert!((&x / &y).contains(&(&a / &b)));
            }
            if a >= Exact::zero() {
                let root = x.sqrt();
                prop_assert!(root.lower().unwrap().square() <= a);
                prop_assert!(root.upper().unwrap().square() >= a);
            }
            // e^a > 1 + a, and e^a < 1/(1 − a) for a < 1: the bounds must respect both.
            prop_assert!(x.exp().upper().unwrap() >= Exact::one() + &a);
            if a < Exact::one() {
                prop_assert!(x.exp().lower().unwrap() <= (Exact::one() - &a).reciprocal());
            }
            if let Some(order) = x.compare(&y) {
                prop_assert_eq!(order, a.cmp(&b));
            }
        }
    }

    #[test]
    fn pi_and_the_error_function_are_enclosed() {
        // Archimedes: 3 + 10/71 < π < 3 + 1/7.
        let (low, high) = (Exact::fraction(223, 71), Exact::fraction(22, 7));
        let pi = Interval::<64>::pi();
        assert!(pi.lower() > Some(low) && pi.upper() < Some(high));
        assert!(0.0 < pi.width() && pi.width() < 1e-18);
        // x − x³/3 < (√π/2)·erf(x) < x − x³/3 + x⁵/10 for x > 0, at x = 1/2 (the series alternates).
        let half = |x: &Interval<64>| x.erf() * Interval::<64>::pi().sqrt() * Interval::ratio(1, 2);
        let value = half(&Interval::ratio(1, 2));
        assert!(value.lower() > Some(Exact::fraction(11, 24)));
        assert!(value.upper() < Some(Exact::fraction(443, 960) + Exact::fraction(1, 1 << 40)));
        assert!(value.width() < 1e-17, "{value}");
        let wide = Interval::<64>::between(&Exact::from(-1), &Exact::from(1)).erf();
        assert_eq!(wide.lower(), wide.upper().map(|x| -x));
    }

    #[test]
    fn what_is_undefined_gives_the_whole_line() {
        let zero = Narrow::zero();
        let whole = Narrow::whole();
        assert_eq!(Narrow::one() / &zero, whole);
        assert_eq!(&whole - &whole, whole);
        assert_eq!(&whole * &zero, whole);
        assert_eq!((-Narrow::one()).sqrt(), whole);
        assert_eq!(Narrow::around(f64::NAN, 0.0), whole);
        let [low, high] = ["3/4", "5/4"].map(|text| text.parse().unwrap());
        assert_eq!(Narrow::around(1.0, 0.25), Narrow::between(&low, &high));
        assert_eq!(Narrow::around(1.0, -0.25), Narrow::between(&low, &high));
        assert_eq!(Narrow::one().compare(&whole), None);
    }
}
