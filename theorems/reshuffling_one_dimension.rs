//! Epochs in one dimension, where the order of the samples does not matter.

use num_traits::{One, Zero};
use sgd_stability::claim::family::{fraction, one_dimensional_models};
use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, ONE_DIMENSIONAL,
    Status, Version, at_most, equivalent, headroom, tally,
};
use sgd_stability::criterion::{almost_sure, reshuffling};
use sgd_stability::model::{Model, Quadratic, Sampling, golden};
use sgd_stability::number::{Exact, Field, Interval, Real, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "reshuffling_one_dimension",
    title: "In one dimension reshuffled single samples converge iff independent ones do almost \
        surely",
    statement: "In one dimension with batches of one sample, the epoch factor of random \
        reshuffling is Π(1 − ηa_i) for every order. So a reshuffled run stays bounded exactly when \
        Π(1 − ηa_i)² ≤ 1, and converges exactly when Π(1 − ηa_i)² < 1, which is when the Lyapunov \
        exponent of independent draws, the mean of log|1 − ηa_i|, is below zero and they converge \
        almost surely.",
    formula: || almost_sure::latex() + r" \ge 0",
    source: "Ours.",
    hypotheses: &[ONE_DIMENSIONAL, Hypothesis::by_the_check("single: B = 1")],
    reading: "The runs of Wu, Ma and E reshuffle: in one dimension with batches of one they are \
        stable at more learning rates than the mean-square criterion says. On the edge itself \
        reshuffled runs stay bounded and independent ones need not: curvatures 1 and 10 at η = \
        11/10 make log|x| a simple random walk. With larger batches the epoch factor depends on \
        the partition, and reshuffling can be the less stable one: curvatures 1, 1, 0, 0 with B = \
        2 at η = 29/10.",
    chapter: Chapter::SamplingSchemes,
    status: Status::Upheld,
    guards: &[
        Guard::exactly("bounded"),
        Guard::identity("order"),
        Guard::exactly("exponent"),
    ],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Learning rates on both sides of the ends and exactly on them: 11/10 and 1/2 (G5), 100/19 (toy).
const RATES: [&str; 14] = [
    "-1/10", "0", "1/10", "0.2298", "0.2299", "1/2", "0.559471", "0.559472", "0.8701", "0.8702",
    "1", "11/10", "1.11", "100/19",
];

/// Batches of one in one dimension, and instances that violate one of these hypotheses.
fn evidence<T: Field>(version: Version) -> Evidence {
    let lines = one_dimensional_models().into_iter().map(|model| (model, 1));
    let questions = lines.chain([(golden::three_inputs(), 1), (pairs(), 2)]);
    let cases = questions.flat_map(|(model, batch)| {
        RATES.map(|eta| {
            let eta = fraction(eta);
            let epoch = epoch::<T>(&model, batch, &eta, version);
            [epoch, draws::<T>(&model, batch, &eta, version)]
        })
    });
    tally(version, cases.flatten())
}

/// Reshuffled epochs: the factor is the same for every order and decides whether the run is bounded.
fn epoch<T: Field>(model: &Quadratic, batch: usize, eta: &Exact, version: Version) -> Examined {
    let (over, scalar) = (model.to::<T>(), T::from_exact(eta));
    let curvatures = curvatures(model, batch).map(|a| T::from_exact(&a));
    let curvatures: Vec<T> = curvatures.collect();
    let product = |eta: &T| almost_sure::squared_product(&curvatures, eta);
    let orders = sgd_stability::model::reshuffling::epochs(model.samples(), batch);
    let same = |eta: &T| {
        let product = product(eta);
        orders.iter().all(|order| {
            let factor = sgd_stability::model::reshuffling::factor(&over, order, &scalar);
            // Two intervals that enclose one number can only be shown to overlap.
            let error = factor[(0, 0)].square() - &product;
            error.sign().is_none_or(|sign| sign.is_eq())
        })
    };
    let bounded = version.formula("bounded", &scalar, |eta| at_most(&product(eta), &T::one()));
    let reshuffled = reshuffling::verdict(&over, batch, &scalar);
    let order = version.formula("order", &scalar, |eta| same(eta).into());
    examine(
        model,
        batch,
        eta,
        order.and(equivalent(bounded, reshuffled)),
    )
}

/// Independent draws: the product gives the sign of the exponent, which logarithms enclose.
fn draws<T: Field>(model: &Quadratic, batch: usize, eta: &Exact, version: Version) -> Examined {
    let shrinks = version.formula("exponent", &T::from_exact(eta), |eta| {
        let curvatures = curvatures(model, batch).map(|a| T::from_exact(&a));
        let product = almost_sure::squared_product(&curvatures.collect::<Vec<_>>(), eta);
        Verdict::positive(T::one().compare(&product))
    });
    let conclusion = equivalent(shrinks, exponent_is_negative(model, batch, eta));
    examine(model, batch, eta, conclusion)
}

fn examine(model: &Quadratic, batch: usize, eta: &Exact, conclusion: Verdict) -> Examined {
    Examined {
        hypotheses: (model.dimension() == 1 && batch == 1).into(),
        conclusion,
        distance: headroom(eta, &Exact::from(1)),
        case: format!(
            "{}, B = {batch}, η = {eta}",
            Model::Quadratic(model.clone())
        ),
    }
}

/// The curvatures of all equally likely batches, along the first axis.
fn curvatures(model: &Quadratic, batch: usize) -> impl Iterator<Item = Exact> {
    let batches = Sampling::WithoutReplacement.batches(model.samples(), batch);
    batches
        .into_iter()
        .map(|b| model.batch_hessian(&b)[(0, 0)].clone())
}

/// Is `Σ log|1 − ηa_b| < 0`, over intervals? Undecided on the edge. A factor of zero gives −∞.
fn exponent_is_negative(model: &Quadratic, batch: usize, eta: &Exact) -> Verdict {
    let factors = curvatures(model, batch).map(|a| (Exact::one() - eta * a).abs());
    let factors: Vec<Exact> = factors.collect();
    if factors.iter().any(Zero::is_zero) {
        return Verdict::Holds;
    }
    // Factors of 1 are left out: their logarithm is exactly zero, and the others alone are enclosed.
    let moving = factors.iter().filter(|factor| !factor.is_one());
    let logarithms = moving.map(|factor| Interval::<256>::from_exact(factor).ln());
    match logarithms.reduce(|sum, logarithm| sum + logarithm) {
        None => Verdict::Fails,
        Some(sum) => Verdict::positive((-sum).sign()),
    }
}

/// Batches of two out of four samples: the mean over the partitions exceeds the geometric mean.
fn outside() -> Evidence {
    let cases = ["0.63", "7/10", "1"]
        .map(|eta| epoch::<Exact>(&pairs(), 2, &fraction(eta), Version::STATED).outside());
    tally(Version::STATED, cases)
}

fn pairs() -> Quadratic {
    let curvatures = ["1/3", "0", "7", "2"].map(fraction);
    Quadratic::one_dimensional(&curvatures).expect("no negative curvature")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g5_is_among_the_instances() {
        let at = |eta| reshuffling::verdict(&golden::stiff_pair(), 1, &fraction(eta));
        assert!(at("0.2298").holds() && at("1/2").fails() && at("1").holds());
        assert_eq!(evidence::<Exact>(Version::STATED).fails, 0);
    }

    /// On the edge the two differ. For curvatures 1 and 10, η = 11/10 gives the factors −1/10 and −10.
    /// Every reshuffled epoch ends where it started, and `log₁₀|x_t|` of independent draws is a simple
    /// random walk, which reaches every height: here 10³ within 400 steps, in 7 of 8 runs.
    #[test]
    fn on_the_edge_reshuffled_runs_are_bounded_and_independent_ones_are_not() {
        let (model, eta) = (golden::stiff_pair(), fraction("11/10"));
        let factor = |i: usize| model.step(&[i], &eta)[(0, 0)].clone();
        assert_eq!([factor(0), factor(1)], ["-1/10", "-10"].map(fraction));
        assert!(reshuffling::verdict(&model, 1, &eta).holds());
        let (height, steps) = (3, 400);
        // The probability of each level below the height, over the walks that have not reached the
        // height.
        let mut below = vec![0.0; steps + height];
        below[steps] = 1.0;
        for _ in 0..steps {
            let before = below.clone();
            let at = |level: usize| before.get(level).copied().unwrap_or(0.0);
            for (level, chance) in below.iter_mut().enumerate() {
                *chance = (at(level.wrapping_sub(1)) + at(level + 1)) / 2.0;
            }
        }
        assert!(below.iter().sum::<f64>() < 0.125);
    }
}
