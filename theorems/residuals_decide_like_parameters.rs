//! Linear regression, decided from its residuals and from its parameters.

use nalgebra::{DMatrix, DVector};
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    CaseHypothesis, Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Status, Version,
    equivalent, tally,
};
use sgd_stability::matrix::{Algebra, positive_definite, stein};
use sgd_stability::model::{Evolution, Linear, Model, Sampling, gram};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "residuals_decide_like_parameters",
    title: "For linear regression the residuals decide like the parameters",
    statement: "For linearly independent inputs g_i: E‖x_t‖² converges on the range of H exactly \
        when the second moment of the residuals r = Gx does, r⁺ = r − (η/B)K S_b r with K = GGᵀ; \
        and the expected losses agree step by step.",
    formula: gram::latex,
    source: "Ours: the n × n view of the second moment, with the neural tangent kernel K.",
    hypotheses: &[INDEPENDENT_INPUTS.stated],
    reading: "n × n instead of d × d. With dependent inputs the residuals cannot be arbitrary, and \
        their map has the eigenvalue 1.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::exactly("residuals"), Guard::identity("losses")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

const INDEPENDENT_INPUTS: CaseHypothesis<DMatrix<Exact>> =
    CaseHypothesis::new("independent_inputs: K ≻ 0", positive_definite);

/// Inputs: independent ones, with and without over-parameterisation, and dependent ones.
const INPUTS: [&[&[i64]]; 5] = [
    &[&[0, 1], &[1, 1]],
    &[&[1, 0, 1], &[0, 2, -1]],
    &[&[1, 1, 0, 1], &[0, 1, -1, 0], &[1, 0, 0, -1]],
    &[&[2, 1]],
    &[&[1, 0], &[0, 1], &[1, 1]],
];

/// Learning rates on both sides of the ends.
const RATES: [&str; 11] = [
    "-1/4", "0", "1/10", "1/4", "2/5", "1/2", "2/3", "4/5", "1.131482", "1.131483", "2",
];

fn linear(inputs: &[&[i64]]) -> Linear {
    let vector = |x: &&[i64]| DVector::from_iterator(x.len(), x.iter().copied().map(Exact::from));
    Linear::new(inputs.iter().map(vector).collect()).expect("equally long inputs")
}

fn evidence<T: Field>(version: Version) -> Evidence {
    let models: Vec<Linear> = INPUTS.iter().map(|inputs| linear(inputs)).collect();
    let cases = models.iter().flat_map(|model| {
        Sampling::ALL.into_iter().flat_map(move |sampling| {
            (1..=model.inputs().len()).flat_map(move |batch| {
                RATES.map(|eta| examine::<T>(model, sampling, batch, &fraction(eta), version))
            })
        })
    });
    tally(version, cases)
}

fn examine<T: Field>(
    model: &Linear,
    sampling: Sampling,
    batch: usize,
    eta: &Exact,
    version: Version,
) -> Examined {
    let kernel = gram::matrix(model);
    Examined {
        hypotheses: (INDEPENDENT_INPUTS.holds)(&kernel),
        conclusion: verdicts_agree::<T>(model, sampling, batch, eta, version)
            .and(losses_agree(model, sampling, batch, eta, version)),
        distance: eta.to_f64(),
        case: format!(
            "{}, {sampling} batches of {batch}, η = {eta}",
            Model::Linear(model.clone())
        ),
    }
}

/// Do both maps have a spectral radius below 1, or neither of them?
fn verdicts_agree<T: Field>(
    model: &Linear,
    sampling: Sampling,
    batch: usize,
    eta: &Exact,
    version: Version,
) -> Verdict {
    let n = model.inputs().len();
    let kernel = gram::matrix(model);
    let quadratic = model.quadratic();
    let over = |m: DMatrix<Exact>| m.map(|entry| T::from_exact(&entry));
    let residual_step = |members: &Vec<usize>, eta: &T| {
        let mut selected = DMatrix::zeros(n, n);
        members
            .iter()
            .for_each(|&i| selected[(i, i)] += Exact::from(1));
        let pull = eta * T::ratio(1, batch as u64);
        DMatrix::identity(n, n) - over(&kernel * selected).scaled(&pull)
    };
    let step =
        |h: &DMatrix<Exact>| over(DMatrix::identity(h.nrows(), h.nrows()) - h.clone().scaled(eta));
    let batches = sampling.batches(n, batch);
    let residuals = version.formula("residuals", &T::from_exact(eta), |eta| {
        let steps: Vec<_> = batches.iter().map(|b| residual_step(b, eta)).collect();
        stein::contracts(&steps)
    });
    let hessians = quadratic.batch_hessians_on_range(sampling, batch);
    let parameters: Vec<_> = hessians.iter().map(step).collect();
    equivalent(residuals, stein::contracts(&parameters))
}

/// Are the expected losses of three steps equal? Compared as rationals.
fn losses_agree(
    model: &Linear,
    sampling: Sampling,
    batch: usize,
    eta: &Exact,
    version: Version,
) -> Verdict {
    let (quadratic, kernel) = (model.quadratic(), gram::matrix(model));
    let weight = sampling
        .weight(quadratic.samples(), batch)
        .expect("a batch from 1 to n");
    let d = quadratic.dimension();
    let start = DVector::from_fn(d, |i, _| Exact::fraction(2 - i as i64, 3));
    let mut evolution = Evolution::from(&quadratic, weight.clone(), eta.clone(), &start);
    let r = gram::residuals(model, &start);
    let mut moment = &r * r.transpose();
    version.formula("losses", eta, |eta| {
        let agree = (0..3).all(|_| {
            moment = gram::step(&kernel, &weight, eta, &moment);
            evolution.step();
            gram::loss(&moment) == evolution.loss()
        });
        agree.into()
    })
}

/// Three inputs in the plane: the parameters converge, but the map on arbitrary residuals does not.
fn outside() -> Evidence {
    let model = linear(&[&[1, 0], &[0, 1], &[1, 1]]);
    let scheme = Sampling::WithReplacement;
    let cases = ["1/2", "1", "5/4"]
        .map(|eta| examine::<Exact>(&model, scheme, 1, &fraction(eta), Version::STATED).outside());
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use sgd_stability::criterion::mean_square;
    use sgd_stability::decide::decide_mean_square;

    use super::super::strategies::{config, end_of, rates_around, vector};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/residuals_decide_like_parameters.txt"))]

        /// Property 19: models with fewer inputs than dimensions, often dependent, are decided through
        /// their Gram matrix. The criterion on the parameters agrees at every edge.
        #[test]
        fn the_gram_view_decides_like_the_parameters(
            inputs in vec(vector(4), 1..=3),
            scheme in prop::sample::select(&Sampling::ALL[..]),
            batch in 1usize..=3,
        ) {
            let linear = Linear::new(inputs).unwrap();
            let (quadratic, n) = (linear.quadratic(), linear.inputs().len());
            prop_assume!(!quadratic.is_flat());
            let batch = batch.min(n);
            let p = scheme.weight(n, batch).unwrap();
            let model = Model::Linear(linear.clone());
            for eta in rates_around(&end_of(&quadratic, &p)) {
                let decided = decide_mean_square(&model, &eta, batch, scheme).unwrap();
                prop_assert_eq!(decided.verdict(), mean_square::verdict(&quadratic, &eta, &p));
            }
            prop_assert!(losses_agree(&linear, scheme, batch, &Exact::fraction(7, 5), Version::STATED).holds());
        }

        /// Property 19: taking a full step with probability 1 − p and a single-sample step with
        /// probability p gives the second moment of batches.
        #[test]
        fn mixed_steps_have_the_second_moment_of_batches(
            inputs in vec(vector(2), 1..=4),
            start in vector(2),
            batch in 1usize..=4,
        ) {
            let model = Linear::new(inputs).unwrap().quadratic();
            let n = model.samples();
            let eta = Exact::fraction(3, 7);
            let p = Sampling::WithoutReplacement.weight(n, batch.min(n)).unwrap();
            let mut run = Evolution::from(&model, p.clone(), eta.clone(), &start);
            run.step();
            let square = |members: &[usize]| {
                let x = model.step(members, &eta) * &start;
                &x * x.transpose()
            };
            let all: Vec<usize> = (0..n).collect();
            let full = square(&all).scaled(&(Exact::from(1) - &p));
            let single = p / Exact::from(n as i64);
            let mixed = all.iter().fold(full, |sum, &i| sum + square(&[i]).scaled(&single));
            prop_assert_eq!(run.moment(), &mixed);
        }
    }

    /// Property 19 for the losses.
    #[test]
    fn losses_agree_for_dependent_inputs_too() {
        let model = linear(&[&[1, 0], &[0, 1], &[1, 1]]);
        for batch in 1..=3 {
            let eta = Exact::fraction(7, 5);
            assert!(
                losses_agree(
                    &model,
                    Sampling::WithoutReplacement,
                    batch,
                    &eta,
                    Version::STATED
                )
                .holds()
            );
        }
        assert_eq!(evidence::<Exact>(Version::STATED).fails, 0);
    }
}
