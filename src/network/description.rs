//! An architecture as a TOML file: a list of layers.
//!
//! ```toml
//! input = [3, 32, 32]          # channels, height, width; or [784]
//! loss = "cross-entropy"       # a name of `Loss`; without one mean-squared
//! label-smoothing = 0.1        # with cross-entropy only; the default is 0
//! weight-decay = 5e-4          # adds (λ/2)·|w|² to the loss; the default is 0
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
//! The keys of each layer are defined in its file in `network::layers`; docs/layers-and-losses.md lists
//! them all.

use std::path::Path;

use serde::Deserialize;

use crate::error::{self, Error};

use super::builder::Builder;
use super::item::Item;
use super::layer::Initialisation;
use super::layers::{Fault, ShortcutItem, Where};
use super::mends::mend;
use super::{Loss, Network, Shape};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    name: Option<String>,
    input: Vec<usize>,
    loss: Option<Loss>,
    #[serde(rename = "label-smoothing")]
    label_smoothing: Option<f64>,
    #[serde(rename = "weight-decay", default)]
    weight_decay: f64,
    #[serde(default)]
    layer: Vec<Item>,
}

/// The largest number of values that one sample may have; a larger one cannot be meant as an image.
const LARGEST_INPUT: usize = 1 << 24;

/// Builds the network that a TOML file describes; `path` is named in errors.
///
/// # Errors
/// Returns an error when the text is not a valid description, or when a layer does not fit after the one
/// before it.
pub fn parse(text: &str, path: &Path) -> error::Result<Network> {
    let fault = |field: String, fault: Fault| Error::input(path.display(), field, fault);
    let description: Description = toml::from_str(text).map_err(|cause| {
        let line = cause.span().map_or(1, |span| {
            1 + text[..span.start.min(text.len())].matches('\n').count()
        });
        let told = cause.message().replace("unknown variant", "unknown name");
        let told = told.replace("usize", "a whole number");
        let mend = mend(&told);
        fault(format!("line {line}"), told + &mend)
    })?;
    let input = shape(&description.input).map_err(|f| fault("input".to_owned(), f))?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy());
    let name = description
        .name
        .or_else(|| stem.map(|stem| stem.into_owned()));
    let loss = description.loss.unwrap_or(Loss::MeanSquared);
    let smoothing = description.label_smoothing;
    let loss = loss.with_smoothing(smoothing).map_err(|f| {
        let given = smoothing.unwrap_or_default();
        fault(format!("label-smoothing = {given}"), f)
    })?;
    let decay = description.weight_decay;
    if !(decay.is_finite() && decay >= 0.0) {
        let told = "must be 0 or a positive number".to_owned();
        return Err(fault(format!("weight-decay = {decay}"), told));
    }
    let mut builder = Builder::new(&name.unwrap_or_default(), input, loss);
    // The activation index of the output of each item, since one item may become several layers or none.
    // It is `None` where an activation has overwritten that output.
    let mut behind = vec![Some(0)];
    for (index, item) in description.layer.iter().enumerate() {
        add(&mut builder, item, &behind).map_err(|f| fault(format!("layer {}", index + 1), f))?;
        let here = Some(builder.here());
        if item.activation().is_some() {
            let before = behind.iter_mut().filter(|activation| **activation == here);
            before.for_each(|activation| *activation = None);
        }
        behind.push(here);
    }
    let network = builder.finish();
    let network = network.map_err(|f| fault("layer".to_owned(), f))?;
    Ok(network.with_weight_decay(decay))
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

fn add(builder: &mut Builder, item: &Item, behind: &[Option<usize>]) -> Result<(), Fault> {
    if let Some(name) = item.is_for_images() {
        builder.refuse_sequence(name)?;
    }
    match item {
        Item::Dense(dense) => builder.dense(dense.outputs, dense.bias),
        Item::Convolution(convolution) => {
            let filters = convolution.filters();
            builder
                .convolution(filters, Initialisation::FanIn)
                .map(|_| ())
        }
        Item::Relu {}
        | Item::LeakyRelu { .. }
        | Item::Elu { .. }
        | Item::Selu {}
        | Item::Tanh {}
        | Item::Sigmoid {}
        | Item::Softplus {}
        | Item::Hardtanh {}
        | Item::Gelu { .. }
        | Item::Silu {} => builder.activation(item.activation().unwrap_or_default()),
        Item::MaxPool(pool) => builder.max_pool(pool.window()),
        Item::AveragePool(pool) => builder.average_pool(pool.window(builder.shape())?),
        Item::BatchNorm(norm) => builder.batch_norm(*norm),
        Item::GroupNorm(norm) => builder.sample_norm((*norm).into()),
        Item::LayerNorm(norm) => builder.sample_norm(norm.norm(builder.is_sequence())),
        Item::RmsNorm(norm) => builder.sample_norm(norm.norm(builder.is_sequence())),
        Item::Embedding(embedding) => builder.embedding(*embedding),
        Item::Positions(positions) => builder.positions(*positions),
        Item::Attention(attention) => builder.attention(*attention),
        Item::FirstPosition {} => builder.read_out(Where::First),
        Item::LastPosition {} => builder.read_out(Where::Last),
        Item::MeanPosition {} => builder.read_out(Where::Mean),
        Item::Normalise(normalise) => builder.normalise(normalise.clone()),
        Item::Flatten {} => {
            builder.flatten();
            Ok(())
        }
        Item::Dropout { p: 0.0 } => Ok(()),
        Item::Dropout { p } => Err(format!(
            "a dropout of p = {p} makes the loss random; the network is measured without it, as after \
             model.eval(), so leave the layer out or give p = 0"
        )),
        Item::Shortcut(ShortcutItem { from, zeros }) => {
            builder.shortcut_with(activation_of("a shortcut", *from, behind)?, *zeros)
        }
        Item::Branch { from, layer } => {
            let fork = builder.begin_branch(activation_of("a branch", *from, behind)?)?;
            for (index, item) in layer.iter().enumerate() {
                let place = |f: Fault| format!("layer {} of the branch: {f}", index + 1);
                add(builder, item, behind).map_err(place)?;
            }
            builder.end_branch(fork)
        }
    }
}

/// The activation that item `from` gives, which `what` reads.
fn activation_of(what: &str, from: usize, behind: &[Option<usize>]) -> Result<usize, Fault> {
    match behind.get(from) {
        Some(Some(activation)) => Ok(*activation),
        Some(None) => Err(format!(
            "the activation behind layer {from} writes over what that layer gives; take {what} from the \
             activation"
        )),
        None => Err(format!("{what} from layer {from}, which comes later")),
    }
}
