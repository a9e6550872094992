//! The model file: JSON with rationals as strings. The grammar is in `docs/formats.md`.
//!
//! ```json
//! {"kind": "quadratic", "hessians": [[["1", "1/2"], ["1/2", "1"]]]}
//! {"kind": "linear", "inputs": [["1", "2/3"]]}
//! {"kind": "jacobians", "factor": "2/3", "jacobians": [[["1", "0"], ["0", "2"], ["1", "1"]]]}
//! ```

use std::fmt;
use std::path::Path;

use nalgebra::{DMatrix, DVector};
use num_traits::One;
use serde::{Deserialize, Serialize};

use super::document::{Object, Value};
use super::{Jacobians, Linear, Quadratic};
use crate::error::Result;
use crate::matrix::definite::exactly_semidefinite;
use crate::number::Exact;
use crate::read;

/// A model as read from a file. It serialises to the form it was read from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Model {
    /// `n` symmetric positive semi-definite d × d Hessians.
    Quadratic(Quadratic),
    /// `n` inputs of linear regression, `H_i = x_i x_iᵀ`.
    Linear(Linear),
    /// `n` Jacobians of several outputs, `H_i = φ·J_iᵀJ_i`.
    Jacobians(Jacobians),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Quadratic,
    Linear,
    Jacobians,
}

impl Kind {
    const WORDS: &str = "\"quadratic\", \"linear\" or \"jacobians\"";

    /// The fields of a model of this kind: its list, and what else it may have.
    fn fields(&self) -> &'static [&'static str] {
        match self {
            Kind::Quadratic => &["hessians"],
            Kind::Linear => &["inputs"],
            Kind::Jacobians => &["jacobians", "factor"],
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Kind::Quadratic => "quadratic",
            Kind::Linear => "linear",
            Kind::Jacobians => "jacobians",
        }
    }
}

/// The model as its file has it, in one line.
impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).expect("a model is plain data"))
    }
}

/// The fields that a model may have.
const FIELDS: [&str; 5] = ["kind", "hessians", "inputs", "jacobians", "factor"];

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// When the file cannot be read or is not a model; the message names the file and the field.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&path.display().to_string(), &read::text(path)?)
    }

    /// Parses a model from text that came from `place`, the name used in errors.
    ///
    /// # Errors
    /// When the text is not a model; the message names the place and the field.
    pub fn parse(place: &str, text: &str) -> Result<Self> {
        Self::of_value(&Value::document(place, "model", text), place)
    }

    /// Reads a model that may be part of a larger document; messages about its fields begin with
    /// `place`.
    ///
    /// # Errors
    /// When the value is not a model; the message names the place and the field.
    pub(crate) fn of_value<'a>(value: &Value<'a>, place: &'a str) -> Result<Self> {
        let fields = value.object(place, &FIELDS)?;
        let kind = fields.required("kind", &format!("write {}", Kind::WORDS))?;
        let kind: Kind = kind.word(Kind::WORDS)?;
        let list = list_of(&fields, &kind)?;
        match kind {
            Kind::Quadratic => Quadratic::checked(place, matrices(&list)?).map(Model::Quadratic),
            Kind::Linear => Linear::checked(place, vectors(&list)?).map(Model::Linear),
            Kind::Jacobians => {
                let factor = fields.field("factor").as_ref().map(Value::number);
                let factor = factor.transpose()?.unwrap_or_else(Exact::one);
                Jacobians::checked(place, factor, matrices(&list)?).map(Model::Jacobians)
            }
        }
    }

    /// The dimension `d`.
    pub fn dimension(&self) -> usize {
        match self {
            Model::Quadratic(model) => model.dimension(),
            Model::Linear(model) => model.inputs()[0].len(),
            Model::Jacobians(model) => model.dimension(),
        }
    }

    /// The number of samples `n`.
    pub fn samples(&self) -> usize {
        match self {
            Model::Quadratic(model) => model.samples(),
            Model::Linear(model) => model.inputs().len(),
            Model::Jacobians(model) => model.samples(),
        }
    }

    /// The rows of the factors of the Hessians, if the model has any: the inputs (n × d), or the rows of all
    /// Jacobians (N × d).
    pub fn factors(&self) -> Option<DMatrix<Exact>> {
        match self {
            Model::Quadratic(_) => None,
            Model::Linear(model) => Some(model.design()),
            Model::Jacobians(model) => Some(model.stacked()),
        }
    }

    /// The number of rows of the factors, N; `None` if the model has none.
    pub fn factor_rows(&self) -> Option<usize> {
        match self {
            Model::Quadratic(_) => None,
            Model::Linear(model) => Some(model.inputs().len()),
            Model::Jacobians(model) => Some(model.samples() * model.outputs()),
        }
    }

    /// Is every `H_i ⪰ 0`? Always true of models that are given by factors.
    pub fn is_minimum(&self) -> bool {
        match self {
            Model::Quadratic(model) => model.hessians().iter().all(exactly_semidefinite),
            Model::Linear(_) | Model::Jacobians(_) => true,
        }
    }

    /// The model as sample Hessians.
    pub fn quadratic(&self) -> Quadratic {
        match self {
            Model::Quadratic(model) => model.clone(),
            Model::Linear(model) => model.quadratic(),
            Model::Jacobians(model) => model.quadratic(),
        }
    }
}

/// The list that a model of this kind needs, provided that it has no field of another kind.
fn list_of<'a>(fields: &Object<'a>, kind: &Kind) -> Result<Value<'a>> {
    let own = kind.fields();
    let others = FIELDS[1..].iter().filter(|name| !own.contains(name));
    if let Some(other) = others.filter_map(|name| fields.field(name)).next() {
        let fault = format!("does not belong to a {} model; remove it", kind.name());
        return Err(other.refused(fault));
    }
    fields.required(own[0], &format!("a {} model needs it", kind.name()))
}

fn numbers(list: &Value) -> Result<Vec<Exact>> {
    list.list()?.iter().map(Value::number).collect()
}

fn matrices(list: &Value) -> Result<Vec<DMatrix<Exact>>> {
    list.list()?.iter().map(matrix).collect()
}

/// The matrix of these rows, which must be equally long.
pub(crate) fn matrix(rows: &Value) -> Result<DMatrix<Exact>> {
    let (rows, mut entries, mut columns) = (rows.list()?, Vec::new(), 0);
    for (i, row) in rows.iter().enumerate() {
        let mut own = numbers(row)?;
        if i > 0 && own.len() != columns {
            let fault = format!("has {} entries; the rows above have {columns}", own.len());
            return Err(row.refused(fault));
        }
        columns = own.len();
        entries.append(&mut own);
    }
    Ok(DMatrix::from_row_slice(rows.len(), columns, &entries))
}

fn vectors(list: &Value) -> Result<Vec<DVector<Exact>>> {
    let vector = |value: &Value| numbers(value).map(DVector::from_vec);
    list.list()?.iter().map(vector).collect()
}

#[cfg(test)]
mod tests;
