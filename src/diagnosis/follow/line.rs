//! What a checkpoint came to, and under which conditions it was measured.

use serde::{Deserialize, Serialize};

use crate::network::CurvatureMatrix;

use super::super::answer::{ModeDiagnosis, bounds};
use super::super::mode::Mode;
use super::super::setting::Setting;

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
    /// Those of a measurement of a network with a loss, over the samples of a digest.
    pub fn new(
        network: &str,
        loss: &str,
        data_sha256: &str,
        mode: Option<Mode>,
        matrix: CurvatureMatrix,
        setting: &Setting,
    ) -> Self {
        Conditions {
            data_sha256: data_sha256.to_owned(),
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

/// Which checkpoint a line is of.
pub struct Named<'a> {
    /// The file's name.
    pub name: &'a str,
    /// When the file was written: milliseconds since 1970 (UTC).
    pub modified: u64,
    /// SHA-256 of the file.
    pub digest: &'a str,
}

impl Line {
    /// The line of one checkpoint.
    pub fn new(
        checkpoint: &Named<'_>,
        conditions: Conditions,
        finding: &ModeDiagnosis,
        setting: &Setting,
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
            name: checkpoint.name.to_owned(),
            modified: checkpoint.modified,
            weights_sha256: checkpoint.digest.to_owned(),
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
