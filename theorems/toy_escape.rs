//! The motivating example of Wu, Ma and E, on the toy loss itself and on its linearisation.

use num_traits::{One, Zero};
use sgd_stability::claim::{
    CaseHypothesis, Certified, Change, Chapter, Check, Claim, Evidence, Examined, Guard, Status,
    Version, at_most, equivalent, tally,
};
use sgd_stability::criterion::{gradient_descent, mean_square, one_dimension};
use sgd_stability::model::toy::{self, Minimum, Sample};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "toy_escape",
    title: "SGD leaves the non-uniform minimum of the toy; gradient descent stays",
    statement: "For f₁ = min{x², (x − 1)²/10}, f₂ = min{x², 19(x − 1)²/10} and η = 7/10: both \
        minima are stable for gradient descent, which multiplies the distance by −2/5 at either. \
        At x = 0 SGD does the same; at x = 1 its factors with batches of one are 43/50 and −83/50, \
        the mean square grows by 4369/2500 per step, and the two samples in turn carry any start \
        near it but not on it out of its basin in finitely many steps.",
    formula: || {
        format!(
            r"\frac{{\mathrm{{E}}\,x_{{t+1}}^2}}{{x_t^2}} = {}",
            one_dimension::latex_of_growth()
        )
    },
    source: "Wu, Ma and E 2018, section 1 and figure 1, where the run starts at 1 + 10⁻⁵. At x = \
        0, f_i'' is 2, not 1: there is no factor ½.",
    hypotheses: &[NEAR.stated],
    reading: "Equal sharpness, different uniformity: only SGD sees it. Independent draws leave \
        almost surely, for the mean of the factors' logarithms is above zero. Exactly on the \
        minimum nothing moves.",
    chapter: Chapter::Paper,
    status: Status::Upheld,
    guards: &[
        Guard::identity("factors").exact_only(),
        Guard::of(
            "mean square",
            &[Change::Negated, Change::Always, Change::Never],
        ),
        Guard::of("escape", &[Change::Negated, Change::Never]).exact_only(),
    ],
    exact: Check::Run(exact),
    outside: Check::Run(outside),
    certified: Check::Run(growth_certified),
    empirical: Check::Run(empirical),
};

fn empirical() -> Evidence {
    super::measured::by("toy", CLAIM.id)
}

const NEAR: CaseHypothesis<Exact> = CaseHypothesis::new(
    "near: the start is within 1/100 of x = 1 and not on it",
    |start| {
        let distance = (start - Exact::one()).abs();
        (!distance.is_zero() && distance <= Exact::fraction(1, 100)).into()
    },
);

/// The longest run that counts as an escape; the slowest start in the list needs fewer steps.
const PATIENCE: usize = 500;

/// The starts: on the minimum and too far away (outside the hypotheses), that of the paper, a nearer
/// one, and one on each side.
const STARTS: [&str; 6] = [
    "1",
    "1.02",
    "1.00001",
    "0.99999",
    "1.005",
    "1.0000000000000001",
];

fn exact(version: Version) -> Evidence {
    let minima = Minimum::ALL.map(|minimum| Examined {
        hypotheses: Verdict::Holds,
        conclusion: as_stated(minimum, version),
        distance: (growth::<Exact>(minimum, &toy::learning_rate()) - Exact::one()).to_f64(),
        case: format!("toy at x = {}, η = 7/10", minimum.place()),
    });
    let runs = starts().map(|start| {
        let steps = escape(&start);
        let leaves = version.formula("escape", &start, |_| steps.is_some().into());
        let distance = steps.map_or(1.0, |steps| (PATIENCE - steps) as f64 / PATIENCE as f64);
        Examined {
            hypotheses: (NEAR.holds)(&start),
            conclusion: leaves.and(descent_returns(&start).into()),
            distance,
            case: format!("toy from x = {start}"),
        }
    });
    tally(version, minima.into_iter().chain(runs))
}

fn starts() -> impl Iterator<Item = Exact> {
    STARTS.iter().map(|start| start.parse().expect("a decimal"))
}

/// Are the verdicts, factors and growth at this minimum those of the statement?
fn as_stated(minimum: Minimum, version: Version) -> Verdict {
    let (model, eta, one) = (minimum.model(), toy::learning_rate(), Exact::one());
    let (growth, factors, stable) = match minimum {
        Minimum::Zero => ("4/25", ["-2/5", "-2/5"], Verdict::Holds),
        Minimum::One => ("4369/2500", ["43/50", "-83/50"], Verdict::Fails),
    };
    let number = |text: &str| text.parse::<Exact>().expect("a fraction");
    let numbers = version.formula("factors", &eta, |eta| {
        let growth = self::growth::<Exact>(minimum, eta) == number(growth);
        (growth && minimum.factors(eta) == factors.map(number)).into()
    });
    let descends = gradient_descent::verdict(&model, &eta);
    let criterion = version.formula("mean square", &eta, |eta| {
        mean_square::verdict(&model, eta, &one)
    });
    numbers.and(descends).and((criterion == stable).into())
}

/// The factor of the mean square in one step of SGD with B = 1.
fn growth<T: Field>(minimum: Minimum, eta: &Exact) -> T {
    let model = minimum.model().to::<T>();
    let entry = |matrix: &nalgebra::DMatrix<T>| matrix[(0, 0)].clone();
    let (a, s2) = (entry(model.hessian()), entry(&model.variance()));
    one_dimension::growth(a, s2, &T::from_exact(eta), &T::one())
}

/// The number of steps until SGD, taking the two samples in turn on the toy itself, leaves the basin of
/// `x = 1`; `None` when it does not.
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

/// Does gradient descent on the toy multiply the distance to `x = 1` by −2/5 in each of ten steps?
fn descent_returns(start: &Exact) -> bool {
    let distance = |x: &Exact| x - Exact::one();
    let mut x = start.clone();
    (0..10).all(|_| {
        let expected = Exact::fraction(-2, 5) * distance(&x);
        x = toy::descend(&x, &toy::learning_rate());
        distance(&x) == expected
    })
}

/// A start exactly on the minimum never escapes.
fn outside() -> Evidence {
    let start = Exact::one();
    let on_it = Examined {
        hypotheses: (NEAR.holds)(&start),
        conclusion: escape(&start).is_some().into(),
        distance: 0.0,
        case: format!("toy from x = {start}"),
    };
    tally(Version::STATED, [on_it.outside()])
}

/// Over intervals: the growth is below 1 at `x = 0` and above 1 at `x = 1`.
fn growth_certified(version: Version) -> Evidence {
    let cases = Minimum::ALL.map(|minimum| {
        let growth = growth::<Certified>(minimum, &toy::learning_rate());
        let below = version.formula("mean square", &growth, |growth| {
            at_most(growth, &Field::int(1))
        });
        let shrinks = matches!(minimum, Minimum::Zero);
        Examined {
            hypotheses: Verdict::Holds,
            conclusion: equivalent(below, shrinks.into()),
            distance: growth.midpoint() - 1.0,
            case: format!("toy at x = {}", minimum.place()),
        }
    });
    tally(version, cases)
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

        /// SGD escapes from every start near x = 1 except x = 1 itself.
        #[test]
        fn every_start_escapes(sign in prop::bool::ANY, distance in 1u64..1_000_000_000) {
            let distance = Exact::fraction(1, distance) * Exact::fraction(1, 100);
            let start = Exact::one() + if sign { distance } else { -distance };
            prop_assert!((NEAR.holds)(&start).holds());
            prop_assert!(escape(&start).is_some() && descent_returns(&start));
        }
    }

    /// The authors' run, repeated twenty times with different seeds: each ends at x = 0, to within
    /// 10⁻⁶.
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
