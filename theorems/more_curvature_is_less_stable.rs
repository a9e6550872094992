//! Pairs of models of which one has more curvature in some samples.

use num_traits::Zero;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    Certified, Change, Chapter, Check, Claim, Conjecture, Evidence, Examination, Examined, Guard,
    Hypothesis, Instance, Link, MEAN_SQUARE_STABLE, Status, Version, tally,
};
use sgd_stability::criterion::{MEAN_SQUARE, mean_square};
use sgd_stability::matrix::positive_semidefinite;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "more_curvature_is_less_stable",
    title: "Refuted: more curvature is less stable",
    statement: "Adding a semi-definite matrix to the curvature of a sample never raises the \
        critical learning rate.",
    formula: || format!(r"X \mapsto {} \succeq 0", mean_square::latex()),
    source: "Ours; the intuition is common. The counter-example is G6 of \
        sgd_stability::model::golden.",
    hypotheses: &[
        Hypothesis::by_the_check(
            "no_flatter: every sample has at least the curvature of its counterpart",
        ),
        Hypothesis::by_the_check(
            "mean_square_stable: η > 0 and the raised model is mean-square stable at η",
        ),
    ],
    reading: "Curvatures 0 and 2 end at η* = 1, curvatures 1 and 2 at 6/5: raising the flat sample \
        makes the samples more alike, and SGD stabler. For gradient descent it is true.",
    chapter: Chapter::ExactThresholds,
    status: Status::Refuted,
    guards: &[Guard::of("lower", &[Change::Tenths(8)])],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(evidence::<Certified>),
    empirical: Check::Without("a statement about pairs of models; no network has such a pair"),
};

/// The same for a search, over pairs in which the first sample of the lower model is flat.
pub const CONJECTURE: Conjecture = Conjecture {
    counterpart: Some(flattened),
    ..Conjecture::of(&[Link {
        examination: flattening,
        hypotheses: MEAN_SQUARE.critical,
        conclusion: |model, p| {
            let lower = flattened(model);
            if lower.is_flat() {
                f64::INFINITY
            } else {
                (MEAN_SQUARE.critical)(&lower, p)
            }
        },
    }])
};

fn flattening() -> Examination<Exact> {
    Examination {
        hypotheses: |raised| raised.meets(&[MEAN_SQUARE_STABLE]),
        conclusion: |raised| {
            mean_square::verdict(&flattened(&raised.model), &raised.eta, &raised.p)
        },
        margin: |raised| {
            let lower = raised.on(flattened(&raised.model));
            lower.map_or(0.0, |lower| lower.headroom(MEAN_SQUARE))
        },
    }
}

/// The model with its first sample flat.
fn flattened<T: Field>(model: &Quadratic<T>) -> Quadratic<T> {
    let mut hessians = model.hessians().to_vec();
    hessians[0].fill(T::zero());
    Quadratic::of_symmetric(hessians)
}

/// The lower and the raised model at several learning rates.
fn evidence<T: Field>(version: Version) -> Evidence {
    let (lower, raised) = (golden::one_flat_sample(), golden::raised_sample());
    let doubled = Quadratic::new(lower.hessians().iter().map(|h| h + h).collect());
    let doubled = doubled.expect("twice a semi-definite matrix");
    let pairs = [
        (&lower, &raised),
        (&lower, &doubled),
        (&raised, &raised),
        (&raised, &lower),
    ];
    let cases = pairs.into_iter().flat_map(|(lower, raised)| {
        ["0", "1/2", "1", "11/10", "6/5"].map(|eta| {
            let eta = fraction(eta);
            let stable =
                |model: &Quadratic, eta: &T| mean_square::verdict(&model.to(), eta, &T::one());
            let instance = Instance::single(lower.clone(), eta.clone());
            let rate = T::from_exact(&eta);
            Examined {
                hypotheses: no_flatter(raised, lower)
                    .and((eta > Exact::zero()).into())
                    .and(stable(raised, &rate)),
                conclusion: version.formula("lower", &rate, |eta| stable(lower, eta)),
                distance: instance.headroom(MEAN_SQUARE),
                case: instance.describe(),
            }
        })
    });
    tally(version, cases)
}

/// Is `H'_i − H_i ⪰ 0` for every sample?
fn no_flatter(raised: &Quadratic, lower: &Quadratic) -> Verdict {
    let pairs = raised.hessians().iter().zip(lower.hessians());
    let verdicts = pairs.map(|(raised, lower)| positive_semidefinite(&(raised - lower)));
    verdicts.fold(Verdict::Holds, Verdict::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Property 22: at η = 11/10 and 6/5 the raised model is stable and the lower one is not.
    #[test]
    fn the_counter_example_breaks_it() {
        let found = evidence::<Exact>(Version::STATED);
        assert_eq!(found.fails, 2);
        assert!(found.holds > 0 && found.unmet > 0);
    }
}
