//! # SGD leaves the sharp-looking minimum of the toy, gradient descent does not
//!
//! **Statement.** For `f₁ = min{x², (x − 1)²/10}`, `f₂ = min{x², 19(x − 1)²/10}` and `η = 7/10`:
//! both minima have sharpness 2 and gradient descent multiplies the distance by −2/5 at either.
//! At `x = 0` SGD does the same; at `x = 1` its factors are 43/50 and −83/50, the mean square grows
//! by 4369/2500 per step, and the two samples in turn carry any start off the minimum out of its
//! basin in finitely many steps.
//!
//! **Source.** Wu, Ma and E 2018, section 1 and figure 1, where the run starts at 1 + 10⁻⁵. `f_i''`
//! is 2, not 1: there is no factor ½.
//!
//! **Hypotheses.** [`near`]: the start is near the minimum `x = 1` and not on it.
//!
//! **Reading.** Equal sharpness, different uniformity: only SGD sees it. Exactly on the minimum
//! nothing moves, so the start must be off it.

use num_traits::{One, Zero};
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::{gradient_descent, mean_square, one_dimension};
use sgd_stability::model::toy::{self, Minimum, Sample};
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::Certified;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "toy_escape",
    title: "SGD leaves the non-uniform minimum of the toy; gradient descent stays",
    statement: "At η = 7/10 both minima of the toy are stable for gradient descent; at x = 1 SGD is unstable and leaves in finitely many steps.",
    formula: || {
        format!(
            r"\frac{{\mathrm{{E}}\,x_{{t+1}}^2}}{{x_t^2}} = {}",
            one_dimension::latex_of_growth()
        )
    },
    source: "Wu, Ma and E 2018, section 1 and figure 1. f_i'' = 2 at x = 0: no factor ½.",
    hypotheses: &["near: the start is within 1/100 of x = 1 and not on it"],
    reading: "Equal sharpness, different uniformity: only SGD sees it. Exactly on the minimum nothing moves.",
    status: Status::Upheld,
    exact: Check::Run(exact),
    outside: Check::Run(outside),
    certified: Check::Run(growth_certified),
    empirical: Check::Run(empirical),
};

fn empirical() -> Evidence {
    super::measured::by("toy", CLAIM.id)
}

/// The longest run that counts as an escape; the slowest start asked needs fewer.
const PATIENCE: usize = 500;

/// The starts: the paper's, one nearer, and both sides.
const STARTS: [&str; 4] = ["1.00001", "0.99999", "1.005", "1.0000000000000001"];

fn exact() -> Evidence {
    let mut evidence = Evidence::new();
    for minimum in Minimum::ALL {
        let gap = growth::<Exact>(minimum) - Exact::one();
        let place = minimum.place();
        evidence.record(
            Verdict::Holds,
            as_stated(minimum),
            gap.to_f64().abs(),
            || format!("toy at x = {place}, η = 7/10"),
        );
    }
    for start in starts() {
        let steps = escape(&start);
        let verdict = Verdict::from(steps.is_some() && descent_returns(&start));
        let margin = steps.map_or(-1.0, |steps| (PATIENCE - steps) as f64 / PATIENCE as f64);
        evidence.record(near(&start), verdict, margin, || {
            format!("toy from x = {start}")
        });
    }
    evidence
}

fn starts() -> impl Iterator<Item = Exact> {
    STARTS.iter().map(|start| start.parse().expect("a decimal"))
}

/// Within 1/100 of the minimum `x = 1`, and not on it.
fn near(start: &Exact) -> Verdict {
    let distance = (start - Exact::one()).abs();
    (!distance.is_zero() && distance <= Exact::fraction(1, 100)).into()
}

/// Are verdicts, factors and growth at this minimum those of the statement?
fn as_stated(minimum: Minimum) -> Verdict {
    let (model, eta, one) = (minimum.model(), toy::learning_rate(), Exact::one());
    let (growth, factors, stable) = match minimum {
        Minimum::Zero => ("4/25", ["-2/5", "-2/5"], Verdict::Holds),
        Minimum::One => ("4369/2500", ["43/50", "-83/50"], Verdict::Fails),
    };
    let number = |text: &str| text.parse::<Exact>().expect("a fraction");
    let numbers = self::growth::<Exact>(minimum) == number(growth)
        && minimum.factors(&eta) == factors.map(number);
    let descends = gradient_descent::verdict(&model, &eta);
    let sgd = Verdict::from(mean_square::verdict(&model, &eta, &one) == stable);
    Verdict::from(numbers).and(descends).and(sgd)
}

/// The factor of the mean square in one step of SGD with B = 1 at `η = 7/10`.
fn growth<T: Field>(minimum: Minimum) -> T {
    let model = minimum.model().to::<T>();
    let entry = |matrix: &nalgebra::DMatrix<T>| matrix[(0, 0)].clone();
    let (a, s2) = (entry(model.hessian()), entry(&model.variance()));
    one_dimension::growth(a, s2, &T::from_exact(&toy::learning_rate()), &T::one())
}

/// The steps until SGD on the two samples in turn leaves the basin of `x = 1`, on the toy itself
/// and not its linearisation; `None` when it does not.
fn escape(start: &Exact) -> Option<usize> {
    let eta = toy::learning_rate();
    let mut x = start.clone();
    let samples = Sample::ALL.into_iter().rev().cycle();
    for (step, sample) in samples.enumerate().take(PATIENCE) {
        if !toy::in_basin(Minimum::One, &x) {
            return Some(step);
        }
        x = sample.step(&x, &eta);
    }
    None
}

/// Does gradient descent on the toy multiply the distance to `x = 1` by −2/5, ten times over?
fn descent_returns(start: &Exact) -> bool {
    let distance = |x: &Exact| x - Exact::one();
    let mut x = start.clone();
    (0..10).all(|_| {
        let expected = Exact::fraction(-2, 5) * distance(&x);
        x = toy::descend(&x, &toy::learning_rate());
        distance(&x) == expected
    })
}

/// Exactly on the minimum, and at it for ever: nothing escapes.
fn outside() -> Evidence {
    let mut evidence = Evidence::new();
    let start = Exact::one();
    let conclusion = escape(&start).is_some().into();
    evidence.record(!near(&start), conclusion, 0.0, || {
        format!("toy from x = {start}")
    });
    evidence
}

/// By enclosures: the growth is below 1 at `x = 0` and above 1 at `x = 1`.
fn growth_certified() -> Evidence {
    let mut evidence = Evidence::new();
    for minimum in Minimum::ALL {
        let growth = growth::<Certified>(minimum);
        let below = Verdict::non_negative(Certified::one().compare(&growth));
        let verdict = match minimum {
            Minimum::Zero => below,
            Minimum::One => !below,
        };
        let place = minimum.place();
        let margin = (growth.midpoint() - 1.0).abs();
        evidence.record(Verdict::Holds, verdict, margin, || {
            format!("toy at x = {place}")
        });
    }
    evidence
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::super::strategies::config;
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/toy_escape.txt"))]

        /// From every start near x = 1 but off it.
        #[test]
        fn every_start_escapes(sign in prop::bool::ANY, distance in 1u64..1_000_000_000) {
            let distance = Exact::fraction(1, distance) * Exact::fraction(1, 100);
            let start = Exact::one() + if sign { distance } else { -distance };
            prop_assert!(near(&start).holds());
            prop_assert!(escape(&start).is_some() && descent_returns(&start));
        }
    }

    /// The authors' run, twenty times with different seeds: each ends at x = 0, to within 10⁻⁶.
    #[test]
    fn random_runs_end_at_the_uniform_minimum() {
        let eta = toy::learning_rate();
        let bound: Exact = "1e-6".parse().unwrap();
        for seed in 0..20 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut x: Exact = "1.00001".parse().unwrap();
            let ended = (0..PATIENCE).any(|_| {
                x = Sample::ALL[random.random_range(0..2)].step(&x, &eta);
                x.abs() < bound
            });
            assert!(ended, "seed {seed}");
        }
    }

    /// The thresholds at x = 1: gradient descent 1, mean square 100/181, bound on s 5/9.
    #[test]
    fn the_thresholds_are_those_of_the_example() {
        let (model, one) = (Minimum::One.model(), Exact::one());
        let beyond = Exact::one() + Exact::fraction(1, 1_000_000_000);
        for (edge, verdict) in [
            (
                Exact::one(),
                (|m, eta, _| gradient_descent::verdict(m, eta)) as fn(&_, &_, &_) -> _,
            ),
            (Exact::fraction(100, 181), mean_square::verdict::<Exact>),
            (
                Exact::fraction(5, 9),
                sgd_stability::criterion::non_uniformity::verdict::<Exact>,
            ),
        ] {
            assert_eq!(verdict(&model, &edge, &one), Verdict::Holds);
            assert_eq!(verdict(&model, &(&edge * &beyond), &one), Verdict::Fails);
        }
    }
}
