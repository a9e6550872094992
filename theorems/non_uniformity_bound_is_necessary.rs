//! The bound on s in several dimensions, and the models that break it.

use sgd_stability::claim::family::instances;
use sgd_stability::claim::{
    Certified, Change, Chapter, Check, Checked, Claim, Conjecture, Examination, Guard, Link,
    MEAN_SQUARE_STABLE, Status,
};
use sgd_stability::criterion::{MEAN_SQUARE, NON_UNIFORMITY, non_uniformity};
use sgd_stability::number::Exact;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "non_uniformity_bound_is_necessary",
    title: "Refuted: mean-square stability needs s ≤ 1/(η√p)",
    statement: "If SGD is mean-square stable then I − η²pΣ ⪰ 0, that is s ≤ 1/(η√p).",
    formula: || non_uniformity::latex() + r" \succeq 0",
    source: "Wu, Ma and E 2018, the consequence they draw from Theorem 1, there as s ≤ (1/η)√(B(n \
        − 1)/(n − B)). The counter-examples are ours: G1 and G3 of sgd_stability::model::golden.",
    hypotheses: &[MEAN_SQUARE_STABLE],
    reading: "Linear regression on the inputs (1,0), (0,1), (1,1) with batches of one is strictly \
        mean-square stable at η = 5/4, where η²s² = 25/24. The bound is true in one dimension, for \
        two samples, for commuting samples, and along every single direction; with a factor √(rank \
        H) it is true always.",
    chapter: Chapter::Paper,
    status: Status::Refuted,
    guards: &[Guard::of("1/(η√p)", &[Change::Tenths(8)])],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::SINGLE_TRAJECTORY,
};

/// The claim for `sgd-stability search`: the same examination, and the ends of its two sides.
pub const CONJECTURE: Conjecture = Conjecture::of(&[Link {
    examination,
    hypotheses: MEAN_SQUARE.critical,
    conclusion: NON_UNIFORMITY.critical,
}]);

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            posed.formula("1/(η√p)", |eta| {
                non_uniformity::verdict(&posed.model, eta, &posed.p)
            })
        },
        margin: |instance| instance.headroom(NON_UNIFORMITY),
    }
}

#[cfg(test)]
mod tests {
    use sgd_stability::claim::Version;
    use sgd_stability::claim::family::counter_examples;
    use sgd_stability::criterion::mean_square;
    use sgd_stability::matrix::positive_definite;
    use sgd_stability::model::second_moment::Maps;
    use sgd_stability::number::Field;

    use super::*;

    /// Property 22: G1 and G3 break it, over ℚ and over intervals. G2 has two samples and does not.
    #[test]
    fn the_counter_examples_break_it() {
        let [g1, g2, g3] = counter_examples();
        let broken = [g1, g3];
        assert_eq!(examination::<Exact>().of(&broken, Version::STATED).fails, 2);
        assert_eq!(
            examination::<Certified>()
                .of(&broken, Version::STATED)
                .fails,
            2
        );
        assert_eq!(examination::<Exact>().of(&[g2], Version::STATED).holds, 1);
    }

    /// G1 is not a case of the edge: it is strictly stable.
    #[test]
    fn the_headline_counter_example_is_strictly_stable() {
        let [g1, ..] = counter_examples();
        let slack = mean_square::slack(&Maps::of(&g1.model, &g1.weight), &g1.learning_rate);
        assert!(positive_definite(&slack).holds());
        let squared = g1.learning_rate.square() * Exact::fraction(2, 3);
        assert_eq!(squared, Exact::fraction(25, 24));
    }
}
