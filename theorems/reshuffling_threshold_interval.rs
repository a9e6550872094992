//! Stability under random reshuffling, checked again at smaller learning rates.

use num_traits::Zero;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    Certified, Change, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Status,
    Version, headroom, tally,
};
use sgd_stability::criterion::reshuffling;
use sgd_stability::model::{Model, Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "reshuffling_threshold_interval",
    title: "Refuted: the stable learning rates of random reshuffling form an interval",
    statement: "If SGD with random reshuffling stays bounded at η, it does at every smaller \
        positive learning rate.",
    formula: reshuffling::latex,
    source: "Ours: G5, curvatures 1 and 10, stable up to 0.2298…, unstable beyond, and stable \
        again from 0.8702… to 11/10.",
    hypotheses: &[Hypothesis::by_the_check(
        "reshuffled_stable: η > 0 and η is stable under random reshuffling",
    )],
    reading: "The epoch map is a polynomial of degree 2n/B in η, and its stable set can have gaps. \
        For independent batches the claim is true.",
    chapter: Chapter::SamplingSchemes,
    status: Status::Refuted,
    guards: &[Guard::of("smaller", &[Change::Tenths(1)])],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Learning rates on both sides of the gap of G5.
const RATES: [&str; 9] = [
    "-1/10", "0", "1/10", "1/5", "0.2298", "9/10", "1", "11/10", "6/5",
];

/// The smaller learning rates, in eighths of `η`.
const PARTS: [i64; 4] = [1, 3, 5, 7];

fn evidence<T: Field>(version: Version) -> Evidence {
    let models = [
        golden::stiff_pair(),
        golden::three_inputs(),
        golden::toy_edge(),
    ];
    let cases = models
        .iter()
        .flat_map(|model| RATES.map(|eta| examine::<T>(model, &fraction(eta), version)));
    tally(version, cases)
}

fn examine<T: Field>(model: &Quadratic, eta: &Exact, version: Version) -> Examined {
    let over = model.to::<T>();
    let stable = |eta: &T| reshuffling::verdict(&over, 1, eta);
    let smaller = |eta: &T| {
        let parts = PARTS.map(|part| stable(&(eta * T::ratio(part, 8))));
        parts.into_iter().fold(Verdict::Holds, Verdict::and)
    };
    let scalar = T::from_exact(eta);
    Examined {
        hypotheses: Verdict::from(*eta > Exact::zero()).and(stable(&scalar)),
        conclusion: version.formula("smaller", &scalar, smaller),
        distance: headroom(eta, &Exact::from(1)),
        case: format!("{}, η = {eta}", Model::Quadratic(model.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Property 22: G5 breaks it, over ℚ and over intervals.
    #[test]
    fn the_stiff_pair_breaks_it() {
        for eta in ["9/10", "1"] {
            let eta = fraction(eta);
            let (exact, certified) = (
                examine::<Exact>(&golden::stiff_pair(), &eta, Version::STATED),
                examine::<Certified>(&golden::stiff_pair(), &eta, Version::STATED),
            );
            for found in [exact, certified] {
                assert_eq!(
                    (found.hypotheses, found.conclusion),
                    (Verdict::Holds, Verdict::Fails)
                );
            }
        }
    }
}
