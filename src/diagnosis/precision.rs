//! Is f32 enough? The same point measured again in f64, by an engine that shares nothing with the
//! first, and judged again.

use serde::Serialize;

use crate::curvature::{FINE_ENOUGH, LEAST_FOR_SMALLEST, LEAST_PRODUCTS};
use crate::error::{Error, Result};
use crate::experiment::graph;
use crate::network::{Batch, Matrix, Point};
use crate::oracle::double::{Double, Eigenvalue, Lanczos};

use super::criteria::{self, Criterion, ROUNDING};
use super::reading::{self, Along, Effort, Number, Reading, Status};
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
    /// Mean and deviation of `vᵀH_i v` along the vectors of `a` and of `s`; `None` as above.
    #[serde(serialize_with = "reading::named")]
    pub along: Option<[Along; 2]>,
    /// The criteria, of the numbers in f64.
    pub criteria: Vec<Criterion>,
    /// The verdict, of the numbers in f64.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// Which of `a` and `s` lie further from those of f32 than both residuals and rounding allow: one
    /// of the two runs has found another eigenvalue than the largest.
    pub disjoint: Vec<&'static str>,
    /// Do the verdict and every criterion come out as in f32, from numbers that meet?
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
        let before = reading;
        let reading = Reading {
            loss: measured.loss,
            accuracy: reading.accuracy.map(|_| measured.accuracy),
            sharpness: number(measured.sharpness, &reading.sharpness),
            smallest: number(smallest, &reading.smallest),
            non_uniformity: pair.map(|(s, before)| number(s, &before)),
            along: measured.quotients.map(|both| both.map(|q| Along::of(&q))),
            ..reading.clone()
        };
        let again = criteria::all(&reading, setting);
        let verdict = verdict::judge(&reading, &again, setting);
        let verdicts = |criteria: &[Criterion]| -> Vec<_> {
            criteria.iter().map(|criterion| criterion.verdict).collect()
        };
        let disjoint = disjoint(before, &reading);
        Ok(Again {
            train_loss: reading.loss,
            sharpness: reading.sharpness,
            smallest_eigenvalue: reading.smallest,
            non_uniformity: reading.non_uniformity,
            along: reading.along,
            f32_suffices: verdict.verdict == judgement.verdict
                && verdicts(&again) == verdicts(criteria)
                && disjoint.is_empty(),
            disjoint,
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
            true => "f32 was enough for every verdict".to_owned(),
            false if self.disjoint.is_empty() => {
                "f32 was NOT enough: some verdict is another one in f64".to_owned()
            }
            false => format!(
                "the intervals of f32 and f64 do NOT meet for {}: one of the runs has found another \
                 eigenvalue than the largest; give both more --products, or another --seed",
                self.disjoint.join(" and ")
            ),
        };
        format!(
            "in f64: {}, {}{s}, {}; {enough}",
            told("a", &self.sharpness),
            told("λ_min", &self.smallest_eigenvalue),
            self.judgement.verdict.name(),
        )
    }
}

/// Those of `a` and `s` that two readings of one point have further apart than they may be.
fn disjoint(one: &Reading, other: &Reading) -> Vec<&'static str> {
    let meet = |x: &Number, y: &Number, scale: f64| {
        (x.value - y.value).abs() <= x.residual + y.residual + ROUNDING * scale
    };
    let scale = one.sharpness.value.abs();
    let a = !meet(&one.sharpness, &other.sharpness, scale);
    let pair = one.non_uniformity.zip(other.non_uniformity);
    let s = pair.is_some_and(|(x, y)| !meet(&x, &y, scale.max(x.value)));
    [(a, "a"), (s, "s")]
        .into_iter()
        .filter_map(|(is, name)| is.then_some(name))
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(a: (f64, f64), s: (f64, f64)) -> Reading {
        let number = |(value, residual)| Number {
            value,
            residual,
            error: residual,
            status: Status::Converged,
            products: 12,
        };
        Reading {
            loss: 0.0,
            accuracy: None,
            gradient: 0.0,
            sharpness: number(a),
            smallest: number((0.0, 0.0)),
            smallest_floor: None,
            non_uniformity: Some(number(s)),
            along: None,
            other: None,
        }
    }

    #[test]
    fn runs_that_exclude_each_other_are_named() {
        let one = reading((1.316, 2.3e-4), (3.0, 1e-3));
        let near = reading((1.3164, 2e-4), (3.0, 1e-9));
        let far = reading((1.45, 1e-6), (3.0, 1e-9));
        assert_eq!(disjoint(&one, &near), [""; 0]);
        assert_eq!(disjoint(&one, &far), ["a"]);
        let both = reading((1.45, 1e-6), (3.1, 1e-9));
        assert_eq!(disjoint(&one, &both), ["a", "s"]);
    }

    #[test]
    fn what_rounding_may_lose_is_no_difference() {
        let (one, other) = (
            reading((1.0, 0.0), (0.0, 0.0)),
            reading((1.0 + 9e-6, 0.0), (9e-6, 0.0)),
        );
        assert_eq!(disjoint(&one, &other), [""; 0]);
    }
}
