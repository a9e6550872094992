//! The named architectures.
//!
//! | file | contents |
//! |---|---|
//! | `vgg` | VGG: the authors', and those with batch normalisation |
//! | `residual` | residual networks of basic blocks: the authors', those for small images, and torchvision's |
//! | `decoder` | nanoGPT |
//! | `parts` | what they share |
//! | `plain` | LeNet and the convolutional networks of the edge-of-stability experiments |

mod decoder;
mod parts;
mod plain;
mod residual;
mod vgg;

use super::builder::Builder;
use super::layers::Fault;
use super::{Activation, Loss, Network, Shape};

pub use decoder::Decoder;
use parts::Variant;

/// The names of all architectures.
pub const NAMES: [&str; 16] = [
    "fnn", "fc-tanh", "cnn-relu", "cnn-tanh", "lenet", "vgg11", "vgg11-bn", "vgg13-bn", "vgg16-bn",
    "vgg19-bn", "resnet8", "resnet18", "resnet34", "resnet20", "resnet32", "nanogpt",
];

/// Builds the architecture called `name` with `outputs` outputs and this activation wherever it has a
/// ReLU, unless its name says which activation it has ([`activation_by_name`]). Some names stand for
/// several forms, whose tensors differ, and all of them are returned, the most common one first. `None`
/// when there is no architecture of that name. `fnn` and `fc-tanh` read any input, `nanogpt` tokens, and
/// the others images.
///
/// A form is an error when it cannot read the input shape.
pub fn named(
    name: &str,
    input: Shape,
    outputs: usize,
    loss: Loss,
    activation: Activation,
) -> Option<Vec<Result<Network, Fault>>> {
    let variant = Variant {
        outputs,
        activation: activation_by_name(name).unwrap_or(activation),
    };
    let chain = |hidden: &[usize]| {
        let widths = [&[input.numbers()], hidden, &[outputs]].concat();
        let network = Network::dense_chain(&widths, |_| true, variant.activation);
        vec![Ok(network)]
    };
    let forms = match name {
        "fnn" => chain(&[500, 500, 500]),
        "fc-tanh" => chain(&[200, 200]),
        "cnn-relu" | "cnn-tanh" => vec![plain::cnn(name, input, variant)],
        "nanogpt" => decoder::nanogpt(input, variant).into(),
        "lenet" => vec![plain::lenet(input, variant)],
        "vgg11" => vec![vgg::of_authors(input, variant)],
        "resnet8" => vec![residual::of_authors(input, variant)],
        _ => match vgg::normalised(name, input, variant) {
            forms if !forms.is_empty() => forms,
            _ => residual::named(name, input, variant)?,
        },
    };
    let with_loss = |form: Result<Network, Fault>| form.map(|network| network.with_loss(loss));
    Some(forms.into_iter().map(with_loss).collect())
}

/// The activation that an architecture has by its name, which no other may replace; `None` where there is
/// a choice.
pub fn activation_by_name(name: &str) -> Option<Activation> {
    match name {
        "cnn-relu" => Some(Activation::Relu),
        "cnn-tanh" | "fc-tanh" => Some(Activation::Tanh),
        "nanogpt" => Some(Activation::Gelu),
        _ => None,
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
        let built = vgg::of_authors(Shape::image(3, 32, 32), Variant::of_authors(outputs));
        built.unwrap_or_else(|fault| panic!("vgg11: {fault}"))
    }

    /// The authors' ResNet of width 4 and depth 8 for 3×32×32 images.
    ///
    /// # Panics
    /// When `outputs` is zero.
    pub fn resnet8(outputs: usize) -> Self {
        let built = residual::of_authors(Shape::image(3, 32, 32), Variant::of_authors(outputs));
        built.unwrap_or_else(|fault| panic!("resnet8: {fault}"))
    }

    /// LeNet-5 with ReLU and max-pools, for images of shape `input`.
    ///
    /// # Panics
    /// When the image is too small, or `outputs` is zero.
    pub fn lenet(input: Shape, outputs: usize) -> Self {
        let built = plain::lenet(input, Variant::of_authors(outputs));
        built.unwrap_or_else(|fault| panic!("lenet: {fault}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of parameters of all forms of an architecture for ten classes of 3×32×32 images.
    fn parameters(name: &str) -> Vec<usize> {
        let image = Shape::image(3, 32, 32);
        let forms = named(name, image, 10, Loss::MeanSquared, Activation::Relu);
        let forms = forms.expect("a name").into_iter();
        forms
            .map(|form| form.expect("it fits").parameters())
            .collect()
    }

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
    fn published_networks_have_their_numbers_of_parameters() {
        // torchvision's ResNets have 11,689,512 and 21,797,672 with 1000 classes, which are 990 rows of
        // 513 numbers more; a stem of 3 × 3 instead of 7 × 7 has 64·3·40 fewer.
        let torchvision = [11_689_512, 21_797_672].map(|all| all - 990 * 513);
        for (name, all) in ["resnet18", "resnet34"].into_iter().zip(torchvision) {
            assert_eq!(parameters(name), [all, all - 64 * 3 * 40], "{name}");
        }
        // He et al. count 0.27 and 0.46 million; the two projections have 16·32 and 32·64 weights and a
        // normalisation each.
        let more = 16 * 32 + 32 * 64 + 2 * 32 + 2 * 64;
        assert_eq!(parameters("resnet20"), [269_722, 269_722 + more]);
        assert_eq!(parameters("resnet32"), [464_154, 464_154 + more]);
        // Convolutions of 9,217,728 weights, their biases and 2·2752 numbers of normalisation.
        let features = 9_217_728 + 2_752 + 2 * 2_752;
        let heads = [5_130, 2 * 512 * 513 + 5_130];
        assert_eq!(parameters("vgg11-bn"), heads.map(|head| features + head));
        assert_eq!(
            parameters("fc-tanh"),
            [3072 * 200 + 200 * 200 + 200 * 10 + 410]
        );
        assert_eq!(parameters("cnn-tanh"), [896 + 9_248 + 20_490]);
        assert_eq!(parameters("cnn-relu"), parameters("cnn-tanh"));
    }

    #[test]
    fn every_name_is_an_architecture() {
        for name in NAMES.into_iter().filter(|name| *name != "nanogpt") {
            assert!(!parameters(name).is_empty(), "{name}");
        }
        let image = Shape::image(3, 32, 32);
        assert!(named("resnet", image, 10, Loss::MeanSquared, Activation::Relu).is_none());
    }

    #[test]
    fn a_decoder_has_its_number_of_parameters() {
        let tokens = Shape::features(64);
        let forms = named("nanogpt", tokens, 65, Loss::MeanSquared, Activation::Relu);
        let forms = forms.expect("a name").into_iter();
        let parameters = forms.map(|form| form.expect("it fits").parameters());
        // nanoGPT counts 10.65 million without its positions, the last layer being tied to the first.
        let [positions, tied] = [256 * 384, 65 * 384];
        let block = 12 * 384 * 384 + 2 * 384;
        let bare = positions + 2 * tied + 6 * block + 384;
        let biases = 6 * (9 * 384 + 2 * 384) + 384;
        assert_eq!(parameters.collect::<Vec<_>>(), [bare, bare + biases]);
        let image = Shape::image(1, 4, 4);
        let forms = named("nanogpt", image, 65, Loss::MeanSquared, Activation::Relu);
        assert!(forms.expect("a name").iter().all(Result::is_err));
    }

    #[test]
    fn an_activation_by_name_is_not_replaced() {
        let image = Shape::image(3, 8, 8);
        let forms = named("cnn-tanh", image, 2, Loss::MeanSquared, Activation::Relu);
        let network = forms.expect("a name").remove(0).expect("it fits");
        assert_eq!(network.layers()[0].activation, Activation::Tanh);
    }

    #[test]
    fn lenet_reads_both_sizes_of_image_and_refuses_smaller_ones() {
        let parameters = |shape| Network::lenet(shape, 10).parameters();
        assert_eq!(parameters(Shape::image(1, 28, 28)), 61_706);
        assert_eq!(parameters(Shape::image(3, 32, 32)), 62_006);
        let fault = plain::lenet(Shape::image(1, 7, 7), Variant::of_authors(10)).unwrap_err();
        assert!(fault.contains("does not fit"), "{fault}");
    }

    #[test]
    #[should_panic(expected = "widths [4]")]
    fn a_network_without_a_layer_is_refused() {
        Network::fnn(&[4]);
    }
}
