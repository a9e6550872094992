//! The minimal net uv/√m: its tangent kernel shrinks while its loss first grows.

use nalgebra::DVector;
use num_traits::Zero;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, POSITIVE_LEARNING_RATE, Status,
    Version, at_most, equivalent, headroom, tally,
};
use sgd_stability::model::minimal::catapult::{self, Catapult, descend};
use sgd_stability::number::{Exact, Field, Interval, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "catapult",
    title: "Below ηλ₀ = 4 the kernel of a linear net never rises, above it never falls",
    statement: "For f = u·v/√m with loss f²/2, f₀ ≠ 0 and η > 0: gradient descent closes on f and \
        λ = (‖u‖² + ‖v‖²)/m, and if ηλ₀ < 4 then λ never rises and η(4 − ηλ₀)Σf_t² ≤ mλ₀, so f → \
        0. The loss grows at first, a catapult, exactly when η²f₀²/m < ηλ₀ − 2.",
    formula: catapult::latex,
    source: "Lewkowycz et al. 2020; the bound on the sum is ours, from the telescoping λ⁺ = λ + \
        (ηf²/m)(ηλ − 4).",
    hypotheses: &[
        Hypothesis::by_the_check("below_four: ηλ₀ < 4"),
        Hypothesis::by_the_check("moving: f₀ ≠ 0"),
        POSITIVE_LEARNING_RATE,
    ],
    reading: "Learning rates up to twice 2/λ₀ still converge, to a minimum that is no sharper. \
        Above 4/λ₀ the kernel rises at every step and the run diverges, unless it hits f = 0 \
        exactly, as u = 2, v = 1 does at η = 1. Between 2 and 4 a start with large f₀ need not be \
        catapulted: u = 3/2, v = 1/2 at η = 1 falls throughout.",
    chapter: Chapter::BeyondTheEdge,
    status: Status::Upheld,
    guards: &[
        Guard::enough("below 4"),
        Guard::identity("closes"),
        Guard::exactly("catapult"),
    ],
    exact: Check::Run(exact),
    outside: Check::Run(outside),
    certified: Check::Run(certified),
    empirical: super::UNMEASURED,
};

/// The number of steps over ℚ, where the numbers triple in length with each step.
const EXACT_STEPS: usize = 5;

/// The number of steps over intervals, which go far beyond the catapult.
const CERTIFIED_STEPS: usize = 60;

/// An interval type with enough bits to stay narrow for that many steps.
type Wide = Interval<512>;

/// Weights `u` and `v`, in quarters. With the last pair the loss falls from the start at `ηλ₀ = 5/2`.
const WEIGHTS: [[&[i64]; 2]; 5] = [
    [&[4], &[1]],
    [&[3, -1, 4], &[1, 5, -2]],
    [&[8, 0], &[1, 8]],
    [&[1, 2, 3, 4], &[4, 3, 2, 2]],
    [&[6], &[2]],
];

/// Weights with `f₀ = 0`.
const STILL: [&[i64]; 2] = [&[4], &[0]];

/// Values of `ηλ₀`: in the lazy regime, at 2, in the catapult, beside its edge for the last weights,
/// and just below 4; also values that are not positive or not below 4.
const PRODUCTS: [&str; 12] = [
    "-1",
    "0",
    "1/2",
    "2",
    "5/2",
    "13/5",
    "263/100",
    "3",
    "7/2",
    "3999/1000",
    "4001/1000",
    "21/5",
];

fn exact(version: Version) -> Evidence {
    tally(version, cases::<Exact>(&PRODUCTS, EXACT_STEPS, version))
}

fn certified(version: Version) -> Evidence {
    tally(version, cases::<Wide>(&PRODUCTS, CERTIFIED_STEPS, version))
}

/// Above `ηλ₀ = 4` the kernel grows.
fn outside() -> Evidence {
    let above = cases::<Exact>(&["4001/1000", "9/2", "6"], EXACT_STEPS, Version::STATED);
    tally(Version::STATED, above.into_iter().map(Examined::outside))
}

/// The conclusion for every pair of weights and every `ηλ₀`, and for a start with `f₀ = 0`.
fn cases<T: Field>(products: &[&str], steps: usize, version: Version) -> Vec<Examined> {
    let quarters =
        |x: &[i64]| DVector::from_iterator(x.len(), x.iter().map(|&part| Exact::fraction(part, 4)));
    let weights = WEIGHTS.into_iter().chain([STILL]);
    let starts = weights.map(|weights| {
        let [u, v] = weights.map(quarters);
        Start { u, v, steps }
    });
    let asked = starts.flat_map(|start| {
        let ask = |text: &&str| start.examine::<T>(&fraction(text), version);
        products.iter().map(ask).collect::<Vec<_>>()
    });
    asked.collect()
}

/// The initial weights and the number of steps taken from them.
struct Start {
    u: DVector<Exact>,
    v: DVector<Exact>,
    steps: usize,
}

impl Start {
    fn examine<T: Field>(&self, product: &Exact, version: Version) -> Examined {
        let (u, v, start) = (&self.u, &self.v, Catapult::at(&self.u, &self.v));
        let eta = product / &start.kernel;
        let four = Exact::from(4);
        let below = version.formula("below 4", product, |product| (*product < four).into());
        let positive = Verdict::from(eta > Exact::zero() && !start.output.is_zero());
        let closes = version.formula("closes", &eta, |predicted| {
            follows_the_weights(u, v, &eta, predicted)
        });
        Examined {
            hypotheses: below.and(positive),
            conclusion: closes
                .and(kernel_falls::<T>(u, v, &eta, self.steps))
                .and(catapults::<T>(&start, &eta, version)),
            distance: headroom(product, &four),
            case: format!("u = {u}, v = {v}, η = {eta}"),
        }
    }
}

/// Property 21: do output and kernel, computed with the learning rate `predicted`, agree with those of
/// the weights? Compared as rationals.
fn follows_the_weights(
    u: &DVector<Exact>,
    v: &DVector<Exact>,
    eta: &Exact,
    predicted: &Exact,
) -> Verdict {
    let (mut u, mut v) = (u.clone(), v.clone());
    let follows = (0..3).all(|_| {
        let state = Catapult::at(&u, &v).step(predicted);
        (u, v) = descend(&u, &v, eta);
        Catapult::at(&u, &v) == state
    });
    follows.into()
}

/// Does the loss increase in the first step exactly when `η²f₀²/m < ηλ₀ − 2`?
fn catapults<T: Field>(start: &Catapult<Exact>, eta: &Exact, version: Version) -> Verdict {
    let squared = eta.square() * start.squared_output() / &start.width;
    let room = T::from_exact(&(eta * &start.kernel - Exact::from(2)));
    let stated = version.formula("catapult", &T::from_exact(&squared), |squared| {
        Verdict::positive(room.compare(squared))
    });
    let next = start.step(eta).squared_output();
    let grows = T::from_exact(&next).compare(&T::from_exact(&start.squared_output()));
    equivalent(stated, Verdict::positive(grows))
}

/// Does `λ` never increase over these steps, and does `η(4 − ηλ₀) Σ f_t² ≤ mλ₀` hold? Whether `λ`
/// increases is decided by the sign of its change, `ηf²(ηλ − 4)`.
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

        /// Property 21: output and kernel agree with those of the weights from every start and at every
        /// learning rate.
        #[test]
        fn the_map_is_that_of_the_weights(
            (u, v) in (1usize..=3).prop_flat_map(|m| (vector(m), vector(m))),
            eta in rational(),
        ) {
            prop_assert!(follows_the_weights(&u, &v, &eta, &eta).holds());
        }
    }

    #[test]
    fn both_roads_decide_every_start() {
        for found in [exact(Version::STATED), certified(Version::STATED)] {
            assert_eq!((found.fails, found.undecided), (0, 0), "{found:?}");
            assert!(found.holds > found.unmet, "{found:?}");
        }
    }

    /// The catapult: the loss first increases, and the kernel ends below 2/η.
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

    /// Not every run above 4 diverges: with u = 2, v = 1, η = 1 it reaches f = 0 exactly and stays
    /// there. Not every run between 2 and 4 is catapulted: with u = 3/2, v = 1/2, η = 1 the loss falls
    /// from the start.
    #[test]
    fn a_run_may_land_on_zero_or_fall_at_once() {
        let at = |u: &str, v: &str| {
            let vector = |x: &str| DVector::from_element(1, fraction(x));
            Catapult::at(&vector(u), &vector(v))
        };
        let (one, landing, falling) = (Exact::from(1), at("2", "1"), at("3/2", "1/2"));
        assert!(landing.kernel > Exact::from(4) && landing.step(&one).output.is_zero());
        assert!(falling.kernel > Exact::from(2));
        let mut run = falling;
        for _ in 0..EXACT_STEPS {
            let next = run.step(&one);
            assert!(next.squared_output() < run.squared_output());
            run = next;
        }
    }
}
