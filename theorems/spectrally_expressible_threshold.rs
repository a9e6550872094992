//! A formula for SGD with momentum is compared with the map of the second moments of position and
//! velocity.

use nalgebra::{DMatrix, DVector};
use sgd_stability::claim::family::{every_batch, fraction};
use sgd_stability::claim::{
    CaseHypothesis, Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Instance, MINIMUM,
    POSITIVE_LEARNING_RATE, Status, Version, equivalent, headroom, tally,
};
use sgd_stability::criterion::heavy_ball;
use sgd_stability::criterion::spectral::{self, Expression};
use sgd_stability::decide::critical;
use sgd_stability::matrix::bracket;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

use super::momentum::DAMPED;
use super::momentum::momenta;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "spectrally_expressible_threshold",
    title: "Spectrally expressible noise: the eigenvalues of H alone decide",
    statement: "If every H_i ⪰ 0, V(X) − HXH = τ₁H tr(HX) − τ₂HXH for all X, η > 0 and |β| < 1, \
        then E‖x_t‖² of SGD with heavy ball converges on the range of H exactly when ηλ_max < 2(1 \
        + β) and U < 1 with positive denominators.",
    formula: || spectral::latex() + r" > 0",
    source: "Velikanov, Kuznedelev and Yarotsky 2023; re-derived. For G1 it gives η² − 6η + 6 = 0, \
        so η* = 3 − √3.",
    hypotheses: &[
        DAMPED.stated,
        POSITIVE_LEARNING_RATE,
        MINIMUM,
        SPECTRALLY_EXPRESSIBLE.stated,
    ],
    reading: "Exact only for such noise: linear images of isotropic inputs, Gaussian streams, one \
        dimension. Elsewhere it may err on either side.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::exactly("U < 1")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The hypothesis on the noise, which is decided over ℚ.
const SPECTRALLY_EXPRESSIBLE: CaseHypothesis<Expressed> = CaseHypothesis::new(
    "spectrally_expressible: the noise has this form, for every X of a basis",
    |case| case.expression.describes(&case.model).into(),
);

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

/// The three inputs (a linear image of three unit vectors at equal angles), and one-dimensional models,
/// where τ₁ − τ₂ = s²/a² is split in two ways.
fn family() -> Vec<Expressed> {
    let toy = golden::toy_edge;
    vec![
        expressed(golden::three_inputs(), &["1", "1/3"], ["1/2", "0"]),
        expressed(toy(), &["2"], ["81/100", "0"]),
        expressed(toy(), &["2"], ["1", "19/100"]),
        expressed(golden::raised_sample(), &["3/2"], ["1/9", "0"]),
    ]
}

fn evidence<T: Field>(version: Version) -> Evidence {
    let mut cases = Vec::new();
    for case in family() {
        for question in every_batch(case.model.clone()) {
            for beta in momenta() {
                let stable = |eta: &Exact| criterion::<Exact>(&case, &question, eta, &beta).holds();
                let end = bracket(stable, &Exact::from(1), &critical::default_width());
                let far = [3, 5].map(|part| &end.lower * Exact::fraction(part, 4));
                let backwards = ["0", "-1"].map(fraction);
                let near = [end.lower.clone(), end.upper];
                for eta in near.iter().chain(&far).chain(&backwards) {
                    cases.push(examine::<T>(
                        &case,
                        &question.at(eta.clone()),
                        &beta,
                        &end.lower,
                        version,
                    ));
                }
            }
        }
    }
    let other = beyond().into_iter();
    let other = other.map(|(case, question)| {
        let end = &question.learning_rate;
        examine::<T>(&case, &question, &fraction("0"), end, version)
    });
    tally(version, cases.into_iter().chain(other))
}

fn examine<T: Field>(
    case: &Expressed,
    question: &Instance,
    beta: &Exact,
    end: &Exact,
    version: Version,
) -> Examined {
    let eta = &question.learning_rate;
    let (scalar, tbeta) = (T::from_exact(eta), T::from_exact(beta));
    let criterion = version.formula("U < 1", &scalar, |eta| {
        criterion::<T>(case, question, eta, beta)
    });
    let hessians = question
        .model
        .batch_hessians_on_range(question.sampling, question.batch);
    let hessians: Vec<DMatrix<T>> = hessians
        .iter()
        .map(|h| h.map(|entry| T::from_exact(&entry)))
        .collect();
    let converges = heavy_ball::mean_square_converges(&hessians, &scalar, &tbeta);
    Examined {
        hypotheses: (DAMPED.holds)(beta)
            .and(question.meets(CLAIM.hypotheses))
            .and((SPECTRALLY_EXPRESSIBLE.holds)(case)),
        conclusion: equivalent(criterion, converges),
        distance: headroom(eta, end),
        case: format!("{} β = {beta}", question.describe()),
    }
}

/// The criterion over `T`.
fn criterion<T: Field>(case: &Expressed, question: &Instance, eta: &T, beta: &Exact) -> Verdict {
    let scalar = |x: &Exact| T::from_exact(x);
    let expression = Expression {
        trace: scalar(&case.expression.trace),
        sandwich: scalar(&case.expression.sandwich),
    };
    let eigenvalues: Vec<T> = case.eigenvalues.iter().map(scalar).collect();
    let weight = scalar(&question.weight);
    expression.converges(&eigenvalues, eta, &weight, &scalar(beta))
}

/// Instances outside the hypotheses: noise of another form (G3), for which the formula has its end at
/// 0.84… and stability at 0.883…; ascent (η < 0); and a saddle.
fn beyond() -> Vec<(Expressed, Instance)> {
    let other = || expressed(golden::diagonal_mean(), &["4/3", "1"], ["1/2", "0"]);
    let minimum = || expressed(golden::three_inputs(), &["1", "1/3"], ["1/2", "0"]);
    let single = DMatrix::from_diagonal(&DVector::from_row_slice(&[1, -1].map(Exact::from)));
    let saddle = Quadratic::symmetric(vec![single]).expect("a diagonal matrix is symmetric");
    let saddle = expressed(saddle, &["1", "-1"], ["0", "0"]);
    let questions = [
        (other(), "0.85"),
        (other(), "0.88"),
        (minimum(), "-1"),
        (saddle, "1"),
    ];
    let ask = |(case, eta): (Expressed, &str)| {
        let question = Instance::single(case.model.clone(), fraction(eta));
        (case, question)
    };
    questions.map(ask).into()
}

fn outside() -> Evidence {
    let cases = beyond().into_iter().map(|(case, question)| {
        let (beta, end) = (fraction("0"), &question.learning_rate);
        examine::<Exact>(&case, &question, &beta, end, Version::STATED).outside()
    });
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_is_what_it_says() {
        assert!(
            family()
                .iter()
                .all(|case| (SPECTRALLY_EXPRESSIBLE.holds)(case).holds())
        );
        let found = evidence::<Exact>(Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
    }
}
