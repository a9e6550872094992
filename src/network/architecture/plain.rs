//! LeNet, and the convolutional networks of the edge-of-stability experiments.

use super::parts::{THREE, Variant, filters};
use crate::network::builder::Builder;
use crate::network::layer::Initialisation;
use crate::network::layers::Fault;
use crate::network::{Loss, Network, Shape, Sides, Window};

/// LeNet-5 with max-pools (LeCun et al. 1998): 5×5 convolutions of 6 and 16 channels, dense 120, 84.
pub(super) fn lenet(input: Shape, variant: Variant) -> Result<Network, Fault> {
    let mut builder = Builder::new("lenet", input, Loss::MeanSquared);
    // 28×28 images are padded with two zeros on each side to 32×32, as in LeCun et al.
    let border = if input.height == 28 { 2 } else { 0 };
    for (channels, padding) in [(6, border), (16, 0)] {
        let window = Window::square(5).padded(Sides::both(padding));
        builder.convolution(filters(channels, window), Initialisation::FanIn)?;
        builder.activation(variant.activation)?;
        builder.max_pool(Window::tiles(Sides::both(2)))?;
    }
    for width in [120, 84] {
        builder.dense(width, true)?;
        builder.activation(variant.activation)?;
    }
    builder.dense(variant.outputs, true)?;
    builder.finish()
}

/// Two 3×3 convolutions of 32 channels, each with an activation and a 2×2 max-pool, and a dense layer
/// (Cohen et al. 2021).
pub(super) fn cnn(name: &str, input: Shape, variant: Variant) -> Result<Network, Fault> {
    let mut builder = Builder::new(name, input, Loss::MeanSquared);
    for _ in 0..2 {
        builder.convolution(filters(32, THREE), Initialisation::FanIn)?;
        builder.activation(variant.activation)?;
        builder.max_pool(Window::tiles(Sides::both(2)))?;
    }
    builder.dense(variant.outputs, true)?;
    builder.finish()
}
