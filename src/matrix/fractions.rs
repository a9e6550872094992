//! Rational matrices over one common denominator.
//!
//! A product of two d × d matrices of rationals computes `d³` greatest common divisors; over one
//! denominator it computes none. Entries and denominator may have common factors: `==` compares the
//! numbers, not their representation.

use std::cmp::Ordering;
use std::ops::{Add, Mul, Sub};

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::Algebra;
use crate::number::{Exact, Whole};
use crate::work;

/// The entries of a factor from which on the rows of a product are computed by all threads.
const LARGE: usize = 1 << 14;

/// The rows of a product between two looks at the deadline.
const BAND: usize = 16;

/// The matrix `entries / denominator`, row-major; the denominator is positive.
#[derive(Clone, Debug)]
pub struct Fractions {
    rows: usize,
    columns: usize,
    entries: Vec<Whole>,
    denominator: Whole,
}

impl Fractions {
    /// The matrix of these integer entries, over the denominator 1.
    pub fn from_fn(rows: usize, columns: usize, entry: impl Fn(usize, usize) -> Whole) -> Self {
        let entry = &|i, j| {
            work::step();
            entry(i, j)
        };
        let row = |i| (0..columns).map(move |j| entry(i, j));
        Fractions {
            rows,
            columns,
            entries: (0..rows).flat_map(row).collect(),
            denominator: Whole::one(),
        }
    }

    /// The same matrix over the least common denominator of its entries.
    pub fn of(matrix: &DMatrix<Exact>) -> Self {
        let common = |lcm: Whole, entry: &Exact| {
            work::step();
            lcm.least_common_multiple(&entry.denominator())
        };
        let denominator = matrix.iter().fold(Whole::one(), common);
        let factor = Exact::quotient(&denominator, &Whole::one());
        let entry = |i, j| (&matrix[(i, j)] * &factor).numerator();
        let entries = Self::from_fn(matrix.nrows(), matrix.ncols(), entry);
        Fractions {
            denominator,
            ..entries
        }
    }

    /// A matrix of `f64` rounded to multiples of `2^−bits`; `None` when an entry is not finite.
    pub fn rounded(matrix: &DMatrix<f64>, bits: i32) -> Option<Self> {
        let exact: Option<Vec<Exact>> = matrix.iter().map(|&x| Exact::from_f64(x)).collect();
        let exact = DMatrix::from_vec(matrix.nrows(), matrix.ncols(), exact?);
        Some(Self::of(&exact).in_units_of(bits))
    }

    /// The identity.
    pub fn identity(dimension: usize) -> Self {
        Self::from_fn(dimension, dimension, |i, j| Whole::from(i64::from(i == j)))
    }

    /// The zero matrix.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self::from_fn(rows, columns, |_, _| Whole::zero())
    }

    /// The numbers of rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// The numerator of entry `(i, j)` over the common denominator.
    pub fn numerator(&self, i: usize, j: usize) -> &Whole {
        &self.entries[i * self.columns + j]
    }

    /// The numerators of row `i`.
    pub fn row(&self, i: usize) -> &[Whole] {
        &self.entries[i * self.columns..(i + 1) * self.columns]
    }

    /// The common denominator.
    pub fn denominator(&self) -> &Whole {
        &self.denominator
    }

    /// Entry `(i, j)` in lowest terms.
    pub fn entry(&self, i: usize, j: usize) -> Exact {
        Exact::quotient(self.numerator(i, j), &self.denominator)
    }

    /// The matrix with every entry in lowest terms.
    pub fn to_exact(&self) -> DMatrix<Exact> {
        DMatrix::from_fn(self.rows, self.columns, |i, j| {
            work::step();
            self.entry(i, j)
        })
    }

    /// `log₂` of the largest magnitude, to within two; `None` for the zero matrix.
    pub fn exponent(&self) -> Option<i32> {
        let bits = self.entries.iter().map(Whole::bits).max().unwrap_or(0);
        (bits > 0).then(|| bits as i32 - self.denominator.bits() as i32)
    }

    /// `2^exponent` times the matrix as `f64`, each entry with a relative error below `2^−50`.
    pub fn scaled_to_f64(&self, exponent: i32) -> DMatrix<f64> {
        let down = self.denominator.bits() as i32;
        let denominator = self.denominator.scaled_to_f64(-down);
        DMatrix::from_fn(self.rows, self.columns, |i, j| {
            self.numerator(i, j).scaled_to_f64(exponent - down) / denominator
        })
    }

    /// The matrix with its entries rounded to multiples of `2^−bits`.
    #[must_use]
    pub fn in_units_of(&self, bits: i32) -> Self {
        let unit = Exact::power_of_two(-bits);
        let rounded = |i, j| self.entry(i, j).in_units_of(bits);
        Self::from_fn(self.rows, self.columns, rounded).scaled(&unit)
    }

    /// The transpose.
    #[must_use]
    pub fn transpose(&self) -> Self {
        let entry = |i, j| self.numerator(j, i).clone();
        Fractions {
            denominator: self.denominator.clone(),
            ..Self::from_fn(self.columns, self.rows, entry)
        }
    }

    /// The inner product `⟨A, B⟩ = Σ a_ij b_ij`.
    ///
    /// # Panics
    /// When the shapes differ.
    pub fn dot(&self, other: &Self) -> Exact {
        assert_eq!(self.shape(), other.shape(), "⟨A, B⟩ of two shapes");
        let mut sum = Whole::zero();
        for (a, b) in self.entries.iter().zip(&other.entries) {
            work::step();
            sum.add_product(a, b);
        }
        let below = Whole::product(&self.denominator, &other.denominator);
        Exact::quotient(&sum, &below)
    }

    /// The diagonal blocks (height × height), one below the other, of a square matrix; with height 1 its diagonal,
    /// as a column.
    #[must_use]
    pub fn diagonal(&self, height: usize) -> Self {
        let entry = |i: usize, j| self.numerator(i, i - i % height + j).clone();
        Fractions {
            denominator: self.denominator.clone(),
            ..Self::from_fn(self.rows, height, entry)
        }
    }

    /// The sum of the diagonal.
    pub fn trace(&self) -> Exact {
        (0..self.rows).map(|i| self.entry(i, i)).sum()
    }

    /// The matrix of the chosen rows, in the order given.
    #[must_use]
    pub fn select_rows(&self, chosen: &[usize]) -> Self {
        let entry = |i: usize, j| self.numerator(chosen[i], j).clone();
        Fractions {
            denominator: self.denominator.clone(),
            ..Self::from_fn(chosen.len(), self.columns, entry)
        }
    }

    /// The lower triangle of an integer matrix `DAD` with a positive diagonal `D`, which has the
    /// inertia of `A`. It is meant for elimination, whose cost grows with the length of the entries.
    ///
    /// Of two candidates the shorter is returned, with common factors removed: every entry over the
    /// common denominator, or row and column `i` over the denominator of row `i`.
    pub fn short_congruent_triangle(&self) -> Vec<Vec<Whole>> {
        let triangle = |entry: &dyn Fn(usize, usize) -> Whole| -> Vec<Vec<Whole>> {
            let entry = |i, j| {
                work::step();
                entry(i, j)
            };
            let row = |i| (0..=i).map(|j| entry(i, j)).collect();
            without_content((0..self.rows).map(row).collect())
        };
        let common = triangle(&|i, j| self.numerator(i, j).clone());
        let exact = self.to_exact();
        let lcm = |lcm: Whole, x: &Exact| lcm.least_common_multiple(&x.denominator());
        let scales: Vec<Exact> = (0..self.rows)
            .map(|i| exact.row(i).iter().fold(Whole::one(), lcm))
            .map(|scale| Exact::quotient(&scale, &Whole::one()))
            .collect();
        let scaled = |i: usize, j: usize| (&exact[(i, j)] * &scales[i] * &scales[j]).numerator();
        let by_rows = triangle(&scaled);
        let length = |rows: &[Vec<Whole>]| rows.iter().flatten().map(Whole::bits).max();
        if length(&by_rows) < length(&common) {
            by_rows
        } else {
            common
        }
    }

    /// Does the matrix equal its transpose?
    pub fn is_symmetric(&self) -> bool {
        self.rows == self.columns
            && (0..self.rows).all(|i| (0..i).all(|j| self.numerator(i, j) == self.numerator(j, i)))
    }

    /// Is every off-diagonal entry zero?
    pub fn is_diagonal(&self) -> bool {
        let beside = |(place, _): &(usize, &Whole)| place / self.columns != place % self.columns;
        let entries = self.entries.iter().enumerate().filter(beside);
        entries.map(|(_, entry)| entry).all(Whole::is_zero)
    }

    /// Is every entry zero?
    pub fn is_zero(&self) -> bool {
        self.entries.iter().all(Whole::is_zero)
    }

    /// `self · other` for a product that is known to be symmetric, at half the cost.
    ///
    /// # Panics
    /// When the shapes do not make a square product.
    #[must_use]
    pub fn symmetric_product(&self, other: &Self) -> Self {
        assert_eq!(
            (self.rows, self.columns),
            (other.columns, other.rows),
            "a symmetric product"
        );
        self.product(other, |i| i + 1).mirrored()
    }

    /// The product, computed only in the first `width(i)` columns of each row `i`.
    fn product(&self, other: &Self, width: impl Fn(usize) -> usize + Sync) -> Self {
        let mut product = Self::zeros(self.rows, other.columns);
        let columns = other.columns.max(1);
        let fill = |(i, row): (usize, &mut [Whole])| {
            let row = &mut row[..width(i)];
            for (k, factor) in self.row(i).iter().enumerate().filter(|(_, a)| !a.is_zero()) {
                work::step();
                for (sum, entry) in row.iter_mut().zip(other.row(k)) {
                    sum.add_product(factor, entry);
                }
            }
        };
        if self.columns * other.columns < LARGE {
            product
                .entries
                .chunks_mut(columns)
                .enumerate()
                .for_each(fill);
        } else {
            // Only the steps of this thread are seen by whoever watches it: it takes one between bands.
            let bands = product.entries.chunks_mut(BAND * columns).enumerate();
            bands.for_each(|(band, rows)| {
                work::step();
                let rows = rows.par_chunks_mut(columns).enumerate();
                rows.for_each(|(i, row)| fill((band * BAND + i, row)));
            });
        }
        product.denominator = Whole::product(&self.denominator, &other.denominator);
        product
    }

    /// The symmetric matrix with this lower triangle.
    fn mirrored(mut self) -> Self {
        for i in 0..self.rows {
            for j in 0..i {
                self.entries[j * self.columns + i] = self.entries[i * self.columns + j].clone();
            }
        }
        self
    }

    /// `self ± other`, over the least common denominator.
    fn combined(mut self, mut other: Self, join: fn(&mut Whole, &Whole)) -> Self {
        let (a, b) = (self.shape(), other.shape());
        assert_eq!(a, b, "a sum of matrices {a:?} and {b:?}");
        if self.denominator != other.denominator {
            let common = self.denominator.least_common_multiple(&other.denominator);
            self.bring_over(&common);
            other.bring_over(&common);
        }
        for (a, b) in self.entries.iter_mut().zip(&other.entries) {
            work::step();
            join(a, b);
        }
        self
    }

    fn multiply_entries(&mut self, factor: &Whole) {
        for entry in &mut self.entries {
            work::step();
            entry.multiply(factor);
        }
    }

    fn bring_over(&mut self, common: &Whole) {
        let mut factor = common.clone();
        factor.divide_exactly(&self.denominator);
        if factor != Whole::one() {
            self.multiply_entries(&factor);
        }
        self.denominator = common.clone();
    }
}

/// The numbers divided by their greatest common divisor.
fn without_content(mut rows: Vec<Vec<Whole>>) -> Vec<Vec<Whole>> {
    let content = rows.iter().flatten().fold(Whole::zero(), |gcd, x| {
        work::step();
        gcd.greatest_common_divisor(x)
    });
    if !content.is_zero() && content != Whole::one() {
        let entries = rows.iter_mut().flatten();
        entries.for_each(|entry| entry.divide_exactly(&content));
    }
    rows
}

impl PartialEq for Fractions {
    fn eq(&self, other: &Self) -> bool {
        self.shape() == other.shape() && (self.clone() - other.clone()).is_zero()
    }
}

impl Add for Fractions {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.combined(other, Whole::add)
    }
}

impl Sub for Fractions {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.combined(other, Whole::subtract)
    }
}

impl Mul for Fractions {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.shape(), other.shape());
        assert_eq!(a.1, b.0, "a product of matrices {a:?} and {b:?}");
        self.product(&other, |_| b.1)
    }
}

impl Algebra<Exact> for Fractions {
    fn scaled(mut self, factor: &Exact) -> Self {
        let numerator = factor.numerator();
        match numerator.sign() {
            Ordering::Equal => return Self::zeros(self.rows, self.columns),
            _ if numerator == Whole::one() => {}
            _ => self.multiply_entries(&numerator),
        }
        self.denominator.multiply(&factor.denominator());
        self
    }

    fn squared(&self) -> Self {
        self.clone() * self.clone()
    }
}

#[cfg(test)]
mod tests;
