//! # Below ηλ₀ = 4 the kernel of a linear net falls, above it rises
//!
//! **Statement.** For f = u·v/√m with loss f²/2 and f₀ ≠ 0: gradient descent closes on f and λ =
//! (‖u‖² + ‖v‖²)/m, and if ηλ₀ < 4 then λ never rises and η(4 − ηλ₀)Σf_t² ≤ mλ₀, so f → 0: for 2
//! < ηλ₀ < 4 after a catapult.
//!
//! **Source.** Lewkowycz et al. 2020; the bound on the sum is ours, from the telescoping λ⁺ = λ
//! + (ηf²/m)(ηλ − 4).
//!
//! **Hypotheses.** `below_four`: ηλ₀ < 4.
//!
//! **Reading.** Learning rates up to twice 2/λ₀ still converge, to a flatter minimum. Above 4/λ₀
//! the kernel rises at every step and the run diverges.

use nalgebra::DVector;
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::model::minimal::catapult::{self, Catapult, descend};
use sgd_stability::number::{Exact, Field, Interval, Verdict};

use super::examination::{Finding, at_most, headroom, tally};
use super::family::fraction;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "catapult",
    title: "Below ηλ₀ = 4 the kernel of a linear net falls, above it rises",
    statement: "For f = u·v/√m with loss f²/2 and f₀ ≠ 0: gradient descent closes on f and λ = (‖u‖² + ‖v‖²)/m, and if ηλ₀ < 4 then λ never rises and η(4 − ηλ₀)Σf_t² ≤ mλ₀, so f → 0: for 2 < ηλ₀ < 4 after a catapult.",
    formula: catapult::latex,
    source: "Lewkowycz et al. 2020; the bound on the sum is ours, from the telescoping λ⁺ = λ + (ηf²/m)(ηλ − 4).",
    hypotheses: &["below_four: ηλ₀ < 4"],
    reading: "Learning rates up to twice 2/λ₀ still converge, to a flatter minimum. Above 4/λ₀ the kernel rises at every step and the run diverges.",
    status: Status::Upheld,
    exact: Check::Run(exact),
    outside: Check::Run(outside),
    certified: Check::Run(certified),
    empirical: super::UNMEASURED,
};

/// The steps over ℚ: the numbers triple in length with each.
const EXACT_STEPS: usize = 5;

/// The steps by enclosures: far beyond the catapult.
const CERTIFIED_STEPS: usize = 60;

/// Wide enough to keep the enclosures of that many steps narrow.
type Wide = Interval<512>;

/// Weights `u` and `v`, in quarters.
const WEIGHTS: [(&[i64], &[i64]); 4] = [
    (&[4], &[1]),
    (&[3, -1, 4], &[1, 5, -2]),
    (&[8, 0], &[1, 8]),
    (&[1, 2, 3, 4], &[4, 3, 2, 2]),
];

/// `ηλ₀`: lazy, at 2, in the catapult, and just below 4.
const BELOW: [&str; 6] = ["1/2", "2", "5/2", "3", "7/2", "3999/1000"];

fn exact() -> Evidence {
    tally(findings(&BELOW, |u, v, eta| {
        follows_the_weights(u, v, eta).and(kernel_falls::<Exact>(u, v, eta, EXACT_STEPS))
    }))
}

fn certified() -> Evidence {
    tally(findings(&BELOW, |u, v, eta| {
        kernel_falls::<Wide>(u, v, eta, CERTIFIED_STEPS)
    }))
}

/// Above 4 the kernel rises.
fn outside() -> Evidence {
    let above = findings(&["4001/1000", "9/2", "6"], |u, v, eta| {
        kernel_falls::<Exact>(u, v, eta, EXACT_STEPS)
    });
    tally(above.into_iter().map(|found| found.beyond()))
}

/// The conclusion at every pair of weights and every `ηλ₀`.
fn findings(
    sharpness: &[&str],
    conclusion: impl Fn(&DVector<Exact>, &DVector<Exact>, &Exact) -> Verdict,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (u, v) in WEIGHTS {
        let quarters = |x: &[i64]| {
            DVector::from_iterator(x.len(), x.iter().map(|&part| Exact::fraction(part, 4)))
        };
        let (u, v) = (quarters(u), quarters(v));
        for product in sharpness.iter().map(|text| fraction(text)) {
            let eta = &product / Catapult::at(&u, &v).kernel;
            findings.push(Finding {
                hypotheses: (product < Exact::from(4)).into(),
                conclusion: conclusion(&u, &v, &eta),
                distance: headroom(&product, &Exact::from(4)),
                case: format!("u = {u}, v = {v}, η = {eta}"),
            });
        }
    }
    findings
}

/// Property 21: do output and kernel follow the weights, as rationals?
fn follows_the_weights(u: &DVector<Exact>, v: &DVector<Exact>, eta: &Exact) -> Verdict {
    let (mut u, mut v) = (u.clone(), v.clone());
    let follows = (0..3).all(|_| {
        let predicted = Catapult::at(&u, &v).step(eta);
        (u, v) = descend(&u, &v, eta);
        Catapult::at(&u, &v) == predicted
    });
    follows.into()
}

/// Does `λ` never rise, and does `η(4 − ηλ₀) Σ f_t² ≤ mλ₀` hold over these steps? The rise is judged by
/// the sign of the push `ηf²(ηλ − 4)`.
fn kernel_falls<T: Field>(
    u: &DVector<Exact>,
    v: &DVector<Exact>,
    eta: &Exact,
    steps: usize,
) -> Verdict {
    let over = |x: &DVector<Exact>| x.map(|entry| T::from_exact(&entry));
    let (mut state, eta) = (Catapult::at(&over(u), &over(v)), T::from_exact(eta));
    let four = T::int(4);
    let start = state.clone();
    let (mut falls, mut sum) = (Verdict::Holds, T::zero());
    for _ in 0..steps {
        let push = state.squared_output() * (&eta * &state.kernel - &four);
        falls = falls.and(at_most(&push, &T::zero()));
        sum += state.squared_output();
        state = state.step(&eta);
    }
    let room = &four - &eta * &start.kernel;
    falls.and(at_most(&(eta * room * sum), &(start.width * start.kernel)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strategies::{config, rational, vector};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/catapult.txt"))]

        /// Property 21: output and kernel follow the weights from anywhere, at any learning rate.
        #[test]
        fn the_map_is_that_of_the_weights(
            (u, v) in (1usize..=3).prop_flat_map(|m| (vector(m), vector(m))),
            eta in rational(),
        ) {
            prop_assert!(follows_the_weights(&u, &v, &eta).holds());
        }
    }

    #[test]
    fn both_roads_decide_every_start() {
        for found in [exact(), certified()] {
            assert_eq!(found.holds, found.total(), "{found:?}");
        }
    }

    /// The catapult: the loss first grows, and the kernel ends below 2/η.
    #[test]
    fn between_two_and_four_the_loss_first_grows() {
        let state = |u: i64| {
            let vector = |part| DVector::from_element(1, Wide::ratio(part, 10));
            Catapult::at(&vector(u), &vector(1))
        };
        let mut run = state(10);
        let eta = Wide::int(3) / &run.kernel;
        let first = run.step(&eta);
        assert!(at_most(&run.squared_output(), &first.squared_output()).holds());
        for _ in 0..CERTIFIED_STEPS {
            run = run.step(&eta);
        }
        assert!(at_most(&(eta * run.kernel), &Wide::int(2)).holds());
    }
}
