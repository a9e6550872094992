//! The architectures whose layers have exactly the tensors of a checkpoint.

use crate::dataset::Dataset;
use crate::dataset::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::network::{Activation, Decoder, NAMES, Network, Shape, TensorRole};

use super::super::architecture::{AUTO, form_with_these_layers, image};
use super::super::matching::chain::chain;
use super::super::matching::group::Group;
use super::super::matching::has_the_layers_of;
use super::super::matching::order::{KnownOrder, RequestedOrder};
use super::open::{ACTIVATION, OPEN, Proposal};

/// A network that has the tensors of a checkpoint. Its activation stands for any.
pub struct Candidate {
    what: String,
    network: Network,
    /// Whether the number of heads is not known.
    has_heads: bool,
}

impl Candidate {
    /// The network that has the tensors of this checkpoint; `None` if nothing known has.
    ///
    /// # Errors
    /// Returns an error if several named architectures have, or if the order of a chain is not known.
    pub fn of(
        place: &str,
        checkpoint: &Checkpoint,
        groups: &[Group<'_>],
        data: &Dataset,
        order: Option<&RequestedOrder>,
    ) -> Result<Option<Self>> {
        let is_dense = |group: &Group<'_>| {
            let bias = usize::from(group.tensor(TensorRole::Bias).is_some());
            group.matrix().is_some() && group.tensors.len() == 1 + bias
        };
        if !groups.is_empty() && groups.iter().all(is_dense) {
            let known = KnownOrder::new(place, checkpoint, groups, order)?;
            let layers = chain(place, groups, &known, data.features())?;
            let widths: Vec<usize> = std::iter::once(layers[0].inputs)
                .chain(layers.iter().map(|layer| layer.outputs))
                .collect();
            let network =
                Network::dense_chain(&widths, |layer| layers[layer].bias, Activation::Relu);
            return Ok(Some(Candidate::new("a chain of dense layers", network)));
        }
        if let Some(decoder) = decoder(groups, data.features()) {
            return Ok(Some(decoder));
        }
        named(groups, data)
    }

    fn new(what: &str, network: Network) -> Self {
        Candidate {
            what: what.to_owned(),
            network,
            has_heads: false,
        }
    }

    /// The architecture file, open where the tensors do not tell it.
    pub fn proposal(&self) -> Proposal {
        let toml = self.network.to_toml();
        let mut toml = toml.replace("type = \"relu\"", ACTIVATION);
        let mut asks = Vec::new();
        if self.has_heads {
            toml = toml.replace("heads = 1", &format!("heads = {OPEN}"));
            asks.push("the number of heads: write it behind heads = in this file".to_owned());
        }
        Proposal {
            what: self.what.clone(),
            toml,
            asks,
        }
    }
}

/// The named network that has these layers.
fn named(groups: &[Group<'_>], data: &Dataset) -> Result<Option<Candidate>> {
    // These differ from others only in what --arch auto asks for.
    let words = NAMES
        .into_iter()
        .filter(|word| !["fnn", "fc-tanh", "cnn-tanh", "nanogpt"].contains(word));
    let found = words.filter_map(|word| {
        let network = form_with_these_layers(word, image(&data.shape), groups, Activation::Relu)?;
        Some(Candidate::new(word, network))
    });
    let mut found: Vec<Candidate> = found.collect();
    if found.len() > 1 {
        let names: Vec<&str> = found.iter().map(|candidate| &candidate.what[..]).collect();
        let fault = format!(
            "cannot tell which it is: {} have these tensors; name the one that was trained",
            names.join(" and ")
        );
        return Err(Error::input("--arch", AUTO, fault));
    }
    Ok(found.pop())
}

/// The decoder that nanoGPT makes with these layers, whatever its size.
fn decoder(groups: &[Group<'_>], tokens: usize) -> Option<Candidate> {
    let ends = |group: &Group<'_>, word: &str| group.name.rsplit(['.', '/']).next() == Some(word);
    let find = |word: &'static str| groups.iter().find(|group| ends(group, word));
    let [vocabulary, width] = find("wte")?.matrix()?;
    let [length, _] = find("wpe")?.matrix()?;
    let decoder = Decoder {
        blocks: groups.iter().filter(|group| ends(group, "c_attn")).count(),
        width,
        heads: 1,
        length,
        vocabulary,
        bias: find("c_attn")?.tensor(TensorRole::Bias).is_some(),
    };
    let network = decoder
        .build("decoder", Shape::features(tokens), Activation::Relu)
        .ok()?;
    has_the_layers_of(groups, &network).then(|| Candidate {
        has_heads: true,
        ..Candidate::new(
            &format!(
                "a decoder like nanoGPT's with {} blocks, whose loss is taken at the last position",
                decoder.blocks
            ),
            network,
        )
    })
}
