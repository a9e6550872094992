//! What the report says about the modes of batch normalisation.

use crate::experiment::group::{ABSENT, Group, Seeded, Spread};
use crate::experiment::published;
use crate::experiment::trained::{network_in_words, seeds_in_words};
use crate::experiment::two_classes::provenance;
use crate::record::numeral::{fixed, significant};
use crate::record::{
    Agreement, Axis, Comparison, DataPoint, Figure, Finding, Published, Record, Series, Style,
    Table,
};
use crate::train::Ending;

use super::cell::{Mode, Modes, Outcome, Settings};

/// The settings and outcomes of the cells.
type Results = [(Settings, Outcome)];

/// The runs of one learning rate.
type Runs<'a> = Group<'a, Settings, Outcome>;

/// A mode, in words and as a part of the measurements.
const MODES: [(&str, fn(&Modes) -> Mode); 3] = [
    ("training mode", |modes| modes.training),
    ("statistics of the batch, frozen", |modes| modes.frozen),
    ("evaluation mode", |modes| modes.evaluation),
];

/// A sharpness up to this many times 2/η is at the edge or below it: see [`published::LARGEST_OVERSHOOT`] and what
/// our own runs of gradient descent overshoot.
const AT_THE_EDGE: f64 = 1.05;

/// Which smallest factor between the modes would explain the published ratios to 2/η.
const LEAST_PUBLISHED: f64 = 2.0;

const QUESTION: &str = "The authors' files on a ResNet with batch normalisation hold a sharpness 2 to 40 times above 2/η, where \
     gradient descent cannot stay. They measured in evaluation mode, in which the means and variances are constants, \
     while gradient descent descends the loss in training mode, in which they depend on the parameters. Does the \
     mode explain the anomaly? Predicted, before any run: in training mode aη/2 ≤ 1, with the few percent by which \
     gradient descent hovers about its edge; of the other modes the theory says nothing. The mode explains the \
     anomaly if, at the same points, the sharpness in evaluation mode is more than twice 2/η.";

impl Seeded for Settings {
    fn differs_in_seed_only(&self, other: &Self) -> bool {
        self.architecture == other.architecture
            && self.images == other.images
            && self.training.differs_in_seed_only(&other.training)
    }
}

/// The record of all cells.
pub fn record(name: &str, results: &Results) -> Record {
    let groups = Runs::all(results);
    let scale = scale_in_words(results);
    Record {
        name: name.to_owned(),
        title: "Batch normalisation: in which mode is the sharpness at 2/η?".to_owned(),
        question: QUESTION.to_owned(),
        settings: describe(results),
        comparisons: comparison(&groups, &scale).into_iter().collect(),
        findings: groups
            .iter()
            .map(finding)
            .chain([explanation(&groups)])
            .collect(),
        figures: vec![figure(&groups, &scale)],
        tables: vec![table(&groups)],
    }
}

fn eta(group: &Runs<'_>) -> f64 {
    f64::from(group.settings.training.plan.learning_rate)
}

/// The mean and range of a number of the runs that did not diverge.
fn spread(group: &Runs<'_>, of: impl Fn(&Modes) -> f64) -> Option<Spread> {
    let modes = group.outcomes.iter().filter_map(|o| o.modes.as_ref());
    Spread::of(&modes.map(of).collect::<Vec<f64>>())
}

/// aη/2 in a mode.
fn scaled(group: &Runs<'_>, mode: fn(&Modes) -> Mode) -> Option<Spread> {
    spread(group, |modes| {
        mode(modes).sharpness.value * eta(group) / 2.0
    })
}

/// Whether every run converged: the theory is about minima.
fn is_at_minima(group: &Runs<'_>) -> bool {
    let mut outcomes = group.outcomes.iter();
    outcomes.all(|outcome| outcome.run.ending == Ending::Converged)
}

/// Where the runs of one learning rate end.
fn finding(group: &Runs<'_>) -> Finding {
    let claim = "gradient_descent_threshold".to_owned();
    let rate = group.settings.training.plan.learning_rate;
    let all: Option<Vec<Spread>> = MODES.iter().map(|(_, mode)| scaled(group, *mode)).collect();
    let Some(all) = all else {
        return Finding {
            sentence: format!("η = {rate}: every run diverged."),
            agreement: Agreement::Undecided,
            margin: None,
            claim,
        };
    };
    let converged = group.outcomes.iter();
    let converged = converged.filter(|o| o.run.ending == Ending::Converged);
    let largest = all[0].high;
    let agreement = if !is_at_minima(group) || (1.0..=AT_THE_EDGE).contains(&largest) {
        Agreement::Undecided
    } else if largest < 1.0 {
        Agreement::Agrees
    } else {
        Agreement::Differs
    };
    Finding {
        sentence: format!(
            "η = {rate}, {} of {} runs converged: aη/2 = {} in training mode, {} with the same statistics frozen, {} \
             in evaluation mode.",
            converged.count(),
            group.outcomes.len(),
            all[0].text(),
            all[1].text(),
            all[2].text(),
        ),
        agreement,
        margin: is_at_minima(group).then_some(1.0 - largest),
        claim,
    }
}

/// By what factor the sharpness in evaluation mode exceeds that in training mode, over all runs.
fn factors(groups: &[Runs<'_>]) -> Option<Spread> {
    let outcomes = groups.iter().flat_map(|group| &group.outcomes);
    let modes = outcomes.filter_map(|outcome| outcome.modes.as_ref());
    let factor = |m: &Modes| m.evaluation.sharpness.value / m.training.sharpness.value;
    Spread::of(&modes.map(factor).collect::<Vec<f64>>())
}

/// The smallest and the largest aη/2 of all runs in a mode.
fn range(groups: &[Runs<'_>], mode: fn(&Modes) -> Mode) -> Option<[f64; 2]> {
    let all: Vec<Spread> = groups.iter().filter_map(|g| scaled(g, mode)).collect();
    let low = all.iter().map(|spread| spread.low).reduce(f64::min)?;
    let high = all.iter().map(|spread| spread.high).reduce(f64::max)?;
    Some([low, high])
}

/// Whether the mode explains the published anomaly.
fn explanation(groups: &[Runs<'_>]) -> Finding {
    let [training, _, evaluation] = MODES.map(|(_, mode)| range(groups, mode));
    let (Some(factors), Some(training), Some(evaluation)) = (factors(groups), training, evaluation)
    else {
        return Finding {
            sentence: "Every run diverged.".to_owned(),
            agreement: Agreement::Undecided,
            margin: None,
            claim: String::new(),
        };
    };
    let is_within = training[1] <= AT_THE_EDGE;
    let conclusion = match (is_within, evaluation[0] > LEAST_PUBLISHED) {
        (true, true) => {
            "at the same points training mode is within the edge and evaluation mode far above it, as in the \
             authors' files, so that the mode explains them as far as a tiny network can show"
        }
        (true, false) if evaluation[1] > LEAST_PUBLISHED => {
            "training mode is within the edge, and evaluation mode above it in some runs only: the mode can cause \
             what the authors' files show, yet need not"
        }
        (true, false) => {
            "both modes are within about twice the edge: at this scale the mode does not explain the authors' files"
        }
        (false, _) => {
            "training mode is itself above the edge, so that these runs do not decide what the mode explains"
        }
    };
    let text = |[low, high]: [f64; 2]| format!("{} to {}", significant(low), significant(high));
    Finding {
        sentence: format!(
            "Over all runs aη/2 = {} in training mode and {} in evaluation mode; the sharpness in evaluation mode is \
             {} times that in training mode: {conclusion}.",
            text(training),
            text(evaluation),
            factors.text(),
        ),
        agreement: if is_within {
            Agreement::Agrees
        } else {
            Agreement::Undecided
        },
        margin: None,
        claim: String::new(),
    }
}

fn comparison(groups: &[Runs<'_>], scale: &str) -> Option<Comparison> {
    let [training, _, evaluation] = MODES.map(|(_, mode)| range(groups, mode));
    let (training, evaluation) = (training?, evaluation?);
    let text = |[low, high]: [f64; 2]| format!("{} to {}", significant(low), significant(high));
    let all: Vec<Finding> = groups.iter().map(finding).collect();
    let theirs = published::RESIDUAL.map(|row| row.1 * 0.01 / 2.0);
    let value = format!(
        "evaluation mode aη/2 = {} and {} at η = 0.01",
        significant(theirs[0]),
        significant(theirs[1])
    );
    let unlike = "another network and other images";
    Some(Comparison {
        subject: "ResNet with batch normalisation: the mode of the measurement".to_owned(),
        predicted: "aη/2 ≤ 1 in training mode; nothing in evaluation mode".to_owned(),
        measured: format!(
            "training mode aη/2 = {}, evaluation mode {}",
            text(training),
            text(evaluation)
        ),
        with_theory: Agreement::of_all(&all),
        published: Some(Published::compared(value, evaluation, theirs, unlike)),
        scale: scale.to_owned(),
    })
}

fn scale_in_words(results: &Results) -> String {
    results.first().map_or(String::new(), |(settings, _)| {
        format!(
            "{} on {}, n = {}",
            settings.architecture.network().name(),
            settings.images.words(),
            settings.training.samples
        )
    })
}

/// aη/2 in each mode against η.
fn figure(groups: &[Runs<'_>], scale: &str) -> Figure {
    let points = |mode: fn(&Modes) -> Mode| {
        let point = |group: &Runs<'_>| Some(scaled(group, mode)?.point(eta(group)));
        groups.iter().filter_map(point).collect()
    };
    let mut series: Vec<Series> = (MODES.iter())
        .map(|(label, mode)| Series {
            label: (*label).to_owned(),
            style: Style::Points,
            points: points(*mode),
        })
        .collect();
    let rates = groups.iter().map(eta);
    let [low, high] = rates.fold([f64::INFINITY, 0.0], |[low, high], x| {
        [f64::min(low, x), f64::max(high, x)]
    });
    if low < high {
        let ends = [0.8 * low, 1.25 * high].map(|x| DataPoint::new(x, 1.0));
        series.push(Series::bound("a = 2/η", ends.to_vec()));
    }
    Figure {
        name: "residual-modes".to_owned(),
        title: "Sharpness of a network with batch normalisation, in each mode".to_owned(),
        caption: format!(
            "{scale}, trained by gradient descent. Vertically: aη/2 of the training loss at the end of each run, in \
             training mode (means and variances of the batch, which depend on the parameters), with the same means \
             and variances kept constant, and in evaluation mode (running means and variances). Gradient descent \
             can stay where aη/2 ≤ 1 in training mode. Bars reach from the smallest to the largest run."
        ),
        x: Axis::logarithmic("learning rate η"),
        y: Axis::logarithmic("a η / 2"),
        series,
        names: Vec::new(),
    }
}

fn table(groups: &[Runs<'_>]) -> Table {
    let columns = [
        "η",
        "mode",
        "a",
        "2/η",
        "aη/2",
        "train loss",
        "train acc %",
        "test acc %",
        "converged",
    ];
    let text = |spread: Option<Spread>| spread.map_or(ABSENT.to_owned(), |spread| spread.text());
    let percent = |spread: Option<Spread>| {
        spread.map_or(ABSENT.to_owned(), |spread| fixed(100.0 * spread.mean, 1))
    };
    let row = |group: &Runs<'_>, (words, mode): (&str, fn(&Modes) -> Mode)| {
        let converged = group.outcomes.iter();
        let converged = converged.filter(|o| o.run.ending == Ending::Converged);
        vec![
            group.settings.training.plan.learning_rate.to_string(),
            words.to_owned(),
            text(spread(group, |modes| mode(modes).sharpness.value)),
            significant(2.0 / eta(group)),
            text(scaled(group, mode)),
            text(spread(group, |modes| mode(modes).loss)),
            percent(spread(group, |modes| mode(modes).accuracy)),
            percent(spread(group, |modes| mode(modes).test_accuracy)),
            format!("{} of {}", converged.count(), group.outcomes.len()),
        ]
    };
    Table {
        name: "residual".to_owned(),
        caption: "mean [smallest, largest] over the runs that did not diverge. All three modes are of the same \
                  parameters. Published: a = 2076 at n = 1000 and 3394 at n = 5000 in evaluation mode for η = 0.01, \
                  where 2/η = 200."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: (groups.iter())
            .flat_map(|group| MODES.map(|mode| row(group, mode)))
            .collect(),
    }
}

/// The sizes and conventions of the experiment.
fn describe(results: &Results) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let training = &first.training;
    let stop = training.plan.stop;
    let seeds = results.iter().map(|(settings, _)| settings.training.seed);
    let pairs = [
        ("network", network_in_words(&first.architecture.network())),
        (
            "loss",
            "mean over samples and outputs of (o − y)², one-hot y".to_owned(),
        ),
        (
            "training images",
            format!("first {} of {}", training.samples, first.images.words()),
        ),
        (
            "test images",
            format!(
                "first {} of {}",
                training.test_samples,
                first.images.words()
            ),
        ),
        (
            "running statistics",
            "moved a tenth of the way towards those of the batch in each step".to_owned(),
        ),
        (
            "stop",
            format!(
                "smoothed loss below {}, or {} steps",
                stop.tolerance, stop.steps
            ),
        ),
        ("seeds", seeds_in_words(seeds)),
        ("Lanczos", training.lanczos_in_words()),
        (
            "SHA-256 of the training data",
            format!("{}{}", outcome.data[0], provenance(&outcome.data[0])),
        ),
        ("SHA-256 of the test data", outcome.data[1].clone()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}
