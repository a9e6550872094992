//! Activations: elementwise functions that follow a layer.
//!
//! This file holds everything that a pass needs to know about an activation σ: its name, the function,
//! its first two derivatives, and the numbers these are computed from. Let `z` be the number before the
//! activation, `y = σ(z)` the number after it, ∂ the derivative of the loss with respect to either, and
//! R the derivative along a direction in parameter space. Then:
//!
//! ```text
//! forward            y = σ(z)
//! jvp               Ry = σ'(z)·Rz
//! backward          ∂z = σ'(z)·∂y
//! hvp              R∂z = σ'(z)·R∂y + σ''(z)·Rz·∂y
//! ```

use crate::kernel::{self, Isa};

/// The activation that follows a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// No activation: `σ(z) = z`.
    #[default]
    Identity,
    /// `σ(z) = max(0, z)`, with `σ'(0) = 0` as in PyTorch.
    Relu,
}

/// The numbers from which the derivatives of an activation are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// The output y, which every pass keeps anyway.
    Output,
    /// The input z, which must be kept in addition.
    Input,
}

/// `x ← σ''(z)·x`, computed from the numbers that [`Activation::keeps`] names.
pub(super) type SecondDerivative = fn(Isa, &[f32], &mut [f32]);

impl Activation {
    /// The name used in architecture files, in messages and on pages.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Identity => "identity",
            Activation::Relu => "relu",
        }
    }

    /// The numbers from which the derivatives are computed.
    pub fn keeps(self) -> Keeps {
        match self {
            Activation::Identity | Activation::Relu => Keeps::Output,
        }
    }

    /// Whether this is the ReLU, which forward kernels can apply to their own output.
    pub(super) fn is_relu(self) -> bool {
        match self {
            Activation::Identity => false,
            Activation::Relu => true,
        }
    }

    /// `z ← σ(z)`.
    pub(super) fn forward(self, isa: Isa, z: &mut [f32]) {
        match self {
            Activation::Identity => {}
            Activation::Relu => kernel::relu(isa, z),
        }
    }

    /// `x ← σ'(z)·x`, computed from the numbers that [`Activation::keeps`] names.
    pub(super) fn derivative(self, isa: Isa, kept: &[f32], x: &mut [f32]) {
        match self {
            Activation::Identity => {}
            Activation::Relu => kernel::relu_backward(isa, kept, x),
        }
    }

    /// The function that multiplies by σ''; `None` where σ is piecewise linear and σ'' is taken as zero.
    pub(super) fn second_derivative(self) -> Option<SecondDerivative> {
        match self {
            Activation::Identity | Activation::Relu => None,
        }
    }

    /// How many numbers curvature products keep per output of the layer because of its activation: z
    /// where the derivatives need it, and, where the activation has a second derivative, ∂y and the Rz
    /// of two tangents.
    pub(super) fn kept_numbers(self) -> usize {
        let input = match self.keeps() {
            Keeps::Output => 0,
            Keeps::Input => 1,
        };
        let second_order = if self.second_derivative().is_some() {
            3
        } else {
            0
        };
        input + second_order
    }
}
