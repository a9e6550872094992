//! The network that a word or a file names.

use std::fs;
use std::path::Path;

use crate::dataset::Dataset;
use crate::dataset::checkpoint::{Checkpoint, Tensor};
use crate::error::{Error, Result};
use crate::network::{Loss, NAMES, Network, Shape, description, named};

/// The network that `arch` names: `fnn` with the widths and the biases of the checkpoint, another name
/// with as many outputs as the checkpoint's last weight has rows, or a TOML file; `place` names the
/// checkpoint in errors.
///
/// # Errors
/// When there is no such architecture, or it cannot read the samples.
pub fn network(
    arch: &str,
    (place, checkpoint): (&str, &Checkpoint),
    data: &Dataset,
) -> Result<Network> {
    if arch.ends_with(".toml") {
        let path = Path::new(arch);
        let text = fs::read_to_string(path).map_err(|cause| Error::unreadable(path, &cause))?;
        description::parse(&text, path)
    } else if arch == "fnn" {
        let biases = biases(checkpoint);
        Ok(Network::dense_chain(&widths(place, checkpoint)?, |layer| {
            biases[layer]
        }))
    } else {
        let outputs = matrices(checkpoint)
            .last()
            .map_or(0, |weight| weight.shape[0]);
        if outputs == 0 {
            return Err(no_matrix(place));
        }
        let built = named(arch, image(&data.shape), outputs, Loss::MeanSquared);
        let built = built.ok_or_else(|| {
            let names = NAMES.join(", ");
            let fault = format!("is no architecture; give {names} or a file that ends in .toml");
            Error::input("--arch", arch, fault)
        })?;
        built.map_err(|fault| Error::input("--arch", arch, fault))
    }
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
    let fault = format!(
        "is {given}, but {} reads {input} (channels × rows × columns); give the data that it was \
         trained on, channels first",
        network.name()
    );
    Err(Error::input(place, "shape of a sample", fault))
}
