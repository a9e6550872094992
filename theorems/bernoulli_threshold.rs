//! Bernoulli batches, which each sample joins independently, by enumerating all 2ⁿ of them.

use nalgebra::DMatrix;
use sgd_stability::claim::family::{counter_examples, every};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Hypothesis, Instance,
    MINIMUM, POSITIVE_LEARNING_RATE, Posed, Status, Version, equivalent, tally,
};
use sgd_stability::criterion::{MEAN_SQUARE, bernoulli, mean_square};
use sgd_stability::matrix::{Algebra, positive_semidefinite};
use sgd_stability::model::Quadratic;
use sgd_stability::model::sampling::{Sampling, bernoulli_weight};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "bernoulli_threshold",
    title: "With Bernoulli batches SGD is mean-square stable iff C − ηD ⪰ 0 with D = HXH + qV",
    statement: "When every sample joins a batch by itself with probability B/n and the sum is \
        divided by B, E‖x_t‖² stays bounded from every start exactly when C − ηD ⪰ 0 on Sym(d), \
        D(X) = HXH + qV(X), q = (n − B)/(nB); and then, at a minimum of every sample, SGD without \
        replacement is stable too.",
    formula: || format!(r"X \mapsto {} \succeq 0", bernoulli::latex()),
    source: "The sampling of Dexter et al. 2024; the criterion is that of Mulayoff and Michaeli \
        2024 with this second moment.",
    hypotheses: &[
        POSITIVE_LEARNING_RATE,
        Hypothesis::by_the_check("bernoulli_stable: for the second half, the criterion holds"),
        MINIMUM.worded("minimum: for the second half, every H_i ⪰ 0"),
    ],
    reading: "Batches that vary in size are noisier: D exceeds that of fixed batches by (q − p)V + \
        pHXH ⪰ 0 at a minimum. Between a saddle and a bowl the noise of both cancels in HXH: \
        curvatures −1 and 3 at B = 1 and η = 1/2 are stable under Bernoulli batches (7/8 a step) \
        and not under fixed ones (5/4). Backwards in time, η < 0, the criterion holds and the run \
        diverges.",
    chapter: Chapter::SamplingSchemes,
    status: Status::Upheld,
    guards: &[
        Guard::exactly("D = HXH + qV"),
        Guard::necessary("without replacement"),
    ],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Checks the equivalence, and then sampling without replacement wherever the criterion holds.
fn evidence<T: Checked>(version: Version) -> Evidence {
    let (threshold, quieter) = (threshold::<T>(), quieter::<T>());
    let both = threshold.cases(every(7), version);
    tally(version, both.chain(quieter.cases(every(7), version)))
}

fn threshold<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(&[POSITIVE_LEARNING_RATE]),
        conclusion: |posed| {
            let criterion = posed.formula("D = HXH + qV", |eta| {
                bernoulli::verdict(&posed.model, eta, &weight(posed))
            });
            equivalent(criterion, bounded_by_enumeration(posed))
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

fn quieter<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| {
            let stable = bernoulli::verdict(&posed.model, &posed.eta, &weight(posed));
            posed.meets(CLAIM.hypotheses).and(stable)
        },
        conclusion: |posed| {
            let fixed = Sampling::WithoutReplacement.weight(samples(posed), posed.instance.batch);
            let fixed = T::from_exact(&fixed.expect("a batch from 1 to n"));
            posed.formula("without replacement", |eta| {
                mean_square::verdict(&posed.model, eta, &fixed)
            })
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

fn samples<T: Field>(posed: &Posed<T>) -> usize {
    posed.model.samples()
}

/// The weight `q` of Bernoulli sampling.
fn weight<T: Field>(posed: &Posed<T>) -> T {
    let weight = bernoulli_weight(samples(posed), posed.instance.batch);
    T::from_exact(&weight.expect("a batch from 1 to n"))
}

/// Is `I − E[A_b ⊗ A_b] ⪰ 0`? By enumerating all 2ⁿ batches with their probabilities.
fn bounded_by_enumeration<T: Field>(posed: &Posed<T>) -> Verdict {
    let (n, d, batch) = (
        samples(posed),
        posed.model.dimension(),
        posed.instance.batch,
    );
    let mut slack = DMatrix::identity(d * d, d * d);
    for pattern in 0u32..1 << n {
        let joined = |i: &usize| pattern >> i & 1 == 1;
        let members: Vec<usize> = (0..n).filter(joined).collect();
        let chance = Exact::fraction(batch as i64, n as u64).pow(members.len() as u32)
            * Exact::fraction((n - batch) as i64, n as u64).pow((n - members.len()) as u32);
        let part = T::ratio(1, batch as u64) * &posed.eta;
        let hessians = members.iter().map(|&i| &posed.model.hessians()[i]);
        let sum = hessians.fold(DMatrix::<T>::zeros(d, d), |sum, h| sum + h);
        let step = DMatrix::identity(d, d) - sum.scaled(&part);
        slack -= step.kronecker(&step).scaled(&T::from_exact(&chance));
    }
    positive_semidefinite(&slack)
}

/// Ascent (η < 0), where the criterion holds and the run diverges; and a model with a saddle and a
/// bowl, for which fixed batches are noisier than Bernoulli ones.
fn outside() -> Evidence {
    let models = counter_examples().map(|instance| instance.at(Exact::fraction(-1, 2)));
    let curvature = |k: i64| DMatrix::from_element(1, 1, Exact::from(k));
    let mixed =
        Quadratic::symmetric(vec![curvature(-1), curvature(3)]).expect("symmetric matrices");
    let mixed = Instance::single(mixed, Exact::fraction(1, 2));
    let (threshold, quieter) = (threshold::<Exact>(), quieter::<Exact>());
    tally(
        Version::STATED,
        threshold
            .cases_outside(&models)
            .chain(quieter.cases_outside([&mixed])),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::model::second_moment::Maps;

    use super::super::strategies::{config, model, question};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/bernoulli_threshold.txt"))]

        /// Property 23: `D_bern − D_p = (q − p)V + pHXH`. For the full batch both are `HXH`.
        #[test]
        fn the_two_diffusions_differ_as_stated((model, _, batch) in question(model())) {
            let n = model.samples();
            let q = bernoulli_weight(n, batch).unwrap();
            let p = Sampling::WithoutReplacement.weight(n, batch).unwrap();
            let both = [Maps::bernoulli(&model, &q), Maps::of(&model, &p)].map(|maps| maps.diffusion);
            let incoherent = Maps::of(&model, &Exact::from(1)).diffusion;
            let coherent = Maps::of(&model, &Exact::from(0)).diffusion;
            let expected = incoherent.scaled(&(&q - &p)) + coherent.scaled(&p);
            prop_assert_eq!(&both[0] - &both[1], expected);
            prop_assert!(batch < n || both[0] == both[1]);
        }
    }

    #[test]
    fn every_counter_example_is_decided() {
        let found = threshold::<Exact>().of(&counter_examples(), Version::STATED);
        assert_eq!((found.holds, found.total()), (3, 3));
    }
}
