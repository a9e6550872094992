//! Gradient descent on ½(xy − 1)²: how a step changes the balance of the factors.

use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Status, Version,
    at_most, equivalent, tally,
};
use sgd_stability::model::minimal::product_net::ProductNet;
use sgd_stability::number::{Exact, Field, Symbol};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "two_factor_net",
    title: "Gradient descent on (xy − 1)²/2 balances its factors by 1 − η²ρ²",
    statement: "With ρ = xy − 1: (x² − y²)⁺ = (x² − y²)(1 − η²ρ²). So, if x² ≠ y², the sharpness \
        √((x² − y²)² + 4) of the minimum that gradient flow would reach does not rise exactly when \
        η²ρ² ≤ 2.",
    formula: balance_formula,
    source: "Kreisler et al. 2023, for two factors.",
    hypotheses: &[Hypothesis::by_the_check("unbalanced: x² ≠ y²")],
    reading: "While 0 < η²ρ² < 2, gradient descent moves towards flatter minima although gradient \
        flow keeps x² − y². Balanced factors stay balanced, whatever η.",
    chapter: Chapter::BeyondTheEdge,
    status: Status::Upheld,
    guards: &[Guard::identity("balance"), Guard::exactly("√2")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The factor in LaTeX.
fn balance_formula() -> String {
    let factor = balance(&Symbol::named(r"\eta"), &Symbol::named(r"\rho"));
    format!(r"(x^2 - y^2)^+ = \left({factor}\right)\,(x^2 - y^2)")
}

/// The factor `1 − (ηρ)²`.
fn balance<T: Field>(eta: &T, residual: &T) -> T {
    T::one() - (eta * residual).square()
}

/// Factors with a non-zero residual.
const FACTORS: [(&str, &str); 6] = [
    ("2", "1/3"),
    ("3/2", "1"),
    ("-1", "2"),
    ("4", "1/5"),
    ("1/7", "2/3"),
    ("5/2", "-1/3"),
];

/// Values of `η|ρ|`: on both sides of √2 = 1.41421…, near it and far from it.
const PRODUCTS: [&str; 6] = ["1/10", "1", "1.41421", "1.41422", "3/2", "2"];

/// The unbalanced factors at both signs of `η`, and balanced ones.
fn evidence<T: Field>(version: Version) -> Evidence {
    let factors = FACTORS.iter().chain([&("3", "3")]);
    let cases = factors.flat_map(|(x, y)| {
        PRODUCTS.map(|product| {
            let product = fraction(product);
            let ask = |product| examine::<T>(&fraction(x), &fraction(y), product, version);
            [ask(&product), ask(&-&product)]
        })
    });
    tally(version, cases.flatten())
}

fn examine<T: Field>(x: &Exact, y: &Exact, product: &Exact, version: Version) -> Examined {
    let residual = x * y - Exact::from(1);
    let eta = product / residual.abs();
    let over = |x: &Exact| T::from_exact(x);
    let net = ProductNet {
        weights: vec![over(x), over(y)],
    };
    let next = net.step(&over(&eta));
    let identity = version.formula("balance", &over(&eta), |eta| {
        let predicted = balance(eta, &net.residual()) * net.imbalance(0, 1);
        // Two intervals that enclose one number can only be shown to overlap.
        let error = (next.imbalance(0, 1) - predicted).sign();
        error.is_none_or(|sign| sign.is_eq()).into()
    });
    let falls = at_most(
        &next.squared_flow_sharpness(),
        &net.squared_flow_sharpness(),
    );
    let bound = version.formula("√2", &over(product), |product| {
        at_most(&product.square(), &T::int(2))
    });
    Examined {
        hypotheses: (x.square() != y.square()).into(),
        conclusion: identity.and(equivalent(falls, bound)),
        distance: (product.square() - Exact::from(2)).to_f64(),
        case: format!("x = {x}, y = {y}, η = {eta}"),
    }
}

/// Balanced factors with a large step: the sharpness does not change although η²ρ² > 2.
fn outside() -> Evidence {
    let balanced = [("2", "3/2"), ("1/3", "2"), ("-3", "5")];
    let cases = balanced.map(|(x, product)| {
        let (x, product) = (fraction(x), fraction(product));
        examine::<Exact>(&x, &x, &product, Version::STATED).outside()
    });
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strategies::{config, rational};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/two_factor_net.txt"))]

        /// Property 21: the identity holds exactly, over ℚ.
        #[test]
        fn the_imbalance_shrinks_as_stated(x in rational(), y in rational(), eta in rational()) {
            let net = ProductNet { weights: vec![x, y] };
            let predicted = balance(&eta, &net.residual()) * net.imbalance(0, 1);
            prop_assert_eq!(net.step(&eta).imbalance(0, 1), predicted);
        }
    }
}
