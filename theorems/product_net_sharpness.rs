//! Gradient descent on ½(w₁⋯w_D − 1)² at its minima.

use nalgebra::DMatrix;
use num_traits::Zero;
use sgd_stability::claim::family::{fraction, rates_at};
use sgd_stability::claim::{
    CaseHypothesis, Certified, Chapter, Check, Claim, Evidence, Examined, Guard,
    POSITIVE_LEARNING_RATE, Status, Version, at_most, equivalent, headroom, tally,
};
use sgd_stability::matrix::{Algebra, inertia, positive_semidefinite};
use sgd_stability::model::minimal::product_net::ProductNet;
use sgd_stability::number::{Exact, Field, Symbol, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "product_net_sharpness",
    title: "At a minimum of a scalar deep net the sharpness is Σ_i Π_{j≠i} w_j²",
    statement: "At a minimum of (Πw_i − 1)²/2 the Hessian has rank one with the eigenvalue Σ_i \
        Π_{j≠i} w_j², so gradient descent with η > 0 stays bounded near it, linearised, exactly \
        when η Σ_i Π_{j≠i} w_j² ≤ 2.",
    formula: sharpness_formula,
    source: "Kreisler et al. 2023; with four factors, two by two equal, the minimal example of Zhu \
        et al. 2023.",
    hypotheses: &[AT_A_MINIMUM.stated, POSITIVE_LEARNING_RATE],
    reading: "Off the minimum the Hessian has the residual in it, and the sum need not be its \
        eigenvalue.",
    chapter: Chapter::BeyondTheEdge,
    status: Status::Upheld,
    guards: &[Guard::exactly("edge"), Guard::identity("eigenvalue")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

const AT_A_MINIMUM: CaseHypothesis<ProductNet<Exact>> =
    CaseHypothesis::new("minimum: Πw_i = 1", |net| net.residual().is_zero().into());

/// Minima of nets with one to four factors.
const MINIMA: [&[&str]; 7] = [
    &["1"],
    &["1", "1"],
    &["2", "1/2"],
    &["-3", "-1/3"],
    &["2", "3", "1/6"],
    &["2", "1/2", "2", "1/2"],
    &["-1", "4", "-1/2", "1/2"],
];

/// The criterion in LaTeX, for three factors.
fn sharpness_formula() -> String {
    let weights = ["w_1", "w_2", "w_3"].map(Symbol::named).to_vec();
    let edge = Symbol::named(r"\eta") * ProductNet { weights }.sharpness_at_minimum();
    (Symbol::int(2) - edge).to_string() + r" \ge 0"
}

fn net<T: Field>(weights: &[&str]) -> ProductNet<T> {
    ProductNet {
        weights: weights
            .iter()
            .map(|text| T::from_exact(&fraction(text)))
            .collect(),
    }
}

fn evidence<T: Field>(version: Version) -> Evidence {
    let points = MINIMA.iter().chain(&ELSEWHERE);
    tally(
        version,
        points.flat_map(|weights| cases::<T>(weights, version)),
    )
}

/// The claim well below, around, at and well beyond the end of the stated criterion, and at learning
/// rates that are not positive.
fn cases<T: Field>(weights: &[&str], version: Version) -> Vec<Examined> {
    let exact = net::<Exact>(weights);
    let end = Exact::from(2) / exact.sharpness_at_minimum();
    let rates = rates_at(&end).into_iter().chain(["0", "-1"].map(fraction));
    let net = net::<T>(weights);
    let ask = |rate: Exact| {
        let eta = T::from_exact(&rate);
        let stated = version.formula("edge", &eta, |eta| {
            at_most(&(eta * net.sharpness_at_minimum()), &T::int(2))
        });
        let stable = equivalent(no_direction_grows(&net, &eta), stated);
        Examined {
            hypotheses: (AT_A_MINIMUM.holds)(&exact).and((rate > Exact::zero()).into()),
            conclusion: stable.and(is_the_eigenvalue(&exact, version)),
            distance: headroom(&rate, &end),
            case: format!("w = {weights:?}, η = {rate}"),
        }
    };
    rates.map(ask).collect()
}

/// Is `I − (I − ηH)² ⪰ 0`, so that no power of the step lengthens a vector?
fn no_direction_grows<T: Field>(net: &ProductNet<T>, eta: &T) -> Verdict {
    let identity = DMatrix::identity(net.weights.len(), net.weights.len());
    let step = &identity - net.hessian().scaled(eta);
    positive_semidefinite(&(identity - step.squared()))
}

/// Does the Hessian have rank one and the stated number as its eigenvalue, `H² = λH`? Decided over ℚ.
fn is_the_eigenvalue(net: &ProductNet<Exact>, version: Version) -> Verdict {
    let hessian = net.hessian();
    let rank = inertia(&hessian).map(|inertia| inertia.rank());
    version.formula("eigenvalue", &net.sharpness_at_minimum(), |value| {
        (rank == Some(1) && hessian.squared() == hessian.clone().scaled(value)).into()
    })
}

/// Points that are not minima, exactly at the end of the stated criterion; and ascent (η < 0) at one of
/// them.
fn outside() -> Evidence {
    let at_the_end = |weights: &&[&str]| cases::<Exact>(weights, Version::STATED).swap_remove(2);
    let ascent = cases::<Exact>(MINIMA[1], Version::STATED).pop();
    let cases = ELSEWHERE.iter().map(at_the_end).chain(ascent);
    tally(Version::STATED, cases.map(Examined::outside))
}

/// Points that are not minima.
const ELSEWHERE: [&[&str]; 3] = [&["1", "2"], &["2", "2"], &["1/2", "1/2"]];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_road_decides_every_edge() {
        let found = evidence::<Exact>(Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
    }

    /// At a point that is not a minimum the sum may be the eigenvalue too: x = 1, y = 1/3.
    #[test]
    fn elsewhere_the_sum_may_be_the_eigenvalue_too() {
        let net = net::<Exact>(&["1", "1/3"]);
        assert!(!net.residual().is_zero());
        assert!(is_the_eigenvalue(&net, Version::STATED).holds());
    }

    /// With two factors the flattest minimum has sharpness 2, so a stable minimum requires η ≤ 1.
    #[test]
    fn the_flattest_minimum_of_two_factors_is_balanced() {
        assert_eq!(
            net::<Exact>(&["1", "1"]).sharpness_at_minimum(),
            Exact::from(2)
        );
        assert!(net::<Exact>(&["2", "1/2"]).sharpness_at_minimum() > Exact::from(2));
    }
}
