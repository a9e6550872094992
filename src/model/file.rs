//! The model file: JSON with rationals as strings. The grammar is in `docs/formats.md`.
//!
//! ```json
//! {"kind": "quadratic", "hessians": [[["1", "1/2"], ["1/2", "1"]]]}
//! {"kind": "linear", "inputs": [["1", "2/3"]]}
//! ```

use std::path::Path;

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::document::{Object, Value};
use super::{Linear, Quadratic};
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
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Quadratic,
    Linear,
}

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
        let fields = value.object(place, &["kind", "hessians", "inputs"])?;
        let kind = fields.required("kind", "write \"quadratic\" or \"linear\"")?;
        match kind.word("\"quadratic\" or \"linear\"")? {
            Kind::Quadratic => {
                let hessians = only(&fields, "quadratic", "hessians", "inputs")?;
                Quadratic::checked(place, matrices(&hessians)?).map(Model::Quadratic)
            }
            Kind::Linear => {
                let inputs = only(&fields, "linear", "inputs", "hessians")?;
                Linear::checked(place, vectors(&inputs)?).map(Model::Linear)
            }
        }
    }

    /// The dimension `d`.
    pub fn dimension(&self) -> usize {
        match self {
            Model::Quadratic(model) => model.dimension(),
            Model::Linear(model) => model.inputs()[0].len(),
        }
    }

    /// The number of samples `n`.
    pub fn samples(&self) -> usize {
        match self {
            Model::Quadratic(model) => model.samples(),
            Model::Linear(model) => model.inputs().len(),
        }
    }

    /// Is every `H_i ⪰ 0`? Always true of linear models.
    pub fn is_minimum(&self) -> bool {
        match self {
            Model::Quadratic(model) => model.hessians().iter().all(exactly_semidefinite),
            Model::Linear(_) => true,
        }
    }

    /// The model as sample Hessians.
    pub fn quadratic(&self) -> Quadratic {
        match self {
            Model::Quadratic(model) => model.clone(),
            Model::Linear(model) => model.quadratic(),
        }
    }
}

/// The list that a model of this kind needs, provided that it does not also have the list of the other
/// kind.
fn only<'a>(fields: &Object<'a>, kind: &str, name: &str, other: &str) -> Result<Value<'a>> {
    match fields.field(other) {
        Some(other) => {
            let fault = format!("does not belong to a {kind} model; remove it");
            Err(other.refused(fault))
        }
        None => fields.required(name, &format!("a {kind} model needs it")),
    }
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
