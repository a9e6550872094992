//! The second half of a normalisation: a factor and a shift for each channel, or for each number.

use crate::kernel::{self, Start};
use crate::network::shape::Shape;

use super::bilinear::Bilinear;
use super::channels::add_scaled;
use super::operator::{Describe, Fitted, LayerParameters, Site, begin};

/// `z_k = γ_k·x_k + β_k`; `γ` is the weight and `β`, which may be missing, the bias. Both have one number
/// per channel, or one per number of a sample.
#[derive(Clone, Debug)]
pub struct Scale {
    per: Per,
}

/// What each has a factor of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Per {
    Channel,
    /// Each number of a sample of this shape.
    Number(Shape),
}

impl Scale {
    /// A factor per channel, and a shift if `bias` is set.
    pub(in crate::network) fn of_channels(shape: Shape, bias: bool) -> Fitted<Self> {
        Scale::fit(Per::Channel, shape, shape.channels, bias)
    }

    /// A factor per number, and a shift if `bias` is set.
    pub(in crate::network) fn of_numbers(shape: Shape, bias: bool) -> Fitted<Self> {
        Scale::fit(Per::Number(shape), shape, shape.numbers(), bias)
    }

    fn fit(per: Per, output: Shape, weights: usize, bias: bool) -> Fitted<Self> {
        Fitted {
            operator: Scale { per },
            output,
            weights,
            biases: if bias { weights } else { 0 },
        }
    }

    /// Whether every number has a factor of its own, even if several are in one channel.
    pub fn is_per_number(&self) -> bool {
        matches!(self.per, Per::Number(_))
    }

    /// The shape of `γ` and `β` in PyTorch.
    fn shape(&self, output: Shape) -> Vec<usize> {
        match self.per {
            Per::Number(shape) if !shape.is_flat() => {
                vec![shape.channels, shape.height, shape.width]
            }
            _ => vec![output.channels],
        }
    }

    fn places(&self, numbers: usize) -> Box<dyn Iterator<Item = usize>> {
        match self.per {
            Per::Channel => Box::new(0..numbers),
            Per::Number(shape) => Box::new(shape.places_of_channels_first()),
        }
    }
}

impl Describe for Scale {
    fn name(&self) -> &'static str {
        match self.per {
            Per::Channel => "channel-scale",
            Per::Number(_) => "number-scale",
        }
    }

    fn weight_shape(&self, _input: Shape, output: Shape) -> Vec<usize> {
        self.shape(output)
    }

    fn weight_places(&self, numbers: usize) -> Box<dyn Iterator<Item = usize>> {
        self.places(numbers)
    }

    fn bias_shape(&self, output: Shape) -> Vec<usize> {
        self.shape(output)
    }

    fn bias_places(&self, numbers: usize) -> Box<dyn Iterator<Item = usize>> {
        self.places(numbers)
    }
}

/// With one factor per number, a sample is one row of as many channels as it has numbers.
impl Bilinear for Scale {
    fn affine(&self, at: &Site, x: &[f32], w: LayerParameters, relu: bool, z: &mut [f32]) {
        let zeros: Vec<f32>;
        let shift = if w.bias.is_empty() {
            zeros = vec![0.0; w.weight.len()];
            &zeros
        } else {
            w.bias
        };
        kernel::scale_shift(at.isa, w.weight, shift, relu, x, z);
    }

    fn add_product(&self, at: &Site, x: &[f32], w: LayerParameters, z: &mut [f32]) {
        add_scaled(at.isa, w.weight, x, z);
    }

    fn transposed(&self, at: &Site, dz: &[f32], w: LayerParameters, start: Start, dx: &mut [f32]) {
        begin(start, dx);
        add_scaled(at.isa, w.weight, dz, dx);
    }

    /// `sum_k ← start + Σ x_k·dz_k`, summed in f64 and rounded once.
    fn gradient(&self, at: &Site, x: &[f32], dz: &[f32], start: Start, sum: &mut [f32]) {
        let mut dots = vec![0.0; sum.len()];
        kernel::channel_dots(at.isa, x, dz, Start::Zero, &mut dots);
        for (sum, dot) in sum.iter_mut().zip(dots) {
            *sum = match start {
                Start::Zero => dot as f32,
                Start::Accumulate => (f64::from(*sum) + dot) as f32,
            };
        }
    }
}
