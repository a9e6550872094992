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
//! padding = 1                  # the default is 0; stride = 1 and bias = true are the others
//!
//! [[layer]]
//! type = "relu"
//! ```

use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

use super::architecture::EPSILON;
use super::builder::{Builder, Fault, Window};
use super::layer::Law;
use super::{Loss, Network, Shape};

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
        kernel: usize,
        #[serde(default = "one")]
        stride: usize,
        #[serde(default)]
        padding: usize,
        #[serde(default = "yes")]
        bias: bool,
    },
    // Braces: without them serde lets fields pass that do not belong here.
    Relu {},
    MaxPool {
        window: usize,
    },
    /// Without a window: the mean of the whole image.
    AveragePool {
        window: Option<usize>,
    },
    BatchNorm {
        #[serde(default = "epsilon")]
        epsilon: f32,
    },
    Normalise {
        mean: Vec<f32>,
        deviation: Vec<f32>,
    },
    Flatten {},
    /// Adds what stood behind item number `from` of the list; 0 is the input.
    Shortcut {
        from: usize,
    },
}

fn one() -> usize {
    1
}

fn yes() -> bool {
    true
}

fn epsilon() -> f32 {
    EPSILON
}

/// The most numbers that one sample may have: more would be no image.
const LARGEST_INPUT: usize = 1 << 24;

/// The network that a TOML file describes; `path` is named in errors.
///
/// # Errors
/// When the text is no description, or a layer does not fit behind the one before it.
pub fn parse(text: &str, path: &Path) -> Result<Network> {
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

fn shape(input: &[usize]) -> std::result::Result<Shape, Fault> {
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

type Built = std::result::Result<(), Fault>;

fn add(builder: &mut Builder, item: &Item, behind: &[Option<usize>]) -> Built {
    match item {
        Item::Dense { outputs, bias } => builder.dense(*outputs, *bias),
        Item::Convolution {
            outputs,
            kernel,
            stride,
            padding,
            bias,
        } => {
            let window = Window {
                kernel: *kernel,
                stride: *stride,
                padding: *padding,
            };
            let built = builder.convolution(*outputs, window, *bias, Law::FanIn);
            built.map(|_| ())
        }
        Item::Relu {} => builder.relu(),
        Item::MaxPool { window } => builder.max_pool(*window),
        Item::AveragePool { window } => {
            let shape = builder.shape();
            if window.is_none() && shape.height != shape.width {
                return Err(format!("a window is needed: {shape} is no square"));
            }
            builder.average_pool(window.unwrap_or(shape.height))
        }
        Item::BatchNorm { epsilon } if !(epsilon.is_finite() && *epsilon > 0.0) => {
            Err(format!("epsilon must be positive, not {epsilon}"))
        }
        Item::BatchNorm { epsilon } => {
            builder.batch_norm(*epsilon);
            Ok(())
        }
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
