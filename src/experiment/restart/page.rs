//! What the report says of runs begun anew.

use crate::experiment::point::{network_in_words, seeds_in_words};
use crate::network::Network;
use crate::record::numeral::{fixed, significant};
use crate::record::{Agreement, Axis, Figure, Finding, Point, Series, Style, Table};
use crate::train::Ending;

use super::{Minimum, Outcome, Settings, Trial};

/// Results as an experiment gets them.
type Results = [(Settings, Outcome)];

/// Every new run, with the minimum that it left and the seed that led there.
fn trials(results: &Results) -> impl Iterator<Item = (u64, &Outcome, &Minimum, &Trial)> {
    results.iter().flat_map(|(settings, outcome)| {
        let minimum = outcome.minimum.iter();
        minimum.flat_map(move |minimum| {
            let trials = outcome.trials.iter();
            trials.map(move |trial| (settings.start.seed, outcome, minimum, trial))
        })
    })
}

/// `ln |1 − ηa|` from ηa/2.
fn linear_growth(scaled: f64) -> f64 {
    (2.0 * scaled - 1.0).abs().ln()
}

impl Trial {
    /// ηa/2.
    fn scaled(&self, minimum: &Minimum) -> f64 {
        f64::from(self.learning_rate) * minimum.sharpness.value / 2.0
    }

    /// `ln |1 − ηa|`.
    fn predicted(&self, minimum: &Minimum) -> f64 {
        linear_growth(self.scaled(minimum))
    }

    /// How far the growth is from what a linear law would give: its difference from that over half the
    /// distance, where what is not linear is a quarter as large.
    fn uncertainty(&self) -> f64 {
        (self.growth[0] - self.growth[1]).abs()
    }

    /// Is ηa above 2, at the minimum and on both sides of it? `None` when they disagree.
    fn is_above(&self, minimum: &Minimum) -> Option<bool> {
        let curvatures = minimum.beside.into_iter().chain([minimum.sharpness.value]);
        let mut above = curvatures.map(|a| f64::from(self.learning_rate) * a > 2.0);
        let first = above.next()?;
        above.all(|other| other == first).then_some(first)
    }

    fn agreement(&self, outcome: &Outcome, minimum: &Minimum) -> Agreement {
        let [measured, _] = self.growth;
        let is_clear = measured.abs() > self.uncertainty();
        match self.is_above(minimum) {
            Some(above) if is_clear && outcome.run.ending == Ending::Converged => {
                match above == (measured > 0.0) {
                    true => Agreement::Agrees,
                    false => Agreement::Differs,
                }
            }
            _ => Agreement::Undecided,
        }
    }
}

/// A loss as text.
fn loss(loss: Option<f64>) -> String {
    loss.map_or("∞".to_owned(), significant)
}

/// Sizes and conventions.
pub fn describe(results: &Results) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let start = &first.start;
    let seeds = results.iter().map(|(settings, _)| settings.start.seed);
    let pairs = [
        ("network", network_in_words(&Network::fnn(&start.widths))),
        (
            "training images",
            format!("first {} of Fashion-MNIST", start.samples),
        ),
        (
            "the minimum",
            format!(
                "{} (momentum {}) with η = {} to a smoothed loss below {}, or {} steps; then {} steps of \
                 plain descent with the learning rate 1/a",
                start.plan.optimiser.name(),
                start.plan.optimiser.momentum(),
                start.plan.learning_rate,
                start.plan.stop.tolerance,
                start.plan.stop.steps,
                first.settling
            ),
        ),
        (
            "new runs",
            format!(
                "begin {} from it along ±v, the top eigenvector, and are followed for {} steps, or until \
                 they are ten times as near or far; one of each goes on to {}",
                first.distance, first.followed, first.steps
            ),
        ),
        ("seeds", seeds_in_words(seeds)),
        ("Lanczos", start.lanczos_in_words()),
        ("SHA-256 of the training data", outcome.data.clone()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// One sentence for each new run.
pub fn findings(results: &Results) -> Vec<Finding> {
    let claim = "gradient_descent_threshold";
    let lost = results
        .iter()
        .filter(|(_, outcome)| outcome.minimum.is_none());
    let lost = lost.map(|(settings, _)| Finding {
        sentence: format!(
            "Seed {}: the run that seeks a minimum diverged.",
            settings.start.seed
        ),
        agreement: Agreement::Undecided,
        margin: None,
        claim: claim.to_owned(),
    });
    let finding = |(seed, outcome, minimum, trial): (u64, &Outcome, &Minimum, &Trial)| {
        let agreement = trial.agreement(outcome, minimum);
        let [measured, _] = trial.growth;
        let clear = measured.abs() - trial.uncertainty();
        Finding {
            sentence: format!(
                "Seed {seed}, η = {} of 2/a: runs on either side {} by {} ± {} a step (ln |1 − ηa| = \
                 {}); a run that goes on takes the loss from {} to at most {}.",
                fixed(trial.scaled(minimum), 3),
                if measured > 0.0 {
                    "part"
                } else {
                    "come together"
                },
                fixed(measured.abs(), 4),
                significant(trial.uncertainty()),
                fixed(trial.predicted(minimum), 4),
                significant(minimum.loss),
                loss(trial.losses[0]),
            ),
            margin: (outcome.run.ending == Ending::Converged).then_some(match agreement {
                Agreement::Differs => -clear,
                _ => clear,
            }),
            agreement,
            claim: claim.to_owned(),
        }
    };
    lost.chain(trials(results).map(finding)).collect()
}

/// Growth against ηa/2.
pub fn figure(results: &Results) -> Figure {
    let measured = trials(results).map(|(_, _, minimum, trial)| {
        let ([growth, _], uncertainty) = (trial.growth, trial.uncertainty());
        Point {
            low: Some(growth - uncertainty),
            high: Some(growth + uncertainty),
            ..Point::new(trial.scaled(minimum), growth)
        }
    });
    let measured: Vec<Point> = measured.collect();
    let least = measured.iter().map(|point| point.x).fold(0.9, f64::min);
    let most = measured.iter().map(|point| point.x).fold(1.1, f64::max);
    let grid = (0..=60).map(|i| least + (most - least) * f64::from(i) / 60.0);
    Figure {
        name: "restart-growth".to_owned(),
        title: "How fast two runs beside a minimum part".to_owned(),
        caption: "The growth a step of the distance between two runs of gradient descent that begin on \
                  either side of a minimum along its top eigenvector, as a natural logarithm, against \
                  ηa/2. Above 0 they part. Bars: the difference from runs that begin half as far away."
            .to_owned(),
        x: Axis::linear("η a / 2"),
        y: Axis::linear("growth of the distance a step"),
        series: vec![
            Series {
                label: "measured".to_owned(),
                style: Style::Points,
                points: measured,
            },
            Series {
                label: "ln |1 − ηa|".to_owned(),
                style: Style::Theory,
                points: grid.map(|x| Point::new(x, linear_growth(x))).collect(),
            },
            Series::bound("no growth", [least, most].map(|x| Point::new(x, 0.0)).to_vec()),
        ],
    }
}

/// Every new run.
pub fn table(results: &Results) -> Table {
    let row = |(seed, outcome, minimum, trial): (u64, &Outcome, &Minimum, &Trial)| {
        vec![
            seed.to_string(),
            outcome.run.ending.words().to_owned(),
            significant(minimum.loss),
            significant(minimum.gradient),
            significant(minimum.sharpness.value),
            minimum.beside.map(significant).join(", "),
            significant(minimum.smallest_eigenvalue.value),
            trial.learning_rate.to_string(),
            fixed(trial.scaled(minimum), 4),
            fixed(trial.predicted(minimum), 5),
            fixed(trial.growth[0], 5),
            significant(trial.uncertainty()),
            loss(trial.losses[0]),
            loss(trial.losses[1]),
        ]
    };
    let columns = [
        "seed",
        "start",
        "loss",
        "gradient",
        "a",
        "a beside",
        "λ_min",
        "η",
        "η a / 2",
        "ln |1 − ηa|",
        "growth",
        "±",
        "largest loss",
        "last loss",
    ];
    Table {
        name: "restart".to_owned(),
        caption: "start: how the run to the minimum ended; loss, norm of the gradient, a and λ_min there; a \
                  beside: vᵀHv where the new runs begin, where other ReLUs may be open. \
                  growth: logarithm a step of the distance along v; ±: its change when the runs begin \
                  half as far away. Largest and last loss: of the run that goes on."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: trials(results).map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curvature::Eigenvalue;
    use crate::experiment::restart::Restart;
    use crate::experiment::{Scale, study::Experiment};
    use crate::train::Run;

    /// The finding about one run from a minimum of sharpness 4, and 4.2 on one side of it.
    fn agreement(ending: Ending, learning_rate: f32, growth: [f64; 2]) -> Agreement {
        let eigenvalue = |value| Eigenvalue {
            value,
            residual: 0.0,
            error: 0.0,
        };
        let outcome = Outcome {
            run: Run {
                ending,
                steps: 1,
                smoothed_loss: None,
            },
            minimum: Some(Minimum {
                sharpness: eigenvalue(4.0),
                beside: [4.0, 4.2],
                smallest_eigenvalue: eigenvalue(0.0),
                loss: 0.0,
                gradient: 0.0,
            }),
            trials: vec![Trial {
                learning_rate,
                growth,
                losses: [None; 2],
                ending: Ending::Diverged,
            }],
            data: String::new(),
        };
        let (_, settings) = Restart::cells(Scale::Smoke).swap_remove(0);
        let findings = findings(&[(settings, outcome)]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].margin.is_some(), ending == Ending::Converged);
        findings[0].agreement
    }

    #[test]
    fn a_side_is_decided_where_the_curvature_is_of_one_mind_and_the_growth_clear() {
        use Agreement::{Agrees, Differs, Undecided};
        let at_a_minimum = |rate, growth| agreement(Ending::Converged, rate, growth);
        assert_eq!(at_a_minimum(0.4, [-0.5, -0.4]), Agrees);
        assert_eq!(at_a_minimum(0.6, [0.3, 0.2]), Agrees);
        assert_eq!(at_a_minimum(0.4, [0.5, 0.4]), Differs);
        assert_eq!(at_a_minimum(0.6, [-0.3, -0.2]), Differs);
        // Half the distance gives a difference as large as the growth.
        assert_eq!(at_a_minimum(0.4, [-0.1, 0.1]), Undecided);
        // 2/η lies between the curvatures of the two sides.
        assert_eq!(at_a_minimum(0.49, [0.3, 0.3]), Undecided);
        assert_eq!(agreement(Ending::OutOfSteps, 0.4, [-0.5, -0.4]), Undecided);
    }
}
