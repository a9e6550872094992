//! The four figures of the sample report.

use sgd_stability::record::{Axis, DataPoint, Figure, Series, Spacing, Style};

fn axis(label: &str, scale: Spacing) -> Axis {
    Axis {
        label: label.into(),
        scale,
    }
}

fn series(label: &str, style: Style, points: Vec<DataPoint>) -> Series {
    Series {
        label: label.into(),
        style,
        points,
    }
}

fn points(points: &[(f64, f64)]) -> Vec<DataPoint> {
    points.iter().map(|(x, y)| DataPoint::new(*x, *y)).collect()
}

/// Logarithmic axes, error bars, published points on top of measured ones, two bounds, and a long label.
pub fn sharpness_by_rate() -> Figure {
    let rates = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0];
    let published = [53.48, 39.32, 19.62, 3.857, 1.925, 0.3968];
    let published: Vec<_> = rates.into_iter().zip(published).collect();
    let measured = |rates: &[f64], factor: f64, error: f64| {
        let point = |rate: &f64| DataPoint::with_error(*rate, factor / rate, error / rate);
        rates.iter().map(point).collect()
    };
    let bound = |factor: f64| points(&rates.map(|rate| (rate, factor / rate)));
    Figure {
        name: "sharpness-by-rate".into(),
        title: "Sharpness and learning rate".into(),
        caption: "Largest eigenvalue of the Hessian at the end of training; η is the step per \
                  batch."
            .into(),
        x: axis("learning rate η (per step)", Spacing::Logarithmic),
        y: axis(
            "sharpness λ_max(H), full Hessian, loss with ½ < 1 & mean over samples and outputs",
            Spacing::Logarithmic,
        ),
        series: vec![
            series("measured, B = n", Style::Points, measured(&rates, 1.9, 0.2)),
            series(
                "measured, B = 10",
                Style::Points,
                measured(&rates[2..5], 0.75, 0.3),
            ),
            series("published", Style::Published, points(&published)),
            series("2/η", Style::Bound, bound(2.0)),
            series("2(1+β)/η with β = 0.9", Style::Bound, bound(3.8)),
        ],
        names: Vec::new(),
    }
}

/// Linear axes far from zero.
pub fn narrow_band() -> Figure {
    let run = |i: i32| DataPoint::with_error(i.into(), 19.5 + 0.05 * f64::from(i % 4), 0.06);
    Figure {
        name: "sharpness-band".into(),
        title: "A narrow band".into(),
        caption: "Sharpness at one learning rate, run by run.".into(),
        x: axis("run", Spacing::Linear),
        y: axis("sharpness", Spacing::Linear),
        series: vec![
            series("measured", Style::Points, (1..=9).map(run).collect()),
            series("2/η", Style::Bound, points(&[(1.0, 20.0), (9.0, 20.0)])),
        ],
        names: Vec::new(),
    }
}

/// Long lines, with three points that cannot be drawn.
pub fn escape_loss() -> Figure {
    let run = |rate: f64, noise: u32| -> Vec<DataPoint> {
        let point = |i: u32| {
            let wiggle = 1.0 + 0.3 * f64::from(i * noise % 17) / 17.0;
            let rise = (rate * f64::from(i) / 60.0).exp2();
            DataPoint::new(f64::from(i * 5), 1e-5 * rise * wiggle)
        };
        (0..200).map(point).collect()
    };
    let mut stuck = run(0.1, 3);
    for (i, loss) in [(7, 0.0), (8, -1.0), (9, f64::NAN)] {
        stuck[i].y = loss;
    }
    Figure {
        name: "escape-loss".into(),
        title: "Training loss after the switch".into(),
        caption: "Training loss along four runs from one minimum.".into(),
        x: axis("step", Spacing::Linear),
        y: axis("training loss", Spacing::Logarithmic),
        series: vec![
            series("GD, η = 0.3 (expected to escape)", Style::Line, run(4.0, 5)),
            series("GD, η = 0.5", Style::Line, run(3.0, 7)),
            series("SGD, η = 0.1, B = 4", Style::Line, run(2.0, 11)),
            series("SGD, η = 0.1, B = 100", Style::Line, stuck),
            series(
                "divergence: 1",
                Style::Bound,
                points(&[(0.0, 1.0), (995.0, 1.0)]),
            ),
        ],
        names: Vec::new(),
    }
}

/// Many series, and bounds that cross, one of them vertical.
pub fn escape_plane() -> Figure {
    let cloud = |(k, batch): (i32, i32)| {
        let point = |i: i32| {
            let (x, y) = (4.0 + 3.5 * f64::from(k), 11.0 + 9.0 * f64::from(k));
            DataPoint::new(x + 0.3 * f64::from(i), y + f64::from(i * 5 % 7))
        };
        let label = format!("B = {batch}");
        series(&label, Style::Points, (0..8).map(point).collect())
    };
    let bound = |label: &str, ends| series(label, Style::Bound, points(ends));
    let published = points(&[(5.13, 9.16), (7.853, 20.66)]);
    let mut all: Vec<Series> = (0..).zip([4, 10, 25, 100, 1000]).map(cloud).collect();
    all.extend([
        bound("2/η", &[(20.0, 0.0), (20.0, 55.0)]),
        bound("bound on s at B = 25", &[(0.0, 50.6), (24.0, 50.6)]),
        bound("bound on s at B = 10", &[(0.0, 31.8), (24.0, 31.8)]),
        series("published, B = 10", Style::Published, published),
    ]);
    Figure {
        name: "escape-plane".into(),
        title: "Sharpness and non-uniformity".into(),
        caption: "Each point is one run. The bounds are those of the theory at η = 0.1.".into(),
        x: axis("sharpness", Spacing::Linear),
        y: axis("non-uniformity", Spacing::Linear),
        series: all,
        names: Vec::new(),
    }
}
