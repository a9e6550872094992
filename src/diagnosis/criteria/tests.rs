//! Compares the answers of the criteria about η and B with their inequalities in plain f64, tried at
//! every B.

use super::*;
use crate::diagnosis::number::{Number, Status};
use crate::diagnosis::reading::{Along, Both};
use crate::model::Sampling;

const SAMPLES: usize = 24;

/// η, p and β.
type Place = (f64, f64, f64);

/// Measured values in the order a, s², λ_min, and then mean and variance along both eigenvectors.
struct Plain {
    a: f64,
    squared_s: f64,
    smallest: f64,
    along: [(f64, f64); 2],
}

impl Plain {
    /// Whether the criterion of this name holds at this place.
    fn holds(&self, name: &str, (lr, p, beta): Place) -> bool {
        let one = |m: f64, variance: f64| lr * (m * m + p * variance) <= 2.0 * m;
        let Plain { a, squared_s, .. } = *self;
        match name {
            "gradient_descent" => lr * a <= 2.0 * (1.0 + beta),
            "direction_of_sharpness" => one(self.along[0].0, self.along[0].1),
            "direction_of_noise" => one(self.along[1].0, self.along[1].1),
            "non_uniformity" => lr * lr * p * squared_s <= 1.0 - beta * beta,
            "one_direction" => {
                lr * ((1.0 - beta) * a * a + (1.0 + beta) * p * squared_s)
                    <= 2.0 * (1.0 - beta * beta) * a
            }
            "theorem_1_from_two_numbers" => one(a, squared_s) && one(self.smallest, squared_s),
            _ => panic!("{name} is no criterion"),
        }
    }

    /// The largest stable η, found by bisection.
    fn critical(&self, name: &str, (p, beta): (f64, f64)) -> f64 {
        let (mut low, mut high) = (0.0, 1e6);
        for _ in 0..200 {
            let middle = (low + high) / 2.0;
            if self.holds(name, (middle, p, beta)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    fn reading(&self) -> Reading {
        let s = self.squared_s.sqrt();
        let along = self.along.map(|(mean, variance)| Along {
            mean,
            deviation: variance.sqrt(),
            largest: mean,
            rounding: 0.0,
        });
        Reading {
            smallest_floor: Some(self.smallest),
            along: Some(Both {
                sharpness: along[0],
                noise: along[1],
            }),
            ..Reading::of_numbers((self.a, 0.0), (s, 0.0), self.smallest)
        }
    }
}

/// p at a batch size, computed from the variance of the batch mean.
fn weight(sampling: Sampling, batch: usize) -> f64 {
    let (b, n) = (batch as f64, SAMPLES as f64);
    match sampling {
        Sampling::WithReplacement => 1.0 / b,
        Sampling::WithoutReplacement => (n - b) / (b * (n - 1.0)),
    }
}

#[test]
fn the_smallest_batch_and_the_largest_rate_are_where_the_inequality_turns() {
    let plain = Plain {
        a: 3.1,
        squared_s: 17.3,
        smallest: 0.71,
        along: [(3.1, 11.9), (1.3, 15.1)],
    };
    let reading = plain.reading();
    assert_eq!(reading.sharpness.status, Status::Converged);
    let (mut inner, mut seen) = (std::collections::BTreeSet::new(), 0);
    for sampling in Sampling::ALL {
        for beta in ["0", "3/5"] {
            for rate in 1..40 {
                let lr = format!("{rate}/37");
                let setting = Setting::new(&lr, beta, 5, sampling, SAMPLES).unwrap();
                let (rate, beta) = (f64::from(rate) / 37.0, setting.momentum.to_f64());
                for criterion in all(&reading, &setting) {
                    let name = criterion.name;
                    let holds = |b: &usize| plain.holds(name, (rate, weight(sampling, *b), beta));
                    let least = (1..=SAMPLES).find(holds);
                    let Range { low, high } = criterion.smallest_batch;
                    assert_eq!((low, high), (least, least), "{name}, η = {lr}, β = {beta}");
                    if least.is_some_and(|least| 1 < least && least < SAMPLES) {
                        inner.insert(name);
                    }
                    assert_eq!(criterion.holds(), holds(&5), "{name}, η = {lr}");
                    let critical = plain.critical(name, (weight(sampling, 5), beta));
                    for (range, value) in [
                        (criterion.largest_lr, critical),
                        (criterion.factor, rate / critical),
                    ] {
                        let range = range.expect("there is a largest rate");
                        let (low, high) = (range.low.unwrap(), range.high.unwrap());
                        let slack = 1e-9 * value;
                        assert!(
                            low <= value + slack && value <= high + slack,
                            "{name}: {value}"
                        );
                        assert!(high - low <= 1e-2 * value, "{name}: {low} to {high}");
                    }
                    seen += 1;
                }
            }
        }
    }
    // Six criteria without momentum and three with it, at 39 learning rates and with two samplings.
    assert_eq!(seen, 2 * 39 * (6 + 3));
    assert_eq!(
        inner.len(),
        5,
        "all but gradient descent turn within: {inner:?}"
    );
}

/// The same reading with the loss in other units: a, s and every vᵀHv are multiplied by `factor`.
fn in_other_units(reading: &Reading, factor: f64) -> Reading {
    let scaled = |number: Number| Number {
        value: factor * number.value,
        residual: factor * number.residual,
        rounding: factor * number.rounding,
        error: factor * number.error,
        ..number
    };
    let along = |along: Along| Along {
        mean: factor * along.mean,
        deviation: factor * along.deviation,
        largest: factor * along.largest,
        rounding: factor * along.rounding,
    };
    Reading {
        sharpness: scaled(reading.sharpness),
        smallest: reading.smallest.map(scaled),
        smallest_floor: reading.smallest_floor.map(|floor| factor * floor),
        non_uniformity: reading.non_uniformity.map(scaled),
        along: reading.along.map(|both| both.map(along)),
        ..reading.clone()
    }
}

#[test]
fn another_unit_of_the_loss_divides_every_threshold_and_changes_no_verdict_at_its_own_rate() {
    let plain = Plain {
        a: 3.0,
        squared_s: 1.4,
        smallest: 0.7,
        along: [(3.0, 0.3), (2.1, 1.2)],
    };
    let mut compared = 0;
    for (numerator, factor) in [(1, 0.1), (1, 0.5), (1, 2.0), (7, 5.0), (20, 10.0)] {
        for momentum in ["0", "1/2"] {
            let setting = |factor: f64| {
                let lr = f64::from(numerator) / 10.0 / factor;
                let (lr, sampling) = (lr.to_string(), Sampling::WithReplacement);
                Setting::new(&lr, momentum, 2, sampling, SAMPLES).unwrap()
            };
            let reading = plain.reading();
            let one = all(&reading, &setting(1.0));
            let other = all(&in_other_units(&reading, factor), &setting(factor));
            assert_eq!(one.len(), other.len());
            for (one, other) in one.iter().zip(&other) {
                assert_eq!(one.verdict, other.verdict, "{} {factor}", one.name);
                assert_eq!(one.smallest_batch, other.smallest_batch, "{}", one.name);
                let rate = |criterion: &MeasuredCriterion| {
                    let rate = criterion.largest_lr.expect("a rate");
                    [rate.low, rate.high].map(|end| end.expect("an end"))
                };
                for (one, other) in rate(one).iter().zip(rate(other)) {
                    assert!((other * factor / one - 1.0).abs() < 1e-9, "{one} {other}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn nesterov_is_bounded_by_its_own_edge_and_stable_only_with_the_full_batch() {
    use super::super::optimizer::Optimizer;
    use super::super::verdict::{Stability, judge};
    let reading = Reading::of_numbers((2.0, 0.0), (0.1, 0.0), 0.5);
    let at = |lr: &str, batch| {
        let setting = Setting::new(lr, "1/2", batch, Sampling::WithoutReplacement, SAMPLES);
        let setting = setting
            .unwrap()
            .with_optimizer(Optimizer::Nesterov)
            .unwrap();
        let criteria = all(&reading, &setting);
        assert_eq!(criteria.len(), 1);
        let rate = criteria[0].largest_lr.expect("a rate");
        // (2 + 2β)/((1 + 2β)a) = 3/4.
        assert!(
            rate.low <= Some(0.75) && rate.high >= Some(0.75),
            "{rate:?}"
        );
        judge(&reading, &criteria, &setting).verdict
    };
    assert_eq!(at("0.749", SAMPLES), Stability::Stable);
    assert_eq!(at("0.751", SAMPLES), Stability::Unstable);
    assert_eq!(at("0.751", 3), Stability::Unstable);
    assert_eq!(at("0.1", 3), Stability::Undecided);
}

#[test]
fn of_an_optimiser_that_no_criterion_is_about_nothing_is_said() {
    use super::super::optimizer::Optimizer;
    use super::super::verdict::{Stability, judge};
    let reading = Reading::of_numbers((2.0, 0.0), (0.1, 0.0), 0.5);
    for name in Optimizer::names() {
        let optimizer: Optimizer = name.parse().unwrap();
        for lr in ["1/10", "10"] {
            let setting = Setting::new(lr, "0", SAMPLES, Sampling::WithoutReplacement, SAMPLES);
            let setting = setting.unwrap().with_optimizer(optimizer).unwrap();
            let criteria = all(&reading, &setting);
            let judgement = judge(&reading, &criteria, &setting);
            let expected = match (optimizer.uncovered(), lr) {
                (Some(_), _) => Stability::Undecided,
                (None, "10") => Stability::Unstable,
                (None, _) => Stability::Stable,
            };
            assert_eq!(judgement.verdict, expected, "{name} {lr}");
            assert_eq!(criteria.is_empty(), optimizer.uncovered().is_some());
            assert_eq!(name == "adam", judgement.reason.contains("optimiser adam:"));
        }
        let heavy = Setting::new("1", "1/2", 1, Sampling::WithReplacement, SAMPLES).unwrap();
        let refused = heavy.with_optimizer(optimizer).is_err();
        assert_eq!(refused, optimizer.uncovered().is_some(), "{name}");
    }
}
