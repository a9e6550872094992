//! `a + t·b` with `t² = 0`: a value and its derivative along a direction.

use std::ops::{Add, Mul, Sub};

/// `value + t·tangent`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dual {
    pub value: f64,
    pub tangent: f64,
}

impl Dual {
    pub fn new(value: f64, tangent: f64) -> Self {
        Dual { value, tangent }
    }

    pub fn constant(value: f64) -> Self {
        Dual::new(value, 0.0)
    }

    pub fn scaled(self, factor: f64) -> Self {
        Dual::new(self.value * factor, self.tangent * factor)
    }

    pub fn exp(self) -> Self {
        let power = self.value.exp();
        Dual::new(power, power * self.tangent)
    }

    pub fn inverse(self) -> Self {
        let inverse = 1.0 / self.value;
        Dual::new(inverse, -inverse * inverse * self.tangent)
    }

    pub fn inverse_root(self) -> Self {
        let root = 1.0 / self.value.sqrt();
        Dual::new(root, -0.5 * root / self.value * self.tangent)
    }
}

impl Add for Dual {
    type Output = Dual;
    fn add(self, other: Dual) -> Dual {
        Dual::new(self.value + other.value, self.tangent + other.tangent)
    }
}

impl Sub for Dual {
    type Output = Dual;
    fn sub(self, other: Dual) -> Dual {
        Dual::new(self.value - other.value, self.tangent - other.tangent)
    }
}

impl Mul for Dual {
    type Output = Dual;
    fn mul(self, other: Dual) -> Dual {
        let tangent = self.value * other.tangent + self.tangent * other.value;
        Dual::new(self.value * other.value, tangent)
    }
}

impl std::iter::Sum for Dual {
    fn sum<I: Iterator<Item = Dual>>(terms: I) -> Dual {
        terms.fold(Dual::default(), Add::add)
    }
}

/// The mean of `numbers`.
pub(super) fn mean(numbers: impl ExactSizeIterator<Item = Dual>) -> Dual {
    let share = 1.0 / numbers.len() as f64;
    numbers.sum::<Dual>().scaled(share)
}
