//! Certificates from products of a few steps are compared with exponents that are known for diagonal
//! samples.

use nalgebra::{DMatrix, DVector};
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    CaseHypothesis, Change, Chapter, Check, Claim, Evidence, Examined, Guard, Status, Version,
    tally,
};
use sgd_stability::criterion::almost_sure;
use sgd_stability::matrix::positive_definite;
use sgd_stability::model::{Quadratic, Sampling, golden};
use sgd_stability::number::{Exact, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "almost_sure_by_words",
    title: "Words of batches certify almost sure stability on either side",
    statement: "If Π_w ‖P_w‖_F² < 1 over all words of k batches the Lyapunov exponent is negative, \
        and if Π_b det(A_b)² > 1 it is positive. Examined where the exponent is known: for \
        diagonal samples it is the largest of the coordinates'.",
    formula: almost_sure::latex_of_words,
    source: "Sub-multiplicativity of the norm and multiplicativity of the determinant; the \
        exponent as in Ziyin et al. 2023 and Chemnitz and Engel 2024.",
    hypotheses: &[DIAGONAL.stated],
    reading: "Two-sided bounds with a gap: what no word of the given length certifies counts as \
        undecided. Longer words narrow the gap.",
    chapter: Chapter::Moments,
    status: Status::Upheld,
    guards: &[Guard::of(
        "words",
        &[
            Change::Negated,
            Change::Always,
            Change::Never,
            Change::Tenths(20),
        ],
    )],
    exact: Check::Run(evidence),
    outside: Check::Without("without a known exponent there is nothing to compare with"),
    certified: Check::Without("the certificates are products of rationals, decided exactly"),
    empirical: super::UNMEASURED,
};

const DIAGONAL: CaseHypothesis<Quadratic> = CaseHypothesis::new(
    "diagonal: every H_i is diagonal and no coordinate is flat in all samples",
    |model| {
        let own = |h: &DMatrix<Exact>| DMatrix::from_diagonal(&h.diagonal());
        let diagonal = Verdict::from(model.hessians().iter().all(|h| *h == own(h)));
        diagonal.and(positive_definite(model.hessian()))
    },
);

/// The diagonals of the samples.
const DIAGONALS: [&[[&str; 2]]; 5] = [
    &[["1/5", "2"], ["19/5", "2"]],
    &[["1", "10"], ["10", "1"]],
    &[["1", "2"], ["2", "1"], ["0", "3"]],
    &[["1/5", "1/5"], ["19/5", "19/5"]],
    &[["1", "1/2"]],
];

/// Learning rates on both sides of the critical ones.
const RATES: [&str; 9] = [
    "1/10", "1/5", "2/5", "0.5594", "0.5595", "7/10", "1", "3/2", "5",
];

/// The length of the words.
const LENGTH: usize = 5;

fn evidence(version: Version) -> Evidence {
    let diagonal = DIAGONALS.iter().map(|diagonals| diagonal(diagonals));
    let flat = diagonal_with_a_flat_axis();
    let models: Vec<Quadratic> = diagonal.chain([golden::three_inputs(), flat]).collect();
    let cases = models
        .iter()
        .flat_map(|model| RATES.map(|eta| examine(model, &fraction(eta), version)));
    tally(version, cases)
}

/// A model outside the hypotheses: no sample is curved along the second axis.
fn diagonal_with_a_flat_axis() -> Quadratic {
    diagonal(&[["1", "0"], ["2", "0"]])
}

fn diagonal(diagonals: &[[&str; 2]]) -> Quadratic {
    let hessian = |entries: &[&str; 2]| {
        DMatrix::from_diagonal(&DVector::from_row_slice(&entries.map(fraction)))
    };
    Quadratic::new(diagonals.iter().map(hessian).collect()).expect("no negative curvature")
}

fn examine(model: &Quadratic, eta: &Exact, version: Version) -> Examined {
    let hessians = model.batch_hessians_on_range(Sampling::WithReplacement, 1);
    let by_words = version.formula("words", eta, |eta| {
        almost_sure::verdict(&hessians, eta, LENGTH)
    });
    let known = known(model, eta);
    Examined {
        hypotheses: (DIAGONAL.holds)(model),
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

/// Is the exponent of every coordinate negative? Undecided on the edge.
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

    /// Stability and instability are both certified, and some cases stay undecided.
    #[test]
    fn both_certificates_are_used() {
        let found = evidence(Version::STATED);
        assert_eq!(found.fails, 0);
        assert!(found.holds > found.undecided, "{found:?}");
        let hessians = |rows: &[[&str; 2]]| {
            diagonal(rows).batch_hessians_on_range(Sampling::WithReplacement, 1)
        };
        let at = |eta| almost_sure::verdict(&hessians(DIAGONALS[1]), &fraction(eta), LENGTH);
        assert_eq!((at("1/10"), at("5")), (Verdict::Holds, Verdict::Fails));
    }
}
