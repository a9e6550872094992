//! What the report says about restarted runs.

use crate::experiment::trained::{network_in_words, seeds_in_words};
use crate::network::Network;
use crate::record::numeral::{fixed, significant};
use crate::record::{
    Agreement, Axis, Comparison, DataPoint, Figure, Finding, Series, Style, Table,
};
use crate::train::{Ending, Run};

use super::cell::{MeasuredMinimum, Outcome, Settings, Trial};

/// The id of the claim that the findings are about.
const CLAIM: &str = "gradient_descent_threshold";

/// The settings and outcomes of the cells.
type Results = [(Settings, Outcome)];

/// The growth `ln |1 − ηa|` of the linearised distance, from ηa/2.
fn linear_growth(scaled: f64) -> f64 {
    (2.0 * scaled - 1.0).abs().ln()
}

/// The new runs with one learning rate, and the minimum next to which they started.
struct Tried<'a> {
    /// The seed of the run that found the minimum.
    seed: u64,
    /// The run that found the minimum.
    run: &'a Run,
    minimum: &'a MeasuredMinimum,
    trial: &'a Trial,
}

/// All new runs.
fn tried(results: &Results) -> impl Iterator<Item = Tried<'_>> {
    results.iter().flat_map(|(settings, outcome)| {
        let of = move |minimum| {
            outcome.trials.iter().map(move |trial| Tried {
                seed: settings.start.seed,
                run: &outcome.run,
                minimum,
                trial,
            })
        };
        outcome.minimum.iter().flat_map(of)
    })
}

/// The row of the summary.
pub fn comparison(results: &Results) -> Option<Comparison> {
    let all: Vec<Finding> = tried(results).map(|tried| tried.finding()).collect();
    let count = |wanted| all.iter().filter(|f| f.agreement == wanted).count();
    let (agree, differ) = (count(Agreement::Agrees), count(Agreement::Differs));
    let minima = results.iter().filter(|(_, o)| o.minimum.is_some()).count();
    Some(Comparison {
        subject: "Restarts beside minima of a network, both sides of 2/a".to_owned(),
        predicted: "runs part just when η > 2/a".to_owned(),
        measured: format!(
            "so in {agree} of {}, contrary in {differ}, within the error in {}",
            all.len(),
            all.len() - agree - differ
        ),
        with_theory: Agreement::of_all(&all),
        published: None,
        scale: format!(
            "{}, {minima} minima",
            results.first()?.0.start.scale_in_words()
        ),
    })
}

impl Tried<'_> {
    /// The scaled learning rate ηa/2.
    fn scaled(&self) -> f64 {
        f64::from(self.trial.learning_rate) * self.minimum.sharpness.value / 2.0
    }

    /// The predicted growth per step, `ln |1 − ηa|`.
    fn predicted(&self) -> f64 {
        linear_growth(self.scaled())
    }

    /// The measured growth per step.
    fn growth(&self) -> f64 {
        self.trial.growth[0]
    }

    /// The size of the non-linear terms in the growth, estimated by its difference from the growth at
    /// half the distance, where these terms are a quarter as large.
    fn uncertainty(&self) -> f64 {
        (self.trial.growth[0] - self.trial.growth[1]).abs()
    }

    /// Whether ηa is above 2 at the minimum and on both sides of it; `None` if they disagree.
    fn is_above(&self) -> Option<bool> {
        let MeasuredMinimum {
            beside, sharpness, ..
        } = self.minimum;
        let curvatures = beside.iter().copied().chain([sharpness.value]);
        let mut above = curvatures.map(|a| f64::from(self.trial.learning_rate) * a > 2.0);
        let first = above.next()?;
        above.all(|other| other == first).then_some(first)
    }

    fn agreement(&self) -> Agreement {
        let is_clear = self.growth().abs() > self.uncertainty();
        if !is_clear || self.run.ending != Ending::Converged {
            return Agreement::Undecided;
        }
        match self.is_above() {
            None => Agreement::Undecided,
            Some(above) if above == (self.growth() > 0.0) => Agreement::Agrees,
            Some(_) => Agreement::Differs,
        }
    }

    fn finding(&self) -> Finding {
        let (growth, uncertainty) = (self.growth(), self.uncertainty());
        let agreement = self.agreement();
        let clear = growth.abs() - uncertainty;
        let signed = if agreement == Agreement::Differs {
            -clear
        } else {
            clear
        };
        Finding {
            sentence: format!(
                "Seed {}, η = {} of 2/a: runs on either side {} by {} ± {} a step (ln |1 − ηa| = \
                 {}); a run that goes on takes the loss from {} to at most {}.",
                self.seed,
                fixed(self.scaled(), 3),
                if growth > 0.0 {
                    "part"
                } else {
                    "come together"
                },
                fixed(growth.abs(), 4),
                significant(uncertainty),
                fixed(self.predicted(), 4),
                significant(self.minimum.loss),
                loss(self.trial.losses[0]),
            ),
            agreement,
            margin: (self.run.ending == Ending::Converged).then_some(signed),
            claim: CLAIM.to_owned(),
        }
    }

    fn point(&self) -> DataPoint {
        DataPoint::with_error(self.scaled(), self.growth(), self.uncertainty())
    }

    fn row(&self) -> Vec<String> {
        let Tried { minimum, trial, .. } = self;
        vec![
            self.seed.to_string(),
            self.run.ending.words().to_owned(),
            significant(minimum.loss),
            significant(minimum.gradient),
            significant(minimum.sharpness.value),
            minimum.beside.map(significant).join(", "),
            significant(minimum.smallest_eigenvalue.value),
            trial.learning_rate.to_string(),
            fixed(self.scaled(), 4),
            fixed(self.predicted(), 5),
            fixed(self.growth(), 5),
            significant(self.uncertainty()),
            loss(trial.losses[0]),
            loss(trial.losses[1]),
        ]
    }
}

/// A loss as text.
fn loss(loss: Option<f64>) -> String {
    loss.map_or("∞".to_owned(), significant)
}

/// The sizes and conventions of the experiment.
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

/// One finding for each new run.
pub fn findings(results: &Results) -> Vec<Finding> {
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
        claim: CLAIM.to_owned(),
    });
    lost.chain(tried(results).map(|tried| tried.finding()))
        .collect()
}

/// The figure of the growth against ηa/2.
pub fn figure(results: &Results) -> Figure {
    let measured: Vec<DataPoint> = tried(results).map(|tried| tried.point()).collect();
    let least = measured.iter().map(|point| point.x).fold(0.9, f64::min);
    let most = measured.iter().map(|point| point.x).fold(1.1, f64::max);
    let grid = (0..=60).map(|i| least + (most - least) * f64::from(i) / 60.0);
    Figure {
        name: "restart-growth".to_owned(),
        title: "How fast two runs beside a minimum part".to_owned(),
        caption: "Two runs of gradient descent begin on either side of a minimum along its top \
                  eigenvector. Vertically: the natural logarithm of the factor by which their \
                  distance changes in a step; above 0 they part. Horizontally: ηa/2. Bars: the \
                  difference from runs that begin half as far away."
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
                points: grid.map(|x| DataPoint::new(x, linear_growth(x))).collect(),
            },
            Series::bound(
                "no growth",
                [least, most].map(|x| DataPoint::new(x, 0.0)).to_vec(),
            ),
        ],
        names: Vec::new(),
    }
}

/// The table of all new runs.
pub fn table(results: &Results) -> Table {
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
        caption: "start: how the run to the minimum ended. loss, gradient, a and λ_min: at the minimum, \
                  the gradient by its norm. a beside: vᵀHv at the two starts of the new runs, which \
                  differs from a when a kink of a ReLU lies between. growth: mean natural logarithm \
                  of the factor by which the distance along v changes in a step. ±: its change when \
                  the runs begin half as far away. Largest and last loss: of the run that goes on."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: tried(results).map(|tried| tried.row()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curvature::Eigenvalue;
    use crate::experiment::restart::Restart;
    use crate::experiment::{Scale, study::Experiment};

    /// The agreement for one run next to a minimum of sharpness 4, with curvature 4.2 on one side of it.
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
            minimum: Some(MeasuredMinimum {
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
        // The growth at half the distance differs by as much as the growth itself.
        assert_eq!(at_a_minimum(0.4, [-0.1, 0.1]), Undecided);
        // 2/η lies between the curvatures on the two sides.
        assert_eq!(at_a_minimum(0.49, [0.3, 0.3]), Undecided);
        assert_eq!(agreement(Ending::OutOfSteps, 0.4, [-0.5, -0.4]), Undecided);
    }
}
