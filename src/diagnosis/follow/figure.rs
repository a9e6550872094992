//! The path of a run in the plane of a and s, as a figure.

use crate::criterion::heavy_ball;
use crate::record::{Axis, DataPoint, Figure, Series, Style};

use super::super::answer::bounds;
use super::super::setting::Setting;
use super::line::Line;

/// The path of the run in the plane of a and s, with the bounds as lines; `None` if no line of the log
/// has an s.
pub fn figure(lines: &[Line], setting: &Setting) -> Option<Figure> {
    let path = lines.iter().filter_map(|line| {
        let (s, bar) = line.s.zip(line.s_bar.or(line.s_residual))?;
        Some(DataPoint::with_error(line.a, s, bar))
    });
    let path: Vec<DataPoint> = path.collect();
    let ends = [*path.first()?, *path.last()?];
    let [bound_a, bound_s] = bounds(setting);
    let top = path
        .iter()
        .fold(bound_s.unwrap_or(0.0), |top, point| top.max(point.y));
    let right = path
        .iter()
        .fold(bound_a.unwrap_or(0.0), |right, point| right.max(point.x));
    let mut series = vec![
        Series {
            label: "checkpoints, joined in their order".to_owned(),
            style: Style::Line,
            points: path,
        },
        Series {
            label: "the first and the last".to_owned(),
            style: Style::Points,
            points: ends.to_vec(),
        },
    ];
    if let Some(a) = bound_a {
        let line = vec![DataPoint::new(a, 0.0), DataPoint::new(a, top)];
        series.push(Series::bound("largest a", line));
    }
    if let Some((a, s)) = bound_a.zip(bound_s) {
        series.push(Series::bound(
            "largest s",
            vec![DataPoint::new(0.0, s), DataPoint::new(right, s)],
        ));
        let formula = if setting.is_plain() {
            "η(a² + ps²) = 2a"
        } else {
            "η((1−β)a² + (1+β)ps²) = 2(1−β²)a"
        };
        series.push(Series::bound(formula, edge(setting, a)));
    }
    Some(Figure {
        name: "watch".to_owned(),
        title: "The run in the plane of sharpness and non-uniformity".to_owned(),
        caption: format!(
            "a = λ_max(H), s = √λ_max(Σ) at each checkpoint; η = {}, B = {}, p = {}, β = {}.",
            setting.lr,
            setting.batch,
            setting.weight(),
            setting.momentum
        ),
        x: Axis::linear("sharpness a"),
        y: Axis::linear("non-uniformity s"),
        series,
        names: Vec::new(),
    })
}

/// η/η* and the shares of the two bounds at each checkpoint; `None` if no line of the log has an η*.
pub fn threshold_figure(lines: &[Line], setting: &Setting) -> Option<Figure> {
    let points = |value: &dyn Fn(&Line) -> Option<f64>| -> Vec<DataPoint> {
        let numbered = (1..).zip(lines);
        let point =
            |(number, line): (i32, &Line)| Some(DataPoint::new(f64::from(number), value(line)?));
        numbered.filter_map(point).collect()
    };
    let shares = points(&|line| line.share_of_threshold);
    if shares.is_empty() {
        return None;
    }
    let part = lines.iter().find_map(|line| line.threshold_samples);
    let part = part.map_or(String::new(), |samples| {
        format!(", of {samples} samples only")
    });
    let end = lines.len() as f64;
    let series = vec![
        Series {
            label: "η/η*".to_owned(),
            style: Style::Points,
            points: shares,
        },
        Series {
            label: "a over its bound".to_owned(),
            style: Style::Line,
            points: points(&|line| line.margin_a),
        },
        Series {
            label: "s over its bound".to_owned(),
            style: Style::Line,
            points: points(&|line| line.margin_s),
        },
        Series::bound(
            "edge of stability",
            vec![DataPoint::new(1.0, 1.0), DataPoint::new(end.max(2.0), 1.0)],
        ),
    ];
    Some(Figure {
        name: "watch-threshold".to_owned(),
        title: "The learning rate over its exact threshold".to_owned(),
        caption: format!(
            "η* is the threshold in mean square of the network linearised at each checkpoint{part}; η = {}, B = {}, \
             p = {}, β = {}.",
            setting.lr,
            setting.batch,
            setting.weight(),
            setting.momentum
        ),
        x: Axis::linear("checkpoint, in natural order"),
        y: Axis::linear("share of the largest stable η"),
        series,
        names: Vec::new(),
    })
}

/// The edge of the one-direction criterion, whose slack is linear in s², so that two values determine its
/// root.
fn edge(setting: &Setting, bound_a: f64) -> Vec<DataPoint> {
    const STEPS: usize = 80;
    let (lr, p) = (setting.lr.to_f64(), setting.weight().to_f64());
    let beta = setting.momentum.to_f64();
    let places = (0..=STEPS).map(|step| bound_a * step as f64 / STEPS as f64);
    let point = |a: f64| {
        let slack = |squared: f64| heavy_ball::slack(&a, &squared, &lr, &p, &beta);
        let (none, one) = (slack(0.0), slack(1.0));
        DataPoint::new(a, (none / (none - one)).max(0.0).sqrt())
    };
    places.map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_runs_from_zero_over_its_top_to_the_bound_on_a() {
        let sampling = crate::model::Sampling::WithReplacement;
        let setting = Setting::new("1/10", "0", 1, sampling, 5).unwrap();
        let edge = edge(&setting, 20.0);
        let top = edge.iter().fold(0.0_f64, |top, point| top.max(point.y));
        assert_eq!((edge[0].y, edge[80].y), (0.0, 0.0));
        // √p·s = 1/η at a = 1/η.
        assert!((top - 10.0).abs() < 1e-12 && edge[40].x == 10.0, "{top}");
    }
}
