//! The dense layer `z = W x + b`, where `W` has the shape outputs × inputs.

use serde::{Deserialize, Serialize};

use crate::kernel::dense::Below;
use crate::kernel::{self, MatrixMut, MatrixRef, Start};
use crate::network::shape::Shape;

use super::bilinear::Bilinear;
use super::bounds::checked;
use super::operator::{Describe, Fault, Fitted, LayerParameters, Site};
use super::words::{is_yes, yes};

/// `type = "dense"` in an architecture file.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct DenseItem {
    pub outputs: usize,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub bias: bool,
}

/// A dense layer, with or without a bias. It reads a vector.
#[derive(Clone, Debug)]
pub struct Dense;

impl Dense {
    /// The layer with `outputs` outputs that reads a vector of shape `input`.
    pub(in crate::network) fn fit(
        input: Shape,
        outputs: usize,
        bias: bool,
    ) -> Result<Fitted<Self>, Fault> {
        if outputs == 0 {
            return Err("a layer needs at least one output".to_owned());
        }
        Ok(Fitted {
            operator: Dense,
            output: Shape::features(outputs),
            weights: checked(input.numbers(), outputs)?,
            biases: if bias { outputs } else { 0 },
        })
    }
}

impl Describe for Dense {
    fn name(&self) -> &'static str {
        "dense"
    }
}

/// The weight as a matrix, outputs × inputs.
fn matrix<'a>(at: &Site, parameters: LayerParameters<'a>) -> MatrixRef<'a> {
    MatrixRef::new(parameters.weight, at.output.numbers(), at.input.numbers())
}

/// The input as a matrix, samples × inputs.
fn read<'a>(at: &Site, x: &'a [f32]) -> MatrixRef<'a> {
    MatrixRef::new(x, at.samples, at.input.numbers())
}

/// The output as a matrix, samples × outputs.
fn given<'a>(at: &Site, z: &'a [f32]) -> MatrixRef<'a> {
    MatrixRef::new(z, at.samples, at.output.numbers())
}

impl Bilinear for Dense {
    fn affine(&self, at: &Site, x: &[f32], w: LayerParameters, relu: bool, z: &mut [f32]) {
        let z = MatrixMut::new(z, at.samples, at.output.numbers());
        let weights = matrix(at, w);
        kernel::dense::affine(at.isa, read(at, x), weights, w.bias, relu, z);
    }

    fn add_product(&self, at: &Site, x: &[f32], w: LayerParameters, z: &mut [f32]) {
        let z = MatrixMut::new(z, at.samples, at.output.numbers());
        let weights = matrix(at, w).transposed();
        kernel::gemm(at.isa, read(at, x), weights, Start::Accumulate, z);
    }

    fn transposed(&self, at: &Site, dz: &[f32], w: LayerParameters, start: Start, dx: &mut [f32]) {
        let (dz, weights) = (given(at, dz), matrix(at, w));
        let dx = MatrixMut::new(dx, at.samples, at.input.numbers());
        match start {
            Start::Zero => kernel::dense::backward(
                at.isa,
                dz,
                weights,
                Below {
                    rectified: None,
                    dx,
                },
            ),
            Start::Accumulate => kernel::gemm(at.isa, dz, weights, start, dx),
        }
    }

    fn gradient(&self, at: &Site, x: &[f32], dz: &[f32], start: Start, sum: &mut [f32]) {
        let sum = MatrixMut::new(sum, at.output.numbers(), at.input.numbers());
        kernel::gemm(at.isa, given(at, dz).transposed(), read(at, x), start, sum);
    }
}
