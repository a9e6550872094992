//! # Refuted: mean-square stability needs Theorem 1
//!
//! **Statement.** If SGD is mean-square stable then `2H − η(H² + pΣ) ⪰ 0`. False.
//!
//! **Source.** The converse of Theorem 1 of Wu, Ma and E 2018, which they state for one dimension.
//! The counter-examples are ours: G1, G2 and G3 of [`sgd_stability::model::golden`].
//!
//! **Hypotheses.** `mean_square_stable`: η > 0 and SGD is mean-square stable at η.
//!
//! **Reading.** Already two samples of linear regression, inputs (0,1) and (1,1), break it at
//! `η = 11/10`: Theorem 1 ends at 1, stability at (7 − √13)/3. SGD may drift away for a step and
//! still come back. In one dimension and for commuting samples the converse is true.

use sgd_stability::claim::{Change, Check, Claim, Part, Status};
use sgd_stability::criterion::one_step;
use sgd_stability::number::{Exact, Field};

use super::examination::{Certified, Examination, end, mean_square_stable};
use super::family::instances;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "theorem_one_is_necessary",
    title: "Refuted: mean-square stability needs Theorem 1",
    statement: "If SGD is mean-square stable then 2H − η(H² + pΣ) ⪰ 0.",
    formula: || one_step::latex() + r" \succeq 0",
    source: "The converse of Theorem 1 of Wu, Ma and E 2018 (stated by them for one dimension). Counter-examples G1, G2, G3 are ours.",
    hypotheses: &["mean_square_stable: η > 0 and SGD is mean-square stable at η"],
    reading: "False already for two samples of linear regression, inputs (0,1) and (1,1), at η = 11/10.",
    status: Status::Refuted,
    parts: &[Part::of("Theorem 1", &[Change::Tenths(6)])],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: mean_square_stable,
        conclusion: |posed| {
            posed.formula("Theorem 1", |eta| {
                one_step::verdict(&posed.model, eta, &posed.p)
            })
        },
        margin: |instance| instance.headroom(end::one_step),
    }
}

#[cfg(test)]
mod tests {
    use sgd_stability::claim::Version;

    use super::super::family::counter_examples;
    use super::*;

    /// Property 22: each counter-example is one, over ℚ and by enclosures.
    #[test]
    fn every_counter_example_breaks_it() {
        let found = examination::<Exact>().of(&counter_examples(), Version::STATED);
        assert_eq!((found.fails, found.total()), (3, 3));
        let certified = examination::<Certified>().of(&counter_examples(), Version::STATED);
        assert_eq!((certified.fails, certified.total()), (3, 3));
    }
}
