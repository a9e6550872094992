//! A map of displacement and sharpness near the edge of stability.

use num_traits::Zero;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    CaseHypothesis, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Status, Version,
    equivalent, tally,
};
use sgd_stability::model::minimal::self_stabilisation::{self, SelfStabilisation};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "self_stabilisation_cycle",
    title: "Self-stabilisation has the 2-cycle x² = 2α/β at sharpness 2/η",
    statement: "From y = 0 and x ≠ 0 the reduced map x⁺ = −(1 + ηy)x, y⁺ = y + η(α − βx²/2), with \
        α, β, η > 0, returns after two steps exactly when x² = 2α/β.",
    formula: self_stabilisation::latex,
    source: "Damian, Nichani and Lee 2023, the reduced dynamics around the edge of stability.",
    hypotheses: &[
        Hypothesis::by_the_check("on_the_line: y = 0 and x ≠ 0"),
        POSITIVE.stated,
    ],
    reading: "The sharpness hovers at 2/η because the oscillation pushes it back. Off the line y = \
        0 this amplitude returns after two steps at y = −2/η alone, a fixed point of the reduced \
        map far from where it describes anything.",
    chapter: Chapter::BeyondTheEdge,
    status: Status::Upheld,
    guards: &[Guard::exactly("amplitude")],
    exact: Check::Run(evidence),
    outside: Check::Run(outside),
    certified: Check::Without(
        "an identity of rationals: an enclosure can only be compatible with it",
    ),
    empirical: super::UNMEASURED,
};

const POSITIVE: CaseHypothesis<SelfStabilisation<Exact>> =
    CaseHypothesis::new("positive: α, β, η > 0", |map| {
        let constants = [&map.learning_rate, &map.sharpening, &map.restoring];
        constants
            .iter()
            .all(|constant| **constant > Exact::zero())
            .into()
    });

/// Starts `x`, with amplitudes on the cycles, just beside them and far from them.
const STARTS: [&str; 7] = ["2", "-2", "1", "4", "1/3", "1999/1000", "2001/1000"];

/// The constants `η`, `α`, `β`. The amplitudes are 2, 2, 1 and 4; with the last constants only the sign
/// changes.
const MAPS: [[&str; 3]; 5] = [
    ["1/10", "2", "1"],
    ["1/3", "6", "3"],
    ["1/100", "1/2", "1"],
    ["1/10", "8", "1"],
    ["0", "2", "1"],
];

fn evidence(version: Version) -> Evidence {
    let cases = MAPS
        .iter()
        .flat_map(|map| STARTS.map(|x| ["0", "1/10"].map(|y| examine(map, x, y, version))));
    tally(version, cases.flatten())
}

fn examine(constants: &[&str; 3], x: &str, y: &str, version: Version) -> Examined {
    let [learning_rate, sharpening, restoring] = constants.map(fraction);
    let (x, y) = (fraction(x), fraction(y));
    let map = SelfStabilisation {
        learning_rate,
        sharpening,
        restoring,
    };
    let (next_x, next_y) = map.step(&x, &y);
    let returned = map.step(&next_x, &next_y) == (x.clone(), y.clone());
    let on_the_cycle = version.formula("amplitude", &map.squared_amplitude(), |square| {
        (*square == x.square()).into()
    });
    Examined {
        hypotheses: Verdict::from(y.is_zero() && !x.is_zero()).and((POSITIVE.holds)(&map)),
        conclusion: equivalent(returned.into(), on_the_cycle),
        distance: (map.squared_amplitude() - x.square()).to_f64(),
        case: format!("η, α, β = {constants:?} from x = {x}, y = {y}"),
    }
}

/// With the amplitude of the cycle but a sharpness other than 2/η, no start returns; for η = 0 every
/// start does.
fn outside() -> Evidence {
    let off = ["1/10", "-1", "2"].map(|y| examine(&MAPS[0], "2", y, Version::STATED));
    let still = examine(&MAPS[4], "1", "0", Version::STATED);
    tally(
        Version::STATED,
        off.into_iter().chain([still]).map(Examined::outside),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_amplitude_of_the_cycle_returns() {
        let found = evidence(Version::STATED);
        assert_eq!((found.holds, found.fails), (28, 0));
    }

    /// At another sharpness, this amplitude returns only at y = −2/η, which is a fixed point.
    #[test]
    fn there_is_a_fixed_point_far_off_the_line() {
        let [learning_rate, sharpening, restoring] = MAPS[0].map(fraction);
        let (x, y) = (fraction("2"), Exact::from(-2) / &learning_rate);
        let map = SelfStabilisation {
            learning_rate,
            sharpening,
            restoring,
        };
        assert_eq!(map.step(&x, &y), (x, y));
    }
}
