//! `decide`: exact verdicts for a model in arrays.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use sgd_stability::dataset::tables::{self, Told};
use sgd_stability::decide::{Answered, Question};
use sgd_stability::error::{Error, Result};
use sgd_stability::model::{Legend, Meaning, Model, Table};
use sgd_stability::number::Exact;
use sgd_stability::work;
use sgd_stability::write::write_file;

use crate::signals::interruptible;
use crate::words::word;

/// The name of the model in errors.
const PLACE: &str = "decide";

/// The longest time limit, in seconds: a year of 365 days.
const LONGEST: f64 = 365.0 * 86_400.0;

/// The numbers of an array.
#[derive(FromPyObject)]
pub enum Numbers {
    /// The bytes of an npy file.
    #[pyo3(transparent)]
    Npy(PyBackedBytes),
    /// The shape, and every number as text.
    #[pyo3(transparent)]
    Text((Vec<usize>, Vec<String>)),
}

/// What is asked.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Arguments {
    meaning: String,
    outputs: Option<usize>,
    factor: Option<String>,
    lr: String,
    batch: usize,
    sampling: String,
    digits: u32,
    time: Option<f64>,
    certificate: Option<PathBuf>,
}

/// The answer about a model, as JSON, and why there is no certificate if one is asked for and there is none.
#[pyfunction]
pub fn decide(
    py: Python<'_>,
    numbers: Numbers,
    arguments: Arguments,
) -> PyResult<(String, Option<&'static str>)> {
    let deadline = arguments.deadline().map_err(crate::fault::raised)?;
    interruptible(py, deadline, move || arguments.answer(numbers))
}

impl Arguments {
    fn deadline(&self) -> Result<Option<Instant>> {
        let Some(seconds) = self.time else {
            return Ok(None);
        };
        if seconds > 0.0 && seconds <= LONGEST {
            return Ok(Instant::now().checked_add(Duration::from_secs_f64(seconds)));
        }
        let fault = "must be above 0 and up to a year, in seconds";
        Err(Error::input("--time", seconds, fault))
    }

    fn answer(&self, numbers: Numbers) -> Result<(String, Option<&'static str>)> {
        let question = Question {
            lr: exact("--lr", &self.lr)?,
            batch: self.batch,
            sampling: word("--sampling", &self.sampling)?,
            digits: self.digits,
        };
        if !(1..=200).contains(&self.digits) {
            return Err(Error::input("--digits", self.digits, "must be 1 to 200"));
        }
        let meaning: Meaning = word("--as", &self.meaning)?;
        let factor = optional_exact("--factor", self.factor.as_deref())?;
        work::stage("reading the model");
        let Ok(model) = work::in_time(|| self.model(numbers, meaning, factor)) else {
            return Ok((question.out_of_time().to_string(), None));
        };
        let answered = question.answer(&model?)?;
        let uncertified = self.certify(&answered)?;
        Ok((answered.json()?.to_string(), uncertified))
    }

    fn model(&self, numbers: Numbers, meaning: Meaning, factor: Option<Exact>) -> Result<Model> {
        match numbers {
            Numbers::Npy(bytes) => {
                let told = Told {
                    meaning: Some(meaning),
                    array: None,
                    outputs: self.outputs,
                    factor,
                };
                tables::parse(PLACE, bytes.to_vec(), &told)
            }
            Numbers::Text((shape, texts)) => {
                let legend = Legend {
                    meaning,
                    outputs: self.outputs,
                    factor,
                };
                table(meaning, shape, &texts)?.model(PLACE, &legend)
            }
        }
    }

    /// Writes the certificate, if it is asked for; if there is none, returns why.
    fn certify(&self, answered: &Answered) -> Result<Option<&'static str>> {
        match (&self.certificate, &answered.certificate) {
            (Some(path), Some(certificate)) => {
                write_file(path, certificate.to_text()?.as_bytes()).map(|()| None)
            }
            (Some(_), None) => Ok(Some(answered.without_certificate())),
            (None, _) => Ok(None),
        }
    }
}

/// The array of these numbers.
fn table(meaning: Meaning, shape: Vec<usize>, texts: &[String]) -> Result<Table> {
    let count = shape
        .iter()
        .try_fold(1_usize, |all, &side| all.checked_mul(side));
    if count != Some(texts.len()) {
        let fault = format!(
            "has {} numbers, which is not the shape {shape:?}",
            texts.len()
        );
        return Err(Error::input(PLACE, meaning, fault));
    }
    let number = |(i, text): (usize, &String)| {
        text.parse().map_err(|fault: String| {
            Error::input(PLACE, format!("{meaning}{}", index(&shape, i)), fault)
        })
    };
    let numbers = texts
        .iter()
        .enumerate()
        .map(number)
        .collect::<Result<_>>()?;
    Ok(Table::new(shape, numbers))
}

/// The index of a number by its position in C order: `[1][0]`.
fn index(shape: &[usize], mut position: usize) -> String {
    let mut sides = Vec::new();
    for &side in shape.iter().rev() {
        sides.push(format!("[{}]", position % side));
        position /= side;
    }
    sides.reverse();
    sides.concat()
}

fn exact(flag: &str, text: &str) -> Result<Exact> {
    text.parse()
        .map_err(|fault| Error::input(PLACE, flag, fault))
}

fn optional_exact(flag: &str, text: Option<&str>) -> Result<Option<Exact>> {
    text.map(|text| exact(flag, text)).transpose()
}
