//! The whole answer for one checkpoint.

use serde_json::{Value, json};

use crate::criterion::nesterov;
use crate::curvature::Tracker;
use crate::error::{Error, Result};
use crate::network::CurvatureMatrix;

use super::blank;
use super::criteria::{self, Criterion};
use super::header;
use super::machine;
use super::memory::Forecast;
use super::mode::{self, Mode};
use super::part::Split;
use super::precision::Again;
use super::reading::{self, Effort, Reading};
use super::rounding;
use super::setting::Setting;
use super::subject::{Model, Samples};
use super::verdict::{self, Judgement};

/// What is looked at beside the reading itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras {
    /// The other matrix, along the vector of the sharpness.
    pub other_matrix: bool,
    /// The same point in f64.
    pub in_f64: bool,
}

/// A reading in one mode with all that follows from it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The mode; `None` without batch normalisation.
    pub mode: Option<Mode>,
    /// The numbers.
    pub reading: Reading,
    /// The criteria, of the numbers in f64 where there are any.
    pub criteria: Vec<Criterion>,
    /// The verdict, likewise.
    pub judgement: Judgement,
    /// The numbers in f64, where they were asked for.
    pub again: Option<Again>,
}

/// A model over samples, under an optimiser: what is looked at, and how.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The checkpoint, as errors name it.
    pub place: &'a str,
    /// The model.
    pub model: &'a Model,
    /// The samples.
    pub samples: &'a Samples,
    /// The optimiser.
    pub setting: &'a Setting,
    /// How far measurements go.
    pub effort: &'a Effort,
}

impl Case<'_> {
    /// Measures and judges in one mode, with a tracker that may have measured near by.
    ///
    /// # Errors
    /// When the mode is none here, when loss or curvature have left the range of f32, or when they are not
    /// finite in f64.
    pub fn find(
        &self,
        mode: Option<Mode>,
        extras: Extras,
        tracker: &mut Tracker,
    ) -> Result<Finding> {
        let batch = self.samples.batch();
        if let Some(mode) = mode
            && let Some(fault) = mode.fault(self.effort.isa, self.model, &batch)
        {
            return Err(Error::input(self.place, self.model.network.name(), fault));
        }
        let statistics = mode.map_or(Vec::new(), |mode| {
            mode.statistics(self.effort.isa, self.model, &batch)
        });
        let point = mode::point(self.model, mode, &statistics);
        let at = (&point, &batch);
        let (reading, vectors) = reading::read(self.place, at, self.effort, tracker)?;
        let rounding = rounding::measure(self, mode, (&reading, &vectors));
        let mut reading = reading.rounded(rounding, self.effort.lanczos.tolerance);
        if extras.other_matrix {
            reading.other = Some(reading::compare(at, self.effort, &vectors.sharpness));
        }
        let criteria = criteria::all(&reading, self.setting);
        let mut finding = Finding {
            mode,
            judgement: verdict::judge(&reading, &criteria, self.setting),
            reading,
            criteria,
            again: None,
        };
        if extras.in_f64 {
            let again = Again::of(self, (&finding, &vectors))?;
            finding.criteria = again.criteria.clone();
            finding.judgement = again.judgement.clone();
            finding.again = Some(again);
        }
        finding.judgement = blank::judge(self.model, finding.judgement);
        Ok(finding)
    }

    /// Measures in the mode that was asked for and in every other that there is, and in f64 again
    /// where that is asked for; the forecast has passed the budget.
    ///
    /// # Errors
    /// As [`Case::find`].
    pub fn diagnose(
        &self,
        mode: Option<Mode>,
        in_f64: bool,
        forecast: Forecast,
    ) -> Result<Diagnosis> {
        let find = |mode, other_matrix| {
            let tracker = &mut Tracker::new(self.effort.lanczos, self.effort.seed);
            let extras = Extras {
                other_matrix,
                in_f64,
            };
            self.find(mode, extras, tracker)
        };
        let main = find(mode, true)?;
        let (mut others, mut left_out) = (Vec::new(), Vec::new());
        for other in Mode::ALL {
            if mode.is_none_or(|mode| mode == other) {
                continue;
            }
            match other.fault(self.effort.isa, self.model, &self.samples.batch()) {
                None => others.push(find(Some(other), false)?),
                Some(fault) => left_out.push((other, fault)),
            }
        }
        Ok(Diagnosis {
            setting: self.setting.clone(),
            split: self.samples.split,
            expected: None,
            main,
            matrix: self.effort.matrix,
            is_blank: blank::is_blank(self.model),
            others,
            left_out,
            forecast,
            peak: machine::peak(),
        })
    }
}

/// Everything that is told of one checkpoint.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// The optimiser.
    pub setting: Setting,
    /// Training samples or not.
    pub split: Split,
    /// The loss that was expected, and found to 1 %.
    pub expected: Option<f64>,
    /// What was measured in the mode that was asked for.
    pub main: Finding,
    /// The other modes.
    pub others: Vec<Finding>,
    /// The modes in which nothing can be measured, and why.
    pub left_out: Vec<(Mode, String)>,
    /// Which second derivative was measured.
    pub matrix: CurvatureMatrix,
    /// Is every weight of a network of several layers zero?
    pub is_blank: bool,
    /// The forecast of memory.
    pub forecast: Forecast,
    /// The most bytes that the program had resident when all was measured, where the system tells.
    pub peak: Option<u64>,
}

/// The peak over all modes that [`Case::diagnose`] measures, over measuring what f32 has rounded, and over
/// measuring again in f64.
pub fn forecast(model: &Model, samples: &Samples, effort: &Effort, in_f64: bool) -> Forecast {
    let of = |is_coupled| {
        let (network, n, products) = (&model.network, samples.count, effort.lanczos.products);
        let f32 = larger(
            Forecast::new(network, n, products, is_coupled),
            Forecast::in_both(network, n, network.has_batch_norm()),
        );
        match in_f64 {
            true => larger(f32, Forecast::in_f64(network, n, products, is_coupled)),
            false => f32,
        }
    };
    let forecast = match model.network.has_batch_norm() {
        true => larger(of(false), of(true)),
        false => of(false),
    };
    forecast.with_exact([model.exact.bytes(), samples.exact_bytes()])
}

fn larger(one: Forecast, other: Forecast) -> Forecast {
    std::cmp::max_by_key(one, other, Forecast::total)
}

impl Diagnosis {
    /// The bounds on a and on s at η and B; that on s is missing when it is infinite.
    pub fn bounds(&self) -> [Option<f64>; 2] {
        bounds(&self.setting)
    }

    /// What a reader must know besides the verdict, one sentence each.
    pub fn notes(&self, model: &Model) -> Vec<String> {
        let mut notes = super::notes::of(self);
        notes.extend(model.filling.notes());
        notes
    }

    /// One JSON object.
    pub fn json(&self, model: &Model, samples: &Samples) -> Value {
        let [sharpness, non_uniformity] = self.bounds();
        let modes: serde_json::Map<String, Value> = (self.others.iter().chain([&self.main]))
            .filter_map(|finding| Some((finding.mode?.name().to_owned(), finding.json())))
            .collect();
        let network = &model.network;
        let mut json = json!({
            "network": network.name(),
            "parameters": network.parameters(),
            "samples": samples.count,
            "split": self.split,
            "weights_sha256": model.digest,
            "weights_rounded": model.rounded,
            "rounded": {
                "weights": model.rounded,
                "inputs": samples.rounded[0],
                "targets": samples.rounded[1],
            },
            "data_sha256": samples.digest,
            "lr": self.setting.lr,
            "batch": self.setting.batch,
            "sampling": self.setting.sampling,
            "momentum": self.setting.momentum,
            "noise_weight": self.setting.weight(),
            "mode": self.main.mode,
            "matrix": self.matrix.name(),
            "bounds": {"sharpness": sharpness, "non_uniformity": non_uniformity},
            "notes": self.notes(model),
            "memory": {
                "forecast": self.forecast.total(),
                "of": self.forecast,
                "peak": self.peak,
            },
        });
        if let (Value::Object(all), Value::Object(own), Value::Object(filling)) =
            (&mut json, self.main.json(), model.filling.json())
        {
            all.extend(own);
            all.extend(header::json(self, model));
            all.extend(filling);
            if !modes.is_empty() {
                all.insert("modes".to_owned(), Value::Object(modes));
            }
        }
        json
    }
}

/// The bounds on a and on s of a setting; that on s is missing when it is infinite, and what is not
/// known of an optimiser likewise.
pub fn bounds(setting: &Setting) -> [Option<f64>; 2] {
    use crate::criterion::heavy_ball::{largest_non_uniformity, largest_sharpness};
    if setting.uncovered().is_some() {
        return [None, None];
    }
    let [lr, p, beta] = [&setting.lr, &setting.weight(), &setting.momentum].map(|x| x.to_f64());
    if setting.is_nesterov() {
        return [Some(nesterov::largest_sharpness(&lr, &beta)), None];
    }
    let s = largest_non_uniformity((&lr, &p), &beta);
    [
        Some(largest_sharpness(&lr, &beta)),
        s.is_finite().then_some(s),
    ]
}

impl Finding {
    /// The numbers, the criteria and the verdict of one mode.
    pub fn json(&self) -> Value {
        let reading = &self.reading;
        json!({
            "train_loss": reading.loss,
            "train_accuracy": reading.accuracy,
            "gradient_norm": reading.gradient,
            "sharpness": reading.sharpness,
            "smallest_eigenvalue": reading.smallest.value,
            "smallest_eigenvalue_residual": reading.smallest.residual,
            "smallest_eigenvalue_rounding": reading.smallest.rounding,
            "smallest_eigenvalue_bar": reading.smallest.bar(),
            "smallest_eigenvalue_floor": reading.smallest_floor,
            "smallest_eigenvalue_status": reading.smallest.status,
            "smallest_eigenvalue_products": reading.smallest.products,
            "non_uniformity": reading.non_uniformity,
            "along": reading.along,
            "rounding": reading.rounding,
            "other_matrix": reading.other,
            "criteria": self.criteria,
            "verdict": self.judgement.verdict,
            "basis": self.judgement.basis,
            "reason": self.judgement.reason,
            "double": self.again,
        })
    }
}
