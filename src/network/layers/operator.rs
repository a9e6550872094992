//! The traits that every layer implements, through which the passes use it.

use crate::kernel::{Isa, Start};
use crate::network::shape::Shape;

use super::moments::Moments;

/// A description of what is wrong with a layer, worded to follow "layer 3: ".
pub type Fault = String;

/// A layer whose shape has been checked against its input.
#[derive(Clone, Debug)]
pub(in crate::network) struct Fitted<T> {
    pub operator: T,
    /// The shape of the output.
    pub output: Shape,
    /// How many numbers the weight has.
    pub weights: usize,
    /// How many numbers the bias has.
    pub biases: usize,
}

impl<T> Fitted<T> {
    /// Wraps a layer without parameters.
    pub fn without_parameters(operator: T, output: Shape) -> Self {
        Fitted {
            operator,
            output,
            weights: 0,
            biases: 0,
        }
    }
}

/// The input of a layer to which a derivative is propagated back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Operand {
    /// The input that every layer has.
    Main,
    /// The earlier activation that a shortcut adds.
    Skip,
}

/// The inputs of a layer, each samples × numbers. For derivatives along a direction, an empty slice
/// means zero.
#[derive(Clone, Copy)]
pub(in crate::network) struct Inputs<'a> {
    pub main: &'a [f32],
    /// The second input; empty unless [`Describe::skip`] names an activation.
    pub skip: &'a [f32],
}

/// The parameters of one layer, or a direction in their space.
#[derive(Clone, Copy)]
pub(in crate::network) struct LayerParameters<'a> {
    pub weight: &'a [f32],
    pub bias: &'a [f32],
    /// The weight in the order that [`Describe::order_for_backward`] produces.
    pub backward_weight: &'a [f32],
}

/// A layer in one pass: its shapes, its parameters, and the number of samples.
#[derive(Clone, Copy)]
pub(in crate::network) struct Site<'a> {
    pub isa: Isa,
    pub samples: usize,
    pub input: Shape,
    pub output: Shape,
    pub parameters: LayerParameters<'a>,
    /// Fixed means, then variances, for layers that have them; `None` where a batch is normalised by its
    /// own statistics.
    pub statistics: Option<&'a [f32]>,
}

/// What a forward pass saves for the passes that follow, besides activations.
#[derive(Clone, Debug, Default)]
pub(in crate::network) struct Saved {
    /// The positions that a max-pool chose.
    pub places: Vec<u8>,
    /// The moments that a batch normalisation used.
    pub moments: Moments,
    /// The factor `1/√(σ² + ε)` of every set that was standardised within a sample.
    pub inverses: Vec<f32>,
    /// The weights of an attention: samples × heads × positions × positions.
    pub weights: Vec<f32>,
}

/// A layer in one pass, with what the base pass left there.
#[derive(Clone, Copy)]
pub(in crate::network) struct Recorded<'a> {
    pub at: Site<'a>,
    /// The input of the layer, samples × numbers.
    pub x: &'a [f32],
    /// The output of the layer, after its activation.
    pub y: &'a [f32],
    pub saved: &'a Saved,
}

/// The inputs to the derivative of a layer's backward pass along a direction. `z` is the layer's output
/// before its activation; each field is samples × numbers.
#[derive(Clone, Copy)]
pub(in crate::network) struct SecondOrder<'a> {
    /// ∂z.
    pub delta: &'a [f32],
    /// Rx; empty where it is zero.
    pub x_tangent: &'a [f32],
    /// The derivative of the layer's output.
    pub y_tangent: &'a [f32],
    /// R∂z.
    pub delta_tangent: &'a [f32],
    pub direction: LayerParameters<'a>,
}

/// The inputs to the second derivative of a layer whose input moves at constant speed; each field is
/// samples × numbers.
#[derive(Clone, Copy)]
pub(in crate::network) struct Straight<'a> {
    /// Rx.
    pub x_tangent: &'a [f32],
    /// The derivative of the layer's output.
    pub y_tangent: &'a [f32],
    pub direction: LayerParameters<'a>,
}

/// The properties of a layer, apart from its passes.
pub(in crate::network) trait Describe {
    /// The name used in architecture files, in messages and in the table of supported layers.
    fn name(&self) -> &'static str;

    /// The earlier activation that the layer reads as its second input, if any.
    fn skip(&self) -> Option<usize> {
        None
    }

    /// Whether the passes read the layer's output, so that no activation may overwrite it.
    fn reads_own_output(&self) -> bool {
        false
    }

    /// Whether the weight multiplies the input. If it does not, the second derivative with respect to both
    /// is zero.
    fn weight_multiplies(&self) -> bool {
        true
    }

    /// Whether PyTorch names the weight and the bias `in_proj_weight` and `in_proj_bias`.
    fn is_packed(&self) -> bool {
        false
    }

    /// Whether the layer is no linear function of the input of a sample.
    fn is_curved(&self) -> bool {
        false
    }

    /// The number of inputs of one output: the fan-in used to initialise the weights.
    fn fan_in(&self, input: Shape) -> usize {
        input.numbers()
    }

    /// How many means and variances the layer has.
    fn statistics(&self, _output: Shape) -> usize {
        0
    }

    /// The shape of the weight in PyTorch. Meaningful only for layers with a weight.
    fn weight_shape(&self, input: Shape, output: Shape) -> Vec<usize> {
        vec![output.channels, input.numbers()]
    }

    /// The position in the engine's weight of every number of PyTorch's weight, which has `numbers`
    /// numbers.
    fn weight_places(&self, numbers: usize) -> Box<dyn Iterator<Item = usize>> {
        Box::new(0..numbers)
    }

    /// The shape of the bias in PyTorch. Meaningful only for layers with a bias.
    fn bias_shape(&self, output: Shape) -> Vec<usize> {
        vec![output.channels]
    }

    /// The position in the engine's bias of every number of PyTorch's bias, which has `numbers` numbers.
    fn bias_places(&self, numbers: usize) -> Box<dyn Iterator<Item = usize>> {
        Box::new(0..numbers)
    }

    /// Copies a weight into the order that [`Operator::backward`] reads, if that order differs.
    fn order_for_backward(&self, _isa: Isa, _weight: &[f32], _ordered: &mut Vec<f32>) {}

    /// Whether the backward pass reads a reordered copy of the weight.
    fn has_backward_weight(&self) -> bool {
        false
    }

    /// How many numbers a pass saves per sample, besides activations.
    fn saved_numbers(&self, _output: Shape) -> usize {
        0
    }

    /// The size, in numbers, of the im2col matrix of one image and one group of channels, with one
    /// column per window. The f64 engine forms this matrix.
    fn window_numbers(&self, _output: Shape) -> usize {
        0
    }
}

/// The passes of a layer. `x` is its input and `z` its output before the activation, for every sample;
/// `Jᵀ` is the transpose of the Jacobian of `z` with respect to `x`.
pub(in crate::network) trait Operator: Describe {
    /// Whether [`Operator::forward`] can apply ReLU to its own output.
    fn fuses_relu(&self) -> bool {
        false
    }

    /// `z` as a function of `x`, or its positive part if `relu` is set, which only layers that fuse ReLU
    /// support.
    fn forward(&self, at: &Site, x: Inputs, saved: &mut Saved, relu: bool, z: &mut [f32]);

    /// `Rz`: the derivative of `z` as `x` moves along `rx` and the parameters along `direction`.
    fn jvp(&self, base: &Recorded, rx: Inputs, direction: LayerParameters, rz: &mut [f32]);

    /// `dx ← start + Jᵀ·dz`, the derivative with respect to one of the inputs.
    fn backward(&self, base: &Recorded, by: Operand, dz: &[f32], start: Start, dx: &mut [f32]);

    /// `dx ← start + R(Jᵀ·∂z)`. For a linear layer this is `Jᵀ·R∂z`.
    fn hvp_backward(
        &self,
        base: &Recorded,
        second: SecondOrder,
        by: Operand,
        start: Start,
        dx: &mut [f32],
    ) {
        self.backward(base, by, second.delta_tangent, start, dx);
    }

    /// `sum ← start +` the gradient with respect to the weight, summed over the samples. Does nothing
    /// for a layer without a weight.
    fn weight_gradient(
        &self,
        _at: &Site,
        _x: &[f32],
        _dz: &[f32],
        _start: Start,
        _sum: &mut [f32],
    ) {
    }

    /// `sum ← sum + ½·R²z` for an `x` that moves at constant speed, for uncoupled samples. Does nothing
    /// for a linear layer without parameters.
    fn add_second_derivative(&self, _base: &Recorded, _straight: Straight, _sum: &mut [f32]) {}
}

/// Fills `dx` with zeros if its previous contents are not to be added to.
pub(super) fn begin(start: Start, dx: &mut [f32]) {
    if start == Start::Zero {
        dx.fill(0.0);
    }
}
