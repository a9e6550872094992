//! Tests of the experiment.

use super::cell::{Outcome, Settings, WalkSettings};
use super::moments::Moments;
use super::walks::{Starts, Walks};
use super::*;
use crate::kernel::Isa;
use crate::network::{Batch, Gram, Network, Normalisation, State};
use crate::threshold::{Linearised, Question};
use crate::train::random::{Purpose, stream};

fn context() -> Context {
    Context {
        isa: Isa::best(),
        data_dir: None,
    }
}

/// The smallest cell that has everything.
fn tiny() -> Settings {
    let (_, mut settings) = Threshold::cells(Scale::Smoke).swap_remove(1);
    assert_eq!(settings.activation, "tanh");
    settings.start.widths = vec![784, 6, 10];
    settings.start.samples = 8;
    settings.start.plan.batch = 2;
    settings.start.plan.stop = Stop::at(1e-3, 3_000);
    settings.walk.populations = 3;
    settings.walk.size = 5;
    settings.restart.runs = 2;
    settings.restart.steps = 30;
    settings
}

const QUESTION: Question = Question {
    noise: 1.0,
    momentum: 0.0,
    both_ends: false,
    tolerance: 1e-9,
    products: 500,
};

/// A linearised network of four samples, two outputs and two inputs, with its threshold at p = 1.
fn linearised() -> (Linearised, f64) {
    let network = Network::fnn(&[2, 4, 2]);
    let state = State::initial(&network, &mut stream(3, Purpose::Initial, 0));
    let inputs = [1.0, 0.2, -0.5, 0.7, 0.3, -1.0, -0.8, -0.4];
    let batch = Batch {
        inputs: &inputs,
        targets: &[1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0],
        samples: 4,
    };
    let point = state.point(&network, Normalisation::Fixed);
    let model = Linearised::new(Gram::of(Isa::best(), &point, &batch)).expect("a model");
    let found = model.thresholds(&QUESTION).expect("thresholds");
    (model, found.mean_square.bracket.upper)
}

#[test]
fn a_cell_is_determined_by_its_settings_and_survives_its_file() {
    let settings = tiny();
    let outcome = Threshold::run(&settings, &context()).expect("an outcome");
    assert_eq!(
        outcome,
        Threshold::run(&settings, &context()).expect("an outcome")
    );
    let text = serde_json::to_string(&outcome).expect("JSON");
    let read: Outcome = serde_json::from_str(&text).expect("an outcome");
    assert_eq!(read, outcome);
    assert!(outcome.minimum.is_some() && Threshold::fits(&settings, &outcome));
    let mut other = settings.clone();
    other.walk.factors.push(1.2);
    assert!(!Threshold::fits(&other, &outcome));
    let record = Threshold::record(&[(settings, outcome)]);
    assert!(record.findings.len() >= 4, "{:?}", record.findings);
}

#[test]
fn the_critical_moment_neither_grows_nor_shrinks_at_the_threshold() {
    let (model, threshold) = linearised();
    let mut moments = Moments::new(&model, 1.0);
    let critical = model.critical_moment(&QUESTION);
    let growth = |moments: &mut Moments<'_>, factor: f64| {
        moments.squared_norm(&critical, factor * threshold, 5).ln()
    };
    let at = growth(&mut moments, 1.0);
    assert!(at.abs() < 1e-4, "{at}");
    let below = growth(&mut moments, 0.9);
    assert!(below < -0.01, "{below}");
    let above = growth(&mut moments, 1.1);
    assert!(above > 0.01, "{above}");
}

#[test]
fn walks_have_the_moments_of_the_recursion() {
    let (model, threshold) = linearised();
    let mut moments = Moments::new(&model, 1.0);
    let critical = model.critical_moment(&QUESTION);
    let starts = Starts::new(&critical, model.rank());
    let settings = WalkSettings {
        factors: Vec::new(),
        populations: 100,
        size: 40,
        steps: 5,
    };
    let walks = Walks {
        model: &model,
        starts: &starts,
        batch: 1,
        settings: &settings,
        seed: 1,
    };
    for factor in [0.5, 1.1] {
        let simulated = walks.squared_norm(factor * threshold);
        let exact = moments.squared_norm(&critical, factor * threshold, 5);
        let deviation = simulated.deviation(exact);
        assert!(deviation.abs() < 4.5, "{factor}: {simulated:?} and {exact}");
    }
}

#[test]
fn names_of_cells_are_unique_at_every_scale() {
    for scale in Scale::ALL {
        let cells = Threshold::cells(scale);
        let names: std::collections::BTreeSet<&String> = cells.iter().map(|(n, _)| n).collect();
        assert_eq!(names.len(), cells.len());
    }
}
