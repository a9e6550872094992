//! VGG: the authors', and those with batch normalisation for small images.

use super::parts::{THREE, Variant, filters};
use crate::network::builder::Builder;
use crate::network::layer::Initialisation;
use crate::network::layers::Fault;
use crate::network::{BatchNorm, Loss, Network, Shape, Sides, Window};

/// The authors' VGG "A", narrowed, without normalisation.
pub(super) fn of_authors(input: Shape, variant: Variant) -> Result<Network, Fault> {
    let mut builder = Builder::new("vgg11", input, Loss::MeanSquared);
    for channels in [16, 16, 32, 64, 64] {
        convolution(&mut builder, channels)?;
        builder.activation(variant.activation)?;
        builder.max_pool(Window::tiles(Sides::both(2)))?;
    }
    dense(&mut builder, &[128], variant)?;
    builder.finish()
}

/// How many convolutions each of the five stages has; the stages have 64, 128, 256, 512 and 512 channels
/// (Simonyan and Zisserman 2015).
fn stages(name: &str) -> Option<[usize; 5]> {
    match name {
        "vgg11-bn" => Some([1, 1, 2, 2, 2]),
        "vgg13-bn" => Some([2, 2, 2, 2, 2]),
        "vgg16-bn" => Some([2, 2, 3, 3, 3]),
        "vgg19-bn" => Some([2, 2, 4, 4, 4]),
        _ => None,
    }
}

/// VGG for images of 32 × 32 with batch normalisation behind each convolution: with one dense layer, and
/// with three, of which two are 512 wide. Empty when there is no VGG of that name.
pub(super) fn normalised(
    name: &str,
    input: Shape,
    variant: Variant,
) -> Vec<Result<Network, Fault>> {
    let Some(stages) = stages(name) else {
        return Vec::new();
    };
    let with = |widths: &[usize]| {
        let mut builder = Builder::new(name, input, Loss::MeanSquared);
        for (count, channels) in stages.into_iter().zip([64, 128, 256, 512, 512]) {
            for _ in 0..count {
                convolution(&mut builder, channels)?;
                builder.batch_norm(BatchNorm::default())?;
                builder.activation(variant.activation)?;
            }
            builder.max_pool(Window::tiles(Sides::both(2)))?;
        }
        dense(&mut builder, widths, variant)?;
        builder.finish()
    };
    vec![with(&[]), with(&[512, 512])]
}

/// A 3 × 3 convolution that begins as He et al. (2015) say.
fn convolution(builder: &mut Builder, channels: usize) -> Result<(), Fault> {
    let initialisation = Initialisation::Normal((2.0 / (9 * channels) as f32).sqrt());
    let layer = builder.convolution(filters(channels, THREE), initialisation)?;
    layer.zero_bias = true;
    Ok(())
}

/// Dense layers of these widths with an activation behind each, and the last one.
fn dense(builder: &mut Builder, widths: &[usize], variant: Variant) -> Result<(), Fault> {
    for width in widths {
        builder.dense(*width, true)?;
        builder.activation(variant.activation)?;
    }
    builder.dense(variant.outputs, true)
}
