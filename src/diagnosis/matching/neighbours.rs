//! The order of batch normalisations, found from the convolutions that they follow.
//!
//! PyTorch networks pair the two by name: `conv1` and `bn1`, or two neighbours in a `Sequential`. In some
//! networks the normalisation comes before its convolution instead, and then has as many channels as the
//! convolution reads. The pairs are therefore used only if every pair of the checkpoint can have the
//! normalisation behind the convolution, and at least one pair cannot have it in front.

use crate::network::{Module, Network, TensorRole};

use super::group::Group;
use super::order::{Arranged, OrderedBy};

/// The words for a normalisation that belongs to a convolution called `conv`.
const NORMS: [&str; 3] = ["bn", "norm", "batchnorm"];

/// The names that a normalisation behind a module of this name could have.
fn behind(name: &str) -> Vec<String> {
    let (parent, own) = match name.rsplit_once('.') {
        Some((parent, own)) => (format!("{parent}."), own),
        None => (String::new(), name),
    };
    match (own.strip_prefix("conv"), own.parse::<u64>()) {
        (Some(number), _) => NORMS.map(|norm| format!("{parent}{norm}{number}")).to_vec(),
        (None, Ok(number)) => vec![format!("{parent}{}", number.saturating_add(1))],
        (None, Err(_)) => Vec::new(),
    }
}

/// The index of the normalisation behind a convolution, among these modules.
fn partner(convolution: &Group<'_>, groups: &[Group<'_>]) -> Option<usize> {
    let names = behind(convolution.name);
    let is_it = |group: &Group<'_>| names.iter().any(|name| *name == group.name) && is_norm(group);
    groups.iter().position(is_it)
}

fn is_norm(group: &Group<'_>) -> bool {
    group.tensor(TensorRole::Variance).is_some()
}

/// Whether all pairs can have the normalisation behind the convolution, and at least one pair must.
pub fn stand_behind(groups: &[Group<'_>]) -> bool {
    let mut is_certain = false;
    for convolution in groups.iter().filter(|group| !is_norm(group)) {
        let Some(place) = partner(convolution, groups) else {
            continue;
        };
        let shape = convolution
            .tensor(TensorRole::Weight)
            .map(|named| named.in_pytorch().1);
        let channels = groups[place]
            .tensor(TensorRole::Weight)
            .map(|named| named.in_pytorch().1);
        let (Some([outputs, inputs, ..]), Some([channels])) =
            (shape.as_deref(), channels.as_deref())
        else {
            return false;
        };
        if channels != outputs {
            return false;
        }
        is_certain |= channels != inputs;
    }
    is_certain
}

/// The order of a class of normalisations, as indices into all groups. It is known if each module of the
/// network that takes one of them follows a convolution whose group is known.
pub fn arrange(
    network: &Network,
    modules: &[Module],
    takers: &[usize],
    groups: &[Group<'_>],
    class: &[usize],
    taken: &[Option<usize>],
) -> Option<Arranged> {
    let mut places = Vec::new();
    for &taker in takers {
        let before = taker.checked_sub(1)?;
        // The layer that standardises comes first, and reads the output of the convolution.
        let standardise = network.layers().get(modules[taker].layer.checked_sub(1)?)?;
        if standardise.reads != modules[before].layer + 1 {
            return None;
        }
        let group = partner(&groups[taken[before]?], groups)?;
        let place = class.iter().position(|other| *other == group)?;
        if places.contains(&place) {
            return None;
        }
        places.push(place);
    }
    Some(Arranged {
        places,
        ordered_by: OrderedBy::Neighbours,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_convolution_has_the_normalisation_of_its_name_behind_it() {
        assert_eq!(behind("conv1")[0], "bn1");
        assert_eq!(behind("layer1.0.conv2")[1], "layer1.0.norm2");
        assert_eq!(behind("features.3"), ["features.4"]);
        assert_eq!(behind("layer2.0.downsample.0"), ["layer2.0.downsample.1"]);
        assert!(behind("fc").is_empty());
    }
}
