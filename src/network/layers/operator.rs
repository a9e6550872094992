//! What the passes ask of a layer: the traits that every layer implements.

use crate::kernel::{Isa, Start};
use crate::network::shape::Shape;

use super::moments::Moments;

/// What is wrong with a layer, in words that fit behind "layer 3: ".
pub type Fault = String;

/// A layer that fits behind what it reads.
#[derive(Clone, Debug)]
pub(in crate::network) struct Fitted<T> {
    pub operator: T,
    /// The shape of what it gives.
    pub output: Shape,
    /// Numbers of its weight.
    pub weights: usize,
    /// Numbers of its bias.
    pub biases: usize,
}

impl<T> Fitted<T> {
    /// A layer without parameters.
    pub fn without_parameters(operator: T, output: Shape) -> Self {
        Fitted {
            operator,
            output,
            weights: 0,
            biases: 0,
        }
    }
}

/// Which of its inputs a layer hands a derivative back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Operand {
    /// What every layer reads.
    Main,
    /// The earlier activation that a shortcut adds.
    Skip,
}

/// What a layer reads, samples × numbers each. Of derivatives along a direction, an empty slice stands
/// for zero.
#[derive(Clone, Copy)]
pub(in crate::network) struct Inputs<'a> {
    pub main: &'a [f32],
    /// Empty unless [`Describe::skip`] names an activation.
    pub skip: &'a [f32],
}

/// The parameters of one layer, or a direction among them.
#[derive(Clone, Copy)]
pub(in crate::network) struct LayerParameters<'a> {
    pub weight: &'a [f32],
    pub bias: &'a [f32],
    /// The weight as [`Describe::order_for_backward`] leaves it.
    pub backward_weight: &'a [f32],
}

/// A layer at work: its shapes, its parameters, and how many samples pass.
#[derive(Clone, Copy)]
pub(in crate::network) struct Site<'a> {
    pub isa: Isa,
    pub samples: usize,
    pub input: Shape,
    pub output: Shape,
    pub parameters: LayerParameters<'a>,
    /// Fixed means, then variances, of the layers that have them; `None` where the samples of a batch
    /// are normalised by their own.
    pub statistics: Option<&'a [f32]>,
}

/// What a forward pass writes down for the passes that follow, besides activations.
#[derive(Clone, Debug, Default)]
pub(in crate::network) struct Saved {
    /// The places that a max-pool chose.
    pub places: Vec<u8>,
    /// The moments that a batch normalisation worked with.
    pub moments: Moments,
}

/// A layer at work, and what the base pass left there.
#[derive(Clone, Copy)]
pub(in crate::network) struct Recorded<'a> {
    pub at: Site<'a>,
    /// What the layer read, samples × numbers.
    pub x: &'a [f32],
    /// What it gave, behind its activation.
    pub y: &'a [f32],
    pub saved: &'a Saved,
}

/// What the derivative of a backward pass along a direction is made of, at one layer. `z` is what the
/// layer gives, before its activation; each is samples × numbers.
#[derive(Clone, Copy)]
pub(in crate::network) struct SecondOrder<'a> {
    /// ∂z.
    pub delta: &'a [f32],
    /// Rx; empty where it is zero.
    pub x_tangent: &'a [f32],
    /// R of what the layer gives.
    pub y_tangent: &'a [f32],
    /// R∂z.
    pub delta_tangent: &'a [f32],
    pub direction: LayerParameters<'a>,
}

/// What a layer is, its passes apart.
pub(in crate::network) trait Describe {
    /// The word in architecture files, messages and the table of support.
    fn name(&self) -> &'static str;

    /// The earlier activation that it reads besides the main one.
    fn skip(&self) -> Option<usize> {
        None
    }

    /// Numbers that enter one output: the fan-in of the initial weights.
    fn fan_in(&self, input: Shape) -> usize {
        input.numbers()
    }

    /// Numbers of its means and variances.
    fn statistics(&self, _output: Shape) -> usize {
        0
    }

    /// The shape of its weight in PyTorch, where it has one.
    fn weight_shape(&self, input: Shape, output: Shape) -> Vec<usize> {
        vec![output.channels, input.numbers()]
    }

    /// The place in the engine's weight of every number of PyTorch's, which has so many.
    fn weight_places(&self, numbers: usize) -> Box<dyn Iterator<Item = usize>> {
        Box::new(0..numbers)
    }

    /// Copies a weight into the order that [`Operator::backward`] reads, where that is another one.
    fn order_for_backward(&self, _isa: Isa, _weight: &[f32], _ordered: &mut Vec<f32>) {}

    /// Is there a copy of the weight for the way back?
    fn has_backward_weight(&self) -> bool {
        false
    }

    /// Numbers that a pass saves for one sample, besides activations.
    fn saved_numbers(&self, _output: Shape) -> usize {
        0
    }

    /// Numbers of the matrix of all windows over one image and one group of channels, each a column,
    /// which the f64 engine makes.
    fn window_numbers(&self, _output: Shape) -> usize {
        0
    }
}

/// The passes of a layer. `x` is what it reads and `z` what it gives before its activation, of every
/// sample; `Jᵀ` is the transpose of the Jacobian of `z` by `x`.
pub(in crate::network) trait Operator: Describe {
    /// Can [`Operator::forward`] apply the rectifier to what it writes?
    fn fuses_relu(&self) -> bool {
        false
    }

    /// `z` of `x`, or the positive part of it where `relu` asks a layer that fuses it.
    fn forward(&self, at: &Site, x: Inputs, saved: &mut Saved, relu: bool, z: &mut [f32]);

    /// `Rz`: the derivative of `z` while `x` moves along `rx` and the parameters along `direction`.
    fn jvp(&self, base: &Recorded, rx: Inputs, direction: LayerParameters, rz: &mut [f32]);

    /// `dx ← start + Jᵀ·dz`, the derivative by one of the inputs.
    fn backward(&self, base: &Recorded, by: Operand, dz: &[f32], start: Start, dx: &mut [f32]);

    /// `dx ← start + R(Jᵀ·∂z)`. Of a layer that is linear, `Jᵀ·R∂z`.
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

    /// `sum ← start +` the gradient by the weight, summed over the samples. Nothing without a weight.
    fn weight_gradient(
        &self,
        _at: &Site,
        _x: &[f32],
        _dz: &[f32],
        _start: Start,
        _sum: &mut [f32],
    ) {
    }

    /// `sum ← sum + ½·R²z` of an `x` that moves along `rx` at constant speed, where each sample has a
    /// Hessian of its own. Nothing where a layer without parameters is linear.
    fn add_second_derivative(
        &self,
        _at: &Site,
        _rx: &[f32],
        _direction: LayerParameters,
        _sum: &mut [f32],
    ) {
    }
}

/// Zeros, where nothing is to be added to.
pub(super) fn begin(start: Start, dx: &mut [f32]) {
    if start == Start::Zero {
        dx.fill(0.0);
    }
}
