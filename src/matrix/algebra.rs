//! The operations that formulas need of their values, whether numbers or matrices.

use std::ops::{Add, Mul, Sub};

use nalgebra::DMatrix;

use crate::number::Field;

/// An associative algebra over the field `T`: matrices, the numbers themselves (the 1 × 1 case), and
/// [`Symbol`](crate::number::Symbol), which may stand for either.
///
/// A formula over an algebra is written once. `DMatrix<Exact>` decides it, `DMatrix<Interval<128>>`
/// certifies it, plain numbers evaluate it in one dimension, and symbols print it. Products keep their
/// order.
pub trait Algebra<T>: Clone + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// `factor · self`.
    #[must_use]
    fn scaled(self, factor: &T) -> Self;

    /// `self · self`, as tightly as the scalar can compute it.
    #[must_use]
    fn squared(&self) -> Self;
}

impl<T: Field> Algebra<T> for T {
    fn scaled(self, factor: &T) -> T {
        factor * self
    }

    fn squared(&self) -> T {
        self.square()
    }
}

impl<T: Field> Algebra<T> for DMatrix<T> {
    fn scaled(self, factor: &T) -> Self {
        self.map(|entry| factor * entry)
    }

    fn squared(&self) -> Self {
        self * self
    }
}

/// The mean of `matrix(item)` over a non-empty list of items.
pub(crate) fn mean_of<T: Field, I>(items: &[I], matrix: impl Fn(&I) -> DMatrix<T>) -> DMatrix<T> {
    let count = T::one() / T::int(items.len() as i64);
    let sum = items.iter().map(matrix).reduce(|sum, term| sum + term);
    sum.expect("a mean is taken over at least one matrix")
        .scaled(&count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Exact, Symbol};

    fn formula<T: Field, A: Algebra<T>>(x: &A, y: &A, c: &T) -> A {
        x.clone() * y.clone() - (y.clone() * x.clone() + x.squared()).scaled(c)
    }

    #[test]
    fn one_formula_runs_over_numbers_matrices_and_symbols() {
        let (two, three) = (Exact::from(2), Exact::from(3));
        assert_eq!(formula(&two, &three, &three), Exact::from(-24));
        let matrix = |entries: [i64; 4]| DMatrix::from_row_slice(2, 2, &entries.map(Exact::from));
        let (x, y) = (matrix([0, 1, 0, 0]), matrix([0, 0, 1, 0]));
        assert_eq!(formula(&x, &y, &two), matrix([1, 0, 0, -2]));
        let [x, y, c] = ["X", "Y", "c"].map(Symbol::named);
        let latex = formula(&x, &y, &c).to_string();
        assert_eq!(latex, r"X\,Y - c\,\left(Y\,X + X^2\right)");
    }
}
