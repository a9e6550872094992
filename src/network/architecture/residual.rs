//! Residual networks of basic blocks (He et al. 2015): two 3 × 3 convolutions with batch normalisation,
//! to which what the block reads is added.

use super::parts::{THREE, Variant};
use crate::network::builder::Builder;
use crate::network::layer::Initialisation;
use crate::network::layers::{Fault, Zeros};
use crate::network::{BatchNorm, Filters, Loss, Network, Shape, Sides, Window};

/// What a block adds where it makes an image smaller and gives it more channels.
#[derive(Clone, Copy)]
enum Shortcut {
    /// Every second row and column, and channels of zeros (option A).
    Padded(Zeros),
    /// A 1 × 1 convolution with batch normalisation (option B).
    Projected,
}

/// The layers before the first block.
#[derive(Clone, Copy)]
enum Stem {
    /// A 3 × 3 convolution.
    Small,
    /// A 7 × 7 convolution of every second pixel, and a 3 × 3 max-pool of every second of these.
    Large,
}

/// A residual network.
struct Plan<'a> {
    name: &'a str,
    /// Whether the convolutions have biases.
    bias: bool,
    stem: Stem,
    shortcut: Shortcut,
    /// The number of blocks in each stage.
    blocks: &'a [usize],
    /// The channels of the first stage.
    channels: usize,
}

/// The authors' ResNet: three stages of one block each, with 32, 64 and 128 channels.
pub(super) fn of_authors(input: Shape, variant: Variant) -> Result<Network, Fault> {
    let plan = Plan {
        name: "resnet8",
        bias: true,
        stem: Stem::Small,
        shortcut: Shortcut::Padded(Zeros::Behind),
        blocks: &[1, 1, 1],
        channels: 32,
    };
    plan.build(input, variant)
}

/// The forms of the residual network of this name: torchvision's with its own stem and with one for small
/// images; those for small images with shortcuts of zeros around the channels, and with projections.
/// `None` when there is none of that name.
pub(super) fn named(
    name: &str,
    input: Shape,
    variant: Variant,
) -> Option<Vec<Result<Network, Fault>>> {
    let torchvision = |blocks: &[usize]| {
        let form = |stem| Plan {
            name,
            bias: false,
            stem,
            shortcut: Shortcut::Projected,
            blocks,
            channels: 64,
        };
        [Stem::Large, Stem::Small].map(|stem| form(stem).build(input, variant))
    };
    let small = |blocks: [usize; 3]| {
        let form = |shortcut| Plan {
            name,
            bias: false,
            stem: Stem::Small,
            shortcut,
            blocks: &blocks,
            channels: 16,
        };
        let shortcuts = [Shortcut::Padded(Zeros::Around), Shortcut::Projected];
        shortcuts.map(|shortcut| form(shortcut).build(input, variant))
    };
    let forms = match name {
        "resnet18" => torchvision(&[2, 2, 2, 2]),
        "resnet34" => torchvision(&[3, 4, 6, 3]),
        "resnet20" => small([3; 3]),
        "resnet32" => small([5; 3]),
        _ => return None,
    };
    Some(forms.into())
}

impl Plan<'_> {
    fn build(&self, input: Shape, variant: Variant) -> Result<Network, Fault> {
        let mut builder = Builder::new(self.name, input, Loss::MeanSquared);
        self.stem(&mut builder, variant)?;
        for (stage, &blocks) in self.blocks.iter().enumerate() {
            for block in 0..blocks {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                self.block(&mut builder, self.channels << stage, stride, variant)?;
            }
        }
        builder.average_pool(Window::tiles(builder.shape().sides()))?;
        builder.dense(variant.outputs, true)?;
        builder.finish()
    }

    fn stem(&self, builder: &mut Builder, variant: Variant) -> Result<(), Fault> {
        match self.stem {
            Stem::Small => {
                self.unit(builder, self.channels, THREE)?;
                builder.activation(variant.activation)
            }
            Stem::Large => {
                let two = Sides::both(2);
                let seven = Window::square(7).every(two).padded(Sides::both(3));
                self.unit(builder, self.channels, seven)?;
                builder.activation(variant.activation)?;
                builder.max_pool(THREE.every(two))
            }
        }
    }

    /// A block with this number of channels, whose first convolution reads every `stride`-th row and
    /// column.
    fn block(
        &self,
        builder: &mut Builder,
        channels: usize,
        stride: usize,
        variant: Variant,
    ) -> Result<(), Fault> {
        let (from, inputs) = (builder.here(), builder.shape().channels);
        let stride_of = |window: Window| window.every(Sides::both(stride));
        self.unit(builder, channels, stride_of(THREE))?;
        builder.activation(variant.activation)?;
        self.unit(builder, channels, THREE)?;
        let is_same = stride == 1 && inputs == channels;
        match self.shortcut {
            Shortcut::Projected if !is_same => {
                let fork = builder.begin_branch(from)?;
                self.unit(builder, channels, stride_of(Window::square(1)))?;
                builder.end_branch(fork)?;
            }
            Shortcut::Projected => builder.shortcut(from)?,
            Shortcut::Padded(zeros) => builder.shortcut_with(from, zeros)?,
        }
        builder.activation(variant.activation)
    }

    /// A convolution followed by batch normalisation.
    fn unit(&self, builder: &mut Builder, outputs: usize, window: Window) -> Result<(), Fault> {
        let fan_out = (window.size.area() * outputs) as f32;
        let filters = Filters {
            outputs,
            window,
            groups: 1,
            bias: self.bias,
        };
        builder.convolution(filters, Initialisation::Normal((2.0 / fan_out).sqrt()))?;
        builder.batch_norm(BatchNorm::default())
    }
}
