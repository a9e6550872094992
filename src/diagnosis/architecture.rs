//! From the name of an architecture, or its TOML file, to a network.

use std::fmt::Display;
use std::path::Path;

use crate::dataset::Dataset;
use crate::dataset::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::network::{
    Activation, Loss, NAMES, Network, Shape, activation_by_name, description, named,
};
use crate::read;

use super::matching::chain::{chain, no_matrix};
use super::matching::group::{Group, groups};
use super::matching::order::{KnownOrder, RequestedOrder};
use super::matching::{foreign, has_the_layers_of};

/// The name that asks for a proposal.
pub const AUTO: &str = "auto";

/// What the user says about the network of a checkpoint.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    /// The architecture: `fnn`, another name, or the path of a TOML file.
    pub arch: &'a Path,
    /// The text of the TOML file, if it is not to be read from its path.
    pub description: Option<&'a str>,
    /// The activation of a named architecture, if it is not ReLU.
    pub activation: Option<Activation>,
    /// The order of the modules, if the user gives one.
    pub order: Option<&'a RequestedOrder>,
}

impl Wish<'_> {
    /// The activation of the network, which its name may tell.
    fn activation(&self) -> Activation {
        let by_name = activation_by_name(self.name());
        by_name.or(self.activation).unwrap_or(Activation::Relu)
    }

    /// The name of the architecture.
    fn name(&self) -> &str {
        self.arch.to_str().unwrap_or_default()
    }

    /// Whether it is a chain of dense layers, whose widths are those of the checkpoint.
    fn is_chain(&self) -> bool {
        ["fnn", "fc-tanh"].contains(&self.name())
    }

    /// Checks that the user names no activation beside the one that the name of the architecture tells.
    fn check_activation(&self) -> Result<()> {
        match (self.activation, activation_by_name(self.name())) {
            (Some(given), Some(own)) if given != own => {
                let fault = format!(
                    "is not that of {}, which has {own} by its name; leave it out, or name another \
                     architecture",
                    self.name()
                );
                Err(Error::input("--activation", given.name(), fault))
            }
            _ => Ok(()),
        }
    }
}

/// Builds the network that the user wishes. `fnn` and `fc-tanh` take their widths and biases from the
/// checkpoint; any other name takes the form and the number of outputs that make its layers match the
/// checkpoint; anything else is the path of a TOML file. Errors name the checkpoint as `place`.
///
/// # Errors
/// Returns an error if there is no such architecture, if it has no place for the activation that is named,
/// or if the network cannot read the samples.
pub fn network(
    wish: Wish<'_>,
    place: &str,
    checkpoint: &Checkpoint,
    data: &Dataset,
) -> Result<Network> {
    if let Some(network) = described(wish)? {
        return Ok(network);
    }
    wish.check_activation()?;
    let groups = groups(checkpoint);
    if !wish.is_chain() {
        return of_name(wish, place, &groups, data);
    }
    let known = KnownOrder::new(place, checkpoint, &groups, wish.order)?;
    let layers = chain(place, &groups, &known, data.features())?;
    let inputs = layers[0].inputs;
    let outputs = layers.iter().map(|layer| layer.outputs);
    let widths: Vec<usize> = std::iter::once(inputs).chain(outputs).collect();
    if let Some(activation) = wish.activation
        && layers.len() == 1
    {
        let fault =
            format!("has no place: {place} has one dense layer, and none follows it; leave it out");
        return Err(Error::input("--activation", activation.name(), fault));
    }
    let (has_bias, activation) = (|layer: usize| layers[layer].bias, wish.activation());
    Ok(Network::dense_chain(&widths, has_bias, activation))
}

/// The network of a TOML file, which does not depend on the checkpoint; `None` for a name.
///
/// # Errors
/// Returns an error if `arch` is neither a name nor a file, if the file cannot be read or does not
/// describe a network, or if an activation is named although the file lists its own.
pub fn described(wish: Wish<'_>) -> Result<Option<Network>> {
    let arch = wish.arch;
    if arch.as_os_str().as_encoded_bytes().ends_with(b".toml") {
        if let Some(activation) = wish.activation {
            let fault = format!(
                "is for named architectures; {} lists its activations itself, so change them there",
                arch.display()
            );
            return Err(Error::input("--activation", activation.name(), fault));
        }
        let network = match wish.description {
            Some(text) => description::parse(text, arch),
            None => description::parse(&read::text(arch)?, arch),
        };
        return network.map(Some);
    }
    let is_known = NAMES.iter().any(|name| arch == Path::new(name)) || arch == Path::new(AUTO);
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
    let fault = format!("is no architecture; give {names}, a file that ends in .toml, or {AUTO}");
    Error::input("--arch", arch.display(), fault)
}

/// The network of this name whose layers match the checkpoint; if none does, its first form with as many
/// outputs as the last matrix of the checkpoint has rows.
fn of_name(wish: Wish<'_>, place: &str, groups: &[Group<'_>], data: &Dataset) -> Result<Network> {
    let (word, shape) = (wish.name(), image(&data.shape));
    let Some(outputs) = outputs(groups).next() else {
        foreign::check(place, groups, groups)?;
        return Err(no_matrix(place));
    };
    if let Some(network) = form_with_these_layers(word, shape, groups, wish.activation()) {
        return Ok(network);
    }
    let forms = named(word, shape, outputs, Loss::MeanSquared, wish.activation());
    let forms = forms.ok_or_else(|| no_architecture(wish.arch))?;
    let mut first = Err(no_architecture(wish.arch));
    for form in forms.into_iter().rev() {
        first = match form {
            Ok(network) => Ok(network),
            Err(fault) => first.map_err(|_| no_image(word, shape, fault)),
        };
    }
    first
}

/// The form of the architecture of this name that has exactly the layers of a checkpoint.
pub fn form_with_these_layers(
    word: &str,
    shape: Shape,
    groups: &[Group<'_>],
    activation: Activation,
) -> Option<Network> {
    /// No named network has this many dense layers.
    const MOST: usize = 8;
    outputs(groups).take(MOST).find_map(|outputs| {
        let forms = named(word, shape, outputs, Loss::MeanSquared, activation)?;
        let mut forms = forms.into_iter().flatten();
        forms.find(|network| has_the_layers_of(groups, network))
    })
}

/// How many outputs the network may have: the rows of each matrix of a checkpoint, the last one first.
fn outputs(groups: &[Group<'_>]) -> impl Iterator<Item = usize> {
    let matrices = groups.iter().rev().filter_map(Group::matrix);
    matrices.map(|[outputs, _]| outputs).filter(|&o| o > 0)
}

/// The shape of a sample: an image with channels first, or a vector.
pub fn image(shape: &[usize]) -> Shape {
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
    let (input, given) = (network.sample(), image(shape));
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
