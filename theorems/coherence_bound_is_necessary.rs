//! Bounds from the coherence of the samples, checked wherever SGD with Bernoulli batches is stable.

use sgd_stability::claim::family::{every, fraction};
use sgd_stability::claim::{
    CURVED, Chapter, Check, Claim, Evidence, Examination, Guard, Hypothesis, Instance, MINIMUM,
    POSITIVE_LEARNING_RATE, Posed, Status,
};
use sgd_stability::criterion::{MEAN_SQUARE, bernoulli, coherence};
use sgd_stability::model::golden;
use sgd_stability::model::sampling::bernoulli_weight;
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "coherence_bound_is_necessary",
    title: "Stable SGD with Bernoulli batches needs aη√(n/B − 1) ≤ σ",
    statement: "If SGD with Bernoulli batches is mean-square stable, then a ≤ 2/η and aη√(n/B − 1) \
        ≤ σ with the coherence σ = λ₁(S)/max λ₁(H_i), S_ij = √tr(H_iH_j). Before that the \
        incoherent part alone must not grow, η²qV ⪯ Id.",
    formula: coherence::latex,
    source: "Dexter et al. 2024, their first theorem (stated there as divergence; its wording was \
        not checked). The proof by the incoherent part is ours.",
    hypotheses: &[
        MINIMUM,
        CURVED,
        POSITIVE_LEARNING_RATE,
        Hypothesis::asked(
            "bernoulli_stable: SGD with Bernoulli batches is mean-square stable at η",
            bernoulli_stable,
            bernoulli_stable,
        ),
    ],
    reading: "The more coherent the samples, the weaker the statement. Not sufficient. S needs \
        roots, so it is enclosed.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::necessary("coherent"), Guard::necessary("incoherent")],
    exact: Check::Run(|version| examination().of(every(4), version)),
    outside: Check::Run(outside),
    certified: Check::Without("the roots are enclosed in the exact check already"),
    empirical: super::UNMEASURED,
};

fn examination() -> Examination<Exact> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            let model = &posed.model;
            let incoherent = posed.formula("incoherent", |eta| {
                bernoulli::incoherent_verdict(model, eta, &weight(posed))
            });
            let coherent = posed.formula("coherent", |eta| {
                coherence::verdict(model, eta, posed.instance.batch)
            });
            incoherent.and(coherent)
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

fn bernoulli_stable<T: Field>(posed: &Posed<T>) -> Verdict {
    bernoulli::verdict(&posed.model, &posed.eta, &weight(posed))
}

/// The weight `q` of Bernoulli sampling.
fn weight<T: Field>(posed: &Posed<T>) -> T {
    let weight = bernoulli_weight(posed.model.samples(), posed.instance.batch);
    T::from_exact(&weight.expect("a batch from 1 to n"))
}

/// Unstable instances: the three inputs from the end of the coherence condition on.
fn outside() -> Evidence {
    let beyond =
        ["1.07", "5/4", "2"].map(|eta| Instance::single(golden::three_inputs(), fraction(eta)));
    examination().outside(&beyond)
}

#[cfg(test)]
mod tests {
    use sgd_stability::decide::critical;
    use sgd_stability::matrix::bracket;
    use sgd_stability::number::Verdict;

    use super::*;

    /// The bound holds exactly at the end of Bernoulli stability, for every batch size.
    #[test]
    fn it_holds_at_the_end_of_stability() {
        for (name, model) in golden::all() {
            for batch in 1..model.samples() {
                let q = bernoulli_weight(model.samples(), batch).unwrap();
                let stable = |eta: &Exact| bernoulli::verdict(&model, eta, &q).holds();
                let end = bracket(stable, &Exact::from(1), &critical::default_width());
                let found = coherence::verdict(&model, &end.lower, batch);
                assert!(found != Verdict::Fails, "{name}, batch {batch}");
                assert!(bernoulli::incoherent_verdict(&model, &end.lower, &q).holds());
            }
        }
    }
}
