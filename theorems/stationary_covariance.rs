//! # With gradient noise at the minimum the second moment settles iff SGD converges without it
//!
//! **Statement.** At a minimum with H ≻ 0 that does not interpolate, with p > 0 and a gradient
//! covariance Σ_g ≻ 0 independent of the Hessians: X = T(X) + η²pΣ_g has a solution X ⪰ 0, (C −
//! ηD)(X) = ηpΣ_g, exactly when SGD at the interpolating minimum converges in the mean square.
//!
//! **Source.** Mulayoff and Michaeli 2024, Theorems 4 and 5 (their C is half of ours).
//!
//! **Hypotheses.** `regular`: H ≻ 0. `noisy`: p > 0.
//!
//! **Reading.** The same threshold as at an interpolating minimum; below it the cloud of
//! iterates has this covariance. Without noise, X = 0 solves it at every learning rate.

use nalgebra::DMatrix;
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::matrix::{positive_definite, positive_semidefinite, stein};
use sgd_stability::model::{golden, stationary};
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Examination, Posed, end, equivalent};
use super::family::{Instance, every, fraction};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "stationary_covariance",
    title: "With gradient noise at the minimum the second moment settles iff SGD converges without it",
    statement: "At a minimum with H ≻ 0 that does not interpolate, with p > 0 and a gradient covariance Σ_g ≻ 0 independent of the Hessians: X = T(X) + η²pΣ_g has a solution X ⪰ 0, (C − ηD)(X) = ηpΣ_g, exactly when SGD at the interpolating minimum converges in the mean square.",
    formula: stationary::latex,
    source: "Mulayoff and Michaeli 2024, Theorems 4 and 5 (their C is half of ours).",
    hypotheses: &["regular: H ≻ 0", "noisy: p > 0"],
    reading: "The same threshold as at an interpolating minimum; below it the cloud of iterates has this covariance. Without noise, X = 0 solves it at every learning rate.",
    status: Status::Upheld,
    exact: Check::Run(|| examination::<Exact>().of(every(3))),
    outside: Check::Run(outside),
    certified: Check::Run(|| examination::<Certified>().of(every(3))),
    empirical: super::UNMEASURED,
};

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| positive_definite(posed.model.hessian()).and(noisy(posed)),
        conclusion: |posed| equivalent(settles(posed), converges(posed)),
        margin: |instance| instance.headroom(end::mean_square),
    }
}

/// `p > 0`.
fn noisy<T: Field>(posed: &Posed<T>) -> Verdict {
    Verdict::positive(posed.p.sign())
}

/// Is there a semi-definite fixed point, for `Σ_g = I`?
fn settles<T: Field>(posed: &Posed<T>) -> Verdict {
    let identity = DMatrix::identity(posed.model.dimension(), posed.model.dimension());
    match stationary::covariance(&posed.model, &posed.p, &posed.eta, &identity) {
        stationary::Covariance::Unique(x) => positive_semidefinite(&x),
        // On the edge C − ηD is singular with a semi-definite kernel: no fixed point.
        stationary::Covariance::Singular => Verdict::Fails,
        stationary::Covariance::Unknown => Verdict::Undecided,
    }
}

/// `ρ(T) < 1`, by enumeration of all batches.
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

/// The full batch has no noise: X = 0 is a fixed point also where descent diverges.
fn outside() -> Evidence {
    let n = golden::three_inputs().samples();
    let full = |eta: &str| {
        let sampling = sgd_stability::model::Sampling::WithoutReplacement;
        Instance::of(golden::three_inputs(), sampling, n, fraction(eta))
    };
    examination::<Exact>().outside(&["2.1", "5/2", "3"].map(full))
}

#[cfg(test)]
mod tests {
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
        assert_eq!(examination::<Exact>().of(every(9)).fails, 0);
    }
}
