//! Activations: functions of one number that may follow a layer.
//!
//! Everything that a pass has to know of an activation σ stands here: its word, the function, its two
//! derivatives, and what these are computed from. With `z` the number before the activation, `y = σ(z)`
//! the one behind it, ∂ the derivative of the loss by either, and R the derivative along a direction of
//! the parameters:
//!
//! ```text
//! forward            y = σ(z)
//! jvp               Ry = σ'(z)·Rz
//! backward          ∂z = σ'(z)·∂y
//! hvp              R∂z = σ'(z)·R∂y + σ''(z)·Rz·∂y
//! ```

use crate::kernel::{self, Isa};

/// The activation behind a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// None: `σ(z) = z`.
    #[default]
    Identity,
    /// `σ(z) = max(0, z)`, with `σ'(0) = 0` as in PyTorch.
    Relu,
}

/// Which numbers the derivatives of an activation are computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// Its output y, which every pass keeps.
    Output,
    /// Its input z, which is kept besides.
    Input,
}

/// `x ← σ''(z)·x`, from the numbers that [`Activation::keeps`] names.
pub(super) type SecondDerivative = fn(Isa, &[f32], &mut [f32]);

impl Activation {
    /// The word in architecture files, in messages and on pages.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Identity => "identity",
            Activation::Relu => "relu",
        }
    }

    /// What its derivatives are computed from.
    pub fn keeps(self) -> Keeps {
        match self {
            Activation::Identity | Activation::Relu => Keeps::Output,
        }
    }

    /// Is it the rectifier, which forward kernels can apply to what they write?
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

    /// `x ← σ'(z)·x`, from the numbers that [`Activation::keeps`] names.
    pub(super) fn derivative(self, isa: Isa, kept: &[f32], x: &mut [f32]) {
        match self {
            Activation::Identity => {}
            Activation::Relu => kernel::relu_backward(isa, kept, x),
        }
    }

    /// How σ'' is multiplied with; `None` where σ is piecewise linear and σ'' counts as zero.
    pub(super) fn second_derivative(self) -> Option<SecondDerivative> {
        match self {
            Activation::Identity | Activation::Relu => None,
        }
    }

    /// Numbers that curvature products keep for each output of the layer, besides those of every layer:
    /// z where the derivatives need it, and where there is a second derivative ∂y and the Rz of two
    /// tangents.
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
