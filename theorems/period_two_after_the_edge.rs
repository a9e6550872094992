//! # Past ηf'' = 2 an even potential has a stable 2-cycle iff 3f'''² − f''f'''' > 0
//!
//! **Statement.** For f' = ax − kx³ with a > 0 and 2 < ηa < 3: gradient descent has the 2-cycle
//! ±x with ηkx² = ηa − 2, real and stable, exactly when 3f'''² − f''f'''' = 6ak > 0.
//!
//! **Source.** The flip bifurcation (its coefficient is the Schwarzian derivative); for SGD see
//! Mulayoff and Stich 2026.
//!
//! **Hypotheses.** `just_above`: 2 < ηa < 3.
//!
//! **Reading.** The linear theory says unstable and the run stays near: stability of the minimum
//! and boundedness of the run part. From ηa = 3 on the cycle has lost its own stability.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::flip;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Finding, equivalent, tally};
use super::family::fraction;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "period_two_after_the_edge",
    title: "Past ηf'' = 2 an even potential has a stable 2-cycle iff 3f'''² − f''f'''' > 0",
    statement: "For f' = ax − kx³ with a > 0 and 2 < ηa < 3: gradient descent has the 2-cycle ±x with ηkx² = ηa − 2, real and stable, exactly when 3f'''² − f''f'''' = 6ak > 0.",
    formula: flip::latex,
    source: "The flip bifurcation (its coefficient is the Schwarzian derivative); for SGD see Mulayoff and Stich 2026.",
    hypotheses: &["just_above: 2 < ηa < 3"],
    reading: "The linear theory says unstable and the run stays near: stability of the minimum and boundedness of the run part. From ηa = 3 on the cycle has lost its own stability.",
    status: Status::Upheld,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// `a` and `k`.
const POTENTIALS: [(&str, &str); 5] = [
    ("1", "1"),
    ("2", "1/3"),
    ("1/2", "-1"),
    ("3", "-1/4"),
    ("5", "7"),
];

/// `ηa`, near both ends of the range and inside.
const PRODUCTS: [&str; 5] = ["2.000001", "2.01", "5/2", "14/5", "2.999999"];

fn evidence<T: Field>() -> Evidence {
    let pairs = POTENTIALS
        .iter()
        .flat_map(|&potential| PRODUCTS.map(|product| (potential, product)));
    tally(pairs.map(|(potential, product)| finding::<T>(potential, product)))
}

fn finding<T: Field>((a, k): (&str, &str), product: &str) -> Finding {
    let [a, k, product] = [a, k, product].map(fraction);
    let [ta, tk, tp] = [&a, &k, &product].map(T::from_exact);
    let criterion = flip::verdict(&ta, &T::zero(), &(T::int(-6) * &tk));
    // x⁺ = x(1 − ηa + ηkx²) = −x, so ηkx² = ηa − 2; the slope of each half is 1 − ηa + 3ηkx².
    let height = &tp - T::int(2);
    let square = &height * &ta / (&tp * &tk);
    let slope = T::one() - &tp + T::int(3) * height;
    let contracts = Verdict::positive(T::one().compare(&slope.square()));
    let just_above = product > Exact::from(2) && product < Exact::from(3);
    Finding {
        hypotheses: just_above.into(),
        conclusion: equivalent(criterion, Verdict::positive(square.sign()).and(contracts)),
        distance: (&product - Exact::from(2)).to_f64(),
        case: format!("f' = {a} x − {k} x³, ηa = {product}"),
    }
}

/// From ηa = 3 on the cycle is real and no longer stable.
fn outside() -> Evidence {
    tally(["3", "16/5", "4"].map(|product| {
        let found = finding::<Exact>(POTENTIALS[0], product);
        found.beyond()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cycle_is_one() {
        // f' = x − x³ at η = 5/2: x² = 1/5, and x ↦ −x there.
        let (eta, square) = (fraction("5/2"), fraction("1/5"));
        let factor = Exact::from(1) - &eta + &eta * square;
        assert_eq!(factor, Exact::from(-1));
        assert_eq!(evidence::<Exact>().fails, 0);
    }
}
