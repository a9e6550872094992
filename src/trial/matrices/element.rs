//! One element of a product: the exact sum of its terms, and the permitted results.

use num_traits::{One, Zero};

use super::problem::Problem;
use crate::number::Exact;
use crate::oracle::{Expected, Format, LongSum, gamma};
use crate::trial::scope::Policy;

/// The largest sum of absolute values for which integers stay exact in f32.
const EXACT: i32 = 24;

/// The permitted results of every element of C, by the theorem in [`super`].
pub(super) fn expected(problem: &Problem, policy: Policy) -> Vec<Expected> {
    let [m, n, _] = problem.shape;
    let bounds = Bounds::new(problem, policy);
    let element =
        |ij: usize| Element::new(problem, policy, ij / n, ij % n).expected(problem, &bounds);
    (0..m * n).map(element).collect()
}

/// The parts of the bound that all elements share.
struct Bounds {
    format: Format,
    gamma: Exact,
    alpha: Exact,
    beta: Exact,
    is_scaled: bool,
    /// The number of terms.
    terms: Exact,
    /// t(1 + γ).
    tiny: Exact,
    /// The errors of roundings to below the normal range that meet no factor afterwards.
    small: Exact,
}

impl Bounds {
    fn new(problem: &Problem, policy: Policy) -> Self {
        let is_unit = |factor: f32| factor.abs() == 1.0 || factor == 0.0;
        let terms = if problem.ignores_product(policy) {
            0
        } else {
            problem.shape[2] as u64
        };
        let is_scaled = !is_unit(problem.alpha);
        let adds = u64::from(problem.beta != 0.0);
        // k = 0: only βc is left, and rounds once.
        let depth = match terms {
            0 => u64::from(!is_unit(problem.beta)),
            _ => terms + u64::from(is_scaled) + adds,
        };
        let format = Format::single();
        let exact = |factor| Exact::from_f32(factor).expect("a finite factor");
        let gamma = above(gamma(&format, depth));
        let small =
            Exact::from(terms as i64 + i64::from(is_scaled) + i64::from(!is_unit(problem.beta)));
        Bounds {
            tiny: &format.tiny * (Exact::one() + &gamma),
            small: &small * &format.tiny * (Exact::one() + &gamma),
            gamma,
            alpha: exact(problem.alpha).abs(),
            beta: exact(problem.beta),
            is_scaled,
            terms: Exact::from(terms as i64),
            format,
        }
    }
}

/// What is summed for one element.
#[derive(Default)]
struct Element {
    sum: LongSum,
    magnitude: LongSum,
    /// `Σ|a_l| + |b_l|`, and the largest of these numbers.
    factors: LongSum,
    largest: f32,
    special: Special,
    c: f32,
}

/// How many terms are NaN, +∞ and −∞; whether an infinite term may be lost because α makes its finite
/// factor 0.
#[derive(Default)]
struct Special {
    invalid: bool,
    positive: bool,
    negative: bool,
    may_vanish: bool,
}

impl Special {
    fn add(&mut self, value: f32) {
        self.invalid |= value.is_nan();
        self.positive |= value == f32::INFINITY;
        self.negative |= value == f32::NEG_INFINITY;
    }
}

impl Element {
    fn new(problem: &Problem, policy: Policy, i: usize, j: usize) -> Self {
        let [_, n, k] = problem.shape;
        let mut element = Element::default();
        if problem.beta != 0.0 {
            element.c = problem.c[i * n + j];
        }
        if !element.c.is_finite() {
            element.special.add(element.c * problem.beta);
        }
        if problem.ignores_product(policy) {
            return element;
        }
        let is_scaled = problem.alpha.abs() != 1.0;
        for l in 0..k {
            let (a, b) = (problem.a[i * k + l], problem.b[l * n + j]);
            if a.is_finite() && b.is_finite() {
                element.sum.add(a, b, false);
                element.magnitude.add(a, b, true);
            } else {
                element.special.add(a * b * problem.alpha);
                let finite = if a.is_finite() { a } else { b };
                element.special.may_vanish |=
                    is_scaled && finite != 0.0 && !(finite * problem.alpha).is_normal();
            }
            if is_scaled {
                for factor in [a, b].into_iter().filter(|factor| factor.is_finite()) {
                    element.factors.add(factor, 1.0, true);
                    element.largest = element.largest.max(factor.abs());
                }
            }
        }
        element
    }

    fn expected(self, problem: &Problem, bounds: &Bounds) -> Expected {
        let c = Exact::from_f32(self.c).unwrap_or_else(Exact::zero);
        let (sum, magnitude) = (self.sum.value(), self.magnitude.value());
        let alpha = Exact::from_f32(problem.alpha).expect("a finite factor");
        let with_c = &bounds.beta * c;
        let value = &alpha * sum + &with_c;
        let total = &bounds.alpha * &magnitude + with_c.abs();
        let radius = if problem.is_exact && total <= Exact::power_of_two(EXACT) {
            Exact::zero()
        } else {
            &bounds.gamma * &total + self.underflow(bounds)
        };
        let may_overflow = self.may_overflow(bounds, &[&total, &magnitude], &radius);
        match self.special {
            Special { invalid: true, .. } => Expected::Invalid,
            Special {
                may_vanish: true, ..
            } => Expected::Unknown,
            Special {
                positive: true,
                negative: true,
                ..
            } => Expected::Invalid,
            Special {
                positive, negative, ..
            } if (positive || negative) && may_overflow => Expected::Unknown,
            Special {
                positive, negative, ..
            } if positive || negative => Expected::Infinite(negative),
            _ => Expected::Near {
                value,
                radius,
                magnitude: total,
                may_overflow,
            },
        }
    }

    /// Whether an intermediate result may be above the largest number: the sum of all terms in absolute
    /// value, before or after it is multiplied by α, or a factor multiplied by α.
    fn may_overflow(&self, bounds: &Bounds, sums: &[&Exact], radius: &Exact) -> bool {
        let factor = &bounds.alpha * Exact::from_f32(self.largest).unwrap_or_else(Exact::zero);
        let is_near = |number: &Exact| number.exponent() > 120;
        let may = |number: &Exact| {
            is_near(number)
                && (Exact::one() + &bounds.gamma) * number + radius > bounds.format.largest
        };
        is_near(radius) || sums.iter().any(|sum| may(sum)) || may(&factor)
    }

    /// The sum of all errors of results below the normal range, with the factors that they meet later.
    fn underflow(&self, bounds: &Bounds) -> Exact {
        let mut small = bounds.small.clone();
        if bounds.is_scaled {
            let factors = &bounds.terms * &bounds.alpha + self.factors.value();
            small += factors * &bounds.tiny;
        }
        small
    }
}

/// A number that is above a positive one by less than 2⁻⁶⁰ of it, but whose denominator is a power of two,
/// which makes arithmetic with it fast.
fn above(number: Exact) -> Exact {
    let last = Exact::power_of_two(number.exponent().max(-1000) - 62);
    number.rounded_to(64) + last
}
