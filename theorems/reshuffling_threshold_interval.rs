//! # Refuted: the stable learning rates of random reshuffling form an interval
//!
//! **Statement.** If SGD with random reshuffling stays bounded at η, it does at every smaller
//! positive learning rate. False.
//!
//! **Source.** Ours: G5, curvatures 1 and 10, stable up to 0.2298…, unstable beyond, and stable
//! again from 0.8702… to 11/10.
//!
//! **Hypotheses.** `reshuffled_stable`: η is stable under random reshuffling.
//!
//! **Reading.** The epoch map is a polynomial of degree 2n/B in η, and its stable set can have
//! gaps. For independent batches the claim is true.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::reshuffling;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Finding, headroom, tally};
use super::family::fraction;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "reshuffling_threshold_interval",
    title: "Refuted: the stable learning rates of random reshuffling form an interval",
    statement: "If SGD with random reshuffling stays bounded at η, it does at every smaller positive learning rate. False.",
    formula: reshuffling::latex,
    source: "Ours: G5, curvatures 1 and 10, stable up to 0.2298…, unstable beyond, and stable again from 0.8702… to 11/10.",
    hypotheses: &["reshuffled_stable: η is stable under random reshuffling"],
    reading: "The epoch map is a polynomial of degree 2n/B in η, and its stable set can have gaps. For independent batches the claim is true.",
    status: Status::Refuted,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Learning rates on either side of the gap of G5.
const RATES: [&str; 7] = ["1/10", "1/5", "0.2298", "9/10", "1", "11/10", "6/5"];

/// The learning rates asked for below `η`, in eighths of it.
const PARTS: [i64; 4] = [1, 3, 5, 7];

fn evidence<T: Field>() -> Evidence {
    let models = [
        golden::stiff_pair(),
        golden::three_inputs(),
        golden::toy_edge(),
    ];
    let findings = models
        .iter()
        .flat_map(|model| RATES.map(|eta| finding::<T>(model, &fraction(eta))));
    tally(findings.collect::<Vec<_>>())
}

fn finding<T: Field>(model: &Quadratic, eta: &Exact) -> Finding {
    let over = model.to::<T>();
    let stable = |part: i64| {
        reshuffling::verdict(&over, 1, &T::from_exact(&(eta * Exact::fraction(part, 8))))
    };
    Finding {
        hypotheses: stable(8),
        conclusion: PARTS
            .map(stable)
            .into_iter()
            .fold(Verdict::Holds, Verdict::and),
        distance: headroom(eta, &Exact::from(1)),
        case: format!("{:?}, η = {eta}", model.hessians()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Property 22: G5 breaks it, over ℚ and by enclosures.
    #[test]
    fn the_stiff_pair_breaks_it() {
        for eta in ["9/10", "1"] {
            let eta = fraction(eta);
            let (exact, certified) = (
                finding::<Exact>(&golden::stiff_pair(), &eta),
                finding::<Certified>(&golden::stiff_pair(), &eta),
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
