//! # Gradient descent on (xy − 1)²/2 balances its factors by 1 − η²ρ²
//!
//! **Statement.** With ρ = xy − 1: (x² − y²)⁺ = (x² − y²)(1 − η²ρ²). So the sharpness √((x² −
//! y²)² + 4) of the minimum that gradient flow would reach does not rise exactly when η|ρ| ≤ √2,
//! if x² ≠ y².
//!
//! **Source.** Kreisler et al. 2023, for two factors.
//!
//! **Hypotheses.** `unbalanced`: x² ≠ y².
//!
//! **Reading.** Gradient descent moves to flatter minima although gradient flow keeps x² − y².
//! Balanced factors stay balanced, whatever η.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::model::minimal::product_net::ProductNet;
use sgd_stability::number::{Exact, Field, Symbol, Verdict};

use super::examination::{Certified, Finding, at_most, equivalent, tally};
use super::family::fraction;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "two_factor_net",
    title: "Gradient descent on (xy − 1)²/2 balances its factors by 1 − η²ρ²",
    statement: "With ρ = xy − 1: (x² − y²)⁺ = (x² − y²)(1 − η²ρ²). So the sharpness √((x² − y²)² + 4) of the minimum that gradient flow would reach does not rise exactly when η|ρ| ≤ √2, if x² ≠ y².",
    formula: balance_formula,
    source: "Kreisler et al. 2023, for two factors.",
    hypotheses: &["unbalanced: x² ≠ y²"],
    reading: "Gradient descent moves to flatter minima although gradient flow keeps x² − y². Balanced factors stay balanced, whatever η.",
    status: Status::Upheld,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The factor in LaTeX.
fn balance_formula() -> String {
    balance(&Symbol::named(r"\eta"), &Symbol::named(r"\rho")).to_string()
}

/// `1 − (ηρ)²`.
fn balance<T: Field>(eta: &T, residual: &T) -> T {
    T::one() - (eta * residual).square()
}

/// Factors with a residual that is not zero.
const FACTORS: [(&str, &str); 6] = [
    ("2", "1/3"),
    ("3/2", "1"),
    ("-1", "2"),
    ("4", "1/5"),
    ("1/7", "2/3"),
    ("5/2", "-1/3"),
];

/// `η|ρ|`: on both sides of √2 = 1.41421…, near and far.
const PRODUCTS: [&str; 6] = ["1/10", "1", "1.41421", "1.41422", "3/2", "2"];

fn evidence<T: Field>() -> Evidence {
    tally(FACTORS.iter().flat_map(|(x, y)| {
        PRODUCTS.map(|product| finding::<T>(&fraction(x), &fraction(y), &fraction(product)))
    }))
}

fn finding<T: Field>(x: &Exact, y: &Exact, product: &Exact) -> Finding {
    let residual = x * y - Exact::from(1);
    let eta = product / residual.abs();
    let over = |x: &Exact| T::from_exact(x);
    let net = ProductNet {
        weights: vec![over(x), over(y)],
    };
    let next = net.step(&over(&eta));
    let predicted = balance(&over(&eta), &net.residual()) * net.imbalance(0, 1);
    // Two enclosures of one number can only be told to be compatible.
    let error = (next.imbalance(0, 1) - predicted).sign();
    let identity = Verdict::from(error.is_none_or(|sign| sign.is_eq()));
    let falls = at_most(
        &next.squared_flow_sharpness(),
        &net.squared_flow_sharpness(),
    );
    let bound = at_most(&over(product).square(), &T::int(2));
    Finding {
        hypotheses: (x.square() != y.square()).into(),
        conclusion: identity.and(equivalent(falls, bound)),
        distance: (product.square() - Exact::from(2)).to_f64(),
        case: format!("x = {x}, y = {y}, η = {eta}"),
    }
}

/// Balanced factors with a large step: the sharpness stays although η|ρ| > √2.
fn outside() -> Evidence {
    tally(
        [("2", "3/2"), ("1/3", "2"), ("-3", "5")].map(|(x, product)| {
            let found = finding::<Exact>(&fraction(x), &fraction(x), &fraction(product));
            found.beyond()
        }),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strategies::{config, rational};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/two_factor_net.txt"))]

        /// Property 21: the identity, as rationals.
        #[test]
        fn the_imbalance_shrinks_as_stated(x in rational(), y in rational(), eta in rational()) {
            let net = ProductNet { weights: vec![x, y] };
            let predicted = balance(&eta, &net.residual()) * net.imbalance(0, 1);
            prop_assert_eq!(net.step(&eta).imbalance(0, 1), predicted);
        }
    }
}
