//! What the report says about runs from minima found by L-BFGS.

use crate::experiment::group::{ABSENT, Spread};
use crate::experiment::published::lbfgs::{FROM_LBFGS, LbfgsRow};
use crate::experiment::trained::{objective_in_words, seeds_in_words};
use crate::record::numeral::{fixed, significant};
use crate::record::{Agreement, Comparison, Finding, Published, Table};

use super::cell::{LEFT, Outcome, Settings};
use super::journey::{Prediction, Trips};

/// The sizes and conventions of the experiment.
pub fn describe(results: &[(Settings, Outcome)]) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let start = &first.start;
    let seeds = results.iter().map(|(settings, _)| settings.start.seed);
    let own = [
        (
            "the minimum",
            format!(
                "L-BFGS with a history of 10 to a smoothed loss below {}, or {} steps",
                start.plan.stop.tolerance, start.plan.stop.steps
            ),
        ),
        (
            "the runs",
            format!(
                "{} steps on all samples, {} on reshuffled batches, with {} looks each",
                first.steps[0], first.steps[1], first.looks
            ),
        ),
        ("seeds", seeds_in_words(seeds)),
        ("Lanczos", start.lanczos_in_words()),
        (
            "SHA-256 of the training data",
            outcome.minimum.data[0].clone(),
        ),
        ("SHA-256 of the test data", outcome.minimum.data[1].clone()),
    ];
    let pairs = objective_in_words(start).into_iter().chain(own);
    pairs
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The finding of one kind of runs.
pub fn finding(group: &Trips<'_>) -> Finding {
    let (left, runs) = (group.left(), group.trips.len());
    let prediction = group.prediction();
    let claim = match (prediction, group.start.batch) {
        (_, None) => "gradient_descent_threshold",
        (Some(Prediction::Leaves), Some(_)) => "sharpness_bound_is_necessary",
        _ => "one_dimensional_sgd",
    };
    let agreement = match prediction {
        _ if runs == 0 => Agreement::Undecided,
        None => Agreement::Undecided,
        Some(Prediction::Leaves) if left == runs => Agreement::Agrees,
        Some(Prediction::Leaves) => Agreement::Differs,
        Some(Prediction::LeavesByNoise) if left == runs => Agreement::Agrees,
        Some(Prediction::LeavesByNoise) => Agreement::Beyond,
        Some(Prediction::Stays) if left == 0 => Agreement::Agrees,
        // In several dimensions, the threshold of one dimension does not promise that SGD stays.
        Some(Prediction::Stays) if group.start.batch.is_some() => Agreement::Beyond,
        Some(Prediction::Stays) => Agreement::Differs,
    };
    Finding {
        sentence: format!(
            "{}: {left} of {runs} runs leave{} (the theory: {}); η is {} of the threshold of one dimension, a \
             goes from {} to {} where 2/η = {}, and the loss climbs to {} times that of the minimum.",
            group.name(),
            lost(group),
            prediction.map_or("nothing, or not the same of all minima", Prediction::words),
            text(group.spread(|trip| Some(trip.ratio(group.start)))),
            text(group.spread(|trip| Some(trip.minimum.sharpness.value))),
            text(group.spread(|trip| trip.last_sharpness())),
            text(group.spread(|trip| Some(2.0 / trip.rate()))),
            text(group.spread(|trip| Some(trip.peak()))),
        ),
        agreement,
        margin: (runs > 0).then_some(match prediction {
            Some(Prediction::Stays) | None => (runs - left) as f64 - left as f64,
            _ => left as f64 - (runs - left) as f64,
        }),
        claim: claim.to_owned(),
    }
}

/// How many of the runs diverged, in words; empty if none.
fn lost(group: &Trips<'_>) -> String {
    match group.diverged() {
        0 => String::new(),
        lost => format!(", {lost} of them for infinity"),
    }
}

impl Prediction {
    fn words(self) -> &'static str {
        match self {
            Prediction::Stays => "they stay",
            Prediction::Leaves => "they leave",
            Prediction::LeavesByNoise => "they leave by noise, if one direction carries a₀ and s₀",
        }
    }
}

fn text(spread: Option<Spread>) -> String {
    spread.map_or(ABSENT.to_owned(), |spread| spread.text())
}

/// The rows of the summary: gradient descent and SGD, beside the authors' runs.
pub fn comparisons(groups: &[Trips<'_>]) -> Vec<Comparison> {
    let row = |is_descent: bool| {
        let own = |group: &&Trips<'_>| group.start.batch.is_none() == is_descent;
        let own: Vec<&Trips<'_>> = groups.iter().filter(own).collect();
        let like = |row: &&LbfgsRow| row.batch.is_none() == is_descent;
        let published = FROM_LBFGS.iter().find(like)?;
        // The runs that are most like the published one.
        let nearest = own.last()?;
        let ends = nearest.spread(|trip| Some(trip.last_sharpness()? * trip.rate() / 2.0))?;
        let [before, after] = published.scaled();
        let all: Vec<Finding> = own.iter().map(|group| finding(group)).collect();
        let count = |leaves: bool| {
            let own = own.iter().filter(|group| {
                group
                    .prediction()
                    .is_some_and(|p| (p != Prediction::Stays) == leaves)
            });
            own.fold([0, 0], |[left, runs], group| {
                [left + group.left(), runs + group.trips.len()]
            })
        };
        let ([gone, of], [lost, among]) = (count(true), count(false));
        let start = &nearest.trips.first()?.settings.start;
        Some(Comparison {
            subject: if is_descent {
                "Gradient descent from minima of L-BFGS".to_owned()
            } else {
                "SGD from minima of L-BFGS".to_owned()
            },
            predicted: if is_descent {
                "leaves if η > 2/a₀, and only then".to_owned()
            } else {
                "leaves if η > 2/a₀, or by noise".to_owned()
            },
            measured: format!(
                "{gone} of {of} leave above the threshold, {lost} of {among} below; aη/2 = {}, then {}",
                nearest.start.factor,
                ends.text()
            ),
            with_theory: Agreement::of_all(&all),
            published: Some(Published::compared(
                format!("aη/2 = {}, then {}", fixed(before, 2), significant(after)),
                [ends.low, ends.high],
                [after; 2],
                match start.unlike_the_paper() {
                    "" => "200 wrong labels in theirs",
                    other => other,
                },
            )),
            scale: start.scale_in_words(),
        })
    };
    [true, false].into_iter().filter_map(row).collect()
}

/// The table of all kinds of runs, and the authors' two.
pub fn table(groups: &[Trips<'_>]) -> Table {
    let columns = [
        "run",
        "a₀",
        "s₀",
        "2/η",
        "η in units of the threshold",
        "left",
        "peak loss",
        "a at the end",
        "aη/2 at the end",
        "test acc %, before",
        "after",
        "published a₀, a, 2/η",
    ];
    Table {
        name: "lbfgs".to_owned(),
        caption: format!(
            "mean [smallest, largest] over the minima, one from each seed. threshold: 2/a₀ for gradient \
             descent, 2a₀/(a₀² + ps₀²) for SGD, which takes a₀ and s₀ to lie in one direction. left: runs \
             whose loss was seen above {LEFT} times that of the minimum, or that diverged. peak loss: in units of the loss of \
             the minimum. a at the end: mean over the last quarter of the looks, of the runs that did not diverge. Published: the authors' run \
             of the same kind, from 784-500-500-500-10 with 200 wrong labels; their test accuracy goes from \
             69.56 to 73.25 % (SGD) and from 69.54 to 70.82 % (gradient descent)."
        ),
        columns: columns.map(str::to_owned).to_vec(),
        rows: groups.iter().map(row).collect(),
    }
}

fn row(group: &Trips<'_>) -> Vec<String> {
    let percent = |share: f64| 100.0 * share;
    let mean =
        |spread: Option<Spread>| spread.map_or(ABSENT.to_owned(), |spread| fixed(spread.mean, 1));
    vec![
        group.name(),
        text(group.spread(|trip| Some(trip.minimum.sharpness.value))),
        text(group.spread(|trip| Some(trip.minimum.non_uniformity.value))),
        text(group.spread(|trip| Some(2.0 / trip.rate()))),
        text(group.spread(|trip| Some(trip.ratio(group.start)))),
        format!("{} of {}{}", group.left(), group.trips.len(), lost(group)),
        text(group.spread(|trip| Some(trip.peak()))),
        text(group.spread(|trip| trip.last_sharpness())),
        text(group.spread(|trip| Some(trip.last_sharpness()? * trip.rate() / 2.0))),
        mean(group.spread(|trip| Some(percent(trip.outcome.minimum.test_accuracy?)))),
        mean(group.spread(|trip| Some(percent(trip.journey.test_accuracy?)))),
        published(group).map_or(ABSENT.to_owned(), |row| {
            let [before, after] = row.sharpness.map(significant);
            format!(
                "{before}, {after}, {}",
                significant(2.0 / row.learning_rate)
            )
        }),
    ]
}

/// The authors' run of the same kind, with almost the same ηa₀/2; `None` if there is none.
fn published(group: &Trips<'_>) -> Option<&'static LbfgsRow> {
    FROM_LBFGS.iter().find(|row| {
        row.batch == group.start.batch && (row.scaled()[0] - group.start.factor).abs() < 0.01
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curvature::{Eigenvalue, Measurement};
    use crate::experiment::Scale;
    use crate::experiment::lbfgs::cell::{Journey, Look};
    use crate::experiment::lbfgs::{FromLbfgs, journey};
    use crate::experiment::study::Experiment;
    use crate::experiment::trained::TrainingOutcome;
    use crate::train::{Ending, Run};

    /// The findings of the smallest cells, at a minimum with a₀ = 4 and s₀ = 8, if the losses climb to these
    /// multiples. The runs are gradient descent at 0.9 and 1.5 of 2/a₀ and SGD with B = 4 at 0.5 of it.
    fn agreements(peaks: [f64; 3]) -> Vec<Agreement> {
        let (_, settings) = FromLbfgs::cells(Scale::Smoke).swap_remove(0);
        let eigenvalue = |value| Eigenvalue {
            value,
            residual: 0.0,
            error: 0.0,
        };
        let run = Run {
            ending: Ending::OutOfSteps,
            steps: 1,
            smoothed_loss: None,
        };
        let journey = |(factor, peak): (f64, f64)| Journey {
            learning_rate: (factor * 2.0 / 4.0) as f32,
            run,
            looks: vec![Look {
                step: 1,
                loss: peak,
                sharpness: eigenvalue(1.0),
            }],
            test_accuracy: None,
        };
        let factors = settings.starts.iter().map(|start| start.factor);
        let outcome = Outcome {
            minimum: TrainingOutcome {
                run: Run {
                    ending: Ending::Converged,
                    ..run
                },
                measurement: Some(Measurement {
                    sharpness: eigenvalue(4.0),
                    smallest_eigenvalue: eigenvalue(0.0),
                    non_uniformity: eigenvalue(8.0),
                    products: [0; 2],
                    converged: true,
                    loss: 1.0,
                    accuracy: 1.0,
                }),
                test_accuracy: None,
                data: [String::new(), String::new()],
            },
            journeys: factors.zip(peaks).map(journey).collect(),
        };
        let results = [(settings, outcome)];
        let groups = journey::groups(&results);
        groups
            .iter()
            .map(|group| finding(group).agreement)
            .collect()
    }

    #[test]
    fn runs_agree_if_they_leave_only_where_they_must() {
        use Agreement::{Agrees, Beyond, Differs};
        // For SGD, η(a² + ps²)/(2a) = 0.25·(16 + 64·0.242)/8 = 0.98 at n = 100: it should stay.
        assert_eq!(agreements([1.0, 100.0, 1.0]), [Agrees, Agrees, Agrees]);
        assert_eq!(agreements([100.0, 1.0, 100.0]), [Differs, Differs, Beyond]);
    }
}
