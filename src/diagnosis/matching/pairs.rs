//! The parameters, ties and names of modules that have been matched.

use std::collections::HashMap;

use crate::dataset::checkpoint::{Alias, Values};
use crate::error::{Error, Result};
use crate::network::{Assembly, Module, Network, State, TensorRole};
use crate::reference::Unrounded;

use super::assignment::Assigned;
use super::group::{Group, Named};
use super::layout;

/// A module of the network, and the module of the checkpoint that fills it.
pub type Pair<'a> = (&'a Module, &'a Group<'a>);

/// The weights and biases of all pairs, in the order in which [`Network::tied`] counts them.
fn parameters<'a>(pairs: &'a [Pair<'a>]) -> impl Iterator<Item = Named<'a>> {
    pairs.iter().flat_map(|(module, group)| {
        let parts = module.tensors.iter().map(|(part, _)| *part);
        let parts = parts.filter(|part| part.is_parameter());
        parts.map(|part| group.tensor(part).expect("a tensor that fits"))
    })
}

/// For each tensor of the network, the tensor that owns its parameter, and the names of the tensors that
/// own none.
pub fn ties(pairs: &[Pair<'_>]) -> (Vec<usize>, Vec<Alias>) {
    let (mut owners, mut tied) = (Vec::new(), Vec::new());
    let mut firsts: HashMap<&str, (usize, &str)> = HashMap::new();
    for (number, named) in parameters(pairs).enumerate() {
        let (first, name) = *firsts
            .entry(&named.tensor.name)
            .or_insert((number, named.name));
        if first < number {
            tied.push(Alias {
                name: named.name.to_owned(),
                of: name.to_owned(),
                start: None,
            });
        }
        owners.push(first);
    }
    (owners, tied)
}

/// The names of pairs of weights that are equal and not constant, but are two parameters.
pub fn equal(pairs: &[Pair<'_>], owners: &[usize]) -> Vec<[String; 2]> {
    let mut of_shape: HashMap<&[usize], Vec<Named<'_>>> = HashMap::new();
    let mut equal = Vec::new();
    for (number, named) in parameters(pairs).enumerate() {
        if owners[number] < number || is_constant(&named.tensor.values) {
            continue;
        }
        let before = of_shape.entry(&named.tensor.shape).or_default();
        let is_same = |other: &&Named<'_>| other.tensor.values == named.tensor.values;
        match before.iter().find(is_same) {
            Some(other) => equal.push([other.name, named.name].map(str::to_owned)),
            None => before.push(named),
        }
    }
    equal
}

/// Whether all elements are equal, as they may be before training.
fn is_constant(values: &Values) -> bool {
    match values {
        Values::Real { values, .. } => values.iter().all(|value| *value == values[0]),
        Values::Whole(_) => true,
    }
}

pub fn mapping(network: &Network, pairs: &[Pair<'_>]) -> Vec<Assigned> {
    let fillers = pairs
        .iter()
        .enumerate()
        .flat_map(|(number, (module, group))| {
            let layer = network.layers()[module.layer].describe();
            module.tensors.iter().map(move |(part, _)| Assigned {
                module: number + 1,
                layer: layer.clone(),
                part: part.name(),
                tensor: group
                    .tensor(*part)
                    .expect("a tensor that fits")
                    .name
                    .to_owned(),
            })
        });
    fillers.collect()
}

/// The parameters and statistics of the network, read from groups that fit. Memory is allocated only
/// here, and no more than the checkpoint has, whatever size the architecture asks for.
pub fn assemble(place: &str, network: &Network, pairs: &[Pair<'_>]) -> Result<State> {
    let mut assembly = Assembly::new(network);
    for (module, group) in pairs {
        for (part, _) in &module.tensors {
            let named = group.tensor(*part).expect("a tensor that fits");
            let values = named.tensor.real().expect("a tensor that fits");
            if *part == TensorRole::Variance && values.iter().any(|variance| *variance < 0.0) {
                let fault = "has a negative variance; export the state_dict again";
                return Err(Error::input(place, named.in_file(), fault));
            }
            assembly.write(module, *part, &layout::in_pytorch(&named, values));
        }
    }
    Ok(State {
        parameters: assembly.parameters,
        statistics: assembly.statistics,
    })
}

/// All weights and biases and all statistics, as they are in the file. Tied parameters occur as often as
/// they are used.
pub fn exact(pairs: &[Pair<'_>]) -> Unrounded {
    let (mut parameters, mut statistics) = (Vec::new(), Vec::new());
    for (module, group) in pairs {
        for (part, _) in &module.tensors {
            let numbers = if part.is_parameter() {
                &mut parameters
            } else {
                &mut statistics
            };
            let named = group.tensor(*part).expect("a tensor that fits");
            let values = named.tensor.exact().expect("a tensor that fits");
            numbers.extend_from_slice(&layout::in_pytorch(&named, &values));
        }
    }
    Unrounded {
        parameters: Some(parameters),
        statistics: Some(statistics),
        ..Unrounded::default()
    }
}
