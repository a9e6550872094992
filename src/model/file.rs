//! The model file: JSON with rationals as strings.
//!
//! ```json
//! {"kind": "quadratic", "hessians": [[["1", "1/2"], ["1/2", "1"]]]}
//! {"kind": "linear", "inputs": [["1", "2/3"]]}
//! ```

use std::fs;
use std::path::Path;

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Linear, Quadratic};
use crate::error::{Error, Result};
use crate::matrix::definite::exactly_semidefinite;
use crate::number::Exact;

/// A model as it stands in a file. Serialises to the form it was read from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Model {
    /// `n` symmetric positive semi-definite d × d Hessians.
    Quadratic(Quadratic),
    /// `n` inputs of linear regression, `H_i = x_i x_iᵀ`.
    Linear(Linear),
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// When the file cannot be read or is no model; the message names the file and the field.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|cause| Error::unreadable(path, &cause))?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads a model from text that came from `place`, the name used in errors.
    ///
    /// # Errors
    /// When the text is no model; the message names the place and the field.
    pub fn parse(place: &str, text: &str) -> Result<Self> {
        Self::of_fields(place, &Fields::parse(place, text)?)
    }

    /// Reads a model that is part of a larger JSON document which came from `place`.
    ///
    /// # Errors
    /// When the value is no model; the message names the place and the field.
    pub fn of_json(place: &str, value: &Value) -> Result<Self> {
        Self::parse(place, &value.to_string())
    }

    fn of_fields(place: &str, fields: &Fields) -> Result<Self> {
        let fault = |field: &str, fault: String| Err(Error::input(place, field, fault));
        match fields.kind.as_ref().map(|kind| (kind, kind.as_str())) {
            Some((_, Some("quadratic"))) => {
                let list = fields.only(place, "quadratic", "hessians")?;
                Quadratic::checked(place, matrices(place, list)?).map(Model::Quadratic)
            }
            Some((_, Some("linear"))) => {
                let list = fields.only(place, "linear", "inputs")?;
                Linear::checked(place, inputs(place, list)?).map(Model::Linear)
            }
            Some((kind, _)) => fault(
                "kind",
                format!("is {kind}; it must be \"quadratic\" or \"linear\""),
            ),
            None => fault(
                "kind",
                "is missing; write \"quadratic\" or \"linear\"".to_owned(),
            ),
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

    /// Is every `H_i ⪰ 0`? Linear models always are at a minimum.
    pub fn is_minimum(&self) -> bool {
        match self {
            Model::Quadratic(model) => model.hessians().iter().all(exactly_semidefinite),
            Model::Linear(_) => true,
        }
    }

    /// The curvature as SGD sees it.
    pub fn quadratic(&self) -> Quadratic {
        match self {
            Model::Quadratic(model) => model.clone(),
            Model::Linear(model) => model.quadratic(),
        }
    }
}

/// The fields of the file, not yet looked into.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    kind: Option<Value>,
    hessians: Option<Value>,
    inputs: Option<Value>,
}

impl Fields {
    fn parse(place: &str, text: &str) -> Result<Self> {
        // A derived reader would also take a list of the fields' values in order.
        if !text.trim_start().starts_with('{') {
            return Err(Error::input(
                place,
                "model",
                "is not a JSON object; it must begin with {",
            ));
        }
        serde_json::from_str(text).map_err(|cause| Error::input(place, "model", cause))
    }

    /// The list that a model of this kind has, provided that it has no other.
    fn only(&self, place: &str, kind: &str, name: &str) -> Result<&Value> {
        let (wanted, other, other_name) = match name {
            "hessians" => (&self.hessians, &self.inputs, "inputs"),
            _ => (&self.inputs, &self.hessians, "hessians"),
        };
        if other.is_some() {
            let fault = format!("does not belong to a {kind} model; remove it");
            return Err(Error::input(place, other_name, fault));
        }
        wanted.as_ref().ok_or_else(|| {
            Error::input(place, name, format!("is missing; a {kind} model needs it"))
        })
    }
}

/// The elements of a list, each with the name of its place: `hessians[1][0]`.
fn elements<'a>(place: &str, field: &str, value: &'a Value) -> Result<Vec<(String, &'a Value)>> {
    let Some(list) = value.as_array() else {
        let fault = format!("is {}; it must be a list", shortened(value));
        return Err(Error::input(place, field, fault));
    };
    let named = |(i, element)| (format!("{field}[{i}]"), element);
    Ok(list.iter().enumerate().map(named).collect())
}

fn shortened(value: &Value) -> String {
    const SHOWN: usize = 40;
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn numbers(place: &str, field: &str, value: &Value) -> Result<Vec<Exact>> {
    let number = |(field, value): (String, &Value)| {
        Exact::deserialize(value).map_err(|cause| Error::input(place, field, cause))
    };
    elements(place, field, value)?
        .into_iter()
        .map(number)
        .collect()
}

fn matrices(place: &str, value: &Value) -> Result<Vec<DMatrix<Exact>>> {
    let list = elements(place, "hessians", value)?;
    list.into_iter()
        .map(|(field, value)| matrix(place, &field, value))
        .collect()
}

fn matrix(place: &str, field: &str, value: &Value) -> Result<DMatrix<Exact>> {
    let mut rows = Vec::new();
    for (field, row) in elements(place, field, value)? {
        rows.push((numbers(place, &field, row)?, field));
    }
    let columns = rows.first().map_or(0, |(row, _)| row.len());
    if let Some((row, field)) = rows.iter().find(|(row, _)| row.len() != columns) {
        let fault = format!("has {} entries; the rows above have {columns}", row.len());
        return Err(Error::input(place, field, fault));
    }
    let entries: Vec<Exact> = rows.iter().flat_map(|(row, _)| row).cloned().collect();
    Ok(DMatrix::from_row_slice(rows.len(), columns, &entries))
}

fn inputs(place: &str, value: &Value) -> Result<Vec<DVector<Exact>>> {
    let list = elements(place, "inputs", value)?;
    let input =
        |(field, value): (String, &Value)| numbers(place, &field, value).map(DVector::from_vec);
    list.into_iter().map(input).collect()
}

#[cfg(test)]
mod tests;
