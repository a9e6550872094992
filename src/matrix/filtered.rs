//! Definiteness over ℚ, with enclosures as a filter.

use nalgebra::DMatrix;

use super::positive_semidefinite;
use crate::number::{Exact, Field, Interval, Verdict};

/// From this many rows on, an elimination over enclosures is so much cheaper than one over growing
/// rationals that it is worth trying first, even when it abstains.
const WORTH_FILTERING: usize = 24;

/// Is the symmetric rational matrix positive semi-definite? Never undecided.
///
/// `padding` is a semi-definite matrix whose range lies in the kernel of `matrix`: adding it
/// changes no answer, and it turns the singular matrices of over-parameterised models into regular
/// ones, on which an elimination over [`Interval`] can decide. What that decides is proved. Where
/// it abstains, exactly on an edge for one, the elimination of `matrix` over ℚ decides.
///
/// # Panics
/// When the matrices are not square or not of one size.
pub fn exactly_semidefinite(matrix: &DMatrix<Exact>, padding: &DMatrix<Exact>) -> bool {
    let (shape, padded) = (matrix.shape(), padding.shape());
    assert_eq!(shape, padded, "a matrix {shape:?} padded by {padded:?}");
    if matrix.nrows() >= WORTH_FILTERING {
        let enclose = |entry: Exact| Interval::<256>::from_exact(&entry);
        match positive_semidefinite(&(matrix + padding).map(enclose)) {
            Verdict::Undecided => {}
            decided => return decided.holds(),
        }
    }
    positive_semidefinite(matrix).holds()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_and_the_edge_agree_with_elimination() {
        let d = WORTH_FILTERING;
        let entries = |on: i64, off: i64| {
            DMatrix::from_fn(d, d, |i, j| Exact::from(if i == j { on } else { off }))
        };
        let ones = entries(1, 1);
        let none = DMatrix::zeros(d, d);
        // The eigenvalues of cI − 11ᵀ are c and c − d: singular at c = d, with kernel 1.
        for (c, padding, semidefinite) in [
            (d as i64 - 1, &none, false),
            (d as i64, &none, true),
            (d as i64, &ones, true),
            (d as i64 + 1, &none, true),
        ] {
            let matrix = entries(c - 1, -1);
            assert_eq!(exactly_semidefinite(&matrix, padding), semidefinite);
            assert_eq!(positive_semidefinite(&matrix).holds(), semidefinite);
        }
    }
}
