//! The rows of one batch, copied side by side.

use crate::kernel::{self, MatrixMut, MatrixRef};
use crate::network::{Batch, Network};

/// Which rows, and the rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    pub indices: Vec<usize>,
    inputs: Vec<f32>,
    targets: Vec<f32>,
}

impl Gathered {
    /// The rows of `data` that the indices name.
    pub fn gather(&mut self, network: &Network, data: &Batch<'_>) -> Batch<'_> {
        let copy = |rows: &mut Vec<f32>, from: &[f32], width: usize| {
            let count = self.indices.len();
            rows.resize(count * width, 0.0);
            let from = MatrixRef::new(from, data.samples, width);
            kernel::gather(from, &self.indices, MatrixMut::new(rows, count, width));
        };
        copy(&mut self.inputs, data.inputs, network.features());
        copy(&mut self.targets, data.targets, network.outputs());
        Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: self.indices.len(),
        }
    }
}
