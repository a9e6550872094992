//! Is f32 enough? The same point measured again in f64, by an engine that shares nothing with the
//! first, and judged again.

use serde::Serialize;

use crate::curvature::{FINE_ENOUGH, LEAST_FOR_SMALLEST, LEAST_PRODUCTS};
use crate::error::{Error, Result};
use crate::experiment::graph;
use crate::network::{Batch, Matrix, Point};
use crate::oracle::double::{Double, Eigenvalue, Lanczos};

use super::criteria::{self, Criterion};
use super::reading::{Effort, Number, Reading, Status};
use super::setting::Setting;
use super::verdict::{self, Judgement};

/// The numbers in f64, and what they change.
#[derive(Clone, Debug, Serialize)]
pub struct Again {
    /// The mean loss.
    pub train_loss: f64,
    /// `a = λ_max(H)`.
    pub sharpness: Number,
    /// `λ_min(H)`.
    pub smallest_eigenvalue: Number,
    /// `s = √λ_max(Σ)`; `None` where the samples are coupled.
    pub non_uniformity: Option<Number>,
    /// The criteria, of the numbers in f64. The quotients `vᵀH_i v` are those of f32.
    pub criteria: Vec<Criterion>,
    /// The verdict, of the numbers in f64.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// Do the verdict and every criterion come out as in f32?
    pub f32_suffices: bool,
}

impl Again {
    /// Measures and judges a point again, after its `reading` in f32 gave these `criteria` and this
    /// `judgement`.
    ///
    /// # Errors
    /// When another matrix than the Hessian is asked for, or a number is not finite.
    pub fn of(
        place: &str,
        (point, batch): (&Point<'_>, &Batch<'_>),
        (effort, setting): (&Effort, &Setting),
        reading: &Reading,
        (criteria, judgement): (&[Criterion], &Judgement),
    ) -> Result<Self> {
        if effort.matrix != Matrix::Hessian {
            let fault = "measures the Hessian; leave --matrix out";
            return Err(Error::input("--precision", "f64", fault));
        }
        // There a run ends by its residual ρ, and the error is ρ²/gap: this is as fine with a gap of a
        // hundredth of the eigenvalue.
        let settings = Lanczos {
            tolerance: effort.lanczos.tolerance.sqrt() / 10.0,
            least: LEAST_PRODUCTS,
            products: effort.lanczos.products,
            seed: effort.seed,
        };
        let beyond = || {
            let fault = "is not finite in f64; the run has diverged, or the data want scaling";
            Error::input(place, "curvature", fault)
        };
        let double = graph::double(point, batch);
        let measured = double.measure(&settings).ok_or_else(beyond)?;
        let fine = Lanczos {
            tolerance: FINE_ENOUGH,
            least: LEAST_FOR_SMALLEST,
            ..settings
        };
        let smallest = smallest(&double, &fine, measured.sharpness.value).ok_or_else(beyond)?;
        let status = match measured.converged {
            true => Status::Converged,
            false => Status::NotConverged,
        };
        let number = |eigenvalue: Eigenvalue, before: &Number| Number {
            value: eigenvalue.value,
            residual: eigenvalue.residual,
            error: eigenvalue.residual,
            status,
            products: before.products,
        };
        let pair = measured.non_uniformity.zip(reading.non_uniformity);
        let reading = Reading {
            loss: measured.loss,
            accuracy: reading.accuracy.map(|_| measured.accuracy),
            sharpness: number(measured.sharpness, &reading.sharpness),
            smallest: number(smallest, &reading.smallest),
            non_uniformity: pair.map(|(s, before)| number(s, &before)),
            ..reading.clone()
        };
        let again = criteria::all(&reading, setting);
        let verdict = verdict::judge(&reading, &again, setting);
        let verdicts = |criteria: &[Criterion]| -> Vec<_> {
            criteria.iter().map(|criterion| criterion.verdict).collect()
        };
        Ok(Again {
            train_loss: reading.loss,
            sharpness: reading.sharpness,
            smallest_eigenvalue: reading.smallest,
            non_uniformity: reading.non_uniformity,
            f32_suffices: verdict.verdict == judgement.verdict
                && verdicts(&again) == verdicts(criteria),
            criteria: again,
            judgement: verdict,
        })
    }

    /// One line for a person, and whether f32 was enough.
    pub fn text(&self) -> String {
        let told = |name: &str, number: &Number| {
            format!("{name} = {:.6} ± {:.1e}", number.value, number.residual)
        };
        let s = self
            .non_uniformity
            .map_or(String::new(), |s| format!(", {}", told("s", &s)));
        let enough = match self.f32_suffices {
            true => "f32 was enough for every verdict",
            false => "f32 was NOT enough: some verdict is another one in f64",
        };
        format!(
            "in f64: {}, {}{s}, {}; {enough}",
            told("a", &self.sharpness),
            told("λ_min", &self.smallest_eigenvalue),
            self.judgement.verdict.name(),
        )
    }
}

/// `c − λ_max(cI − H)`, `c = |λ_max(H)|`: the run for the largest eigenvalue leaves the smallest one
/// coarse.
fn smallest(double: &Double, settings: &Lanczos, largest: f64) -> Option<Eigenvalue> {
    let shift = largest.abs();
    let ends = settings.run(double.dimension(), |v| {
        let product = double.hessian_product(v);
        let pairs = v.iter().zip(&product);
        pairs.map(|(v, product)| shift * v - product).collect()
    })?;
    Some(Eigenvalue {
        value: shift - ends.largest.value,
        residual: ends.largest.residual,
    })
}
