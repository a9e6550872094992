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

use std::fmt;
use std::str::FromStr;

use crate::kernel::{self, Isa, Nonlinearity};

use super::Fault;

/// The activation that follows a layer. Numbers of an activation are kept in f64, as the f64 engine and
/// PyTorch take them; the f32 engine rounds them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Activation {
    /// No activation: `σ(z) = z`.
    #[default]
    Identity,
    /// `σ(z) = max(0, z)`, with `σ'(0) = 0` as in PyTorch.
    Relu,
    /// `σ(z) = z` above zero, `slope·z` otherwise.
    LeakyRelu {
        /// The slope below zero.
        slope: f64,
    },
    /// `σ(z) = z` above zero, `α·(exp(z) − 1)` otherwise.
    Elu {
        /// α.
        alpha: f64,
    },
    /// `λ` times the ELU of α = 1.67326…, with λ = 1.05070… (Klambauer and others, 2017).
    Selu,
    /// `σ(z) = tanh(z)`.
    Tanh,
    /// `σ(z) = 1/(1 + exp(−z))`.
    Sigmoid,
    /// `σ(z) = log(1 + exp(z))`.
    Softplus,
    /// `σ(z) = min(1, max(−1, z))`, with `σ'(±1) = 0` as in PyTorch.
    Hardtanh,
    /// `σ(z) = z·Φ(z)`, where Φ is the distribution function of the standard normal.
    Gelu,
    /// `σ(z) = z/2·(1 + tanh(√(2/π)·(z + 0.044715·z³)))`, an approximation of GELU.
    GeluTanh,
    /// `σ(z) = z/(1 + exp(−z))`.
    Silu,
}

/// The slope of PyTorch's `LeakyReLU()`.
pub(super) const LEAKY_SLOPE: f64 = 0.01;

/// The α of PyTorch's `ELU()`.
pub(super) const ELU_ALPHA: f64 = 1.0;

/// The numbers from which the derivatives of an activation are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// The output y, which every pass keeps anyway.
    Output,
    /// The input z, which must be kept in addition.
    Input,
}

impl Activation {
    /// Every activation that has a word of its own, with PyTorch's defaults for its numbers.
    pub const NAMED: [Activation; 10] = [
        Activation::Relu,
        Activation::LeakyRelu { slope: LEAKY_SLOPE },
        Activation::Elu { alpha: ELU_ALPHA },
        Activation::Selu,
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Hardtanh,
        Activation::Gelu,
        Activation::Silu,
    ];

    /// The name used in architecture files, in messages and on pages.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Identity => "identity",
            Activation::Relu => "relu",
            Activation::LeakyRelu { .. } => "leaky-relu",
            Activation::Elu { .. } => "elu",
            Activation::Selu => "selu",
            Activation::Tanh => "tanh",
            Activation::Sigmoid => "sigmoid",
            Activation::Softplus => "softplus",
            Activation::Hardtanh => "hardtanh",
            Activation::Gelu | Activation::GeluTanh => "gelu",
            Activation::Silu => "silu",
        }
    }

    /// What distinguishes the activation from others of its name, such as `slope 0.01`.
    pub fn setting(self) -> Option<String> {
        match self {
            Activation::LeakyRelu { slope } => Some(format!("slope {slope}")),
            Activation::Elu { alpha } => Some(format!("alpha {alpha}")),
            Activation::GeluTanh => Some("approximate tanh".to_owned()),
            Activation::Identity
            | Activation::Relu
            | Activation::Selu
            | Activation::Tanh
            | Activation::Sigmoid
            | Activation::Softplus
            | Activation::Hardtanh
            | Activation::Gelu
            | Activation::Silu => None,
        }
    }

    /// Whether this is what PyTorch's module of this name is by default.
    pub fn is_default(self) -> bool {
        self == Activation::Identity || Activation::NAMED.contains(&self)
    }

    /// Checks the numbers of the activation.
    ///
    /// # Errors
    /// Returns an error when one is not finite in f32.
    pub(super) fn check(self) -> Result<(), Fault> {
        let (word, number) = match self {
            Activation::LeakyRelu { slope } => ("slope", slope),
            Activation::Elu { alpha } => ("alpha", alpha),
            _ => return Ok(()),
        };
        if (number as f32).is_finite() {
            return Ok(());
        }
        Err(format!(
            "{word} must be a number within the range of f32, not {number:?}"
        ))
    }

    /// The numbers from which the derivatives are computed.
    pub fn keeps(self) -> Keeps {
        match self.nonlinearity() {
            None => Keeps::Output,
            Some(_) => Keeps::Input,
        }
    }

    /// The kernels of the function; `None` for the identity and the ReLU, which have their own.
    fn nonlinearity(self) -> Option<Nonlinearity> {
        Some(match self {
            Activation::Identity | Activation::Relu => return None,
            Activation::LeakyRelu { slope } => Nonlinearity::LeakyRelu {
                slope: slope as f32,
            },
            Activation::Elu { alpha } => Nonlinearity::Elu {
                alpha: alpha as f32,
            },
            Activation::Selu => Nonlinearity::Selu,
            Activation::Tanh => Nonlinearity::Tanh,
            Activation::Sigmoid => Nonlinearity::Sigmoid,
            Activation::Softplus => Nonlinearity::Softplus,
            Activation::Hardtanh => Nonlinearity::Hardtanh,
            Activation::Gelu => Nonlinearity::Gelu,
            Activation::GeluTanh => Nonlinearity::GeluTanh,
            Activation::Silu => Nonlinearity::Silu,
        })
    }

    /// Whether this is the ReLU, which forward kernels can apply to their own output.
    pub(super) fn is_relu(self) -> bool {
        self == Activation::Relu
    }

    /// `z ← σ(z)`.
    pub(super) fn forward(self, isa: Isa, z: &mut [f32]) {
        match self.nonlinearity() {
            Some(function) => kernel::nonlinear(isa, function, z),
            None if self.is_relu() => kernel::relu(isa, z),
            None => {}
        }
    }

    /// `x ← σ'(z)·x`, computed from the numbers that [`Activation::keeps`] names.
    pub(super) fn derivative(self, isa: Isa, kept: &[f32], x: &mut [f32]) {
        match self.nonlinearity() {
            Some(function) => kernel::nonlinear_derivative(isa, function, kept, x),
            None if self.is_relu() => kernel::relu_backward(isa, kept, x),
            None => {}
        }
    }

    /// Whether σ'' is not zero everywhere. Where σ is piecewise linear, σ'' is taken as zero.
    pub(super) fn has_second_derivative(self) -> bool {
        match self {
            Activation::Identity
            | Activation::Relu
            | Activation::LeakyRelu { .. }
            | Activation::Hardtanh => false,
            Activation::Elu { .. }
            | Activation::Selu
            | Activation::Tanh
            | Activation::Sigmoid
            | Activation::Softplus
            | Activation::Gelu
            | Activation::GeluTanh
            | Activation::Silu => true,
        }
    }

    /// `x ← σ''(z)·x`, computed from the numbers that [`Activation::keeps`] names.
    pub(super) fn second_derivative(self, isa: Isa, kept: &[f32], x: &mut [f32]) {
        match self.nonlinearity() {
            Some(function) if self.has_second_derivative() => {
                kernel::nonlinear_second_derivative(isa, function, kept, x);
            }
            _ => x.fill(0.0),
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
        let second_order = if self.has_second_derivative() { 3 } else { 0 };
        input + second_order
    }
}

/// The name, with the setting if there is one: `leaky-relu (slope 0.01)`.
impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.setting() {
            Some(setting) => write!(f, "{} ({setting})", self.name()),
            None => f.write_str(self.name()),
        }
    }
}

impl FromStr for Activation {
    type Err = Fault;

    /// The activation of this name, with PyTorch's defaults.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let found = Activation::NAMED.iter().find(|it| it.name() == text);
        found.copied().ok_or_else(|| {
            let names = Activation::NAMED.map(Activation::name).join(", ");
            format!("\"{text}\" is no activation; the activations are {names}")
        })
    }
}
