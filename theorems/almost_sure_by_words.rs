//! # Words of batches certify almost sure stability on either side
//!
//! **Statement.** If Π_w ‖P_w‖_F² < 1 over all words of k batches the Lyapunov exponent is
//! negative, and if Π_b det(A_b)² > 1 it is positive. Examined where the exponent is known: for
//! diagonal samples it is the largest of the coordinates'.
//!
//! **Source.** Sub-multiplicativity of the norm and multiplicativity of the determinant; the
//! exponent as in Ziyin et al. 2023 and Chemnitz and Engel 2024.
//!
//! **Hypotheses.** `diagonal`: every H_i is diagonal and no coordinate is flat in all samples.
//!
//! **Reading.** Two-sided bounds with a gap: what no word of the given length certifies counts
//! as undecided. Longer words narrow the gap.

use nalgebra::{DMatrix, DVector};
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::almost_sure;
use sgd_stability::model::{Quadratic, Sampling};
use sgd_stability::number::{Exact, Verdict};

use super::examination::{Finding, tally};
use super::family::fraction;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "almost_sure_by_words",
    title: "Words of batches certify almost sure stability on either side",
    statement: "If Π_w ‖P_w‖_F² < 1 over all words of k batches the Lyapunov exponent is negative, and if Π_b det(A_b)² > 1 it is positive. Examined where the exponent is known: for diagonal samples it is the largest of the coordinates'.",
    formula: words_formula,
    source: "Sub-multiplicativity of the norm and multiplicativity of the determinant; the exponent as in Ziyin et al. 2023 and Chemnitz and Engel 2024.",
    hypotheses: &["diagonal: every H_i is diagonal and no coordinate is flat in all samples"],
    reading: "Two-sided bounds with a gap: what no word of the given length certifies counts as undecided. Longer words narrow the gap.",
    status: Status::Upheld,
    exact: Check::Run(evidence),
    outside: Check::Without("without a known exponent there is nothing to compare with"),
    certified: Check::Without("the certificates are products of rationals, decided exactly"),
    empirical: super::UNMEASURED,
};

/// The diagonals of the samples.
const DIAGONALS: [&[[&str; 2]]; 5] = [
    &[["1/5", "2"], ["19/5", "2"]],
    &[["1", "10"], ["10", "1"]],
    &[["1", "2"], ["2", "1"], ["0", "3"]],
    &[["1/5", "1/5"], ["19/5", "19/5"]],
    &[["1", "1/2"]],
];

/// Learning rates, on both sides of the ends.
const RATES: [&str; 9] = [
    "1/10", "1/5", "2/5", "0.5594", "0.5595", "7/10", "1", "3/2", "5",
];

/// The length of the words.
const LENGTH: usize = 5;

/// The certificate of stability in LaTeX.
fn words_formula() -> String {
    r"\prod_w \|A_{w_k} \cdots A_{w_1}\|_F^2 < 1".to_owned()
}

fn evidence() -> Evidence {
    tally(DIAGONALS.iter().flat_map(|diagonals| {
        let model = diagonal(diagonals);
        RATES.map(move |eta| finding(&model, &fraction(eta)))
    }))
}

fn diagonal(diagonals: &[[&str; 2]]) -> Quadratic {
    let hessian = |entries: &[&str; 2]| {
        DMatrix::from_diagonal(&DVector::from_row_slice(&entries.map(fraction)))
    };
    Quadratic::new(diagonals.iter().map(hessian).collect()).expect("no negative curvature")
}

fn finding(model: &Quadratic, eta: &Exact) -> Finding {
    let hessians = model.batch_hessians_on_range(Sampling::WithReplacement, 1);
    let by_words = almost_sure::verdict(&hessians, eta, LENGTH);
    let known = known(model, eta);
    Finding {
        hypotheses: (model.commutes() && *model.hessian() == diagonal_of(model)).into(),
        conclusion: match by_words {
            Verdict::Undecided => Verdict::Undecided,
            decided => (decided == known).into(),
        },
        distance: 0.0,
        case: format!(
            "{} samples with H = {}, η = {eta}",
            model.samples(),
            model.hessian()
        ),
    }
}

/// The diagonal part of the Hessian.
fn diagonal_of(model: &Quadratic) -> DMatrix<Exact> {
    DMatrix::from_diagonal(&model.hessian().diagonal())
}

/// Is the exponent of every coordinate negative? On the edge this is neither.
fn known(model: &Quadratic, eta: &Exact) -> Verdict {
    let signs = (0..model.dimension()).map(|j| {
        let curvatures: Vec<Exact> = model.hessians().iter().map(|h| h[(j, j)].clone()).collect();
        match almost_sure::exponent_sign(&curvatures, eta) {
            Some(std::cmp::Ordering::Less) => Verdict::Holds,
            Some(std::cmp::Ordering::Greater) => Verdict::Fails,
            _ => Verdict::Undecided,
        }
    });
    signs.fold(Verdict::Holds, Verdict::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both sides are certified, and some questions stay open.
    #[test]
    fn both_certificates_are_used() {
        let found = evidence();
        assert_eq!(found.fails, 0);
        assert!(found.holds > found.undecided, "{found:?}");
        let hessians = |rows: &[[&str; 2]]| {
            diagonal(rows).batch_hessians_on_range(Sampling::WithReplacement, 1)
        };
        let at = |eta| almost_sure::verdict(&hessians(DIAGONALS[1]), &fraction(eta), LENGTH);
        assert_eq!((at("1/10"), at("5")), (Verdict::Holds, Verdict::Fails));
    }
}
