//! Small networks of convolutions that tell two classes of 28 × 28 images apart.

use crate::network::{
    BatchNorm, Builder, Fault, Filters, Initialisation, Layer, Loss, Network, Shape, Sides, Window,
};

/// A quarter of the authors' VGG "A", for 28 × 28 images: convolutions of 3 × 3 with 4, 4, 8 and 16 channels, each
/// followed by ReLU and a max-pool of 2 × 2, then dense layers with 32 and 2 outputs.
pub fn quarter_vgg() -> Network {
    let input = Shape::image(1, 28, 28);
    built(
        Builder::new("quarter VGG", input, Loss::MeanSquared),
        |builder| {
            for channels in [4, 4, 8, 16] {
                convolution(builder, channels, 1)?.zero_bias = true;
                builder.relu()?;
                builder.max_pool(Window::tiles(Sides::both(2)))?;
            }
            builder.dense(32, true)?;
            builder.relu()?;
            builder.dense(2, true)
        },
    )
}

/// A residual network with batch normalisation for 28 × 28 images: a convolution of stride 2 with 4 channels, a
/// block with 4 channels, a block of stride 2 with 8, the mean over all places, and a dense layer with 2 outputs. A
/// block is two convolutions of 3 × 3, each followed by batch normalisation, around which a shortcut leads.
pub fn tiny_resnet() -> Network {
    let input = Shape::image(1, 28, 28);
    built(
        Builder::new("tiny ResNet", input, Loss::MeanSquared),
        |builder| {
            unit(builder, 4, 2)?;
            builder.relu()?;
            for (channels, stride) in [(4, 1), (8, 2)] {
                let from = builder.here();
                unit(builder, channels, stride)?;
                builder.relu()?;
                unit(builder, channels, 1)?;
                builder.shortcut(from)?;
                builder.relu()?;
            }
            builder.average_pool(Window::tiles(Sides::both(7)))?;
            builder.dense(2, true)
        },
    )
}

/// The network with these layers, which are known to fit.
fn built(mut builder: Builder, layers: impl FnOnce(&mut Builder) -> Result<(), Fault>) -> Network {
    layers(&mut builder).expect("the layers fit");
    builder.finish().expect("a network")
}

/// A convolution followed by batch normalisation.
fn unit(builder: &mut Builder, channels: usize, stride: usize) -> Result<(), Fault> {
    convolution(builder, channels, stride)?;
    builder.batch_norm(BatchNorm::default())
}

/// A convolution of 3 × 3, padded with one zero on each side, with the authors' initial law.
fn convolution(builder: &mut Builder, channels: usize, stride: usize) -> Result<&mut Layer, Fault> {
    let window = Window::square(3)
        .padded(Sides::both(1))
        .every(Sides::both(stride));
    let filters = Filters {
        outputs: channels,
        window,
        groups: 1,
        bias: true,
    };
    let deviation = (2.0 / (9 * channels) as f32).sqrt();
    builder.convolution(filters, Initialisation::Normal(deviation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_networks_have_their_numbers_of_parameters() {
        // 4·9 + 4, 4·36 + 4, 8·36 + 8, 16·72 + 16, 16·32 + 32, 32·2 + 2.
        assert_eq!(quarter_vgg().parameters(), 40 + 148 + 296 + 1168 + 544 + 66);
        // Convolutions 40, 148, 148, 296, 584; scale and shift of 4 · 3 + 8 · 2 channels; 8·2 + 2.
        assert_eq!(tiny_resnet().parameters(), 1216 + 2 * 28 + 18);
    }
}
