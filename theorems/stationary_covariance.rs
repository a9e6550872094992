//! The covariance of stationary SGD when the gradients do not vanish at the minimum.

use nalgebra::{DMatrix, DVector};
use sgd_stability::claim::family::{every, fraction};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Hypothesis, Instance,
    POSITIVE_LEARNING_RATE, Posed, Status, equivalent,
};
use sgd_stability::criterion::{MEAN_SQUARE, mean_square};
use sgd_stability::matrix::{
    Algebra, inertia, positive_definite, positive_semidefinite, stein, symmetric,
};
use sgd_stability::model::golden;
use sgd_stability::model::second_moment::Maps;
use sgd_stability::model::stationary::{self, Covariance};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "stationary_covariance",
    title: "With gradient noise at the minimum the second moment settles iff SGD converges without \
        it",
    statement: "At a minimum with H ≻ 0 that does not interpolate, with p > 0, η > 0 and a \
        gradient covariance Σ_g ≻ 0 independent of the Hessians: X = T(X) + η²pΣ_g has a solution \
        X ⪰ 0, (C − ηD)(X) = ηpΣ_g, exactly when SGD at the interpolating minimum converges in the \
        mean square.",
    formula: stationary::latex,
    source: "Mulayoff and Michaeli 2024, Theorems 4 and 5 (their C is half of ours).",
    hypotheses: &[
        Hypothesis::asked("regular: H ≻ 0", regular, regular),
        Hypothesis::decided("noisy: p > 0", |asked| {
            Verdict::positive(asked.weight.sign())
        }),
        POSITIVE_LEARNING_RATE,
    ],
    reading: "The same threshold as at an interpolating minimum; below it the cloud of iterates \
        has this covariance, on the edge no matrix solves the equation. Without noise, X = 0 \
        solves it at every learning rate.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::exactly("fixed point")],
    exact: Check::Run(|version| examination::<Exact>().of(every(3), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(every(3), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            let converges = converges(posed);
            let agree = |noise: &DMatrix<T>| {
                let settles = posed.formula("fixed point", |eta| settles(posed, eta, noise));
                equivalent(settles, converges)
            };
            let noises = noises(posed.model.dimension());
            noises.iter().map(agree).fold(Verdict::Holds, Verdict::and)
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

fn regular<T: Field>(posed: &Posed<T>) -> Verdict {
    positive_definite(posed.model.hessian())
}

/// Gradient covariances `Σ_g ≻ 0`: the identity, and a correlated one.
fn noises<T: Field>(d: usize) -> [DMatrix<T>; 2] {
    let identity = DMatrix::<T>::identity(d, d);
    let correlated = &identity + DMatrix::from_element(d, d, T::one());
    [identity, correlated]
}

/// Is there a semi-definite fixed point of `X = T(X) + η²pΣ_g`?
fn settles<T: Field>(posed: &Posed<T>, eta: &T, noise: &DMatrix<T>) -> Verdict {
    match stationary::covariance(&posed.model, &posed.p, eta, noise) {
        Covariance::Unique(x) => positive_semidefinite(&x).and(stands(posed, eta, noise, &x)),
        Covariance::Singular => solvable(posed, eta, noise),
        Covariance::Unknown => Verdict::Undecided,
    }
}

/// Is `X = E[A_b X A_b] + η²pΣ_g`? By enumerating all batches. Two intervals that enclose one number
/// can only be shown to overlap.
fn stands<T: Field>(posed: &Posed<T>, eta: &T, noise: &DMatrix<T>, x: &DMatrix<T>) -> Verdict {
    let carried = posed.instance.mean_over_batches::<T, DMatrix<T>>(|batch| {
        let step = posed.model.step(batch, eta);
        &step * x * &step
    });
    let error = carried + noise.clone().scaled(&(eta.square() * &posed.p)) - x;
    let vanishes = |entry: &T| entry.sign().is_none_or(|sign| sign.is_eq());
    error.iter().all(vanishes).into()
}

/// Fails where the singular system has no solution: bordering a symmetric matrix raises its rank by two
/// exactly when the border lies outside its range. Where there are solutions, the verdict is undecided.
fn solvable<T: Field>(posed: &Posed<T>, eta: &T, noise: &DMatrix<T>) -> Verdict {
    let d = posed.model.dimension();
    let slack = mean_square::slack(&Maps::of(&posed.model, &posed.p), eta);
    let entries = symmetric::pairs(d)
        .into_iter()
        .map(|(i, j)| noise[(i, j)].clone());
    let m = slack.nrows();
    let right =
        symmetric::sandwich(&DMatrix::<T>::identity(d, d)) * DVector::from_iterator(m, entries);
    let mut bordered = slack.clone().resize(m + 1, m + 1, T::zero());
    bordered.view_mut((0, m), (m, 1)).copy_from(&right);
    bordered
        .view_mut((m, 0), (1, m))
        .copy_from(&right.transpose());
    match (inertia(&slack), inertia(&bordered)) {
        (Some(slack), Some(bordered)) if bordered.rank() == slack.rank() + 2 => Verdict::Fails,
        _ => Verdict::Undecided,
    }
}

/// Is `ρ(T) < 1`? By enumerating all batches.
fn converges<T: Field>(posed: &Posed<T>) -> Verdict {
    let step = |batch: &Vec<usize>| posed.model.step(batch, &posed.eta);
    stein::contracts(
        &posed
            .instance
            .batches()
            .iter()
            .map(step)
            .collect::<Vec<_>>(),
    )
}

/// The full batch has no noise, so X = 0 is a fixed point even where gradient descent diverges.
fn outside() -> Evidence {
    let n = golden::three_inputs().samples();
    let full = |eta: &str| {
        let sampling = sgd_stability::model::Sampling::WithoutReplacement;
        let instance = Instance::new(golden::three_inputs(), sampling, n, fraction(eta));
        instance.expect("the full batch")
    };
    examination::<Exact>().outside(&["2.1", "5/2", "3"].map(full))
}

#[cfg(test)]
mod tests {
    use sgd_stability::claim::Version;
    use sgd_stability::model::second_moment;

    use super::*;

    #[test]
    fn the_fixed_point_is_one() {
        let (model, p) = (golden::three_inputs(), Exact::from(1));
        let (eta, noise) = (fraction("5/4"), DMatrix::<Exact>::identity(2, 2));
        let found = stationary::covariance(&model, &p, &eta, &noise);
        let stationary::Covariance::Unique(x) = found else {
            panic!("5/4 is stable");
        };
        let added = noise * (eta.square() * &p);
        assert_eq!(second_moment::step(&model, &p, &eta, &x) + added, x);
        assert_eq!(
            examination::<Exact>().of(every(9), Version::STATED).fails,
            0
        );
    }
}
