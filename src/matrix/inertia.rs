//! The inertia of a quadratic form by symmetric elimination.
//!
//! Sylvester: a congruence `A ↦ LᵀAL` keeps the numbers of positive, zero and negative eigenvalues, so
//! elimination with pivots from the diagonal finds them with the four operations alone. When every
//! remaining diagonal entry vanishes but some off-diagonal entry `b` does not, the block
//! `[[0, b], [b, 0]]` is the pivot; it has one positive and one negative eigenvalue.
//!
//! Over intervals a sign may be unknown; the answer is then `None` or `Undecided`.

use std::cmp::Ordering;

use nalgebra::DMatrix;

use crate::number::{Field, Verdict};
use crate::work;

/// The numbers of positive, zero and negative eigenvalues of a symmetric matrix, counted with
/// multiplicity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inertia {
    /// Eigenvalues above zero.
    pub positive: usize,
    /// The dimension of the kernel.
    pub zero: usize,
    /// Eigenvalues below zero.
    pub negative: usize,
}

impl Inertia {
    /// The rank.
    pub fn rank(&self) -> usize {
        self.positive + self.negative
    }
}

/// The inertia of a symmetric matrix, of which only the lower triangle is read; `None` when the scalar
/// cannot tell a sign that is needed.
///
/// # Panics
/// When the matrix is not square.
pub fn inertia<T: Field>(matrix: &DMatrix<T>) -> Option<Inertia> {
    let mut elimination = Elimination::new(matrix);
    let mut found = Inertia {
        positive: 0,
        zero: 0,
        negative: 0,
    };
    loop {
        match elimination.step() {
            Pivot::Positive(_) => found.positive += 1,
            Pivot::Negative(_) => found.negative += 1,
            Pivot::Both(..) => {
                found.positive += 1;
                found.negative += 1;
            }
            Pivot::Null(kernel) => {
                found.zero = kernel;
                return Some(found);
            }
            Pivot::Unknown => return None,
        }
    }
}

/// Is the symmetric matrix positive semi-definite, `A ⪰ 0`? Stops at the first negative pivot.
///
/// # Panics
/// When the matrix is not square.
pub fn positive_semidefinite<T: Field>(matrix: &DMatrix<T>) -> Verdict {
    definite(matrix, |_| Verdict::Holds)
}

/// Is the symmetric matrix positive definite, `A ≻ 0`? Stops at the first negative pivot.
///
/// # Panics
/// When the matrix is not square.
pub fn positive_definite<T: Field>(matrix: &DMatrix<T>) -> Verdict {
    definite(matrix, |kernel| (kernel == 0).into())
}

/// Eliminates while pivots are positive; `at_end` judges the dimension of the kernel.
fn definite<T: Field>(matrix: &DMatrix<T>, at_end: impl Fn(usize) -> Verdict) -> Verdict {
    let mut elimination = Elimination::new(matrix);
    loop {
        match elimination.step() {
            Pivot::Positive(_) => {}
            Pivot::Negative(_) | Pivot::Both(..) => return Verdict::Fails,
            Pivot::Null(kernel) => return at_end(kernel),
            Pivot::Unknown => return Verdict::Undecided,
        }
    }
}

/// The next pivot; indices are those of the original matrix.
#[derive(Clone, Copy)]
enum Pivot {
    Positive(usize),
    Negative(usize),
    /// The diagonal vanishes but this off-diagonal entry does not.
    Both(usize, usize),
    /// The rest, of this dimension, is zero; the elimination is done.
    Null(usize),
    /// The scalar cannot tell a sign that is needed.
    Unknown,
}

struct Elimination<T> {
    /// Only the lower triangle of the remaining rows and columns is kept up to date.
    matrix: DMatrix<T>,
    /// The rows not yet eliminated, ascending.
    remaining: Vec<usize>,
}

impl<T: Field> Elimination<T> {
    fn new(matrix: &DMatrix<T>) -> Self {
        let (rows, columns) = matrix.shape();
        assert_eq!(rows, columns, "inertia of a {rows} × {columns} matrix");
        Elimination {
            matrix: matrix.clone(),
            remaining: (0..rows).collect(),
        }
    }

    fn at(&self, i: usize, j: usize) -> &T {
        &self.matrix[(i.max(j), i.min(j))]
    }

    /// Finds the next pivot and eliminates it.
    fn step(&mut self) -> Pivot {
        let pivot = self.choose();
        match pivot {
            Pivot::Positive(k) | Pivot::Negative(k) => self.eliminate(k),
            Pivot::Both(k, l) => self.eliminate_pair(k, l),
            Pivot::Null(_) | Pivot::Unknown => {}
        }
        pivot
    }

    /// A negative diagonal entry if there is one (it settles definiteness), else the largest positive
    /// one (it keeps intervals narrow), else an off-diagonal entry.
    fn choose(&self) -> Pivot {
        let mut largest: Option<usize> = None;
        let mut unknown = false;
        for &k in &self.remaining {
            match self.at(k, k).sign() {
                Some(Ordering::Less) => return Pivot::Negative(k),
                Some(Ordering::Greater) if self.exceeds(k, largest) => largest = Some(k),
                Some(_) => {}
                None => unknown = true,
            }
        }
        match largest {
            Some(k) => Pivot::Positive(k),
            None if unknown => Pivot::Unknown,
            None => self.choose_pair(),
        }
    }

    fn exceeds(&self, k: usize, largest: Option<usize>) -> bool {
        largest.is_none_or(|l| self.at(k, k).compare(self.at(l, l)) == Some(Ordering::Greater))
    }

    fn choose_pair(&self) -> Pivot {
        let mut unknown = false;
        for (place, &k) in self.remaining.iter().enumerate() {
            for &l in &self.remaining[..place] {
                match self.at(k, l).sign() {
                    Some(Ordering::Equal) => {}
                    Some(_) => return Pivot::Both(k, l),
                    None => unknown = true,
                }
            }
        }
        if unknown {
            return Pivot::Unknown;
        }
        Pivot::Null(self.remaining.len())
    }

    /// `a_ij ← a_ij − a_ik a_jk / a_kk`.
    fn eliminate(&mut self, k: usize) {
        self.remaining.retain(|&i| i != k);
        let pivot = self.at(k, k).clone();
        let column: Vec<T> = self.column(k);
        let scaled: Vec<T> = column.iter().map(|entry| entry / &pivot).collect();
        self.subtract(|i, j| {
            if column[i].is_zero() || column[j].is_zero() {
                None
            } else if i == j {
                Some(column[i].square() / &pivot)
            } else {
                Some(&scaled[i] * &column[j])
            }
        });
    }

    /// `a_ij ← a_ij − (a_ik a_jl + a_il a_jk) / a_kl`, where `a_kk = a_ll = 0`.
    fn eliminate_pair(&mut self, k: usize, l: usize) {
        self.remaining.retain(|&i| i != k && i != l);
        let pivot = self.at(k, l).clone();
        let (left, right) = (self.column(k), self.column(l));
        self.subtract(|i, j| Some((&left[i] * &right[j] + &right[i] * &left[j]) / &pivot));
    }

    /// The entries of column `k` in the remaining rows, by position in `remaining`.
    fn column(&self, k: usize) -> Vec<T> {
        let entry = |&i: &usize| self.at(i, k).clone();
        self.remaining.iter().map(entry).collect()
    }

    /// Subtracts `term(i, j)` (positions in `remaining`) in the lower triangle; `None` means zero.
    fn subtract(&mut self, term: impl Fn(usize, usize) -> Option<T>) {
        for (i, &row) in self.remaining.iter().enumerate() {
            work::step();
            for (j, &column) in self.remaining[..=i].iter().enumerate() {
                if let Some(term) = term(i, j) {
                    self.matrix[(row, column)] -= term;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
