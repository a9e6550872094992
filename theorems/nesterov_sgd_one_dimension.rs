//! The criterion is compared with the map of the second moments of position and velocity.

use num_traits::{One, Zero};
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    CaseHypothesis, Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Instance, MINIMUM,
    ONE_DIMENSIONAL, POSITIVE_LEARNING_RATE, Status, Version, equivalent, tally,
};
use sgd_stability::criterion::nesterov;
use sgd_stability::decide::critical;
use sgd_stability::matrix::bracket;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field};

use super::momentum::momenta;
use super::momentum::{batch_hessians, moments, unusual_questions, usual_questions};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "nesterov_sgd_one_dimension",
    title: "In one dimension SGD with Nesterov's momentum converges as its cubic inequality says",
    statement: "In one dimension with independent batches, every H_i ⪰ 0, η > 0 and 0 ≤ β < 1, \
        with q = 1 − ηa and Q = q² + η²ps²: E x_t² converges to zero from every start exactly when \
        1 + βq > 0 and Q(((1 + β)² + β²)(1 + βq) − 2β(1 + β)²q) < 1 + βq.",
    formula: || nesterov::latex() + r" > 0",
    source: "Ours, from the 3 × 3 map of (E x², E xx⁻, E x⁻²).",
    hypotheses: &[
        MODERATE.stated,
        POSITIVE_LEARNING_RATE,
        MINIMUM,
        ONE_DIMENSIONAL,
    ],
    reading: "Without noise it is η(1 + 2β)a < 2 + 2β. The threshold is the root of a cubic, so it \
        is bracketed.",
    chapter: Chapter::Momentum,
    status: Status::Upheld,
    guards: &[Guard::exactly("cubic")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

const MODERATE: CaseHypothesis<Exact> = CaseHypothesis::new("moderate: 0 ≤ β < 1", |beta| {
    (*beta >= Exact::zero() && *beta < Exact::one()).into()
});

/// All models, batches and schemes on both sides of the end of the criterion, near and far, and
/// instances that violate a hypothesis.
fn evidence<T: Field>(version: Version) -> Evidence {
    let (usual, unusual) = (usual_questions(), unusual_questions());
    let momenta = momenta();
    // For β < 0 the inequality also holds far beyond the end, so there is nothing to bracket.
    let moderate = || momenta.iter().filter(|beta| (MODERATE.holds)(beta).holds());
    let edges = usual.iter().flat_map(|question| {
        let around = |beta| {
            let ask = move |eta| examine::<T>(&question.at(eta), beta, version);
            around_the_end(question, beta).into_iter().map(ask)
        };
        moderate().flat_map(around).collect::<Vec<_>>()
    });
    let others = unusual.iter().flat_map(|question| {
        let ask = |beta| examine::<T>(question, beta, version);
        momenta.iter().map(ask).collect::<Vec<_>>()
    });
    tally(version, edges.chain(others))
}

/// Learning rates at the end of the criterion and on both sides of it.
fn around_the_end(question: &Instance, beta: &Exact) -> Vec<Exact> {
    let (a, s2) = moments(&question.model);
    let stable = |eta: &Exact| nesterov::converges(&a, &s2, eta, &question.weight, beta).holds();
    let end = bracket(stable, &a.reciprocal(), &critical::default_width());
    let far = [3, 5].map(|part| &end.lower * Exact::fraction(part, 4));
    [end.lower, end.upper].into_iter().chain(far).collect()
}

/// Is the criterion equivalent to convergence of the mean square?
fn examine<T: Field>(question: &Instance, beta: &Exact, version: Version) -> Examined {
    let scalar = |x: &Exact| T::from_exact(x);
    let (a, s2) = moments(&question.model);
    let (a, s2, p) = (scalar(&a), scalar(&s2), scalar(&question.weight));
    let (eta, tbeta) = (scalar(&question.learning_rate), scalar(beta));
    let criterion = version.formula("cubic", &eta, |eta| {
        nesterov::converges(&a, &s2, eta, &p, &tbeta)
    });
    let converges = nesterov::mean_square_converges(&batch_hessians(question), &eta, &tbeta);
    Examined {
        hypotheses: (MODERATE.holds)(beta).and(question.meets(CLAIM.hypotheses)),
        conclusion: equivalent(criterion, converges),
        distance: 0.0,
        case: format!("{} β = {beta}", question.describe()),
    }
}

/// Instances where the inequality holds and the run diverges: a negative momentum far beyond the end,
/// ascent (equivalently a saddle), and two dimensions of which the criterion sees only one.
fn outside() -> Evidence {
    let questions = [
        (golden::raised_sample(), "20", "-1/3"),
        (golden::raised_sample(), "-4", "1/2"),
        (golden::three_inputs(), "1.3", "0"),
    ];
    let cases = questions.map(|(model, eta, beta)| {
        let question = Instance::single(model, fraction(eta));
        examine::<Exact>(&question, &fraction(beta), Version::STATED).outside()
    });
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_roads_agree_on_either_side_of_every_end() {
        let found = evidence::<Exact>(Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
        assert!(found.holds > 0);
    }
}
