//! # In one dimension reshuffled single-sample SGD is stable iff independent sampling is almost surely stable
//!
//! **Statement.** In one dimension with batches of one sample, the epoch factor of random
//! reshuffling is Π(1 − ηa_i) for every order; so the run stays bounded exactly when Π(1 −
//! ηa_i)² ≤ 1, which is almost sure stability under independent sampling.
//!
//! **Source.** Ours.
//!
//! **Hypotheses.** `one_dimensional`: d = 1. `single`: B = 1.
//!
//! **Reading.** The runs of Wu, Ma and E reshuffle: in one dimension they are stable at more
//! learning rates than the mean-square criterion says. With larger batches the epoch factor
//! depends on the partition, and the two differ.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::{almost_sure, reshuffling};
use sgd_stability::model::{Quadratic, Sampling};
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Finding, equivalent, headroom, tally};
use super::family::{fraction, one_dimensional_models};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "reshuffling_one_dimension",
    title: "In one dimension reshuffled single-sample SGD is stable iff independent sampling is almost surely stable",
    statement: "In one dimension with batches of one sample, the epoch factor of random reshuffling is Π(1 − ηa_i) for every order; so the run stays bounded exactly when Π(1 − ηa_i)² ≤ 1, which is almost sure stability under independent sampling.",
    formula: reshuffling::latex,
    source: "Ours.",
    hypotheses: &["one_dimensional: d = 1", "single: B = 1"],
    reading: "The runs of Wu, Ma and E reshuffle: in one dimension they are stable at more learning rates than the mean-square criterion says. With larger batches the epoch factor depends on the partition, and the two differ.",
    status: Status::Upheld,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Learning rates on both sides of the ends, and exactly on them: 11/10 and 1/2 (G5), 100/19 (toy).
const RATES: [&str; 12] = [
    "1/10", "0.2298", "0.2299", "1/2", "0.559471", "0.559472", "0.8701", "0.8702", "1", "11/10",
    "1.11", "100/19",
];

fn evidence<T: Field>() -> Evidence {
    let models = one_dimensional_models();
    tally(
        models
            .iter()
            .flat_map(|model| RATES.map(|eta| finding::<T>(model, 1, &fraction(eta)))),
    )
}

fn finding<T: Field>(model: &Quadratic, batch: usize, eta: &Exact) -> Finding {
    Finding {
        hypotheses: Verdict::from(model.dimension() == 1).and((batch == 1).into()),
        conclusion: agrees::<T>(model, batch, eta),
        distance: headroom(eta, &Exact::from(1)),
        case: format!("{:?}, B = {batch}, η = {eta}", model.hessians()),
    }
}

/// Is reshuffled SGD stable exactly when independent batches are almost surely?
fn agrees<T: Field>(model: &Quadratic, batch: usize, eta: &Exact) -> Verdict {
    let (model, eta) = (model.to::<T>(), T::from_exact(eta));
    let batches = Sampling::WithoutReplacement.batches(model.samples(), batch);
    let curvature = |b: &Vec<usize>| model.batch_hessian(b)[(0, 0)].clone();
    let curvatures: Vec<T> = batches.iter().map(curvature).collect();
    let surely = almost_sure::one_dimensional_verdict(&curvatures, &eta);
    equivalent(reshuffling::verdict(&model, batch, &eta), surely)
}

/// Batches of two of four samples: the mean over the partitions exceeds the geometric one.
fn outside() -> Evidence {
    let curvatures = ["1/3", "0", "7", "2"].map(fraction);
    let model = Quadratic::one_dimensional(&curvatures).expect("no negative curvature");
    tally(OUTSIDE.map(|eta| {
        let found = finding::<Exact>(&model, 2, &fraction(eta));
        found.beyond()
    }))
}

/// Learning rates at which that model is almost surely stable and the reshuffled mean square grows.
const OUTSIDE: [&str; 3] = ["0.63", "7/10", "1"];

#[cfg(test)]
mod tests {
    use sgd_stability::model::golden;

    use super::*;

    #[test]
    fn g5_is_among_the_instances() {
        let at = |eta| reshuffling::verdict(&golden::stiff_pair(), 1, &fraction(eta));
        assert!(at("0.2298").holds() && at("1/2").fails() && at("1").holds());
        assert_eq!(evidence::<Exact>().fails, 0);
    }
}
