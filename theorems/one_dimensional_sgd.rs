//! SGD on one parameter: the criterion is compared with the mean over all batches, by enumeration.

use sgd_stability::claim::family::instances;
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Instance,
    ONE_DIMENSIONAL, POSITIVE_LEARNING_RATE, Posed, Status, at_most, equivalent,
};
use sgd_stability::criterion::{MEAN_SQUARE, mean_square, one_dimension};
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "one_dimensional_sgd",
    title: "In one dimension SGD is mean-square stable iff η(a² + ps²) ≤ 2a",
    statement: "In one dimension with independent batches, a the mean and s² the variance of the \
        curvatures: E x⁺² ≤ x², and so E x_t² stays bounded, exactly when η(a² + ps²) ≤ 2a.",
    formula: || one_dimension::latex() + r" \ge 0",
    source: "Wu, Ma and E 2018, section 3 (the one-dimensional case of their Theorem 1). p stands \
        for their (n − B)/(B(n − 1)), and for 1/B with replacement; s² is the population variance \
        (1/n).",
    hypotheses: &[ONE_DIMENSIONAL, POSITIVE_LEARNING_RATE],
    reading: "Flatness and uniformity together decide. With a and s the largest eigenvalues it is \
        false in several dimensions. Runs that visit each sample once per epoch are not covered; \
        with batches of one they are stable at more learning rates.",
    chapter: Chapter::Paper,
    status: Status::Upheld,
    guards: &[Guard::exactly("edge")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: Check::Run(empirical),
};

fn empirical() -> Evidence {
    super::measured::by("toy", CLAIM.id)
}

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            let criterion = posed.formula("edge", |eta| criterion(posed, eta));
            equivalent(criterion, stable(posed))
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// Is `d = 1`?
fn one_dimensional<T: Field>(posed: &Posed<T>) -> Verdict {
    (posed.model.dimension() == 1).into()
}

/// The criterion `η(a² + ps²) ≤ 2a` along the first axis, which in one dimension is the only one.
fn criterion<T: Field>(posed: &Posed<T>, eta: &T) -> Verdict {
    let a = posed.model.hessian()[(0, 0)].clone();
    let s2 = posed.model.variance()[(0, 0)].clone();
    Verdict::non_negative(one_dimension::slack(a, s2, eta, &posed.p).sign())
}

/// In one dimension: is the mean of `(1 − ηH_b)²` over all batches at most 1? In several dimensions: is
/// SGD mean-square stable?
fn stable<T: Field>(posed: &Posed<T>) -> Verdict {
    if one_dimensional(posed).fails() {
        return mean_square::verdict(&posed.model, &posed.eta, &posed.p);
    }
    at_most(&enumerated_growth(posed), &T::one())
}

fn enumerated_growth<T: Field>(posed: &Posed<T>) -> T {
    let factor = |batch: &[usize]| posed.model.step(batch, &posed.eta)[(0, 0)].square();
    posed.instance.mean_over_batches::<T, T>(factor)
}

/// Two dimensions, where one direction alone is not enough: the criterion holds along the first axis
/// and SGD is unstable.
fn outside() -> Evidence {
    let along_one_axis =
        |model: Quadratic, eta: &str| Instance::single(model, eta.parse().expect("a decimal"));
    let beyond = [
        along_one_axis(golden::three_inputs(), "1.3"),
        along_one_axis(golden::three_inputs(), "1.4"),
        along_one_axis(golden::two_inputs(), "1.2"),
    ];
    examination::<Exact>().outside(&beyond)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strategies::{config, question, sized, squared_epoch_factor};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/one_dimensional_sgd.txt"))]

        /// Formula, enumeration and general theory agree on the edge and beside it.
        #[test]
        fn formula_enumeration_and_general_theory_agree(
            (model, sampling, batch) in question(sized(1..=5, 1)),
            offset in -2i64..=2,
        ) {
            let (a, s2) = (&model.hessian()[(0, 0)], &model.variance()[(0, 0)]);
            let p = sampling.weight(model.samples(), batch).unwrap();
            let edge = one_dimension::critical(a.clone(), s2.clone(), &p);
            let eta = edge * (Exact::from(1) + Exact::fraction(offset, 1_000_000_000));
            let instance = Instance::new(Quadratic::clone(&model), sampling, batch, eta).unwrap();
            let posed = Posed::<Exact>::from(&instance);
            prop_assert_eq!(criterion(&posed, &posed.eta), (offset <= 0).into());
            prop_assert_eq!(stable(&posed), (offset <= 0).into());
            let general = mean_square::verdict(&model, &instance.learning_rate, &p);
            prop_assert_eq!(general, (offset <= 0).into());
        }

        /// Mean-square stability with B = 1 implies that one pass over the samples contracts, because
        /// the geometric mean is at most the arithmetic mean.
        #[test]
        fn mean_square_stable_runs_are_stable_under_reshuffling(
            model in sized(1..=5, 1),
            part in 1i64..=8,
        ) {
            let (a, s2) = (&model.hessian()[(0, 0)], &model.variance()[(0, 0)]);
            let edge = one_dimension::critical(a.clone(), s2.clone(), &Exact::from(1));
            let factor = squared_epoch_factor(&model, &(edge * Exact::fraction(part, 8)));
            prop_assert!(factor <= Exact::from(1));
        }
    }

    /// The converse is false (G4): at η = 5/9 the epoch factor of the toy is −80/81. A reshuffled run
    /// contracts, and a run with independent batches does so almost surely, yet its mean square grows
    /// by a factor of 82/81 per step.
    #[test]
    fn almost_sure_stability_is_not_mean_square_stability() {
        let (model, eta) = (golden::toy_edge(), Exact::fraction(5, 9));
        let factor = squared_epoch_factor(&model, &eta);
        assert_eq!(factor, Exact::fraction(80, 81).pow(2));
        let instance = Instance::single(model, eta);
        let growth = enumerated_growth(&Posed::<Exact>::from(&instance));
        assert_eq!(growth, Exact::fraction(82, 81));
    }
}
