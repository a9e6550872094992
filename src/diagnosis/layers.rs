//! The sharpness of each layer: the largest eigenvalue of its block of H.

use serde::Serialize;

use crate::curvature::block_sharpness;
use crate::error::Result;
use crate::network::CurvatureOperator;
use crate::work;

use super::eigenvalues::Listed;
use super::reading::Reading;
use super::task::Task;

/// The sharpness of the loss as a function of one layer's parameters. It is at most that of all parameters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayerSharpness {
    /// What the layer does, with its shapes.
    pub layer: String,
    /// The names of its tensors in the checkpoint.
    pub tensors: Vec<String>,
    /// The number of its parameters.
    pub parameters: usize,
    /// The largest eigenvalue of its block, with its error bar.
    pub sharpness: Listed,
    /// The number of products with H.
    pub products: usize,
    /// Whether the iteration reached its tolerance.
    pub converged: bool,
}

impl LayerSharpness {
    /// Measures every layer that has parameters of its own, in the order of the network. A parameter that several
    /// layers share belongs to the first of them.
    ///
    /// # Errors
    /// Returns an error if a product overflows f32.
    pub(super) fn of_each(
        task: &Task<'_>,
        curvature: &mut CurvatureOperator<'_>,
        reading: &Reading,
    ) -> Result<Vec<Self>> {
        let network = &task.model.network;
        let rounding = reading.rounding.map_or(0.0, |rounding| rounding.sharpness);
        let modules = network.modules();
        let mut found = Vec::new();
        for (number, module) in modules.iter().enumerate() {
            let layer = &network.layers()[module.layer];
            let own = [
                (layer.tied.weight, &layer.weight),
                (layer.tied.bias, &layer.bias),
            ];
            let own = own
                .into_iter()
                .filter(|(tied, range)| !tied && !range.is_empty());
            let block: Vec<_> = own.map(|(_, range)| range.clone()).collect();
            if block.is_empty() {
                continue;
            }
            work::stage(&format!(
                "sharpness of layer {} of {}",
                number + 1,
                modules.len()
            ));
            let effort = task.effort;
            let ends = block_sharpness(effort.isa, curvature, &block, &effort.lanczos, effort.seed);
            let ends = task.finite(ends)?;
            let mapping = task.model.assignment.mapping.iter();
            let of_module = mapping.filter(|assigned| assigned.module == number + 1);
            found.push(LayerSharpness {
                layer: layer.describe(),
                tensors: of_module.map(|assigned| assigned.tensor.clone()).collect(),
                parameters: block.iter().map(ExactSizeIterator::len).sum(),
                sharpness: Listed::new(ends.largest.value, ends.largest.residual, rounding),
                products: ends.products,
                converged: ends.converged,
            });
        }
        Ok(found)
    }
}
