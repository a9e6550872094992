//! Convolutions whose window is one pixel, as products of matrices: `z = x·W` with a row per position.
//!
//! A register tile of pixels reads the weights as they lie, which is best for few positions. With many, the
//! matrix product also divides the work into blocks that stay in the caches, and takes half of the time where
//! the weights do not fit there.

use crate::kernel::{self, Isa, MatrixMut, MatrixRef, Start};

/// The number of positions from which matrices are multiplied.
pub(super) const POSITIONS: usize = 64;

/// The number of weights from which their gradient is a product of matrices, too. Below, sums in registers are
/// quicker.
const WEIGHTS: usize = 1 << 16;

/// The product of one layer: positions × inputs by inputs × outputs.
#[derive(Clone, Copy)]
pub(super) struct Pointwise {
    pub isa: Isa,
    /// The positions of all samples.
    pub positions: usize,
    pub inputs: usize,
    pub outputs: usize,
}

impl Pointwise {
    /// Whether the gradient with respect to the weights is computed here.
    pub fn has_gradient(self) -> bool {
        self.inputs * self.outputs >= WEIGHTS
    }

    /// `z ← x·W + b`, or its positive part if `relu` is set; `b` may be missing.
    pub fn affine(self, x: &[f32], weight: &[f32], bias: &[f32], relu: bool, z: &mut [f32]) {
        let start = if bias.is_empty() {
            Start::Zero
        } else {
            let rows = z.chunks_exact_mut(self.outputs);
            rows.for_each(|row| row.copy_from_slice(bias));
            Start::Accumulate
        };
        self.multiply(x, weight, start, z);
        if relu {
            kernel::relu(self.isa, z);
        }
    }

    /// `z ← start + x·W`.
    pub fn multiply(self, x: &[f32], weight: &[f32], start: Start, z: &mut [f32]) {
        let z = MatrixMut::new(z, self.positions, self.outputs);
        kernel::gemm(self.isa, self.read(x), self.weights(weight), start, z);
    }

    /// `dx ← start + dz·Wᵀ`.
    pub fn transposed(self, dz: &[f32], weight: &[f32], start: Start, dx: &mut [f32]) {
        let dx = MatrixMut::new(dx, self.positions, self.inputs);
        let weights = self.weights(weight).transposed();
        kernel::gemm(self.isa, self.given(dz), weights, start, dx);
    }

    /// `sum ← start + xᵀ·dz`.
    pub fn gradient(self, x: &[f32], dz: &[f32], start: Start, sum: &mut [f32]) {
        let sum = MatrixMut::new(sum, self.inputs, self.outputs);
        let (x, dz) = (self.read(x).transposed(), self.given(dz));
        kernel::gemm(self.isa, x, dz, start, sum);
    }

    fn read(self, x: &[f32]) -> MatrixRef<'_> {
        MatrixRef::new(x, self.positions, self.inputs)
    }

    fn given(self, z: &[f32]) -> MatrixRef<'_> {
        MatrixRef::new(z, self.positions, self.outputs)
    }

    fn weights(self, weight: &[f32]) -> MatrixRef<'_> {
        MatrixRef::new(weight, self.inputs, self.outputs)
    }
}
