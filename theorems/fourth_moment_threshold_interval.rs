//! Stability of the fourth moment, checked again at smaller learning rates.

use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Instance,
    POSITIVE_LEARNING_RATE, Status, Version, headroom, tally,
};
use sgd_stability::criterion::even_moment;
use sgd_stability::number::{Exact, Field, Verdict};

use super::fourth_moment::fourth_moment_edges;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "fourth_moment_threshold_interval",
    title: "Open: the learning rates with a stable fourth moment form an interval",
    statement: "If the fourth moment is stable at η, it is so at every smaller positive learning \
        rate.",
    formula: || even_moment::latex() + r" \succeq 0",
    source: "Ours; in one dimension E|1 − ηa_b|^k is convex in η, so it is true there. In several \
        dimensions no proof is known to us.",
    hypotheses: &[
        Hypothesis::decided("several_dimensions: d ≥ 2", |asked| {
            (asked.model.dimension() >= 2).into()
        }),
        POSITIVE_LEARNING_RATE,
        Hypothesis::by_the_check("fourth_moment_stable: the fourth moment is stable at η"),
    ],
    reading: "A conjecture, with the count of what was tried. For k = 2 it is a theorem.",
    chapter: Chapter::Moments,
    status: Status::Open,
    guards: &[Guard::necessary("smaller")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Without("one dimension, outside the hypotheses, is proved"),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The smaller learning rates, in 32nds of `η`.
const PARTS: [i64; 4] = [8, 20, 26, 31];

fn evidence<T: Field>(version: Version) -> Evidence {
    let cases = fourth_moment_edges().map(|(question, end)| {
        let eta = T::from_exact(&question.learning_rate);
        let smaller = |eta: &T| {
            let parts = PARTS.map(|part| stable(question, &(eta * T::ratio(part, 32))));
            parts.into_iter().fold(Verdict::Holds, Verdict::and)
        };
        Examined {
            hypotheses: question.meets(CLAIM.hypotheses).and(stable(question, &eta)),
            conclusion: version.formula("smaller", &eta, smaller),
            distance: headroom(&question.learning_rate, end),
            case: question.describe(),
        }
    });
    tally(version, cases)
}

/// Is the fourth moment stable at this learning rate?
fn stable<T: Field>(question: &Instance, eta: &T) -> Verdict {
    even_moment::verdict(&question.model.to::<T>(), &question.batches(), eta, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_tried_contradicts_it() {
        let found = evidence::<Exact>(Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
        assert!(found.holds >= 20, "{}", found.holds);
    }
}
