//! A chain of dense layers from its weights alone: each layer reads the outputs of another.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::error::{Error, Result};
use crate::network::TensorRole;

use super::foreign;
use super::group::Group;
use super::order::{KnownOrder, call, undecided};

/// The shape of a dense layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dense {
    pub inputs: usize,
    pub outputs: usize,
    pub bias: bool,
}

impl Dense {
    /// The layer of a module whose weight is a matrix; else `None`.
    fn of(group: &Group<'_>) -> Option<Self> {
        let [outputs, inputs] = group.matrix()?;
        Some(Dense {
            inputs,
            outputs,
            bias: group.tensor(TensorRole::Bias).is_some(),
        })
    }
}

/// The layers of the one chain that uses every matrix of a checkpoint and reads samples with this number
/// of features. If the shapes allow several chains, the order must be known.
///
/// # Errors
/// Returns an error if there is no matrix or no chain, or if there are several chains and no order;
/// `place` names the file.
pub fn chain(
    place: &str,
    groups: &[Group<'_>],
    known: &KnownOrder<'_>,
    features: usize,
) -> Result<Vec<Dense>> {
    let dense: Vec<&Group<'_>> = groups
        .iter()
        .filter(|group| group.matrix().is_some())
        .collect();
    if dense.is_empty() {
        foreign::check(place, groups, groups)?;
        return Err(no_matrix(place));
    }
    if known.tells(&dense) {
        let arranged = known.arrange(&dense)?.expect("it tells");
        let dense: Vec<_> = arranged.places.iter().map(|&at| dense[at]).collect();
        return in_order(place, &dense);
    }
    let layers: Vec<Dense> = dense.iter().filter_map(|group| Dense::of(group)).collect();
    let chains = chains(&layers, features);
    if chains.is_empty() {
        foreign::check(place, groups, groups)?;
        let arranged = known.arrange(&dense)?;
        let places = arranged.map_or((0..dense.len()).collect(), |arranged| arranged.places);
        let dense: Vec<_> = places.iter().map(|&at| dense[at]).collect();
        return in_order(place, &dense);
    }
    if let [only] = &chains[..] {
        if only[0].inputs != features {
            foreign::check(place, groups, groups)?;
        }
        return Ok(only.clone());
    }
    match known.arrange(&dense)? {
        Some(arranged) => {
            let dense: Vec<_> = arranged.places.iter().map(|&at| dense[at]).collect();
            in_order(place, &dense)
        }
        None => {
            foreign::check(place, groups, groups)?;
            Err(undecided(
                place,
                "their shapes make several chains",
                &[dense],
            ))
        }
    }
}

/// The error for a checkpoint without dense layers.
pub fn no_matrix(place: &str) -> Error {
    let fault = "are missing: there is no tensor \"….weight\" of shape outputs × inputs; save the \
                 model's state_dict() as docs/your-own-network.md shows";
    Error::input(place, "dense weights", fault)
}

/// The layers of these modules, in the given order.
fn in_order(place: &str, dense: &[&Group<'_>]) -> Result<Vec<Dense>> {
    let layers: Vec<Dense> = dense.iter().filter_map(|group| Dense::of(group)).collect();
    let mut before = layers[0].inputs;
    for (layer, group) in layers.iter().zip(dense) {
        let Dense {
            inputs, outputs, ..
        } = *layer;
        if before != inputs || outputs == 0 || inputs == 0 {
            let fault = format!(
                "is {outputs} × {inputs} behind a layer with {before} outputs: this is no chain of \
                 dense layers; describe the network in a TOML file"
            );
            let weight = group.tensor(TensorRole::Weight);
            let name = weight.map_or(call(group), |named| named.name);
            return Err(Error::input(place, name, fault));
        }
        before = outputs;
    }
    Ok(layers)
}

/// The chains that use every layer once, at most two different ones. They start from `features` inputs if
/// there is such a chain, else from any width. A search that is cut off counts as two chains.
fn chains(layers: &[Dense], features: usize) -> Vec<Vec<Dense>> {
    let mut kinds: BTreeMap<Dense, usize> = BTreeMap::new();
    let mut balance: BTreeMap<usize, i64> = BTreeMap::new();
    for layer in layers {
        if layer.inputs == 0 || layer.outputs == 0 {
            return Vec::new();
        }
        *kinds.entry(*layer).or_default() += 1;
        *balance.entry(layer.inputs).or_default() += 1;
        *balance.entry(layer.outputs).or_default() -= 1;
    }
    let found = chains_from(&kinds, features);
    if !found.is_empty() {
        return found;
    }
    // A chain starts at the width that more layers read than produce, or anywhere on a cycle.
    let is_circle = balance.values().all(|balance| *balance == 0);
    let starts = balance
        .iter()
        .filter(|(_, balance)| is_circle || **balance == 1);
    let mut all: Vec<_> = starts
        .take(2)
        .flat_map(|(&start, _)| chains_from(&kinds, start))
        .collect();
    all.truncate(2);
    all
}

/// The chains from one width.
fn chains_from(kinds: &BTreeMap<Dense, usize>, start: usize) -> Vec<Vec<Dense>> {
    let mut left = kinds.clone();
    let total = kinds.values().sum::<usize>();
    let mut steps = 4 * total + (1 << 16);
    let (mut found, mut path) = (Vec::new(), Vec::<Dense>::new());
    // For each prefix of the path, the layer that was tried last after it.
    let mut tried: Vec<Option<Dense>> = vec![None];
    while let Some(last) = tried.last_mut() {
        if steps == 0 {
            // Two equal chains: the search does not know whether another one exists.
            let some: Vec<Dense> = found.pop().unwrap_or_default();
            return vec![some.clone(), some];
        }
        steps -= 1;
        let inputs = path.last().map_or(start, |layer| layer.outputs);
        let next = next(&left, inputs, *last).filter(|_| path.len() < total);
        if let Some(layer) = next {
            *last = Some(layer);
            *left.get_mut(&layer).expect("a kind") -= 1;
            path.push(layer);
            tried.push(None);
            continue;
        }
        if path.len() == total {
            found.push(path.clone());
            if found.len() == 2 {
                return found;
            }
        }
        tried.pop();
        if let Some(layer) = path.pop() {
            *left.get_mut(&layer).expect("a kind") += 1;
        }
    }
    found
}

/// The next kind of layer that has this number of inputs and is not used up.
fn next(left: &BTreeMap<Dense, usize>, inputs: usize, tried: Option<Dense>) -> Option<Dense> {
    let first = Dense {
        inputs,
        outputs: 0,
        bias: false,
    };
    let from = tried.map_or(Bound::Included(first), Bound::Excluded);
    let mut kinds = left.range((from, Bound::Unbounded));
    let mut kinds = kinds
        .by_ref()
        .take_while(|(layer, _)| layer.inputs == inputs);
    kinds
        .find(|(_, count)| **count > 0)
        .map(|(layer, _)| *layer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(widths: &[(usize, usize)]) -> Vec<Dense> {
        let layer = |&(inputs, outputs)| Dense {
            inputs,
            outputs,
            bias: false,
        };
        widths.iter().map(layer).collect()
    }

    fn widths(chain: &[Dense]) -> Vec<usize> {
        let outputs = chain.iter().map(|layer| layer.outputs);
        std::iter::once(chain[0].inputs).chain(outputs).collect()
    }

    #[test]
    fn shapes_make_one_chain_or_several() {
        for (pieces, features, expected) in [
            (&[(4, 2), (3, 4)][..], 3, vec![vec![3, 4, 2]]),
            (&[(4, 2), (3, 4)], 7, vec![vec![3, 4, 2]]),
            (
                &[(4, 4), (4, 2), (3, 4), (4, 4)],
                3,
                vec![vec![3, 4, 4, 4, 2]],
            ),
            (&[(3, 4), (4, 3)], 3, vec![vec![3, 4, 3]]),
            (&[(3, 4), (4, 3)], 9, vec![vec![3, 4, 3], vec![4, 3, 4]]),
            // Down and up again, and the inner cycle in the other direction.
            (
                &[(16, 8), (8, 4), (4, 8), (8, 16)],
                16,
                vec![vec![16, 8, 4, 8, 16]],
            ),
            (
                &[(2, 2), (2, 3), (3, 2), (2, 5)],
                2,
                vec![vec![2, 2, 3, 2, 5], vec![2, 3, 2, 2, 5]],
            ),
            (&[(3, 4), (5, 2)], 3, vec![]),
            (&[(3, 0)], 3, vec![]),
        ] {
            let found = chains(&layers(pieces), features);
            let found: Vec<_> = found.iter().map(|chain| widths(chain)).collect();
            assert_eq!(found, expected, "{pieces:?} from {features}");
        }
    }

    #[test]
    fn a_search_without_end_is_no_proof_of_one_chain() {
        // Forty cycles through one width, and no way from them to the last layer.
        let circles = (10..50).flat_map(|width| [(2, width), (width, 2)]);
        let pieces: Vec<_> = circles.chain([(60, 61)]).collect();
        assert_eq!(chains_from_2(&pieces), 2);
        let long: Vec<_> = (0..50_000).map(|k| (k + 1, k + 2)).collect();
        assert_eq!(chains(&layers(&long), 1).len(), 1);
    }

    fn chains_from_2(pieces: &[(usize, usize)]) -> usize {
        chains(&layers(pieces), 2).len()
    }
}
