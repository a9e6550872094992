//! Layers with parameters, which are linear in their input and linear in their weights.
//!
//! All their passes are built from four products, each of which takes either the weights or a direction
//! in weight space. With `V` the direction of the weights and R the derivative along it:
//!
//! ```text
//! forward   z  = x·W + b
//! jvp       Rz = Rx·W + x·V + v_b
//! backward  ∂x = ∂z·Wᵀ,   ∂W = xᵀ·∂z
//! hvp      R∂x = R∂z·Wᵀ + ∂z·Vᵀ,   R∂W = xᵀ·R∂z + Rxᵀ·∂z
//! ```

use crate::kernel::Start;

use super::operator::{
    Describe, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, SecondOrder, Site,
    Straight,
};

/// The four products from which the passes of a layer with parameters are built.
pub(in crate::network) trait Bilinear: Describe {
    /// `z ← x·W + b`, or its positive part if `relu` is set.
    fn affine(&self, at: &Site, x: &[f32], w: LayerParameters, relu: bool, z: &mut [f32]);

    /// `z ← z + x·W`.
    fn add_product(&self, at: &Site, x: &[f32], w: LayerParameters, z: &mut [f32]);

    /// `dx ← start + dz·Wᵀ`.
    fn transposed(&self, at: &Site, dz: &[f32], w: LayerParameters, start: Start, dx: &mut [f32]);

    /// `sum ← start + xᵀ·dz`, summed over the samples.
    fn gradient(&self, at: &Site, x: &[f32], dz: &[f32], start: Start, sum: &mut [f32]);
}

impl<T: Bilinear> Operator for T {
    fn fuses_relu(&self) -> bool {
        true
    }

    fn forward(&self, at: &Site, x: Inputs, _saved: &mut Saved, relu: bool, z: &mut [f32]) {
        self.affine(at, x.main, at.parameters, relu, z);
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, direction: LayerParameters, rz: &mut [f32]) {
        self.affine(&base.at, base.x, direction, false, rz);
        if !rx.main.is_empty() {
            self.add_product(&base.at, rx.main, base.at.parameters, rz);
        }
    }

    fn backward(&self, base: &Recorded, _by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        self.transposed(&base.at, dz, base.at.parameters, start, dx);
    }

    fn hvp_backward(
        &self,
        base: &Recorded,
        second: SecondOrder,
        _by: Operand,
        start: Start,
        dx: &mut [f32],
    ) {
        let at = &base.at;
        self.transposed(at, second.delta_tangent, at.parameters, start, dx);
        self.transposed(at, second.delta, second.direction, Start::Accumulate, dx);
    }

    fn weight_gradient(&self, at: &Site, x: &[f32], dz: &[f32], start: Start, sum: &mut [f32]) {
        self.gradient(at, x, dz, start, sum);
    }

    fn add_second_derivative(&self, base: &Recorded, straight: Straight, sum: &mut [f32]) {
        self.add_product(&base.at, straight.x_tangent, straight.direction, sum);
    }
}
