//! The named architectures.

use super::builder::Builder;
use super::layer::Initialisation;
use super::{Activation, BatchNorm, Fault, Filters, Loss, Network, Shape, Sides, Window};

/// The window of every convolution here: 3 × 3, padded with one zero on each side.
const THREE: Window = Window::square(3).padded(Sides::both(1));

/// The names that [`named`] knows.
pub const NAMES: [&str; 4] = ["fnn", "vgg11", "lenet", "resnet8"];

/// Builds the architecture called `name` with `outputs` outputs and this activation wherever it has a
/// ReLU, or returns `None` when there is no architecture of that name. `fnn` reads any input; the others
/// read images.
///
/// # Errors
/// Returns an error when the architecture cannot read the input shape.
pub fn named(
    name: &str,
    input: Shape,
    outputs: usize,
    loss: Loss,
    activation: Activation,
) -> Option<Result<Network, Fault>> {
    let variant = Variant {
        outputs,
        activation,
    };
    match name {
        "fnn" => {
            let widths = [input.numbers(), 500, 500, 500, outputs];
            Some(Ok(Network::dense_chain(&widths, |_| true, activation)))
        }
        "vgg11" => Some(vgg(input, variant)),
        "lenet" => Some(lenet(input, variant)),
        "resnet8" => Some(resnet(input, variant)),
        _ => None,
    }
    .map(|network| network.map(|network| network.with_loss(loss)))
}

/// What may differ between networks of one architecture.
#[derive(Clone, Copy)]
struct Variant {
    outputs: usize,
    activation: Activation,
}

impl Variant {
    /// The authors' networks, with so many outputs.
    fn of_authors(outputs: usize) -> Self {
        Variant {
            outputs,
            activation: Activation::Relu,
        }
    }
}

impl Network {
    /// The fully connected network with these layer widths, input first, with ReLU between layers and
    /// none after the last; the loss is the mean square. The authors use `[784, 500, 500, 500, 10]`.
    ///
    /// # Panics
    /// With fewer than two widths, or with a width of zero.
    pub fn fnn(widths: &[usize]) -> Self {
        Self::dense_chain(widths, |_| true, Activation::Relu)
    }

    /// [`Network::fnn`], except that layer `i`, counted from 0, has a bias only if `has_bias(i)`, and that
    /// this activation follows each layer but the last.
    ///
    /// # Panics
    /// Under the conditions of [`Network::fnn`].
    pub fn dense_chain(
        widths: &[usize],
        has_bias: impl Fn(usize) -> bool,
        activation: Activation,
    ) -> Self {
        let built = || {
            let (input, layers) = widths.split_first().ok_or("no widths")?;
            let name = widths.iter().map(usize::to_string).collect::<Vec<_>>();
            let input = Shape::features(*input);
            let mut builder = Builder::new(&name.join("-"), input, Loss::MeanSquared);
            for (index, width) in layers.iter().enumerate() {
                builder.dense(*width, has_bias(index))?;
                if index + 1 < layers.len() {
                    builder.activation(activation)?;
                }
            }
            builder.finish()
        };
        let network: Result<Network, Fault> = built();
        network.unwrap_or_else(|fault| panic!("widths {widths:?}: {fault}"))
    }

    /// The authors' VGG "A" for 3×32×32 images: convolutions with 16, 16, 32, 64 and 64 channels, each
    /// followed by ReLU and a 2×2 max-pool, then dense layers with 128 and `outputs` outputs.
    ///
    /// # Panics
    /// When `outputs` is zero.
    pub fn vgg11(outputs: usize) -> Self {
        let built = vgg(Shape::image(3, 32, 32), Variant::of_authors(outputs));
        built.unwrap_or_else(|fault| panic!("vgg11: {fault}"))
    }

    /// The authors' ResNet of width 4 and depth 8 for 3×32×32 images.
    ///
    /// # Panics
    /// When `outputs` is zero.
    pub fn resnet8(outputs: usize) -> Self {
        let built = resnet(Shape::image(3, 32, 32), Variant::of_authors(outputs));
        built.unwrap_or_else(|fault| panic!("resnet8: {fault}"))
    }

    /// LeNet-5 with ReLU and max-pools, for images of shape `input`.
    ///
    /// # Panics
    /// When the image is too small, or `outputs` is zero.
    pub fn lenet(input: Shape, outputs: usize) -> Self {
        let built = lenet(input, Variant::of_authors(outputs));
        built.unwrap_or_else(|fault| panic!("lenet: {fault}"))
    }
}

fn vgg(input: Shape, variant: Variant) -> Result<Network, Fault> {
    let mut builder = Builder::new("vgg11", input, Loss::MeanSquared);
    for channels in [16, 16, 32, 64, 64] {
        let initialisation = Initialisation::Normal((2.0 / (9 * channels) as f32).sqrt());
        let layer = builder.convolution(filters(channels, THREE), initialisation)?;
        layer.zero_bias = true;
        builder.activation(variant.activation)?;
        builder.max_pool(Window::tiles(Sides::both(2)))?;
    }
    builder.dense(128, true)?;
    builder.activation(variant.activation)?;
    builder.dense(variant.outputs, true)?;
    builder.finish()
}

fn lenet(input: Shape, variant: Variant) -> Result<Network, Fault> {
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

/// Three stages of one block each, with 32, 64 and 128 channels.
fn resnet(input: Shape, variant: Variant) -> Result<Network, Fault> {
    let mut builder = Builder::new("resnet8", input, Loss::MeanSquared);
    unit(&mut builder, 32, 1)?;
    builder.activation(variant.activation)?;
    for (channels, stride) in [(32, 1), (64, 2), (128, 2)] {
        let from = builder.here();
        unit(&mut builder, channels, stride)?;
        builder.activation(variant.activation)?;
        unit(&mut builder, channels, 1)?;
        builder.shortcut(from)?;
        builder.activation(variant.activation)?;
    }
    let shape = builder.shape();
    let side = shape.height.min(shape.width);
    builder.average_pool(Window::tiles(Sides::both(side)))?;
    builder.dense(variant.outputs, true)?;
    builder.finish()
}

/// A 3 × 3 convolution with bias, followed by batch normalisation.
fn unit(builder: &mut Builder, channels: usize, stride: usize) -> Result<(), Fault> {
    let window = THREE.every(Sides::both(stride));
    let initialisation = Initialisation::Normal((2.0 / (9 * channels) as f32).sqrt());
    builder.convolution(filters(channels, window), initialisation)?;
    builder.batch_norm(BatchNorm::default())
}

/// Ungrouped filters with a bias.
fn filters(outputs: usize, window: Window) -> Filters {
    Filters {
        outputs,
        window,
        groups: 1,
        bias: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authors_networks_have_their_numbers_of_parameters() {
        let fnn = Network::fnn(&[784, 500, 500, 500, 10]);
        assert_eq!(fnn.parameters(), 898_510);
        assert_eq!(fnn.layers()[1].weight.start, 784 * 500 + 500);
        assert_eq!(fnn.name(), "784-500-500-500-10");
        assert_eq!(Network::vgg11(2).parameters(), 71_410);
        assert_eq!(Network::resnet8(2).parameters(), 297_474);
        assert_eq!(Network::resnet8(2).statistics(), 2 * 480);
    }

    #[test]
    fn lenet_reads_both_sizes_of_image_and_refuses_smaller_ones() {
        let parameters = |shape| Network::lenet(shape, 10).parameters();
        assert_eq!(parameters(Shape::image(1, 28, 28)), 61_706);
        assert_eq!(parameters(Shape::image(3, 32, 32)), 62_006);
        let fault = lenet(Shape::image(1, 7, 7), Variant::of_authors(10)).unwrap_err();
        assert!(fault.contains("does not fit"), "{fault}");
    }

    #[test]
    #[should_panic(expected = "widths [4]")]
    fn a_network_without_a_layer_is_refused() {
        Network::fnn(&[4]);
    }
}
