//! Linear systems over any field, where a pivot may be zero, non-zero or unknown.

use std::cmp::Ordering;

use nalgebra::{DMatrix, DVector};

use crate::number::Field;

/// The outcome of solving `Mx = r`.
#[derive(Clone, Debug, PartialEq)]
pub enum Solution<T> {
    /// `M` is invertible and this is `x`; over intervals, every entry encloses the true one.
    Unique(DVector<T>),
    /// `M` is singular.
    Singular,
    /// The scalar cannot tell whether a pivot vanishes.
    Unknown,
}

/// Solves `Mx = r` by elimination with row pivots (M: n × n, r: n).
///
/// # Panics
/// When the shapes do not match.
pub fn solve<T: Field>(matrix: &DMatrix<T>, right: &DVector<T>) -> Solution<T> {
    let (rows, columns, length) = (matrix.nrows(), matrix.ncols(), right.len());
    assert!(
        rows == columns && rows == length,
        "a system of {rows} × {columns} with a right side of length {length}"
    );
    let mut system = matrix.clone().insert_column(columns, T::zero());
    system.set_column(columns, right);
    for k in 0..rows {
        match pivot(&system, k) {
            Pivot::Row(row) => system.swap_rows(k, row),
            Pivot::None => return Solution::Singular,
            Pivot::Unknown => return Solution::Unknown,
        }
        for i in k + 1..rows {
            eliminate(&mut system, k, i);
        }
    }
    Solution::Unique(substitute_back(&system))
}

enum Pivot {
    Row(usize),
    None,
    Unknown,
}

/// The largest entry of column `k` on or below the diagonal that is known not to vanish.
fn pivot<T: Field>(system: &DMatrix<T>, k: usize) -> Pivot {
    let mut best: Option<(usize, T)> = None;
    let mut unknown = false;
    for row in k..system.nrows() {
        let entry = &system[(row, k)];
        let size = match entry.sign() {
            Some(Ordering::Equal) => continue,
            Some(Ordering::Less) => -entry,
            Some(Ordering::Greater) => entry.clone(),
            None => {
                unknown = true;
                continue;
            }
        };
        let larger = |(_, found): &(usize, T)| size.compare(found) == Some(Ordering::Greater);
        if best.as_ref().is_none_or(larger) {
            best = Some((row, size));
        }
    }
    match best {
        Some((row, _)) => Pivot::Row(row),
        None if unknown => Pivot::Unknown,
        None => Pivot::None,
    }
}

/// Subtracts the multiple of row `k` from row `i` that clears column `k`.
fn eliminate<T: Field>(system: &mut DMatrix<T>, k: usize, i: usize) {
    if system[(i, k)].is_zero() {
        return;
    }
    let factor = &system[(i, k)] / &system[(k, k)];
    for j in k + 1..system.ncols() {
        let term = &factor * &system[(k, j)];
        system[(i, j)] -= term;
    }
}

fn substitute_back<T: Field>(system: &DMatrix<T>) -> DVector<T> {
    let n = system.nrows();
    let mut solution = DVector::zeros(n);
    for k in (0..n).rev() {
        let terms = (k + 1..n).map(|j| &system[(k, j)] * &solution[j]);
        let rest = terms.fold(system[(k, n)].clone(), |rest, term| rest - term);
        solution[k] = rest / &system[(k, k)];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Exact, Interval};

    fn system(entries: [i64; 9], right: [i64; 3]) -> (DMatrix<Exact>, DVector<Exact>) {
        let matrix = DMatrix::from_row_slice(3, 3, &entries.map(Exact::from));
        (matrix, DVector::from_row_slice(&right.map(Exact::from)))
    }

    #[test]
    fn solutions_solve_and_singular_systems_have_none() {
        let (matrix, right) = system([0, 2, 1, 3, 1, -1, 1, 1, 1], [1, 2, 3]);
        let Solution::Unique(solution) = solve(&matrix, &right) else {
            panic!("a regular system");
        };
        assert_eq!(matrix * solution, right);
        let (singular, right) = system([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3]);
        assert_eq!(solve(&singular, &right), Solution::Singular);
    }

    #[test]
    fn an_enclosure_of_a_singular_system_is_not_decided() {
        let third = Interval::<64>::ratio(1, 3);
        let (matrix, right) = (
            DMatrix::from_element(2, 2, third),
            DVector::from_element(2, Interval::int(1)),
        );
        assert_eq!(solve(&matrix, &right), Solution::Unknown);
    }
}
