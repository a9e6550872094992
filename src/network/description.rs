//! An architecture as a TOML file: a list of layers.
//!
//! ```toml
//! input = [3, 32, 32]          # channels, height, width; or [784]
//! loss = "cross-entropy"       # a name of `Loss`; without one mean-squared
//! label-smoothing = 0.1        # with cross-entropy only; the default is 0
//!
//! [[layer]]
//! type = "convolution"
//! outputs = 16
//! kernel = 3
//! padding = [1, 0]             # rows and columns; one number stands for both; the default is 0
//!
//! [[layer]]
//! type = "relu"
//! ```
//!
//! docs/layers-and-losses.md lists the layers and their words.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Deserializer, de};

use crate::error::{self, Error};

use super::architecture::EPSILON;
use super::builder::{Builder, Fault};
use super::layer::Initialisation;
use super::{BatchNorm, Filters, Loss, Network, Shape, Sides, Window};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    name: Option<String>,
    input: Vec<usize>,
    loss: Option<Loss>,
    #[serde(rename = "label-smoothing")]
    label_smoothing: Option<f64>,
    #[serde(default)]
    layer: Vec<Item>,
}

/// One item of the list `layer`.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
enum Item {
    Dense {
        outputs: usize,
        #[serde(default = "yes")]
        bias: bool,
    },
    Convolution {
        outputs: usize,
        kernel: Each,
        #[serde(default = "ones")]
        stride: Each,
        #[serde(default = "zeros")]
        padding: Each,
        #[serde(default = "ones")]
        dilation: Each,
        #[serde(default = "one")]
        groups: usize,
        #[serde(default = "yes")]
        bias: bool,
    },
    // Braces: without them serde lets fields pass that do not belong here.
    Relu {},
    /// Without a stride: windows side by side.
    MaxPool {
        window: Each,
        stride: Option<Each>,
        #[serde(default = "zeros")]
        padding: Each,
    },
    /// Without a window: the mean of the whole image.
    AveragePool {
        window: Option<Each>,
        stride: Option<Each>,
        padding: Option<Each>,
    },
    BatchNorm {
        #[serde(default = "epsilon")]
        epsilon: f64,
        #[serde(default = "yes")]
        affine: bool,
        #[serde(default = "yes", rename = "running-statistics")]
        running_statistics: bool,
    },
    Normalise {
        mean: Vec<f64>,
        deviation: Vec<f64>,
    },
    Flatten {},
    /// Adds what stood behind item number `from` of the list; 0 is the input.
    Shortcut {
        from: usize,
    },
}

/// A number for both directions, or [rows, columns].
#[derive(Clone, Copy, Debug)]
struct Each(Sides);

impl<'de> Deserialize<'de> for Each {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Each;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number or [rows, columns]")
            }

            fn visit_u64<E: de::Error>(self, side: u64) -> Result<Each, E> {
                match usize::try_from(side) {
                    Ok(side) => Ok(Each(Sides::both(side))),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Unsigned(side), &self)),
                }
            }

            fn visit_i64<E: de::Error>(self, side: i64) -> Result<Each, E> {
                match u64::try_from(side) {
                    Ok(side) => self.visit_u64(side),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Signed(side), &self)),
                }
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Each, A::Error> {
                let sides = (seq.next_element()?, seq.next_element()?);
                match (sides, seq.next_element::<de::IgnoredAny>()?) {
                    ((Some(rows), Some(columns)), None) => Ok(Each(Sides { rows, columns })),
                    _ => Err(de::Error::custom("a list of sides must be [rows, columns]")),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

fn one() -> usize {
    1
}

fn ones() -> Each {
    Each(Sides::both(1))
}

fn zeros() -> Each {
    Each(Sides::both(0))
}

fn yes() -> bool {
    true
}

fn epsilon() -> f64 {
    EPSILON
}

/// The most numbers that one sample may have: more would be no image.
const LARGEST_INPUT: usize = 1 << 24;

/// The network that a TOML file describes; `path` is named in errors.
///
/// # Errors
/// When the text is no description, or a layer does not fit behind the one before it.
pub fn parse(text: &str, path: &Path) -> error::Result<Network> {
    let fault = |field: String, fault: Fault| Error::input(path.display(), field, fault);
    let description: Description = toml::from_str(text).map_err(|cause| {
        let line = cause.span().map_or(1, |span| {
            1 + text[..span.start.min(text.len())].matches('\n').count()
        });
        let told = cause.message().replace("unknown variant", "unknown name");
        fault(
            format!("line {line}"),
            told.replace("usize", "a whole number"),
        )
    })?;
    let input = shape(&description.input).map_err(|f| fault("input".to_owned(), f))?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy());
    let name = description
        .name
        .or_else(|| stem.map(|stem| stem.into_owned()));
    let loss = description.loss.unwrap_or(Loss::MeanSquared);
    let loss = loss.with_smoothing(description.label_smoothing);
    let loss = loss.map_err(|f| fault("label-smoothing".to_owned(), f))?;
    let mut builder = Builder::new(&name.unwrap_or_default(), input, loss);
    // The activation behind each item, one of which may be several layers or none. What stood
    // before a relu is not kept.
    let mut behind = vec![Some(0)];
    for (index, item) in description.layer.iter().enumerate() {
        add(&mut builder, item, &behind).map_err(|f| fault(format!("layer {}", index + 1), f))?;
        let here = Some(builder.here());
        if matches!(item, Item::Relu {}) {
            let before = behind.iter_mut().filter(|activation| **activation == here);
            before.for_each(|activation| *activation = None);
        }
        behind.push(here);
    }
    builder.finish().map_err(|f| fault("layer".to_owned(), f))
}

fn shape(input: &[usize]) -> Result<Shape, Fault> {
    let shape = match *input {
        [features] => Shape::features(features),
        [channels, height, width] => Shape::image(channels, height, width),
        _ => return Err("must be [features] or [channels, height, width]".to_owned()),
    };
    let numbers = input
        .iter()
        .try_fold(1_usize, |n, &side| n.checked_mul(side));
    match numbers {
        Some(1..=LARGEST_INPUT) => Ok(shape),
        _ => Err(format!("{input:?} must hold 1 to {LARGEST_INPUT} numbers")),
    }
}

type Built = Result<(), Fault>;

fn add(builder: &mut Builder, item: &Item, behind: &[Option<usize>]) -> Built {
    match item {
        Item::Dense { outputs, bias } => builder.dense(*outputs, *bias),
        Item::Convolution {
            outputs,
            kernel,
            stride,
            padding,
            dilation,
            groups,
            bias,
        } => {
            let window = Window {
                size: kernel.0,
                stride: stride.0,
                padding: padding.0,
                dilation: dilation.0,
            };
            let filters = Filters {
                outputs: *outputs,
                window,
                groups: *groups,
                bias: *bias,
            };
            builder
                .convolution(filters, Initialisation::FanIn)
                .map(|_| ())
        }
        Item::Relu {} => builder.relu(),
        Item::MaxPool {
            window,
            stride,
            padding,
        } => builder.max_pool(pool(*window, *stride, *padding)),
        Item::AveragePool {
            window: Some(window),
            stride,
            padding,
        } => {
            let padding = padding.unwrap_or_else(zeros);
            builder.average_pool(pool(*window, *stride, padding))
        }
        Item::AveragePool {
            window: None,
            stride: None,
            padding: None,
        } => {
            let image = builder.shape();
            builder.average_pool(Window::tiles(Sides {
                rows: image.height,
                columns: image.width,
            }))
        }
        Item::AveragePool { window: None, .. } => Err(
            "a stride or a padding needs a window; without one the whole image is averaged"
                .to_owned(),
        ),
        Item::BatchNorm {
            epsilon,
            affine,
            running_statistics,
        } => builder.batch_norm(BatchNorm {
            epsilon: *epsilon,
            affine: *affine,
            running_statistics: *running_statistics,
        }),
        Item::Normalise { mean, deviation } => builder.normalise(mean.clone(), deviation.clone()),
        Item::Flatten {} => {
            builder.flatten();
            Ok(())
        }
        Item::Shortcut { from } => match behind.get(*from) {
            Some(Some(activation)) => builder.shortcut(*activation),
            Some(None) => Err(format!(
                "what stands before the relu behind layer {from} is not kept; take the shortcut \
                 from the relu"
            )),
            None => Err(format!("a shortcut from layer {from}, which comes later")),
        },
    }
}

/// The window of a pool; without a stride its windows lie side by side.
fn pool(size: Each, stride: Option<Each>, padding: Each) -> Window {
    let stride = stride.unwrap_or(size);
    Window::new(size.0).every(stride.0).padded(padding.0)
}
