//! One item of the list of layers in an architecture file: a layer, an activation, or a branch.

use serde::{Deserialize, Serialize};

use super::Activation;
use super::activation::{ELU_ALPHA, LEAKY_SLOPE};
use super::layers::{
    AttentionItem, AveragePoolItem, BatchNorm, ConvolutionItem, DenseItem, EmbeddingItem,
    GroupNormItem, LayerNormItem, MaxPoolItem, NormItem, Normalise, PositionsItem, RmsNormItem,
    SampleNorm, ShortcutItem, Where, is_usual,
};

/// One item of the list `layer`. The keys of each item are defined in the file of its layer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Item {
    Dense(DenseItem),
    Convolution(ConvolutionItem),
    // With braces, because serde accepts unknown fields for unit variants.
    Relu {},
    LeakyRelu {
        #[serde(default = "leaky_slope")]
        slope: f64,
    },
    Elu {
        #[serde(default = "elu_alpha")]
        alpha: f64,
    },
    Selu {},
    Tanh {},
    Sigmoid {},
    Softplus {},
    Hardtanh {},
    Gelu {
        #[serde(default, skip_serializing_if = "is_usual")]
        approximate: Approximation,
    },
    Silu {},
    MaxPool(MaxPoolItem),
    AveragePool(AveragePoolItem),
    BatchNorm(BatchNorm),
    GroupNorm(GroupNormItem),
    LayerNorm(LayerNormItem),
    RmsNorm(RmsNormItem),
    Normalise(Normalise),
    Flatten {},
    Dropout {
        #[serde(default = "half")]
        p: f64,
    },
    Embedding(EmbeddingItem),
    Positions(PositionsItem),
    Attention(AttentionItem),
    FirstPosition {},
    LastPosition {},
    MeanPosition {},
    Shortcut(ShortcutItem),
    /// Adds what these layers give of an earlier activation.
    Branch {
        /// The item of the list whose output the layers read, counted from 1; 0 is the input.
        from: usize,
        layer: Vec<Item>,
    },
}

/// How GELU is computed, in PyTorch's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Approximation {
    #[default]
    None,
    Tanh,
}

/// The probability of `torch.nn.Dropout`.
fn half() -> f64 {
    0.5
}

fn leaky_slope() -> f64 {
    LEAKY_SLOPE
}

fn elu_alpha() -> f64 {
    ELU_ALPHA
}

impl Item {
    /// The activation that this item is, if it is one. An activation overwrites the output of the item
    /// before it.
    pub fn activation(&self) -> Option<Activation> {
        Some(match *self {
            Item::Relu {} => Activation::Relu,
            Item::LeakyRelu { slope } => Activation::LeakyRelu { slope },
            Item::Elu { alpha } => Activation::Elu { alpha },
            Item::Selu {} => Activation::Selu,
            Item::Tanh {} => Activation::Tanh,
            Item::Sigmoid {} => Activation::Sigmoid,
            Item::Softplus {} => Activation::Softplus,
            Item::Hardtanh {} => Activation::Hardtanh,
            Item::Gelu { approximate } => match approximate {
                Approximation::None => Activation::Gelu,
                Approximation::Tanh => Activation::GeluTanh,
            },
            Item::Silu {} => Activation::Silu,
            Item::Dense(_)
            | Item::Convolution(_)
            | Item::MaxPool(_)
            | Item::AveragePool(_)
            | Item::BatchNorm(_)
            | Item::GroupNorm(_)
            | Item::LayerNorm(_)
            | Item::RmsNorm(_)
            | Item::Normalise(_)
            | Item::Flatten {}
            | Item::Dropout { .. }
            | Item::Embedding(_)
            | Item::Positions(_)
            | Item::Attention(_)
            | Item::FirstPosition {}
            | Item::LastPosition {}
            | Item::MeanPosition {}
            | Item::Shortcut(_)
            | Item::Branch { .. } => return None,
        })
    }
}

impl Item {
    /// What a layer is called that reads images and vectors, but no sequences.
    pub fn is_for_images(&self) -> Option<&'static str> {
        match self {
            Item::Convolution(_) => Some("a convolution"),
            Item::MaxPool(_) => Some("a max-pool"),
            Item::AveragePool(_) => Some("an average-pool"),
            Item::BatchNorm(_) => Some("a batch normalisation"),
            Item::GroupNorm(_) => Some("a group normalisation"),
            Item::Normalise(_) => Some("normalising by constants"),
            Item::Flatten {} => Some("flattening"),
            _ => None,
        }
    }
}

impl From<Activation> for Item {
    /// # Panics
    /// For the identity, which is no item.
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Identity => unreachable!("no activation is no item"),
            Activation::Relu => Item::Relu {},
            Activation::LeakyRelu { slope } => Item::LeakyRelu { slope },
            Activation::Elu { alpha } => Item::Elu { alpha },
            Activation::Selu => Item::Selu {},
            Activation::Tanh => Item::Tanh {},
            Activation::Sigmoid => Item::Sigmoid {},
            Activation::Softplus => Item::Softplus {},
            Activation::Hardtanh => Item::Hardtanh {},
            Activation::Gelu => Item::Gelu {
                approximate: Approximation::None,
            },
            Activation::GeluTanh => Item::Gelu {
                approximate: Approximation::Tanh,
            },
            Activation::Silu => Item::Silu {},
        }
    }
}

impl From<SampleNorm> for Item {
    fn from(norm: SampleNorm) -> Self {
        match norm.item() {
            NormItem::Group(item) => Item::GroupNorm(item),
            NormItem::Layer(item) => Item::LayerNorm(item),
            NormItem::Rms(item) => Item::RmsNorm(item),
        }
    }
}

impl From<Where> for Item {
    fn from(position: Where) -> Self {
        match position {
            Where::First => Item::FirstPosition {},
            Where::Last => Item::LastPosition {},
            Where::Mean => Item::MeanPosition {},
        }
    }
}
