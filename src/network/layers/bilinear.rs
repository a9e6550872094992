//! Layers with parameters: linear in what they read and linear in their weights.
//!
//! All their passes are made of four products, each of which takes the weights or a direction among
//! them. With `V` the direction of the weights and R the derivative along it:
//!
//! ```text
//! forward   z  = x·W + b
//! jvp       Rz = Rx·W + x·V + v_b
//! backward  ∂x = ∂z·Wᵀ,   ∂W = xᵀ·∂z
//! hvp      R∂x = R∂z·Wᵀ + ∂z·Vᵀ,   R∂W = xᵀ·R∂z + Rxᵀ·∂z
//! ```

use crate::kernel::Start;

use super::operator::{
    Describe, Inputs, LayerContext, LayerParameters, Operand, Operator, Recorded, Saved,
    SecondOrder,
};

/// The four products of a layer with parameters.
pub(in crate::network) trait Bilinear: Describe {
    /// `z ← x·W + b`, or the positive part of it.
    fn affine(
        &self,
        at: &LayerContext<'_>,
        x: &[f32],
        parameters: LayerParameters<'_>,
        relu: bool,
        z: &mut [f32],
    );

    /// `z ← z + x·W`.
    fn add_product(
        &self,
        at: &LayerContext<'_>,
        x: &[f32],
        parameters: LayerParameters<'_>,
        z: &mut [f32],
    );

    /// `dx ← start + dz·Wᵀ`.
    fn transposed(
        &self,
        at: &LayerContext<'_>,
        dz: &[f32],
        parameters: LayerParameters<'_>,
        start: Start,
        dx: &mut [f32],
    );

    /// `sum ← start + xᵀ·dz`, summed over the samples.
    fn gradient(&self, at: &LayerContext<'_>, x: &[f32], dz: &[f32], start: Start, sum: &mut [f32]);
}

impl<T: Bilinear> Operator for T {
    fn fuses_relu(&self) -> bool {
        true
    }

    fn forward(
        &self,
        at: &LayerContext<'_>,
        x: Inputs<'_>,
        _saved: &mut Saved,
        relu: bool,
        z: &mut [f32],
    ) {
        self.affine(at, x.main, at.parameters, relu, z);
    }

    fn jvp(
        &self,
        at: &LayerContext<'_>,
        base: Recorded<'_>,
        rx: Inputs<'_>,
        direction: LayerParameters<'_>,
        rz: &mut [f32],
    ) {
        self.affine(at, base.x, direction, false, rz);
        if !rx.main.is_empty() {
            self.add_product(at, rx.main, at.parameters, rz);
        }
    }

    fn backward(
        &self,
        at: &LayerContext<'_>,
        _base: Recorded<'_>,
        _operand: Operand,
        dz: &[f32],
        start: Start,
        dx: &mut [f32],
    ) {
        self.transposed(at, dz, at.parameters, start, dx);
    }

    fn hvp_backward(
        &self,
        at: &LayerContext<'_>,
        _base: Recorded<'_>,
        second: SecondOrder<'_>,
        _operand: Operand,
        start: Start,
        dx: &mut [f32],
    ) {
        self.transposed(at, second.delta_tangent, at.parameters, start, dx);
        self.transposed(at, second.delta, second.direction, Start::Accumulate, dx);
    }

    fn weight_gradient(
        &self,
        at: &LayerContext<'_>,
        x: &[f32],
        dz: &[f32],
        start: Start,
        sum: &mut [f32],
    ) {
        self.gradient(at, x, dz, start, sum);
    }

    fn add_second_derivative(
        &self,
        at: &LayerContext<'_>,
        rx: &[f32],
        direction: LayerParameters<'_>,
        sum: &mut [f32],
    ) {
        self.add_product(at, rx, direction, sum);
    }
}
