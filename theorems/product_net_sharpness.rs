//! # At a minimum of a scalar deep net the sharpness is Σ_i Π_{j≠i} w_j²
//!
//! **Statement.** At a minimum of (Πw_i − 1)²/2 the Hessian has rank one with the eigenvalue Σ_i
//! Π_{j≠i} w_j², so gradient descent is stable exactly when η Σ_i Π_{j≠i} w_j² ≤ 2.
//!
//! **Source.** Kreisler et al. 2023; with four factors, two by two equal, the minimal example of
//! Zhu et al. 2023.
//!
//! **Hypotheses.** `minimum`: Πw_i = 1.
//!
//! **Reading.** Off the minimum the Hessian has the residual in it, and the sum is not its
//! eigenvalue.

use nalgebra::DMatrix;
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::matrix::{Algebra, positive_semidefinite};
use sgd_stability::model::minimal::product_net::ProductNet;
use sgd_stability::number::{Exact, Field};

use super::examination::{Certified, Finding, at_most, equivalent, headroom, tally};
use super::family::{fraction, rates_at};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "product_net_sharpness",
    title: "At a minimum of a scalar deep net the sharpness is Σ_i Π_{j≠i} w_j²",
    statement: "At a minimum of (Πw_i − 1)²/2 the Hessian has rank one with the eigenvalue Σ_i Π_{j≠i} w_j², so gradient descent is stable exactly when η Σ_i Π_{j≠i} w_j² ≤ 2.",
    formula: sharpness_formula,
    source: "Kreisler et al. 2023; with four factors, two by two equal, the minimal example of Zhu et al. 2023.",
    hypotheses: &["minimum: Πw_i = 1"],
    reading: "Off the minimum the Hessian has the residual in it, and the sum is not its eigenvalue.",
    status: Status::Upheld,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Minima of nets with two, three and four factors.
const MINIMA: [&[&str]; 6] = [
    &["1", "1"],
    &["2", "1/2"],
    &["-3", "-1/3"],
    &["2", "3", "1/6"],
    &["2", "1/2", "2", "1/2"],
    &["-1", "4", "-1/2", "1/2"],
];

/// The criterion in LaTeX.
fn sharpness_formula() -> String {
    r"2 - \eta\,\sum_i \prod_{j \ne i} w_j^2".to_owned()
}

fn net<T: Field>(weights: &[&str]) -> ProductNet<T> {
    ProductNet {
        weights: weights
            .iter()
            .map(|text| T::from_exact(&fraction(text)))
            .collect(),
    }
}

fn evidence<T: Field>() -> Evidence {
    tally(MINIMA.iter().flat_map(|weights| findings::<T>(weights)))
}

/// The two criteria well below the end of the stated one, around it, on it, and well beyond.
fn findings<T: Field>(weights: &[&str]) -> [Finding; 5] {
    let exact = net::<Exact>(weights);
    let end = Exact::from(2) / exact.sharpness_at_minimum();
    let net = net::<T>(weights);
    let twice = DMatrix::identity(weights.len(), weights.len()).scaled(&T::int(2));
    rates_at(&end).map(|rate| {
        let eta = T::from_exact(&rate);
        let stable = positive_semidefinite(&(&twice - net.hessian().scaled(&eta)));
        let stated = at_most(&(eta * net.sharpness_at_minimum()), &T::int(2));
        Finding {
            hypotheses: (exact.residual() == Exact::from(0)).into(),
            conclusion: equivalent(stable, stated),
            distance: headroom(&rate, &end),
            case: format!("w = {weights:?}, η = {rate}"),
        }
    })
}

/// Points that are no minima, exactly at the end of the stated criterion.
fn outside() -> Evidence {
    let points: [&[&str]; 3] = [&["1", "2"], &["2", "2"], &["1/2", "1/2"]];
    tally(points.map(|weights| {
        let [_, _, found, _, _] = findings::<Exact>(weights);
        found.beyond()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_road_decides_every_edge() {
        let found = evidence::<Exact>();
        assert_eq!((found.fails, found.undecided, found.unmet), (0, 0, 0));
    }

    /// Two factors: the flattest minimum has sharpness 2, so a stable one needs η ≤ 1.
    #[test]
    fn the_flattest_minimum_of_two_factors_is_balanced() {
        assert_eq!(
            net::<Exact>(&["1", "1"]).sharpness_at_minimum(),
            Exact::from(2)
        );
        assert!(net::<Exact>(&["2", "1/2"]).sharpness_at_minimum() > Exact::from(2));
    }
}
