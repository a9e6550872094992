//! Is f32 enough? The same point measured again in f64, by an engine that shares nothing with the
//! first, and judged again.

use nalgebra::DVector;
use serde::Serialize;

use crate::curvature::{FINE_ENOUGH, LEAST_FOR_SMALLEST, LEAST_PRODUCTS};
use crate::error::{Error, Result};
use crate::reference::{Eigenvalue, Lanczos, ReferencePoint};

use super::answer::{Case, Finding};
use super::criteria::{self, Criterion, Enclosure, Known};
use super::number::{Number, Status};
use super::reading::{Along, Both, Reading, Vectors};
use super::rounding::Precision;
use super::verdict::{self, Judgement, Stability};
use super::wide::Wide;

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
    /// Mean and deviation of `vᵀH_i v` along the vectors that f32 found; `None` as above.
    pub along: Option<Both<Along>>,
    /// The criteria, of the numbers in f64; only the floor of `λ_min` is that of f32.
    pub criteria: Vec<Criterion>,
    /// The verdict, of the numbers in f64.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// The verdict of f32.
    pub f32_verdict: Stability,
    /// Has every iteration converged, in f32 and in f64?
    pub converged: bool,
    /// Which of `a`, `s` and `λ_min` are not where the bars (the floor) of f32 have them: a run has found
    /// another eigenvalue than the largest.
    pub disjoint: Vec<&'static str>,
    /// Do the verdict and every criterion come out as in f32, from numbers that have converged and
    /// meet?
    pub f32_suffices: bool,
}

impl Again {
    /// Measures and judges a point again, after what was `found` there in f32, with its vectors of a
    /// and of s.
    ///
    /// # Errors
    /// When a number is not finite.
    pub fn of(case: &Case<'_>, (found, vectors): (&Finding, &Vectors)) -> Result<Self> {
        let reading = read(case, (found, vectors)).ok_or_else(|| {
            let fault = "is not finite in f64; the run has diverged, or the data want scaling";
            Error::input(case.place, "curvature", fault)
        })?;
        let criteria = criteria::all(&reading, case.setting);
        let judgement = verdict::judge(&reading, &criteria, case.setting);
        let disjoint = disjoint(&found.reading, &reading);
        let converged = found.reading.has_converged() && reading.has_converged();
        let verdicts = |criteria: &[Criterion]| -> Vec<_> {
            criteria.iter().map(|criterion| criterion.verdict).collect()
        };
        let is_same = judgement.verdict == found.judgement.verdict
            && verdicts(&criteria) == verdicts(&found.criteria);
        Ok(Again {
            train_loss: reading.loss,
            sharpness: reading.sharpness,
            smallest_eigenvalue: reading.smallest,
            non_uniformity: reading.non_uniformity,
            along: reading.along,
            criteria,
            judgement,
            f32_verdict: found.judgement.verdict,
            f32_suffices: is_same && converged && disjoint.is_empty(),
            converged,
            disjoint,
        })
    }

    /// The numbers for a person, and whether f32 was enough.
    pub fn text(&self) -> String {
        let told = |name: &str, number: &Number| {
            format!("{name} = {:.6} ± {:.1e}", number.value, number.bar())
        };
        let s = self
            .non_uniformity
            .map_or(String::new(), |s| format!(", {}", told("s", &s)));
        format!(
            "in f64: {}, {}{s}, {}; {}",
            told("a", &self.sharpness),
            told("λ_min", &self.smallest_eigenvalue),
            self.judgement.verdict.name(),
            self.sufficiency()
        )
    }

    /// Was f32 enough, for a person?
    pub fn sufficiency(&self) -> String {
        match self.f32_suffices {
            true => "f32 was enough for every verdict".to_owned(),
            false if !self.disjoint.is_empty() => format!(
                "f32 and f64 exclude each other in {}: give more --products, or trust f64",
                self.disjoint.join(" and ")
            ),
            false if !self.converged => {
                "whether f32 was enough is not known: a run has not converged".to_owned()
            }
            false => "f32 was NOT enough: some criterion is another one in f64".to_owned(),
        }
    }
}

/// The reading in f64; `None` when a number is not finite.
fn read(case: &Case<'_>, (found, vectors): (&Finding, &Vectors)) -> Option<Reading> {
    let effort = case.effort;
    // There a run ends by its residual ρ, and the error is ρ²/gap: this is as fine with a gap of a
    // hundredth of the eigenvalue.
    let settings = Lanczos {
        tolerance: effort.lanczos.tolerance.sqrt() / 10.0,
        least: LEAST_PRODUCTS,
        products: effort.lanczos.products,
        seed: effort.seed,
    };
    let fine = Lanczos {
        tolerance: FINE_ENOUGH,
        least: LEAST_FOR_SMALLEST,
        ..settings
    };
    let wide = Wide::new(case, found.mode, (0..case.samples.count).collect());
    let double = wide.double();
    let measured = double.measure(&settings)?;
    let [with_hessian, with_covariance] = measured.products;
    let [found_a, found_s] = measured.converged;
    let smallest = smallest(&double, &fine, measured.sharpness.value)?;
    let along = |vector: &Vec<f32>| {
        let unit = DVector::from_vec(wide.vector(vector)).normalize();
        Along::of(&double.sample_quotients(unit.as_slice()))
    };
    // Of one sample Σ is zero.
    let s = measured.non_uniformity.map(|s| match case.samples.count {
        1 => Number::zero(),
        _ => number(s, with_covariance, found_s),
    });
    let (floor, lost) = (found.reading.smallest_floor, found.reading.rounding?);
    let reading = Reading {
        loss: measured.loss,
        accuracy: found.reading.accuracy.map(|_| measured.accuracy),
        sharpness: number(measured.sharpness, with_hessian, found_a),
        smallest_floor: floor.map(|floor| floor.min(smallest.value - smallest.residual)),
        smallest,
        non_uniformity: s,
        along: s.map(|_| vectors.for_quotients().map(along)),
        precision: Precision::F64,
        ..found.reading.clone()
    };
    Some(reading.rounded(lost.in_f64(), effort.lanczos.tolerance))
}

fn number(eigenvalue: Eigenvalue, products: usize, converged: bool) -> Number {
    Number {
        value: eigenvalue.value,
        residual: eigenvalue.residual,
        rounding: 0.0,
        error: eigenvalue.residual,
        status: Status::of(converged),
        products,
    }
}

/// Those of `a`, `s` and `λ_min` that two readings of one point have further apart than they may be.
fn disjoint(coarse: &Reading, fine: &Reading) -> Vec<&'static str> {
    let (one, other) = (Known::new(coarse), Known::new(fine));
    let smallest = Enclosure::around(fine.smallest.value, fine.smallest.bar());
    let pair = one.squared_s.as_ref().zip(other.squared_s.as_ref());
    [
        ("a", one.a.meets(&other.a)),
        ("s", pair.is_none_or(|(one, other)| one.meets(other))),
        ("λ_min", one.smallest.meets(&smallest)),
    ]
    .into_iter()
    .filter_map(|(name, meets)| (!meets).then_some(name))
    .collect()
}

/// `c − λ_max(cI − H)`, `c = |λ_max(H)|`: the run for the largest eigenvalue leaves the smallest one
/// coarse.
fn smallest(double: &ReferencePoint, settings: &Lanczos, largest: f64) -> Option<Number> {
    let shift = largest.abs();
    let ends = settings.run(double.dimension(), |v| {
        let product = double.hessian_product(v);
        let pairs = v.iter().zip(&product);
        pairs.map(|(v, product)| shift * v - product).collect()
    })?;
    let eigenvalue = Eigenvalue {
        value: shift - ends.largest.value,
        residual: ends.largest.residual,
    };
    Some(number(eigenvalue, ends.products, ends.converged))
}

#[cfg(test)]
mod tests {
    use super::super::rounding::{Compared, Rounding};
    use super::*;

    #[test]
    fn runs_that_exclude_each_other_are_named() {
        let one = Reading::of_numbers((1.316, 2.3e-4), (3.0, 1e-3), -0.2);
        let near = Reading::of_numbers((1.3162, 2e-4), (3.0, 1e-9), -0.25);
        let far = Reading::of_numbers((1.45, 1e-6), (3.0, 1e-9), -0.2);
        assert_eq!(disjoint(&one, &near), [""; 0]);
        assert_eq!(disjoint(&one, &far), ["a"]);
        let all = Reading::of_numbers((1.45, 1e-6), (3.1, 1e-9), -0.5);
        assert_eq!(disjoint(&one, &all), ["a", "s", "λ_min"]);
    }

    #[test]
    fn what_rounding_has_lost_is_no_difference() {
        let mut one = Reading::of_numbers((26.7, 0.0), (2.4e-4, 1.9e-3), 0.0);
        let other = Reading::of_numbers((26.7 + 1e-4, 0.0), (3.51e-3, 0.0), 0.0);
        assert_eq!(disjoint(&one, &other), ["a", "s"]);
        let rounding = Rounding {
            sharpness: 2e-4,
            smallest: 0.0,
            covariance: 1e-5,
            along: Both {
                sharpness: 0.0,
                noise: 0.0,
            },
            samples: Compared::default(),
        };
        one = one.rounded(rounding, 1e-5);
        assert_eq!(disjoint(&one, &other), [""; 0]);
    }
}
