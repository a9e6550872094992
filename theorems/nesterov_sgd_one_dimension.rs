//! # In one dimension SGD with Nesterov's momentum converges as its cubic inequality says
//!
//! **Statement.** In one dimension with independent batches and 0 ≤ β < 1, with q = 1 − ηa and Q
//! = q² + η²ps²: E x_t² converges to zero exactly when 1 + βq > 0 and Q(((1 + β)² + β²)(1 + βq)
//! − 2β(1 + β)²q) < 1 + βq.
//!
//! **Source.** Ours, from the 3 × 3 map of (E x², E xx⁻, E x⁻²).
//!
//! **Hypotheses.** `moderate`: 0 ≤ β < 1. `one_dimensional`: d = 1.
//!
//! **Reading.** Without noise it is η(1 + 2β)a < 2 + 2β. The threshold is the root of a cubic,
//! so it is bracketed.

use num_traits::{One, Zero};
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::nesterov;
use sgd_stability::decide::critical;
use sgd_stability::matrix::bracket;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Finding, equivalent, headroom, tally};
use super::family::{Instance, every_batch, fraction, momenta, one_dimensional_models};
use super::momentum::{batch_hessians, moments, one_dimensional};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "nesterov_sgd_one_dimension",
    title: "In one dimension SGD with Nesterov's momentum converges as its cubic inequality says",
    statement: "In one dimension with independent batches and 0 ≤ β < 1, with q = 1 − ηa and Q = q² + η²ps²: E x_t² converges to zero exactly when 1 + βq > 0 and Q(((1 + β)² + β²)(1 + βq) − 2β(1 + β)²q) < 1 + βq.",
    formula: nesterov::latex,
    source: "Ours, from the 3 × 3 map of (E x², E xx⁻, E x⁻²).",
    hypotheses: &["moderate: 0 ≤ β < 1", "one_dimensional: d = 1"],
    reading: "Without noise it is η(1 + 2β)a < 2 + 2β. The threshold is the root of a cubic, so it is bracketed.",
    status: Status::Upheld,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Every model, batch and scheme on both sides of the end of the criterion, near and far.
fn evidence<T: Field>() -> Evidence {
    let questions: Vec<Instance> = one_dimensional_models()
        .into_iter()
        .flat_map(every_batch)
        .collect();
    tally(questions.iter().flat_map(|question| {
        // For β < 0 the inequality also holds far beyond the end: nothing to bracket there.
        let usual = momenta().into_iter().filter(|beta| moderate(beta).holds());
        usual.flat_map(move |beta| {
            let (a, s2) = moments(&question.model);
            let stable =
                |eta: &Exact| nesterov::converges(&a, &s2, (eta, &question.weight), &beta).holds();
            let end = bracket(stable, &a.reciprocal(), &critical::default_width());
            let far = [3, 5].map(|part| &end.lower * Exact::fraction(part, 4));
            let rates = [end.lower.clone(), end.upper].into_iter().chain(far);
            let found = rates.map(|eta| Finding {
                hypotheses: moderate(&beta).and(one_dimensional(&question.model)),
                conclusion: agrees::<T>(question, &eta, &beta),
                distance: headroom(&eta, &end.lower),
                case: format!("{} β = {beta}", question.at(eta).describe()),
            });
            found.collect::<Vec<_>>()
        })
    }))
}

/// Is the criterion the convergence of the mean square?
fn agrees<T: Field>(question: &Instance, eta: &Exact, beta: &Exact) -> Verdict {
    let scalar = |x: &Exact| T::from_exact(x);
    let (a, s2) = moments(&question.model);
    let (eta, beta) = (scalar(eta), scalar(beta));
    let criterion = nesterov::converges(
        &scalar(&a),
        &scalar(&s2),
        (&eta, &scalar(&question.weight)),
        &beta,
    );
    let hessians = batch_hessians(question);
    equivalent(
        criterion,
        nesterov::mean_square_converges(&hessians, &eta, &beta),
    )
}

/// A negative momentum far beyond the end: the inequality holds again and the run diverges.
fn outside() -> Evidence {
    tally(["20", "50", "100"].map(|eta| {
        let (question, beta) = (
            Instance::single(golden::raised_sample(), fraction(eta)),
            fraction("-1/3"),
        );
        let found = Finding {
            hypotheses: moderate(&beta),
            conclusion: agrees::<Exact>(&question, &question.learning_rate, &beta),
            distance: 0.0,
            case: format!("{} β = {beta}", question.describe()),
        };
        found.beyond()
    }))
}

/// `0 ≤ β < 1`.
fn moderate(beta: &Exact) -> Verdict {
    (*beta >= Exact::zero() && *beta < Exact::one()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_roads_agree_on_either_side_of_every_end() {
        let found = evidence::<Exact>();
        assert_eq!((found.fails, found.undecided), (0, 0));
        assert!(found.holds > 0);
    }
}
