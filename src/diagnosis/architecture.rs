//! The network that a word or a file names.

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

/// The network that `arch` names: `fnn` with the widths and the biases of the checkpoint, another name
/// with as many outputs as make its layers those of the checkpoint, or a TOML file; `place` names the
/// checkpoint in errors.
///
/// # Errors
/// When there is no such architecture, or it cannot read the samples.
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

/// The network of this name whose layers the checkpoint has, or else the one that has as many outputs
/// as its last matrix.
fn of_name(arch: &Path, place: &str, groups: &[Group<'_>], data: &Dataset) -> Result<Network> {
    /// A named network has fewer dense layers.
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
