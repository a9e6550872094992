//! What the report says about the network of convolutions.

mod findings;
mod rows;
mod tables;

use crate::experiment::group::{self, Group};
use crate::experiment::published;
use crate::experiment::trained::{
    MEAN_SQUARED, TrainingOutcome, TrainingSettings, network_in_words, seeds_in_words,
};
use crate::experiment::two_classes::provenance;
use crate::record::{Axis, DataPoint, Figure, Record, Series, Style};

use super::cell::{Architecture, Settings};

/// The settings and outcomes of the cells.
type Results = [(Settings, TrainingOutcome)];

const QUESTION: &str = "The bounds of the paper do not ask what the network is: where gradient descent stays, a ≤ 2/η, and where \
     SGD stays, s ≤ 1/(η√p) too (in one dimension; in several, the bound on s is not necessary). Does a network of \
     convolutions end within them, as the chains of dense layers do? The paper says so of a VGG on two classes of \
     CIFAR-10. The theory says nothing of a run that was stopped before it converged.";

/// The record of all cells.
pub fn record(name: &str, results: &Results) -> Record {
    let runs: Vec<(TrainingSettings, TrainingOutcome)> = results
        .iter()
        .map(|(settings, outcome)| (settings.training.clone(), outcome.clone()))
        .collect();
    let (descent, stochastic): (Vec<_>, Vec<_>) =
        (Group::all(&runs).into_iter()).partition(Group::is_descent);
    let scale = scale_in_words(results);
    let is_published = (results.first()).is_some_and(|(s, _)| s.architecture == Architecture::Vgg);
    let unlike = if is_published {
        ""
    } else {
        "another network and other images"
    };
    Record {
        name: name.to_owned(),
        title: "Where does a network of convolutions end?".to_owned(),
        question: QUESTION.to_owned(),
        settings: describe(results),
        comparisons: findings::comparisons([&descent, &stochastic], &scale, unlike),
        findings: (descent.iter().map(findings::sharpness))
            .chain(stochastic.iter().flat_map(findings::both))
            .collect(),
        figures: vec![sharpness(&descent, &scale), rectangle(&stochastic, &scale)],
        tables: vec![tables::measured(descent.iter().chain(&stochastic))],
    }
}

/// The network, the images and n, for captions and the summary.
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

/// aη/2 of gradient descent against η, ours beside the authors'.
fn sharpness(groups: &[Group<'_>], scale: &str) -> Figure {
    let point = |group: &Group<'_>| Some(group.scaled()?.0.point(group.learning_rate()));
    let of = |at_minima: bool| -> Vec<DataPoint> {
        let own = groups.iter().filter(|g| g.is_at_minima() == at_minima);
        own.filter_map(point).collect()
    };
    let published = published::CONVOLUTION_DESCENT.map(|row| DataPoint {
        low: Some(row.range[0] * row.learning_rate / 2.0),
        high: Some(row.range[1] * row.learning_rate / 2.0),
        ..DataPoint::new(row.learning_rate, row.sharpness * row.learning_rate / 2.0)
    });
    let points = |label: &str, points: Vec<DataPoint>, style| Series {
        label: label.to_owned(),
        style,
        points,
    };
    let bound = [0.008, 0.7].map(|eta| DataPoint::new(eta, 1.0));
    Figure {
        name: "convolution-sharpness".to_owned(),
        title: "Sharpness where gradient descent ends, network of convolutions".to_owned(),
        caption: format!(
            "Ours: {scale}. Published: the authors' VGG on 1000 images of two classes of CIFAR-10 (Table 1). \
             Vertically: aη/2, at most 1 where gradient descent can stay. Bars reach from the smallest to the \
             largest run."
        ),
        x: Axis::logarithmic("learning rate η"),
        y: Axis::linear("a η / 2"),
        series: vec![
            points("measured, all runs converged", of(true), Style::Points),
            points("measured, not all runs converged", of(false), Style::Points),
            points("Wu, Ma, E 2018", published.to_vec(), Style::Published),
            Series::bound("a = 2/η", bound.to_vec()),
        ],
        names: Vec::new(),
    }
}

/// The diagram of a and s in units of their bounds.
fn rectangle(groups: &[Group<'_>], scale: &str) -> Figure {
    let unfinished = |group: &Group<'_>| {
        if group.is_at_minima() {
            ""
        } else {
            ", not all converged"
        }
    };
    let series = groups.iter().map(|group| Series {
        label: format!(
            "η = {}, B = {}{}",
            group.learning_rate_text(),
            group.batch(),
            unfinished(group)
        ),
        style: Style::Points,
        points: group::point_in_rectangle(group).into_iter().collect(),
    });
    let mut series: Vec<Series> = series.collect();
    let published = published::CONVOLUTION_STOCHASTIC.iter().map(|row| {
        let (x, y) = row.scaled();
        DataPoint::new(x, y)
    });
    series.push(Series {
        label: "Wu, Ma, E 2018".to_owned(),
        style: Style::Published,
        points: published.collect(),
    });
    let title = "Where SGD ends, network of convolutions";
    let figure = group::rectangle("convolution-rectangle", title, series);
    Figure {
        caption: format!(
            "Ours: {scale}. Published: the authors' VGG on 1000 images of two classes of CIFAR-10. {}",
            figure.caption
        ),
        ..figure
    }
}

/// The sizes and conventions of the experiment.
fn describe(results: &Results) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let training = &first.training;
    let steps = |descent: bool| {
        let own = results.iter().map(|(settings, _)| &settings.training);
        let own = own.filter(|t| (t.plan.batch == t.samples) == descent);
        own.map(|t| t.plan.stop.steps).max().unwrap_or(0)
    };
    let seeds = results.iter().map(|(settings, _)| settings.training.seed);
    let pairs = [
        (
            "network",
            network_in_words(&first.architecture.network()),
        ),
        ("loss", MEAN_SQUARED.to_owned()),
        (
            "training images",
            format!("first {} of {}", training.samples, first.images.words()),
        ),
        (
            "test images",
            format!("first {} of {}", training.test_samples, first.images.words()),
        ),
        (
            "initial law",
            "convolutions normal with deviation √(2/(9·channels)), their biases 0; dense layers uniform on \
             ±1/√fan-in"
                .to_owned(),
        ),
        (
            "batches of SGD",
            "a new order in each epoch, the first in that of the file, as the authors' loader".to_owned(),
        ),
        (
            "stop",
            format!(
                "smoothed batch loss below {}, or {} steps of gradient descent, {} of SGD",
                training.plan.stop.tolerance,
                steps(true),
                steps(false)
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
