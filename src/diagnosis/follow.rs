//! A run followed over its checkpoints: one line each, and the path in the plane of a and s.

mod folder;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::criterion::heavy_ball;
use crate::error::{Error, Result};
use crate::network::CurvatureMatrix;
use crate::read;
use crate::record::{Axis, DataPoint, Figure, Series, Style};
use crate::write::write_file;

use super::answer::{ModeDiagnosis, bounds};
use super::mode::Mode;
use super::setting::Setting;
use super::subject::Model;
pub use folder::checkpoints;
use folder::natural;

/// What the lines of a file must have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    /// SHA-256 of the samples.
    pub data_sha256: String,
    /// The network.
    pub network: String,
    /// The loss, with label smoothing and weight decay where there are any.
    pub loss: String,
    /// Which second derivative.
    pub matrix: String,
    /// The mode of batch normalisation.
    pub mode: Option<String>,
    /// η, exactly.
    pub lr: String,
    /// B.
    pub batch: usize,
    /// p, exactly.
    pub noise_weight: String,
    /// β, exactly.
    pub momentum: String,
    /// The optimiser, where it is neither SGD nor heavy ball.
    #[serde(default)]
    pub optimizer: Option<String>,
}

impl Conditions {
    /// Those of a measurement of a network with a loss.
    pub fn new(
        (network, loss): (&str, &str),
        data_sha256: String,
        (mode, matrix): (Option<Mode>, CurvatureMatrix),
        setting: &Setting,
    ) -> Self {
        Conditions {
            data_sha256,
            network: network.to_owned(),
            loss: loss.to_owned(),
            matrix: matrix.name().to_owned(),
            mode: mode.map(|mode| mode.name().to_owned()),
            lr: setting.lr.to_string(),
            batch: setting.batch,
            noise_weight: setting.weight().to_string(),
            momentum: setting.momentum.to_string(),
            optimizer: setting.special_optimizer().map(str::to_owned),
        }
    }
}

/// What a checkpoint came to: numbers side by side, as tables have them, and how they were measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The file's name.
    pub name: String,
    /// When the file was written: milliseconds since 1970 (UTC).
    pub modified: u64,
    /// SHA-256 of the file.
    pub weights_sha256: String,
    /// The mean loss.
    pub loss: f64,
    /// The share of samples classified rightly; absent where the targets name no classes.
    pub accuracy: Option<f64>,
    /// a.
    pub a: f64,
    /// Its residual.
    pub a_residual: f64,
    /// Its bar: residual and rounding. Absent in lines of older versions.
    #[serde(default)]
    pub a_bar: Option<f64>,
    /// λ_min.
    pub smallest_eigenvalue: f64,
    /// Its residual.
    pub smallest_eigenvalue_residual: f64,
    /// s; absent where the samples are coupled.
    pub s: Option<f64>,
    /// Its residual.
    pub s_residual: Option<f64>,
    /// Its bar, as that of a.
    #[serde(default)]
    pub s_bar: Option<f64>,
    /// The larger one of the next two: beyond 1, a bound is broken; absent where no criterion is about
    /// the optimiser.
    pub margin: Option<f64>,
    /// a over its bound: 0 where none is known.
    pub margin_a: Option<f64>,
    /// s over its bound: 0 where it has none, absent where there is no s.
    pub margin_s: Option<f64>,
    /// Did every iteration converge?
    pub converged: bool,
    /// Products spent: with H for both ends of its spectrum, and with Σ.
    pub products: usize,
    /// The verdict.
    pub verdict: String,
    /// How it was measured.
    pub conditions: Conditions,
}

impl Line {
    /// The line of one checkpoint.
    pub fn new(
        ((name, modified), model): ((&str, u64), &Model),
        conditions: Conditions,
        (finding, setting): (&ModeDiagnosis, &Setting),
    ) -> Self {
        let reading = &finding.in_f32.reading;
        let (a, smallest) = (&reading.sharpness, &reading.smallest);
        let s = reading.non_uniformity.as_ref();
        let [bound_a, bound_s] = bounds(setting);
        let has_bounds = setting.uncovered().is_none();
        let share = |value: f64, bound: Option<f64>| {
            has_bounds.then(|| bound.map_or(0.0, |bound| value / bound))
        };
        let margin_a = share(a.value, bound_a);
        let margin_s = s.and_then(|s| share(s.value, bound_s));
        Line {
            name: name.to_owned(),
            modified,
            weights_sha256: model.digest.clone(),
            loss: reading.loss,
            accuracy: reading.accuracy,
            a: a.value,
            a_residual: a.residual,
            a_bar: Some(a.bar()),
            smallest_eigenvalue: smallest.value,
            smallest_eigenvalue_residual: smallest.residual,
            s: s.map(|s| s.value),
            s_residual: s.map(|s| s.residual),
            s_bar: s.map(|s| s.bar()),
            margin: margin_a.map(|a| margin_s.map_or(a, |s| a.max(s))),
            margin_a,
            margin_s,
            converged: reading.has_converged(),
            products: reading.products(),
            verdict: finding.judgement.verdict.name().to_owned(),
            conditions,
        }
    }
}

/// One condition that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub field: String,
    /// What the lines say.
    pub there: String,
    /// What it is now.
    pub here: String,
}

/// The file of lines.
#[derive(Clone, Debug)]
pub struct Log {
    path: PathBuf,
    /// What stands in it.
    pub lines: Vec<Line>,
}

impl Log {
    /// Reads a file of lines, which need not exist yet. A last line without an end was torn when
    /// its writer was stopped, and is dropped.
    ///
    /// # Errors
    /// When the file cannot be read, or a whole line of it is no line.
    pub fn read(path: &Path) -> Result<Self> {
        match path.exists() {
            true => Log::parse(path, &read::text(path)?),
            false => Log::parse(path, ""),
        }
    }

    /// The lines of a text; `path` is named in errors, and is where lines will be appended.
    ///
    /// # Errors
    /// When a whole line is no line.
    pub fn parse(path: &Path, text: &str) -> Result<Self> {
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let lines = whole.lines().enumerate().map(|(number, line)| {
            serde_json::from_str(line).map_err(|fault| {
                let place = format!("line {}", number + 1);
                let fault = format!(
                    "is not one of this version ({fault}); move the file away and measure again"
                );
                Error::input(path.display(), place, fault)
            })
        });
        Ok(Log {
            lines: lines.collect::<Result<_>>()?,
            path: path.to_owned(),
        })
    }

    /// Does it hold the checkpoint of this name that was written then?
    pub fn holds(&self, name: &str, modified: u64) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.name == name && line.modified == modified)
    }

    /// Is the last line of this name of these bytes?
    pub fn ends_with(&self, name: &str, weights_sha256: &str) -> bool {
        let last = self.lines.iter().rfind(|line| line.name == name);
        last.is_some_and(|line| line.weights_sha256 == weights_sha256)
    }

    /// Were the lines there made under these conditions?
    ///
    /// # Errors
    /// When they were not; names what differs.
    pub fn check(&self, conditions: &Conditions) -> Result<()> {
        let Some(Difference { field, there, here }) = self.difference(conditions)? else {
            return Ok(());
        };
        let fault = format!(
            "was made with {there}, and here it is {here}; move the file away, or give the same flags"
        );
        Err(Error::input(self.path.display(), field, fault))
    }

    /// The first condition in which the last line differs from these.
    ///
    /// # Errors
    /// None that a user could make.
    pub fn difference(&self, conditions: &Conditions) -> Result<Option<Difference>> {
        let Some(last) = self.lines.last() else {
            return Ok(None);
        };
        let fields =
            |conditions: &Conditions| serde_json::to_value(conditions).map_err(Error::internal);
        let (there, here) = (fields(&last.conditions)?, fields(conditions)?);
        let names = here
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys());
        let other = names.into_iter().find(|name| there[*name] != here[*name]);
        Ok(other.map(|name| Difference {
            field: name.clone(),
            there: there[name].to_string(),
            here: here[name].to_string(),
        }))
    }

    /// The lines in the natural order of their names.
    pub fn in_order(&self) -> Vec<Line> {
        let mut lines = self.lines.clone();
        lines.sort_by(|a, b| natural(&a.name, &b.name));
        lines
    }

    /// Appends a line; the file is written anew and renamed, so that it is never torn.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn append(&mut self, line: Line) -> Result<()> {
        self.lines.push(line);
        let mut text = String::new();
        for line in &self.lines {
            text += &serde_json::to_string(line).map_err(Error::internal)?;
            text.push('\n');
        }
        write_file(&self.path, text.as_bytes())
    }
}

/// The path in the plane of a and s, with the bounds as lines; `None` where no line has an s.
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
        let formula = match setting.is_plain() {
            true => "η(a² + ps²) = 2a",
            false => "η((1−β)a² + (1+β)ps²) = 2(1−β²)a",
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
    })
}

/// The edge of the one-direction form: its slack is linear in s², so two values give the root.
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
        let words = (("1/10", "0"), (1, crate::model::Sampling::WithReplacement));
        let setting = Setting::new(words.0, words.1, 5).unwrap();
        let edge = edge(&setting, 20.0);
        let top = edge.iter().fold(0.0_f64, |top, point| top.max(point.y));
        assert_eq!((edge[0].y, edge[80].y), (0.0, 0.0));
        // √p·s = 1/η at a = 1/η.
        assert!((top - 10.0).abs() < 1e-12 && edge[40].x == 10.0, "{top}");
    }
}
