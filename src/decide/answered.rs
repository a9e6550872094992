//! The whole answer about a model: the decision, the order of its critical learning rates, and a and s.

use serde_json::{Value, json};

use super::certificate::Certificate;
use super::chain::Link;
use super::decide_to_width;
use super::decision::{Decision, Verdicts, all_out_of_time};
use super::rates::CriticalRates;
use super::values::Values;
use crate::criterion::MEAN_SQUARE;
use crate::error::{Error, Result};
use crate::model::{Model, Sampling};
use crate::number::Exact;
use crate::work;

/// What is asked about a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The learning rate η.
    pub lr: Exact,
    /// The batch size B.
    pub batch: usize,
    /// How a batch is drawn.
    pub sampling: Sampling,
    /// The number of significant digits in brackets and values.
    pub digits: u32,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The verdicts and the critical learning rates.
    pub decision: Decision,
    /// The order of the critical learning rates that their brackets prove.
    pub chain: Vec<Link>,
    /// The sharpness and the non-uniformity.
    pub values: Values,
    /// The certificate of the mean-square verdict, if there is one.
    pub certificate: Option<Certificate>,
}

impl Question {
    /// Answers the question about a model. Within [`work::watched`], what is not reached before the deadline
    /// is left out.
    ///
    /// # Errors
    /// Returns an error if the batch size is not from 1 to the number of samples, or the learning rate is not
    /// positive.
    pub fn answer(&self, model: &Model) -> Result<Answered> {
        let samples = model.samples();
        if !(1..=samples).contains(&self.batch) {
            let fault = format!(
                "must be 1 to {samples}, the number of samples; got {}",
                self.batch
            );
            return Err(Error::input("decide", "--batch", fault));
        }
        let width = Exact::from(10).pow(self.digits).reciprocal();
        let (decision, certificate) =
            decide_to_width(model, &self.lr, self.batch, self.sampling, &width)?;
        let values = work::in_time(|| Values::of(model, &decision, self.digits));
        Ok(Answered {
            values: values.unwrap_or_else(|_| Ok(Values::default()))?,
            chain: decision.critical_lr.chain()?,
            decision,
            certificate,
        })
    }

    /// The answer as JSON if the time ran out before the model was read and checked.
    pub fn out_of_time(&self) -> Value {
        let rates = CriticalRates::out_of_time();
        json!({
            "lr": &self.lr,
            "batch": self.batch,
            "sampling": self.sampling,
            "dimension": null,
            "samples": null,
            "verdicts": Verdicts::default(),
            "critical_lr": &rates,
            "not_found": rates.not_found(),
            "undecided": all_out_of_time(),
        })
    }
}

impl Answered {
    /// Why there is no certificate, where there is none.
    pub fn without_certificate(&self) -> &'static str {
        match self.decision.verdicts[MEAN_SQUARE] {
            None => "No certificate is written: there is no verdict.",
            Some(_) => "No certificate is written: no witness was found, and this is not the edge.",
        }
    }

    /// The answer as one JSON object.
    ///
    /// # Errors
    /// Never, unless there is a bug.
    pub fn json(&self) -> Result<Value> {
        let mut json = serde_json::to_value(&self.decision).map_err(Error::internal)?;
        json["values"] = serde_json::to_value(&self.values).map_err(Error::internal)?;
        json["chain"] = serde_json::to_value(&self.chain).map_err(Error::internal)?;
        Ok(json)
    }
}
