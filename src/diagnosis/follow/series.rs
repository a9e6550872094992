//! What was measured along a run, against the step: as figures and as one table.

use csv::Writer;

use crate::criterion::one_dimension;
use crate::error::{Error, Result};
use crate::record::{Axis, DataPoint, Figure, Series, Style};

use super::super::answer::bounds;
use super::super::setting::Setting;
use super::line::Line;

/// The lines of a run with their places on the horizontal axis.
pub struct Course<'a> {
    lines: &'a [Line],
    /// The place of each line.
    steps: Vec<f64>,
    /// The label of the axis.
    label: &'static str,
    setting: &'a Setting,
}

impl<'a> Course<'a> {
    /// The course of these lines. The step of a checkpoint is the last number in its name; if a name has none,
    /// or the numbers do not rise, the checkpoints are counted.
    pub fn new(lines: &'a [Line], setting: &'a Setting) -> Self {
        let steps: Option<Vec<f64>> = lines.iter().map(|line| last_number(&line.name)).collect();
        let rising = steps.filter(|steps| steps.is_sorted_by(|a, b| a < b));
        let counted = || (1..=lines.len()).map(|number| number as f64).collect();
        Course {
            lines,
            label: if rising.is_some() {
                "step, by the names of the checkpoints"
            } else {
                "checkpoint, in natural order"
            },
            steps: rising.unwrap_or_else(counted),
            setting,
        }
    }

    /// The figures: the eigenvalues with 2/η, the shares of the bounds, and the loss.
    pub fn figures(&self) -> Vec<Figure> {
        vec![self.eigenvalues(), self.shares(), self.loss()]
    }

    /// One row for each checkpoint.
    ///
    /// # Errors
    /// An internal error if the table cannot be written into memory.
    pub fn table(&self) -> Result<Vec<u8>> {
        let mut table = Writer::from_writer(Vec::new());
        let head = [
            "name",
            "step",
            "loss",
            "accuracy",
            "a",
            "a_bar",
            "lambda_min",
            "s",
            "s_bar",
            "q",
            "eta_over_threshold",
            "batch_sharpness",
            "batch_sharpness_error",
            "trace",
            "trace_noise",
            "state",
        ];
        table.write_record(head).map_err(Error::internal)?;
        for (line, step) in self.lines.iter().zip(&self.steps) {
            let numbers = [
                Some(*step),
                Some(line.loss),
                line.accuracy,
                Some(line.a),
                line.a_bar,
                line.smallest_eigenvalue,
                line.s,
                line.s_bar,
                self.one_direction(line),
                line.share_of_threshold,
                line.batch_sharpness.map(|found| found.value),
                line.batch_sharpness.map(|found| found.standard_error),
                line.trace.map(|found| found.value),
                line.trace_noise.map(|found| found.value),
            ];
            let text = |number: Option<f64>| number.map_or(String::new(), |x| format!("{x:?}"));
            let row = std::iter::once(line.name.clone()).chain(numbers.map(text));
            let row = row.chain([line.state().to_owned()]);
            table.write_record(row).map_err(Error::internal)?;
        }
        table
            .into_inner()
            .map_err(|fault| Error::internal(fault.to_string()))
    }

    /// The ratio `q = η(a² + ps²)/(2a)` of plain SGD.
    fn one_direction(&self, line: &Line) -> Option<f64> {
        let setting = self.setting;
        let s = line.s.filter(|_| setting.is_plain() && line.a > 0.0)?;
        let (eta, weight) = (setting.lr.to_f64(), setting.weight().to_f64());
        Some(one_dimension::ratio(line.a, s * s, &eta, &weight))
    }

    fn series(&self, label: &str, value: impl Fn(&Line) -> Option<f64>) -> Series {
        self.with_bars(label, |line, step| Some(DataPoint::new(step, value(line)?)))
    }

    /// A series of points that have their error bars.
    fn with_bars(&self, label: &str, point: impl Fn(&Line, f64) -> Option<DataPoint>) -> Series {
        let placed = self.lines.iter().zip(&self.steps);
        Series {
            label: label.to_owned(),
            style: Style::Line,
            points: placed
                .filter_map(|(line, &step)| point(line, step))
                .collect(),
        }
    }

    /// A horizontal line over all checkpoints.
    fn level(&self, label: &str, height: f64) -> Option<Series> {
        let ends = [self.steps.first()?, self.steps.last()?];
        let points = ends.map(|&step| DataPoint::new(step, height)).to_vec();
        Some(Series::bound(label, points))
    }

    fn eigenvalues(&self) -> Figure {
        let mut series = vec![
            self.with_bars("a = λ_max(H)", |line, step| {
                Some(match line.a_bar {
                    Some(bar) => DataPoint::with_error(step, line.a, bar),
                    None => DataPoint::new(step, line.a),
                })
            }),
            self.series("λ_min(H)", |line| line.smallest_eigenvalue),
            self.with_bars("batch sharpness", |line, step| {
                let found = line.batch_sharpness?;
                Some(DataPoint::with_error(
                    step,
                    found.value,
                    found.standard_error,
                ))
            }),
        ];
        series.retain(|series| !series.points.is_empty());
        let [bound, _] = bounds(self.setting);
        series.extend(bound.and_then(|bound| self.level("largest a of gradient descent", bound)));
        self.figure(
            "watch-sharpness",
            "Sharpness along the run",
            "The largest and the smallest eigenvalue of the Hessian at each checkpoint, the batch sharpness where it was \
             asked for, and the largest sharpness at which gradient descent is stable.",
            Axis::linear("eigenvalue"),
            series,
        )
    }

    fn shares(&self) -> Figure {
        let mut series = vec![
            self.series("a over its bound", |line| line.margin_a),
            self.series("s over its bound", |line| line.margin_s),
            self.series("q = η(a² + ps²)/(2a)", |line| self.one_direction(line)),
            self.series("η/η*", |line| line.share_of_threshold),
        ];
        series.retain(|series| !series.points.is_empty());
        series.extend(self.level("edge", 1.0));
        self.figure(
            "watch-shares",
            "Shares of the bounds along the run",
            "The sharpness a and the non-uniformity s in units of their bounds, and the ratio q, which is at most 1 \
             where SGD is stable if one direction carries both.",
            Axis::linear("share of the bound"),
            series,
        )
    }

    fn loss(&self) -> Figure {
        self.figure(
            "watch-loss",
            "Loss along the run",
            "The mean loss at each checkpoint.",
            Axis::logarithmic("loss"),
            vec![self.series("loss", |line| Some(line.loss))],
        )
    }

    fn figure(
        &self,
        name: &str,
        title: &str,
        caption: &str,
        y: Axis,
        series: Vec<Series>,
    ) -> Figure {
        Figure {
            name: name.to_owned(),
            title: title.to_owned(),
            caption: format!(
                "{caption} η = {}, B = {}, β = {}.",
                self.setting.lr, self.setting.batch, self.setting.momentum
            ),
            x: Axis::linear(self.label),
            y,
            series,
            names: Vec::new(),
        }
    }
}

/// The last run of digits in a name, without its ending.
fn last_number(name: &str) -> Option<f64> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut runs = stem.rsplit(|c: char| !c.is_ascii_digit());
    runs.find(|digits| !digits.is_empty())?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_the_last_number_of_a_name() {
        for (name, step) in [
            ("step00040.safetensors", Some(40.0)),
            ("run2-epoch_17.pt", Some(17.0)),
            ("model.final.ckpt", None),
            ("7.1.pt", Some(1.0)),
            ("x.h5", None),
        ] {
            assert_eq!(last_number(name), step, "{name}");
        }
    }
}
