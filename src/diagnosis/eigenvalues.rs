//! The largest eigenvalues of the Hessian, or of the Gauss–Newton matrix, with their vectors.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::curvature::Top;
use crate::error::{Error, Result};
use crate::network::{Assembly, TensorRole};

use super::reading::Reading;
use super::subject::LoadedNetwork;

/// The largest eigenvalues, the largest first.
#[derive(Clone, Debug)]
pub struct Eigenvalues {
    /// The values with their error bars.
    pub values: Vec<Listed>,
    /// The number of products with the matrix, beyond those for a and λ_min in the same Krylov space.
    pub products: usize,
    /// Whether each value reached the tolerance.
    pub converged: bool,
    /// The unit eigenvectors, in the engine's order of the parameters.
    vectors: Vec<Vec<f32>>,
}

/// An eigenvalue with its error bar.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Listed {
    /// The value.
    pub value: f64,
    /// The residual `‖Ĥv − θv‖` for products `Ĥv` as computed, as the Lanczos recurrence implies it.
    pub residual: f64,
    /// The residual plus what rounding adds to it, which is measured along the first vector: some
    /// eigenvalue lies within this distance of the value.
    pub bar: f64,
}

impl Listed {
    /// A value with its residual, and what rounding adds to that.
    pub(super) fn new(value: f64, residual: f64, rounding: f64) -> Self {
        Listed {
            value,
            residual,
            bar: residual + rounding,
        }
    }
}

impl Eigenvalues {
    /// The largest eigenvalues at the point of a reading.
    pub(super) fn new(top: Top, reading: &Reading) -> Self {
        let rounding = reading.rounding.map_or(0.0, |rounding| rounding.sharpness);
        let listed = top.pairs.iter();
        let listed = listed.map(|pair| Listed::new(pair.value, pair.residual, rounding));
        Eigenvalues {
            values: listed.collect(),
            products: top.products,
            converged: top.converged,
            vectors: top.pairs.into_iter().map(|pair| pair.vector).collect(),
        }
    }

    /// The values, without the vectors.
    pub fn json(&self) -> Map<String, Value> {
        Map::from_iter([
            ("eigenvalues".to_owned(), json!(self.values)),
            ("eigenvalues_products".to_owned(), json!(self.products)),
            ("eigenvalues_converged".to_owned(), json!(self.converged)),
        ])
    }

    /// The vectors as a safetensors file. Its tensors are `eigenvector.1.NAME` for each parameter NAME of the
    /// checkpoint, in PyTorch's layout, and so on for the other vectors; the metadata `eigenvalues` lists the
    /// values.
    ///
    /// # Errors
    /// An internal error if the file cannot be formed.
    pub fn to_safetensors(&self, model: &LoadedNetwork) -> Result<Vec<u8>> {
        let mut tensors = Vec::new();
        for (index, vector) in self.vectors.iter().enumerate() {
            tensors.extend(parts(model, vector, &format!("eigenvector.{}", index + 1)));
        }
        let named = tensors
            .iter()
            .map(|tensor| Ok((&tensor.name, tensor.view()?)));
        let named: Vec<_> = named.collect::<Result<_>>()?;
        let values: Vec<f64> = self.values.iter().map(|listed| listed.value).collect();
        let values = serde_json::to_string(&values).map_err(Error::internal)?;
        let about = HashMap::from([("eigenvalues".to_owned(), values)]);
        serialize(named, Some(about)).map_err(Error::internal)
    }
}

/// A part of a vector, shaped like a tensor of the checkpoint.
struct Tensor {
    name: String,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensor {
    fn view(&self) -> Result<TensorView<'_>> {
        TensorView::new(Dtype::F32, self.shape.clone(), &self.bytes).map_err(Error::internal)
    }
}

/// A vector over the parameters, cut into the tensors of the checkpoint, whose names follow a prefix.
fn parts(model: &LoadedNetwork, vector: &[f32], prefix: &str) -> Vec<Tensor> {
    let network = &model.network;
    let mut assembly = Assembly::new(network);
    assembly.parameters.copy_from_slice(vector);
    let modules = network.modules();
    let mut parts = Vec::new();
    for assigned in &model.assignment.mapping {
        let module = &modules[assigned.module - 1];
        let tensor = module.tensors.iter().find(|(role, _)| {
            role.name() == assigned.part && matches!(role, TensorRole::Weight | TensorRole::Bias)
        });
        if let Some((role, shape)) = tensor {
            let numbers = assembly.read(module, *role);
            parts.push(Tensor {
                name: format!("{prefix}.{}", assigned.tensor),
                shape: shape.clone(),
                bytes: numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
            });
        }
    }
    parts
}
