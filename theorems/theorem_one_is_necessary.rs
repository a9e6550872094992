//! The converse of Theorem 1, and the models that break it.

use sgd_stability::claim::family::instances;
use sgd_stability::claim::{
    Certified, Change, Chapter, Check, Checked, Claim, Conjecture, Examination, Guard, Link,
    MEAN_SQUARE_STABLE, Status,
};
use sgd_stability::criterion::{MEAN_SQUARE, ONE_STEP, one_step};
use sgd_stability::number::Exact;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "theorem_one_is_necessary",
    title: "Refuted: mean-square stability needs Theorem 1",
    statement: "If SGD is mean-square stable then 2H − η(H² + pΣ) ⪰ 0.",
    formula: || one_step::latex() + r" \succeq 0",
    source: "The converse of Theorem 1 of Wu, Ma and E 2018, which they state for one dimension. \
        The counter-examples are ours: G1, G2 and G3 of sgd_stability::model::golden.",
    hypotheses: &[MEAN_SQUARE_STABLE],
    reading: "Already two samples of linear regression, inputs (0,1) and (1,1), break it at η = \
        11/10: Theorem 1 ends at 1, stability at (7 − √13)/3. SGD may drift away for a step and \
        still come back. In one dimension and for commuting samples the converse is true.",
    chapter: Chapter::Paper,
    status: Status::Refuted,
    guards: &[Guard::of("Theorem 1", &[Change::Tenths(6)])],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::UNMEASURED,
};

/// The claim for `sgd-stability search`: the same examination, and the ends of its two sides.
pub const CONJECTURE: Conjecture = Conjecture::of(&[Link {
    examination,
    hypotheses: MEAN_SQUARE.critical,
    conclusion: ONE_STEP.critical,
}]);

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            posed.formula("Theorem 1", |eta| {
                one_step::verdict(&posed.model, eta, &posed.p)
            })
        },
        margin: |instance| instance.headroom(ONE_STEP),
    }
}

#[cfg(test)]
mod tests {
    use sgd_stability::claim::Version;
    use sgd_stability::claim::family::counter_examples;

    use super::*;

    /// Property 22: each counter-example breaks it, over ℚ and over intervals.
    #[test]
    fn every_counter_example_breaks_it() {
        let found = examination::<Exact>().of(&counter_examples(), Version::STATED);
        assert_eq!((found.fails, found.total()), (3, 3));
        let certified = examination::<Certified>().of(&counter_examples(), Version::STATED);
        assert_eq!((certified.fails, certified.total()), (3, 3));
    }
}
