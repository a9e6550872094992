//! Definiteness over ℚ, with enclosures as a filter.

use nalgebra::DMatrix;

use super::positive_semidefinite;
use crate::number::{Exact, Field, Interval, Verdict};

/// From this many rows on, an elimination over enclosures is so much cheaper than one over growing
/// rationals that it is worth trying first, even when it abstains.
const WORTH_FILTERING: usize = 24;

/// Is the symmetric rational matrix positive semi-definite? Never undecided.
///
/// A large matrix is first eliminated over [`Interval`]; what that decides is proved. Where it
/// abstains (a singular matrix, for one) the elimination over ℚ decides.
///
/// # Panics
/// When the matrix is not square.
pub fn exactly_semidefinite(matrix: &DMatrix<Exact>) -> bool {
    if matrix.nrows() >= WORTH_FILTERING {
        let enclosed = matrix.map(|entry| Interval::<256>::from_exact(&entry));
        match positive_semidefinite(&enclosed) {
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
        let d = WORTH_FILTERING as i64;
        let ones = DMatrix::from_element(d as usize, d as usize, Exact::from(1));
        // The eigenvalues of cI − 11ᵀ are c and c − d: singular at c = d.
        for (c, semidefinite) in [(d - 1, false), (d, true), (d + 1, true)] {
            let identity = DMatrix::identity(d as usize, d as usize);
            let matrix = identity.map(|entry: Exact| entry * Exact::from(c)) - &ones;
            assert_eq!(exactly_semidefinite(&matrix), semidefinite);
            assert_eq!(positive_semidefinite(&matrix).holds(), semidefinite);
        }
    }
}
