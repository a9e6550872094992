//! The network that a word or a file names.

use std::fmt::Display;
use std::path::Path;

use crate::dataset::Dataset;
use crate::dataset::checkpoint::{Checkpoint, Tensor};
use crate::error::{Error, Result};
use crate::network::{Loss, NAMES, Network, Shape, description, named};
use crate::read;

/// The network that `arch` names: `fnn` with the widths and the biases of the checkpoint, another name
/// with as many outputs as the checkpoint's last weight has rows, or a TOML file. `loss` replaces
/// the architecture's; `place` names the checkpoint in errors.
///
/// # Errors
/// When there is no such architecture, or it cannot read the samples.
pub fn network(
    arch: &Path,
    (place, checkpoint): (&str, &Checkpoint),
    data: &Dataset,
    loss: Option<Loss>,
) -> Result<Network> {
    let network = if let Some(network) = described(arch)? {
        network
    } else if arch == Path::new("fnn") {
        let biases = biases(checkpoint);
        Network::dense_chain(&widths(place, checkpoint)?, |layer| biases[layer])
    } else {
        let outputs = matrices(checkpoint)
            .last()
            .map_or(0, |weight| weight.shape[0]);
        if outputs == 0 {
            return Err(no_matrix(place));
        }
        let (word, shape) = (arch.to_str().unwrap_or_default(), image(&data.shape));
        let built = named(word, shape, outputs, Loss::MeanSquared);
        let built = built.ok_or_else(|| no_architecture(arch))?;
        built.map_err(|fault| no_image(word, shape, &fault))?
    };
    Ok(match loss {
        Some(loss) => network.with_loss(loss),
        None => network,
    })
}

/// The network of a TOML file, which is the same for every checkpoint; `None` for a name.
///
/// # Errors
/// When `arch` is neither, or the file cannot be read or describes no network.
pub fn described(arch: &Path) -> Result<Option<Network>> {
    if arch.as_os_str().as_encoded_bytes().ends_with(b".toml") {
        return description::parse(&read::text(arch)?, arch).map(Some);
    }
    let is_known = NAMES.iter().any(|name| arch == Path::new(name));
    is_known
        .then_some(None)
        .ok_or_else(|| no_architecture(arch))
}

/// Samples that are no images, or too small ones.
fn no_image(arch: &str, shape: Shape, fault: impl Display) -> Error {
    let fault = format!(
        "does not read samples of {shape} ({fault}); give images that are large enough, n × channels × \
         rows × columns, or describe the network that was trained in a TOML file"
    );
    Error::input("--arch", arch, fault)
}

fn no_architecture(arch: &Path) -> Error {
    let names = NAMES.join(", ");
    let fault = format!("is no architecture; give {names} or a file that ends in .toml");
    Error::input("--arch", arch.display(), fault)
}

/// The weights of dense layers, in order.
fn matrices(checkpoint: &Checkpoint) -> impl Iterator<Item = &Tensor> {
    let is_weight = |tensor: &&Tensor| {
        tensor.shape.len() == 2 && tensor.name.rsplit('.').next() == Some("weight")
    };
    checkpoint.tensors.iter().filter(is_weight)
}

/// Which dense layers have a bias.
fn biases(checkpoint: &Checkpoint) -> Vec<bool> {
    let has_bias = |weight: &Tensor| {
        let stem = weight.name.strip_suffix("weight").unwrap_or_default();
        let bias = format!("{stem}bias");
        checkpoint.tensors.iter().any(|tensor| tensor.name == bias)
    };
    matrices(checkpoint).map(has_bias).collect()
}

fn no_matrix(place: &str) -> Error {
    let fault = "are missing: there is no tensor \"….weight\" of shape outputs × inputs; save the \
                 model's state_dict() as the README shows";
    Error::input(place, "dense weights", fault)
}

/// The widths of a chain of dense layers, input first.
fn widths(place: &str, checkpoint: &Checkpoint) -> Result<Vec<usize>> {
    let mut widths: Vec<usize> = Vec::new();
    for weight in matrices(checkpoint) {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1]);
        let before = *widths.last().unwrap_or(&inputs);
        if before != inputs || outputs == 0 || inputs == 0 {
            let fault = format!(
                "is {outputs} × {inputs} behind a layer with {before} outputs: this is no chain of \
                 dense layers; describe the network in a TOML file"
            );
            return Err(Error::input(place, &weight.name, fault));
        }
        if widths.is_empty() {
            widths.push(inputs);
        }
        widths.push(outputs);
    }
    match widths.is_empty() {
        true => Err(no_matrix(place)),
        false => Ok(widths),
    }
}

/// The shape of a sample as an image, channels first, or as a vector.
fn image(shape: &[usize]) -> Shape {
    match *shape {
        [channels, height, width] => Shape::image(channels, height, width),
        [height, width] => Shape::image(1, height, width),
        _ => Shape::features(shape.iter().product()),
    }
}

/// Can the network read samples of this shape? A vector is read as an image, channels first, when
/// it has as many numbers.
///
/// # Errors
/// When it cannot; `place` names the data set.
pub fn check_samples(place: &str, network: &Network, shape: &[usize]) -> Result<()> {
    let (input, given) = (network.input(), image(shape));
    let fits = input.numbers() == shape.iter().product::<usize>()
        && (input == given || input.is_flat() || given.is_flat());
    if fits {
        return Ok(());
    }
    let mend = if input.is_flat() {
        "give the data that it was trained on, a row of as many numbers for each sample"
    } else if let &[height, width, channels] = shape
        && input == Shape::image(channels, height, width)
    {
        "the channels of x come last: x.transpose(0, 3, 1, 2) puts them first"
    } else {
        "give the data that it was trained on, as channels × rows × columns"
    };
    let fault = format!("is {given}, but {} reads {input}; {mend}", network.name());
    Err(Error::input(place, "shape of a sample", fault))
}
