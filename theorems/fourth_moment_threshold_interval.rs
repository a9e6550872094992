//! # Open: the learning rates with a stable fourth moment form an interval
//!
//! **Statement.** If the fourth moment is stable at η, it is so at every smaller positive
//! learning rate.
//!
//! **Source.** Ours; in one dimension E|1 − ηa_b|^k is convex in η, so it is true there. In
//! several dimensions no proof is known to us.
//!
//! **Hypotheses.** `several_dimensions`: d ≥ 2. `fourth_moment_stable`: the fourth moment is
//! stable at η.
//!
//! **Reading.** A conjecture, with the count of what was tried. For k = 2 it is a theorem.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::even_moment;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Finding, headroom, tally};
use super::family::{Instance, fourth_moment_edges};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "fourth_moment_threshold_interval",
    title: "Open: the learning rates with a stable fourth moment form an interval",
    statement: "If the fourth moment is stable at η, it is so at every smaller positive learning rate.",
    formula: even_moment::latex,
    source: "Ours; in one dimension E|1 − ηa_b|^k is convex in η, so it is true there. In several dimensions no proof is known to us.",
    hypotheses: &[
        "several_dimensions: d ≥ 2",
        "fourth_moment_stable: the fourth moment is stable at η",
    ],
    reading: "A conjecture, with the count of what was tried. For k = 2 it is a theorem.",
    status: Status::Open,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Without("one dimension, outside the hypotheses, is proved"),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The learning rates asked for below `η`, in eighths of it.
const PARTS: [i64; 4] = [2, 5, 6, 7];

fn evidence<T: Field>() -> Evidence {
    tally(fourth_moment_edges().iter().map(|(question, end)| {
        let dimension = Verdict::from(question.model.dimension() >= 2);
        let smaller = |part: &i64| stable::<T>(question, &Exact::fraction(*part, 8));
        Finding {
            hypotheses: dimension.and(stable::<T>(question, &Exact::from(1))),
            conclusion: PARTS.iter().map(smaller).fold(Verdict::Holds, Verdict::and),
            distance: headroom(&question.learning_rate, end),
            case: question.describe(),
        }
    }))
}

/// Is the fourth moment stable at this part of the learning rate?
fn stable<T: Field>(question: &Instance, part: &Exact) -> Verdict {
    let eta = T::from_exact(&(&question.learning_rate * part));
    even_moment::verdict(
        &question.model.to::<T>(),
        (question.sampling, question.batch),
        &eta,
        4,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_tried_contradicts_it() {
        let found = evidence::<Exact>();
        assert_eq!((found.fails, found.undecided), (0, 0));
        assert!(found.holds >= 20, "{}", found.holds);
    }
}
