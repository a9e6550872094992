//! Normalisations within a sample, as two layers: [`StandardiseSample`], and [`Scale`], which is affine
//! in its parameters.

use serde::{Deserialize, Serialize};

use crate::network::shape::Shape;

use super::operator::{Fault, Fitted};
use super::scale::Scale;
use super::standardise_sample::{StandardiseSample, Together};
use super::words::{is_yes, yes};

/// The ε of `torch.nn.GroupNorm` and `torch.nn.LayerNorm`.
fn epsilon() -> f64 {
    1e-5
}

/// The ε of `torch.nn.RMSNorm` for float32 numbers: the distance from 1 to the next larger one.
fn distance_from_one() -> f64 {
    f64::from(f32::EPSILON)
}

/// The arguments of `torch.nn.GroupNorm`, and the keys of `type = "group-norm"` in an architecture file.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct GroupNormItem {
    groups: usize,
    #[serde(default = "epsilon")]
    epsilon: f64,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    affine: bool,
}

/// The arguments of `torch.nn.LayerNorm`, and the keys of `type = "layer-norm"`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct LayerNormItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<Over>,
    #[serde(default = "epsilon")]
    epsilon: f64,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    affine: bool,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    bias: bool,
}

/// The arguments of `torch.nn.RMSNorm`, and the keys of `type = "rms-norm"`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct RmsNormItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<Over>,
    #[serde(default = "distance_from_one")]
    epsilon: f64,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    affine: bool,
}

/// What is normalised together; in a sequence the channels at each position, if nothing is said.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Over {
    /// All numbers of a sample, with a factor for each.
    Sample,
    /// The channels at each position, with a factor per channel.
    Position,
}

/// A normalisation within a sample.
#[derive(Clone, Copy, Debug)]
pub struct SampleNorm {
    /// Which numbers are normalised together.
    pub together: Together,
    /// Whether the mean is subtracted.
    pub is_centred: bool,
    /// ε > 0.
    pub epsilon: f64,
    /// Which factors and shifts follow.
    pub scaled: Scaled,
}

/// The factors and shifts behind a normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaled {
    /// None.
    Not,
    /// One per channel.
    Channels {
        /// Whether there are shifts.
        bias: bool,
    },
    /// One per number of a sample.
    Numbers {
        /// Whether there are shifts.
        bias: bool,
    },
}

impl Over {
    fn or_usual(over: Option<Self>, is_sequence: bool) -> Self {
        let usual = if is_sequence {
            Over::Position
        } else {
            Over::Sample
        };
        over.unwrap_or(usual)
    }

    fn together(self) -> Together {
        match self {
            Over::Sample => Together::Groups(1),
            Over::Position => Together::Position,
        }
    }

    fn scaled(self, affine: bool, bias: bool) -> Scaled {
        match self {
            _ if !affine => Scaled::Not,
            Over::Sample => Scaled::Numbers { bias },
            Over::Position => Scaled::Channels { bias },
        }
    }
}

impl From<GroupNormItem> for SampleNorm {
    fn from(item: GroupNormItem) -> Self {
        let affine = Scaled::Channels { bias: true };
        SampleNorm {
            together: Together::Groups(item.groups),
            is_centred: true,
            epsilon: item.epsilon,
            scaled: if item.affine { affine } else { Scaled::Not },
        }
    }
}

impl LayerNormItem {
    /// The normalisation of an image or a vector, or of a sequence.
    pub fn norm(self, is_sequence: bool) -> SampleNorm {
        let over = Over::or_usual(self.over, is_sequence);
        SampleNorm {
            together: over.together(),
            is_centred: true,
            epsilon: self.epsilon,
            scaled: over.scaled(self.affine, self.bias),
        }
    }
}

impl RmsNormItem {
    /// The normalisation of an image or a vector, or of a sequence.
    pub fn norm(self, is_sequence: bool) -> SampleNorm {
        let over = Over::or_usual(self.over, is_sequence);
        SampleNorm {
            together: over.together(),
            is_centred: false,
            epsilon: self.epsilon,
            scaled: over.scaled(self.affine, false),
        }
    }
}

/// A normalisation within a sample, as one of the items that mean it.
pub(in crate::network) enum NormItem {
    Group(GroupNormItem),
    Layer(LayerNormItem),
    Rms(RmsNormItem),
}

impl SampleNorm {
    /// The item of an architecture file that means this normalisation.
    pub(in crate::network) fn item(self) -> NormItem {
        let (epsilon, affine) = (self.epsilon, self.scaled != Scaled::Not);
        let over = match (self.together, self.scaled) {
            (Together::Position, _) => Over::Position,
            (Together::Groups(1), Scaled::Not | Scaled::Numbers { .. }) => Over::Sample,
            (Together::Groups(groups), _) => {
                return NormItem::Group(GroupNormItem {
                    groups,
                    epsilon,
                    affine,
                });
            }
        };
        let over = Some(over);
        if self.is_centred {
            let is_bare = [
                Scaled::Channels { bias: false },
                Scaled::Numbers { bias: false },
            ]
            .contains(&self.scaled);
            NormItem::Layer(LayerNormItem {
                over,
                epsilon,
                affine,
                bias: !is_bare,
            })
        } else {
            NormItem::Rms(RmsNormItem {
                over,
                epsilon,
                affine,
            })
        }
    }

    /// The standardising layer, which is the first half.
    pub(in crate::network) fn standardise(
        self,
        shape: Shape,
    ) -> Result<Fitted<StandardiseSample>, Fault> {
        let epsilon = self.epsilon as f32;
        if !(epsilon.is_normal() && epsilon > 0.0) {
            return Err(format!(
                "epsilon must be a positive number, and is {}; give the one it was trained with",
                self.epsilon
            ));
        }
        if let Together::Groups(groups) = self.together
            && !(groups > 0 && shape.channels.is_multiple_of(groups))
        {
            return Err(format!(
                "groups must divide the channels that are read, and {groups} does not divide {}",
                shape.channels
            ));
        }
        let standardise = StandardiseSample {
            together: self.together,
            is_centred: self.is_centred,
            epsilon: self.epsilon,
        };
        if self.is_centred && standardise.sets(shape).size() == 1 {
            return Err(format!(
                "a single number less its mean is 0, and nothing else is normalised together in {shape}; \
                 leave the layer out, or normalise over more numbers"
            ));
        }
        Ok(Fitted::without_parameters(standardise, shape))
    }

    /// The scaling layer, which is the second half, if there is one.
    pub(in crate::network) fn scale(self, shape: Shape) -> Option<Fitted<Scale>> {
        match self.scaled {
            Scaled::Not => None,
            Scaled::Channels { bias } => Some(Scale::of_channels(shape, bias)),
            Scaled::Numbers { bias } => Some(Scale::of_numbers(shape, bias)),
        }
    }
}
