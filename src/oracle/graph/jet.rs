//! Numbers with two nilpotent directions.

use crate::number::{Exact, Real};

/// `value + s·first + t·second + s·t·mixed`, with `s² = t² = 0`.
#[derive(Clone, Debug)]
pub(super) struct Jet<T> {
    pub value: T,
    pub first: T,
    pub second: T,
    pub mixed: T,
}

impl<T: Real> Jet<T> {
    pub fn constant(value: T) -> Self {
        Jet {
            value,
            first: T::zero(),
            second: T::zero(),
            mixed: T::zero(),
        }
    }

    pub fn zero() -> Self {
        Jet::constant(T::zero())
    }

    pub fn plus(&self, other: &Self) -> Self {
        self.pairwise(other, |a, b| a + b)
    }

    pub fn minus(&self, other: &Self) -> Self {
        self.pairwise(other, |a, b| a - b)
    }

    fn pairwise(&self, other: &Self, of: impl Fn(&T, &T) -> T) -> Self {
        Jet {
            value: of(&self.value, &other.value),
            first: of(&self.first, &other.first),
            second: of(&self.second, &other.second),
            mixed: of(&self.mixed, &other.mixed),
        }
    }

    pub fn times(&self, other: &Self) -> Self {
        let mut product = Jet::zero();
        product.add_product(self, other);
        product
    }

    /// `self += a·b`.
    pub fn add_product(&mut self, a: &Self, b: &Self) {
        add_term(&mut self.value, &a.value, &b.value);
        add_term(&mut self.first, &a.value, &b.first);
        add_term(&mut self.first, &a.first, &b.value);
        add_term(&mut self.second, &a.value, &b.second);
        add_term(&mut self.second, &a.second, &b.value);
        add_term(&mut self.mixed, &a.value, &b.mixed);
        add_term(&mut self.mixed, &a.first, &b.second);
        add_term(&mut self.mixed, &a.second, &b.first);
        add_term(&mut self.mixed, &a.mixed, &b.value);
    }

    pub fn scaled(&self, factor: &T) -> Self {
        self.map(|x| x * factor)
    }

    fn map(&self, of: impl Fn(&T) -> T) -> Self {
        Jet {
            value: of(&self.value),
            first: of(&self.first),
            second: of(&self.second),
            mixed: of(&self.mixed),
        }
    }

    /// `g(self)`, given `g`, `g'` and `g''` at the value; Taylor's formula has no further terms here.
    pub fn compose(&self, [g, first, second]: [T; 3]) -> Self {
        let mut mixed = &first * &self.mixed;
        mixed += &second * &self.first * &self.second;
        Jet {
            value: g,
            mixed,
            second: &first * &self.second,
            first: first * &self.first,
        }
    }

    /// `1/√self`.
    pub fn inverse_root(&self) -> Self {
        let g = T::one() / self.value.sqrt();
        let first = -(&g / &self.value) * T::ratio(1, 2);
        let second = -(&first / &self.value) * T::ratio(3, 2);
        self.compose([g, first, second])
    }

    /// `1/self`.
    pub fn inverse(&self) -> Self {
        let g = T::one() / &self.value;
        let first = -g.square();
        let second = &first * &g * T::int(-2);
        self.compose([g, first, second])
    }

    /// The error function; its derivative is `(2/√π)·exp(−x²)`.
    pub fn erf(&self) -> Self {
        let first = T::int(2) / T::pi().sqrt() * (-self.value.square()).exp();
        let second = &first * &self.value * T::int(-2);
        self.compose([self.value.erf(), first, second])
    }

    pub fn exp(&self) -> Self {
        let g = self.value.exp();
        self.compose([g.clone(), g.clone(), g])
    }

    pub fn ln(&self) -> Self {
        let first = T::one() / &self.value;
        let second = -first.square();
        self.compose([self.value.ln(), first, second])
    }
}

/// `sum += a·b`. Most parts of most jets are zero, and these are skipped.
fn add_term<T: Real>(sum: &mut T, a: &T, b: &T) {
    if !a.is_zero() && !b.is_zero() {
        *sum += a * b;
    }
}

/// Converts a float, which is an exact rational when it is finite.
///
/// # Panics
/// When the value is NaN or infinite, and so cannot be part of a point of the loss.
pub(super) fn number<T: Real>(value: f32) -> T {
    T::from_exact(&Exact::from_f32(value).expect("a finite number"))
}

/// Converts an `f64` in the same way.
///
/// # Panics
/// When the value is NaN or infinite.
pub(super) fn float<T: Real>(value: f64) -> T {
    T::from_exact(&Exact::from_f64(value).expect("a finite number"))
}
