//! Gradient descent on a quartic potential just beyond 2/η.

use num_traits::Zero;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    CaseHypothesis, Certified, Change, Chapter, Check, Claim, Evidence, Examined, Guard, Status,
    Version, equivalent, tally,
};
use sgd_stability::criterion::flip;
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "period_two_after_the_edge",
    title: "Past ηf'' = 2 the potential ax²/2 − kx⁴/4 has a stable 2-cycle iff 3f'''² − f''f'''' > \
        0",
    statement: "For f' = ax − kx³ with a > 0 and 2 < ηa < 3: gradient descent has the 2-cycle ±x \
        with ηkx² = ηa − 2, real and stable, exactly when 3f'''² − f''f'''' = 6ak > 0.",
    formula: || flip::latex() + r" > 0",
    source: "The flip bifurcation (its coefficient is the Schwarzian derivative); for SGD see \
        Mulayoff and Stich 2026.",
    hypotheses: &[CURVED_UPWARDS.stated, JUST_ABOVE.stated],
    reading: "The linear theory says unstable and the run stays near: stability of the minimum and \
        boundedness of the run part. Beyond ηa = 3 the cycle has lost its own stability; at 3 \
        itself it attracts, but no longer geometrically. Other even potentials have other cycles: \
        that of f' = x + x³/2 − x⁵ is stable although the sign is negative.",
    chapter: Chapter::BeyondTheEdge,
    status: Status::Upheld,
    guards: &[Guard::of(
        "flip",
        &[Change::Negated, Change::Always, Change::Never],
    )],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

const CURVED_UPWARDS: CaseHypothesis<Exact> =
    CaseHypothesis::new("curved: a > 0", |a| (*a > Exact::zero()).into());

const JUST_ABOVE: CaseHypothesis<Exact> =
    CaseHypothesis::new("just_above: 2 < ηa < 3", |product| {
        (*product > Exact::from(2) && *product < Exact::from(3)).into()
    });

/// Coefficients `a` and `k` of the potentials.
const POTENTIALS: [[&str; 2]; 7] = [
    ["1", "1"],
    ["2", "1/3"],
    ["1/2", "-1"],
    ["3", "-1/4"],
    ["5", "7"],
    ["1", "0"],
    ["-1", "-1"],
];

/// Values of `ηa`, near both ends of the range and inside it.
const PRODUCTS: [&str; 7] = ["2", "2.000001", "2.01", "5/2", "14/5", "2.999999", "3"];

fn evidence<T: Field>(version: Version) -> Evidence {
    let pairs = POTENTIALS
        .iter()
        .flat_map(|&potential| PRODUCTS.map(|product| (potential, product)));
    let cases = pairs.map(|(potential, product)| examine::<T>(potential, product, version));
    tally(version, cases)
}

/// Checks the claim for the potential with these `a` and `k`.
fn examine<T: Field>(potential: [&str; 2], product: &str, version: Version) -> Examined {
    let ([a, k], product) = (potential.map(fraction), fraction(product));
    let [ta, tk, tp] = [&a, &k, &product].map(T::from_exact);
    let criterion = version.formula("flip", &(T::int(-6) * &tk), |fourth| {
        flip::verdict(&ta, &T::zero(), fourth)
    });
    // x⁺ = x(1 − ηa + ηkx²) = −x, so ηkx² = ηa − 2. The slope of each half is 1 − ηa + 3ηkx².
    let height = &tp - T::int(2);
    let real = if k.is_zero() {
        Verdict::Fails
    } else {
        Verdict::positive((&height * &ta / (&tp * &tk)).sign())
    };
    let slope = T::one() - &tp + T::int(3) * height;
    let contracts = Verdict::positive(T::one().compare(&slope.square()));
    Examined {
        hypotheses: (CURVED_UPWARDS.holds)(&a).and((JUST_ABOVE.holds)(&product)),
        conclusion: equivalent(criterion, real.and(contracts)),
        distance: (&product - Exact::from(2)).to_f64(),
        case: format!("f' = {a} x − {k} x³, ηa = {product}"),
    }
}

/// From ηa = 3 on, the cycle is real but no longer geometrically stable.
fn outside() -> Evidence {
    let cases = ["3", "16/5", "4"]
        .map(|product| examine::<Exact>(POTENTIALS[0], product, Version::STATED).outside());
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use num_traits::One;

    use super::*;

    #[test]
    fn the_cycle_is_one() {
        // f' = x − x³ at η = 5/2: x² = 1/5, where x is mapped to −x.
        let (eta, square) = (fraction("5/2"), fraction("1/5"));
        let factor = Exact::from(1) - &eta + &eta * square;
        assert_eq!(factor, Exact::from(-1));
        assert_eq!(evidence::<Exact>(Version::STATED).fails, 0);
    }

    /// For general even potentials the claim would be false: f' = x + x³/2 − x⁵ has 3f'''² − f''f'''' =
    /// −3, and just above the edge, at η = 2500/1237, it has the stable 2-cycle ±x with x² = 13/25.
    #[test]
    fn a_sextic_potential_has_a_stable_cycle_although_the_sign_is_wrong() {
        let (eta, u) = (fraction("2500/1237"), fraction("13/25"));
        assert!(flip::verdict(&Exact::one(), &Exact::zero(), &Exact::from(3)).fails());
        let half = fraction("1/2");
        let factor = Exact::one() - &eta * (Exact::one() + &half * &u - u.square());
        assert_eq!(factor, Exact::from(-1));
        let second = Exact::one() + Exact::from(3) * &half * &u - Exact::from(5) * u.square();
        assert!((Exact::one() - &eta * second).square() < Exact::one());
        assert!(eta > Exact::from(2) && eta < fraction("2.03"));
    }
}
