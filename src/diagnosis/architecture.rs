//! From the name of an architecture, or its TOML file, to a network.

use std::fmt::Display;
use std::path::Path;

use crate::dataset::Dataset;
use crate::dataset::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::network::{Loss, NAMES, Network, Shape, description, named};
use crate::read;

use super::matching::chain::{chain, no_matrix};
use super::matching::group::{Group, groups};
use super::matching::order::{KnownOrder, RequestedOrder};
use super::matching::{foreign, has_the_layers_of};

/// Builds the network that `arch` names. `fnn` takes its widths and biases from the checkpoint; any other
/// name takes the number of outputs that makes its layers match the checkpoint; anything else is the path
/// of a TOML file. Errors name the checkpoint as `place`.
///
/// # Errors
/// Returns an error if there is no such architecture, or if the network cannot read the samples.
pub fn network(
    arch: &Path,
    place: &str,
    checkpoint: &Checkpoint,
    wish: Option<&RequestedOrder>,
    data: &Dataset,
) -> Result<Network> {
    if let Some(network) = described(arch)? {
        return Ok(network);
    }
    let groups = groups(checkpoint);
    if arch != Path::new("fnn") {
        return of_name(arch, place, &groups, data);
    }
    let known = KnownOrder::new(place, checkpoint, &groups, wish)?;
    let layers = chain(place, &groups, &known, data.features())?;
    let inputs = layers[0].inputs;
    let outputs = layers.iter().map(|layer| layer.outputs);
    let widths: Vec<usize> = std::iter::once(inputs).chain(outputs).collect();
    Ok(Network::dense_chain(&widths, |layer| layers[layer].bias))
}

/// The network of a TOML file, which does not depend on the checkpoint; `None` for a name.
///
/// # Errors
/// Returns an error if `arch` is neither a name nor a file, or if the file cannot be read or does not
/// describe a network.
pub fn described(arch: &Path) -> Result<Option<Network>> {
    if arch.as_os_str().as_encoded_bytes().ends_with(b".toml") {
        return description::parse(&read::text(arch)?, arch).map(Some);
    }
    let is_known = NAMES.iter().any(|name| arch == Path::new(name));
    is_known
        .then_some(None)
        .ok_or_else(|| no_architecture(arch))
}

/// The error for samples that are not images, or are images that are too small.
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

/// The network of this name whose layers match the checkpoint; if none does, the one with as many outputs
/// as the last matrix of the checkpoint has rows.
fn of_name(arch: &Path, place: &str, groups: &[Group<'_>], data: &Dataset) -> Result<Network> {
    /// No named network has this many dense layers.
    const MOST: usize = 8;
    let (word, shape) = (arch.to_str().unwrap_or_default(), image(&data.shape));
    let of_outputs = |outputs| {
        let built = named(word, shape, outputs, Loss::MeanSquared);
        let built = built.ok_or_else(|| no_architecture(arch))?;
        built.map_err(|fault| no_image(word, shape, &fault))
    };
    let matrices = groups.iter().rev().filter_map(Group::matrix);
    let outputs: Vec<usize> = matrices
        .map(|[outputs, _]| outputs)
        .filter(|&o| o > 0)
        .collect();
    let Some(&last) = outputs.first() else {
        foreign::check(place, groups, groups)?;
        return Err(no_matrix(place));
    };
    for &outputs in outputs.iter().take(MOST) {
        let network = of_outputs(outputs)?;
        if has_the_layers_of(groups, &network) {
            return Ok(network);
        }
    }
    of_outputs(last)
}

/// The shape of a sample: an image with channels first, or a vector.
fn image(shape: &[usize]) -> Shape {
    match *shape {
        [channels, height, width] => Shape::image(channels, height, width),
        [height, width] => Shape::image(1, height, width),
        _ => Shape::features(shape.iter().product()),
    }
}

/// Checks that the network can read samples of this shape. A vector is read as an image, channels first,
/// if it has the right number of elements.
///
/// # Errors
/// Returns an error if the network cannot read the samples; `place` names the data set.
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
