//! The result for one checkpoint, and the conditions of its measurement.

use serde::{Deserialize, Serialize};

use crate::curvature::Estimate;
use crate::network::CurvatureMatrix;

use super::super::answer::{ModeDiagnosis, bounds};
use super::super::mode::Mode;
use super::super::setting::Setting;
use super::super::thresholds::ThresholdAnswer;
use crate::threshold::Bracket;

/// The state of a checkpoint whose a is within [`NEAR`] of its bound.
pub const AT_THE_EDGE: &str = "at the edge";

/// How near to its bound a hovers, as a share of it: published runs of gradient descent do so within 2.2 %.
pub const NEAR: f64 = 0.03;

/// The conditions that all lines of one log share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    /// SHA-256 of the samples.
    pub data_sha256: String,
    /// The network.
    pub network: String,
    /// The loss, with label smoothing and weight decay if there are any.
    pub loss: String,
    /// Which second derivative was measured.
    pub matrix: String,
    /// The mode of batch normalisation.
    pub mode: Option<String>,
    /// The learning rate η, as an exact number.
    pub lr: String,
    /// The batch size B.
    pub batch: usize,
    /// The noise weight p, as an exact number.
    pub noise_weight: String,
    /// The momentum β, as an exact number.
    pub momentum: String,
    /// The optimiser, if it is neither SGD nor heavy ball.
    #[serde(default)]
    pub optimizer: Option<String>,
}

impl Conditions {
    /// The conditions of a measurement of a network with its loss, over the samples with this digest.
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

/// The result for one checkpoint as one row of a table, and the conditions of its measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The name of the checkpoint's file.
    pub name: String,
    /// The modification time of the file in milliseconds since 1970 (UTC).
    pub modified: u64,
    /// SHA-256 of the file.
    pub weights_sha256: String,
    /// The mean loss.
    pub loss: f64,
    /// The share of samples classified correctly; `None` if the targets are not classes.
    pub accuracy: Option<f64>,
    /// The sharpness `a = λ_max(H)`.
    pub a: f64,
    /// The residual of a.
    pub a_residual: f64,
    /// The error bar of a: residual plus rounding error. Absent from lines that older versions wrote.
    #[serde(default)]
    pub a_bar: Option<f64>,
    /// The smallest eigenvalue `λ_min(H)`; absent if it was not measured.
    pub smallest_eigenvalue: Option<f64>,
    /// The residual of λ_min.
    pub smallest_eigenvalue_residual: Option<f64>,
    /// The non-uniformity s; absent if the samples are coupled, or if it was not measured.
    pub s: Option<f64>,
    /// The residual of s.
    pub s_residual: Option<f64>,
    /// The error bar of s, like that of a.
    #[serde(default)]
    pub s_bar: Option<f64>,
    /// The larger of `margin_a` and `margin_s`; above 1, a bound is violated. Absent if no criterion
    /// describes the optimiser.
    pub margin: Option<f64>,
    /// a divided by its bound; 0 if no bound is known.
    pub margin_a: Option<f64>,
    /// s divided by its bound; 0 if it has no bound, absent if there is no s.
    pub margin_s: Option<f64>,
    /// The two ends of η*, the exact threshold of the linearised network, if it was requested at this checkpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Bracket>,
    /// The number of samples that η* is that of, if it is not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_samples: Option<usize>,
    /// η/η*, by the upper end; above 1, SGD linearised here is unstable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of_threshold: Option<f64>,
    /// Whether every iteration converged.
    pub converged: bool,
    /// The number of products: those with H, for both ends of its spectrum, and those with Σ.
    pub products: usize,
    /// The verdict.
    pub verdict: String,
    /// The verdict, or `at the edge` for an a within 3 % of its bound, where runs hover. Absent from lines that older
    /// versions wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The batch sharpness `E[gᵀH_Bg]/E‖g‖²`, if it was requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_sharpness: Option<Estimate>,
    /// The largest eigenvalues, if they were requested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub eigenvalues: Vec<f64>,
    /// tr H, if it was requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Estimate>,
    /// tr Σ, if it was requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_noise: Option<Estimate>,
    /// The sharpness of each layer alone, in the order of the network, if it was requested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<f64>,
    /// The conditions of the measurement.
    pub conditions: Conditions,
}

/// The identity of a checkpoint.
pub struct Named<'a> {
    /// The name of the file.
    pub name: &'a str,
    /// The modification time of the file in milliseconds since 1970 (UTC).
    pub modified: u64,
    /// SHA-256 of the file.
    pub digest: &'a str,
}

impl Line {
    /// The state of the checkpoint in words.
    pub fn state(&self) -> &str {
        self.state.as_ref().unwrap_or(&self.verdict)
    }

    /// The line of one checkpoint.
    pub fn new(
        checkpoint: &Named<'_>,
        conditions: Conditions,
        finding: &ModeDiagnosis,
        setting: &Setting,
    ) -> Self {
        let reading = &finding.in_f32.reading;
        let (a, smallest) = (&reading.sharpness, reading.smallest);
        let s = reading.non_uniformity.as_ref();
        let [bound_a, bound_s] = bounds(setting);
        let has_bounds = setting.uncovered().is_none();
        let share = |value: f64, bound: Option<f64>| {
            has_bounds.then(|| bound.map_or(0.0, |bound| value / bound))
        };
        let margin_a = share(a.value, bound_a);
        let answer = finding.thresholds.as_ref();
        let threshold = answer.and_then(ThresholdAnswer::ends);
        let lr = setting.lr.to_f64();
        let margin_s = s.and_then(|s| share(s.value, bound_s));
        let (spectrum, traces) = (&finding.spectrum, finding.spectrum.traces);
        let verdict = finding.judgement.verdict.name();
        let hovers = bound_a.is_some() && margin_a.is_some_and(|share| (share - 1.0).abs() <= NEAR);
        let state = if hovers { AT_THE_EDGE } else { verdict };
        Line {
            name: checkpoint.name.to_owned(),
            modified: checkpoint.modified,
            weights_sha256: checkpoint.digest.to_owned(),
            loss: reading.loss,
            accuracy: reading.accuracy,
            a: a.value,
            a_residual: a.residual,
            a_bar: Some(a.bar()),
            smallest_eigenvalue: smallest.map(|smallest| smallest.value),
            smallest_eigenvalue_residual: smallest.map(|smallest| smallest.residual),
            s: s.map(|s| s.value),
            s_residual: s.map(|s| s.residual),
            s_bar: s.map(|s| s.bar()),
            margin: margin_a.map(|a| margin_s.map_or(a, |s| a.max(s))),
            margin_a,
            margin_s,
            threshold,
            threshold_samples: answer.and_then(ThresholdAnswer::part),
            share_of_threshold: threshold.map(|ends| lr / ends.upper),
            converged: reading.has_converged(),
            products: reading.products(),
            verdict: verdict.to_owned(),
            state: Some(state.to_owned()),
            batch_sharpness: (finding.batch_sharpness.as_ref())
                .and_then(|found| found.numbers.ratio_of_means),
            eigenvalues: (spectrum.eigenvalues.iter())
                .flat_map(|found| found.values.iter().map(|listed| listed.value))
                .collect(),
            trace: traces.map(|traces| traces.hessian.estimate),
            trace_noise: traces
                .and_then(|traces| traces.noise)
                .map(|trace| trace.estimate),
            layers: spectrum
                .layers
                .iter()
                .map(|layer| layer.sharpness.value)
                .collect(),
            conditions,
        }
    }
}
