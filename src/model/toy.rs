//! The motivating example of Wu, Ma and E (2018): two minima that gradient descent cannot distinguish
//! but SGD can.
//!
//! ```text
//! f₁(x) = min{x², (1/10)(x − 1)²},  f₂(x) = min{x², (19/10)(x − 1)²},  f = (f₁ + f₂)/2
//! ```
//!
//! Both minima, x = 0 and x = 1, have `f = 0` and `f'' = 2`. At 0 both samples have curvature 2; at 1
//! they have 1/5 and 19/5. Where the two branches are equal, the branch `x²` is taken, as in the
//! authors' code.

use std::cmp::Ordering;

use num_traits::One;
use serde::{Deserialize, Serialize};

use super::Quadratic;
use crate::number::{Exact, Field};

/// The learning rate of the figure in the paper, 7/10.
pub fn learning_rate() -> Exact {
    Exact::fraction(7, 10)
}

/// One of the two global minima.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Minimum {
    /// x = 0, where both samples agree: `a = 2`, `s = 0`.
    Zero,
    /// x = 1, where the samples differ: `a = 2`, `s = 9/5`.
    One,
}

impl Minimum {
    /// Both minima.
    pub const ALL: [Minimum; 2] = [Minimum::Zero, Minimum::One];

    /// The position of the minimum, 0 or 1.
    pub fn place(self) -> Exact {
        match self {
            Minimum::Zero => Exact::from(0),
            Minimum::One => Exact::from(1),
        }
    }

    /// The curvatures `f_i''` at this minimum.
    pub fn curvatures(self) -> [Exact; 2] {
        match self {
            Minimum::Zero => [Exact::from(2), Exact::from(2)],
            Minimum::One => [Exact::fraction(1, 5), Exact::fraction(19, 5)],
        }
    }

    /// The linearisation at this minimum: a one-dimensional quadratic model with two samples.
    pub fn model(self) -> Quadratic {
        Quadratic::one_dimensional(&self.curvatures()).expect("two positive curvatures")
    }

    /// The factors `1 − η f_i''` by which a step on each sample multiplies the distance to the minimum.
    pub fn factors(self, learning_rate: &Exact) -> [Exact; 2] {
        self.curvatures().map(|a| Exact::one() - learning_rate * a)
    }
}

/// One of the two samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// `f₁`, flat at x = 1.
    First,
    /// `f₂`, sharp at x = 1.
    Second,
}

impl Sample {
    /// Both samples.
    pub const ALL: [Sample; 2] = [Sample::First, Sample::Second];

    /// The coefficient `c` of the branch `c (x − 1)²`.
    fn coefficient<T: Field>(self) -> T {
        match self {
            Sample::First => T::ratio(1, 10),
            Sample::Second => T::ratio(19, 10),
        }
    }

    /// `f_i(x)`.
    pub fn loss<T: Field>(self, x: &T) -> T {
        let (near_zero, near_one) = self.branches(x);
        match self.branch(x) {
            Minimum::Zero => near_zero,
            Minimum::One => near_one,
        }
    }

    /// The minimum whose branch the sample takes at `x`; `Zero` where the scalar cannot tell.
    pub fn branch<T: Field>(self, x: &T) -> Minimum {
        let (near_zero, near_one) = self.branches(x);
        match near_zero.compare(&near_one) {
            Some(Ordering::Greater) => Minimum::One,
            _ => Minimum::Zero,
        }
    }

    fn branches<T: Field>(self, x: &T) -> (T, T) {
        (
            x.square(),
            self.coefficient::<T>() * (x - T::one()).square(),
        )
    }

    /// The derivative `f_i'(x)` on the branch that the sample takes at `x`.
    pub fn gradient<T: Field>(self, x: &T) -> T {
        match self.branch(x) {
            Minimum::Zero => T::int(2) * x,
            Minimum::One => T::int(2) * self.coefficient::<T>() * (x - T::one()),
        }
    }

    /// One step of SGD (`B = 1`) on this sample: `x − η f_i'(x)`.
    pub fn step<T: Field>(self, x: &T, learning_rate: &T) -> T {
        x - learning_rate * self.gradient(x)
    }
}

/// The loss `f(x) = (f₁(x) + f₂(x))/2`.
pub fn loss<T: Field>(x: &T) -> T {
    let [first, second] = Sample::ALL.map(|sample| sample.loss(x));
    T::ratio(1, 2) * (first + second)
}

/// One step of gradient descent, `x − η f'(x)`.
pub fn descend<T: Field>(x: &T, learning_rate: &T) -> T {
    let [first, second] = Sample::ALL.map(|sample| sample.gradient(x));
    x - learning_rate * (first + second) * T::ratio(1, 2)
}

/// Do both samples take the branch of this minimum, so that its linearisation is exact at `x`?
pub fn in_basin<T: Field>(minimum: Minimum, x: &T) -> bool {
    Sample::ALL.iter().all(|sample| sample.branch(x) == minimum)
}

#[cfg(test)]
mod tests {
    use num_traits::Zero;

    use super::*;

    #[test]
    fn both_minima_are_global_and_equally_sharp() {
        for minimum in Minimum::ALL {
            assert!(loss(&minimum.place()).is_zero());
            assert_eq!(minimum.model().hessian()[(0, 0)], Exact::from(2));
            assert!(in_basin(minimum, &minimum.place()));
        }
        assert!(Minimum::Zero.model().variance()[(0, 0)].is_zero());
        let s = Exact::fraction(9, 5);
        assert_eq!(Minimum::One.model().variance()[(0, 0)], s.pow(2));
    }

    #[test]
    fn inside_a_basin_the_steps_are_the_factors() {
        let eta = learning_rate();
        let near = "1.00001".parse::<Exact>().unwrap();
        let distance = &near - Exact::one();
        let factors = Minimum::One.factors(&eta);
        assert_eq!(factors, [Exact::fraction(43, 50), Exact::fraction(-83, 50)]);
        for (sample, factor) in Sample::ALL.into_iter().zip(factors) {
            assert_eq!(sample.step(&near, &eta), Exact::one() + factor * &distance);
        }
        let mean = Exact::fraction(-2, 5);
        assert_eq!(descend(&near, &eta), Exact::one() + mean * distance);
    }

    #[test]
    fn the_basin_of_one_ends_where_the_second_sample_changes_branch() {
        let inside = |x: &str| in_basin(Minimum::One, &x.parse::<Exact>().unwrap());
        assert!(inside("0.5796") && !inside("0.5795"));
        assert!(inside("3.6426") && !inside("3.6427"));
    }

    #[test]
    fn the_loss_is_the_smaller_branch() {
        let x = Exact::fraction(1, 2);
        assert_eq!(Sample::First.loss(&x), Exact::fraction(1, 40));
        assert_eq!(Sample::Second.loss(&x), Exact::fraction(1, 4));
    }
}
