//! # Spectrally expressible noise: the eigenvalues of H alone decide
//!
//! **Statement.** If V(X) − HXH = τ₁H tr(HX) − τ₂HXH for all X and |β| < 1, then E‖x_t‖² of SGD
//! with heavy ball converges exactly when ηλ_max < 2(1 + β) and U < 1 with positive
//! denominators.
//!
//! **Source.** Velikanov, Kuznedelev and Yarotsky 2023; re-derived. For G1 it gives η² − 6η + 6
//! = 0, so η* = 3 − √3.
//!
//! **Hypotheses.** `damped`: |β| < 1. `spectrally_expressible`: the noise has this form, for
//! every X of a basis.
//!
//! **Reading.** Exact only for such noise: linear images of isotropic inputs, Gaussian streams,
//! one dimension. Elsewhere it may err on either side.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::heavy_ball;
use sgd_stability::criterion::spectral::{self, Expression};
use sgd_stability::decide::critical;
use sgd_stability::matrix::bracket;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Finding, equivalent, headroom, tally};
use super::family::{Instance, every_batch, fraction, momenta};
use super::momentum::{batch_hessians, damped};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "spectrally_expressible_threshold",
    title: "Spectrally expressible noise: the eigenvalues of H alone decide",
    statement: "If V(X) − HXH = τ₁H tr(HX) − τ₂HXH for all X and |β| < 1, then E‖x_t‖² of SGD with heavy ball converges exactly when ηλ_max < 2(1 + β) and U < 1 with positive denominators.",
    formula: spectral::latex,
    source: "Velikanov, Kuznedelev and Yarotsky 2023; re-derived. For G1 it gives η² − 6η + 6 = 0, so η* = 3 − √3.",
    hypotheses: &[
        "damped: |β| < 1",
        "spectrally_expressible: the noise has this form, for every X of a basis",
    ],
    reading: "Exact only for such noise: linear images of isotropic inputs, Gaussian streams, one dimension. Elsewhere it may err on either side.",
    status: Status::Upheld,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// A model whose Hessian has these rational eigenvalues, with τ₁ and τ₂.
struct Expressed {
    model: Quadratic,
    eigenvalues: Vec<Exact>,
    expression: Expression<Exact>,
}

fn expressed(model: Quadratic, eigenvalues: &[&str], [trace, sandwich]: [&str; 2]) -> Expressed {
    Expressed {
        model,
        eigenvalues: eigenvalues.iter().map(|text| fraction(text)).collect(),
        expression: Expression {
            trace: fraction(trace),
            sandwich: fraction(sandwich),
        },
    }
}

/// The three inputs (a linear image of three unit vectors at equal angles), and in one dimension
/// τ₁ − τ₂ = s²/a², split in two ways.
fn family() -> Vec<Expressed> {
    let toy = golden::toy_edge;
    vec![
        expressed(golden::three_inputs(), &["1", "1/3"], ["1/2", "0"]),
        expressed(toy(), &["2"], ["81/100", "0"]),
        expressed(toy(), &["2"], ["1", "19/100"]),
        expressed(golden::raised_sample(), &["3/2"], ["1/9", "0"]),
    ]
}

fn evidence<T: Field>() -> Evidence {
    let mut findings = Vec::new();
    for case in family() {
        for question in every_batch(case.model.clone()) {
            for beta in momenta() {
                let stable = |eta: &Exact| criterion::<Exact>(&case, &question, eta, &beta).holds();
                let end = bracket(stable, &Exact::from(1), &critical::default_width());
                let far = [3, 5].map(|part| &end.lower * Exact::fraction(part, 4));
                for eta in [end.lower.clone(), end.upper].iter().chain(&far) {
                    findings.push(finding::<T>(
                        &case,
                        &question.at(eta.clone()),
                        &beta,
                        &end.lower,
                    ));
                }
            }
        }
    }
    tally(findings)
}

fn finding<T: Field>(case: &Expressed, question: &Instance, beta: &Exact, end: &Exact) -> Finding {
    let eta = &question.learning_rate;
    let (scalar, tbeta) = (T::from_exact(eta), T::from_exact(beta));
    let hessians = batch_hessians(question);
    let converges = heavy_ball::mean_square_converges(&hessians, &scalar, &tbeta);
    Finding {
        hypotheses: damped(beta).and(spectrally_expressible(case)),
        conclusion: equivalent(criterion::<T>(case, question, eta, beta), converges),
        distance: headroom(eta, end),
        case: format!("{} β = {beta}", question.describe()),
    }
}

/// The criterion over `T`.
fn criterion<T: Field>(
    case: &Expressed,
    question: &Instance,
    eta: &Exact,
    beta: &Exact,
) -> Verdict {
    let scalar = |x: &Exact| T::from_exact(x);
    let expression = Expression {
        trace: scalar(&case.expression.trace),
        sandwich: scalar(&case.expression.sandwich),
    };
    let eigenvalues: Vec<T> = case.eigenvalues.iter().map(scalar).collect();
    let rates = (scalar(eta), scalar(&question.weight));
    expression.converges(&eigenvalues, (&rates.0, &rates.1), &scalar(beta))
}

/// Has the noise this form? Asked over ℚ, where it is decided.
fn spectrally_expressible(case: &Expressed) -> Verdict {
    case.expression.describes(&case.model).into()
}

/// Noise of another form (G3): the formula ends at 0.84…, stability at 0.883….
fn outside() -> Evidence {
    let case = expressed(golden::diagonal_mean(), &["4/3", "1"], ["1/2", "0"]);
    tally(["0.85", "0.86", "0.88"].map(|eta| {
        let question = Instance::single(golden::diagonal_mean(), fraction(eta));
        let found = finding::<Exact>(&case, &question, &fraction("0"), &question.learning_rate);
        found.beyond()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_is_what_it_says() {
        assert!(
            family()
                .iter()
                .all(|case| spectrally_expressible(case).holds())
        );
        let found = evidence::<Exact>();
        assert_eq!((found.fails, found.undecided, found.unmet), (0, 0, 0));
    }
}
