//! The answer as JSON.

use serde_json::{Map, Value, json};

use super::answer::{Diagnosis, ModeDiagnosis};
use super::one_step::OneStepAnswer;
use super::setting::Setting;
use super::split;
use super::subject::{LoadedNetwork, Samples};
use super::thresholds::ThresholdAnswer;
use super::{gradient_noise, header};

impl Diagnosis {
    /// The answer as one JSON object.
    pub fn json(&self, model: &LoadedNetwork, samples: &Samples) -> Value {
        let [sharpness, non_uniformity] = self.bounds();
        let modes: Map<String, Value> = (self.others.iter().chain([&self.main]))
            .filter_map(|finding| {
                let mode = finding.mode?.name().to_owned();
                Some((mode, finding.json(&self.setting)))
            })
            .collect();
        let network = &model.network;
        let mut json = json!({
            "network": network.name(),
            "parameters": network.parameters(),
            "samples": samples.count,
            "split": split::name(self.split),
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
            "partial": !self.main.left_out.is_empty(),
            "left_out": self.main.left_out,
            "memory": {
                "forecast": self.forecast.total(),
                "of": self.forecast,
                "peak": self.peak,
            },
        });
        if let (Value::Object(all), Value::Object(own), Value::Object(assignment)) = (
            &mut json,
            self.main.json(&self.setting),
            model.assignment.json(),
        ) {
            all.extend(own);
            all.extend(header::json(self, model));
            all.extend(assignment);
            if let Some(proposed) = model.proposed() {
                all.insert("architecture".to_owned(), Value::String(proposed));
            }
            if !modes.is_empty() {
                all.insert("modes".to_owned(), Value::Object(modes));
            }
        }
        json
    }
}

impl ModeDiagnosis {
    /// The numbers, the criteria and the verdict of one mode.
    pub fn json(&self, setting: &Setting) -> Value {
        let reading = &self.in_f32.reading;
        let smallest = reading.smallest;
        let batch_sharpness = self.batch_sharpness.as_ref();
        let mut json = json!({
            "train_loss": reading.loss,
            "train_accuracy": reading.accuracy,
            "gradient_norm": reading.gradient,
            "sharpness": reading.sharpness,
            "smallest_eigenvalue": smallest.map(|x| x.value),
            "smallest_eigenvalue_residual": smallest.map(|x| x.residual),
            "smallest_eigenvalue_rounding": smallest.map(|x| x.rounding),
            "smallest_eigenvalue_bar": smallest.map(|x| x.bar()),
            "smallest_eigenvalue_floor": reading.smallest_floor,
            "smallest_eigenvalue_status": smallest.map(|x| x.status),
            "smallest_eigenvalue_products": smallest.map(|x| x.products),
            "non_uniformity": reading.non_uniformity,
            "along": reading.along,
            "rounding": reading.rounding,
            "other_matrix": reading.other,
            "batch_sharpness": batch_sharpness.map(|found| found.json(setting)),
            "one_step": self.one_step.as_ref().map(OneStepAnswer::json),
            "thresholds": self.thresholds.as_ref().map(ThresholdAnswer::json),
            "gram": self.thresholds.as_ref().map(ThresholdAnswer::gram),
            "criteria": self.criteria(),
            "verdict": self.judgement.verdict,
            "basis": self.judgement.basis,
            "reason": self.judgement.reason,
            "double": self.double(),
        });
        if let Value::Object(fields) = &mut json {
            fields.extend(self.spectrum.json());
            let preconditioned = self.preconditioned.iter();
            fields
                .extend(preconditioned.map(|p| ("preconditioned_sharpness".to_owned(), json!(p))));
            let on_test = self.on_test.iter();
            fields.extend(on_test.map(|test| ("test".to_owned(), test.json())));
            if let Some(found) = &self.gradient_noise {
                let found = gradient_noise::json(found.as_ref(), setting);
                fields.insert("gradient_noise_interaction".to_owned(), found);
            }
        }
        json
    }

    /// The f64 reading, and whether f32 was enough.
    fn double(&self) -> Option<Value> {
        let (fine, comparison) = (self.in_f64.as_ref()?, self.comparison()?);
        let reading = &fine.reading;
        Some(json!({
            "train_loss": reading.loss,
            "sharpness": reading.sharpness,
            "smallest_eigenvalue": reading.smallest,
            "non_uniformity": reading.non_uniformity,
            "along": reading.along,
            "criteria": fine.criteria,
            "verdict": fine.judgement.verdict,
            "basis": fine.judgement.basis,
            "reason": fine.judgement.reason,
            "f32_verdict": self.in_f32.judgement.verdict,
            "converged": comparison.converged,
            "disjoint": comparison.disjoint,
            "f32_suffices": comparison.suffices,
        }))
    }
}
