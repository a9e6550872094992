//! The layers that can be told from their tensors alone, where no architecture is known that has them.

use crate::network::TensorRole;

use super::super::matching::group::Group;
use super::open::{OPEN, Proposal};

/// The list of the layers that have tensors, in the order of the checkpoint.
pub fn outline(groups: &[Group<'_>], input: &[usize]) -> Proposal {
    let layers: Vec<String> = (groups.iter())
        .filter(|group| !is_part_of_attention(group, groups))
        .map(layer)
        .collect();
    Proposal {
        what: "the layers that have tensors, since no known architecture has just these".to_owned(),
        toml: format!(
            "input = {input:?}\nloss = \"mean-squared\"\n\n{}",
            layers.join("\n")
        ),
        asks: vec![
            "what stands between these layers: activations, pools, shortcuts; nor the strides, paddings and groups of \
             convolutions; nor the order, which is that of the file or of the names"
                .to_owned(),
        ],
    }
}

/// Whether a module is the last layer of an attention, which is one item with it.
fn is_part_of_attention(group: &Group<'_>, all: &[Group<'_>]) -> bool {
    let attention = group.name.strip_suffix(".out_proj");
    let is_it = |other: &Group<'_>| {
        Some(other.name) == attention && other.tensor(TensorRole::PackedWeight).is_some()
    };
    all.iter().any(is_it)
}

/// The item of one module.
fn layer(group: &Group<'_>) -> String {
    let keys = keys(group).unwrap_or_else(|| format!("type = {OPEN}"));
    // A name may hold anything; a comment ends with its line.
    let told = group.describe().replace(char::is_control, "?");
    format!("# {told}\n[[layer]]\n{keys}\n")
}

/// The keys that the tensors of a module tell.
fn keys(group: &Group<'_>) -> Option<String> {
    let bias = |keys: String| {
        if group.tensor(TensorRole::Bias).is_some() {
            keys
        } else {
            keys + "\nbias = false"
        }
    };
    if group.tensor(TensorRole::Mean).is_some() {
        return Some("type = \"batch-norm\"".to_owned());
    }
    if group.tensor(TensorRole::PackedWeight).is_some() {
        return Some(format!("type = \"attention\"\nheads = {OPEN}"));
    }
    let (_, shape) = group.tensor(TensorRole::Weight)?.in_pytorch();
    let is_table = ["emb", "wte", "wpe", "pos"]
        .iter()
        .any(|word| group.name.contains(word));
    match shape[..] {
        [_, _] if is_table => Some(format!("type = {OPEN} # embedding or positions")),
        [outputs, _] => Some(bias(format!("type = \"dense\"\noutputs = {outputs}"))),
        [outputs, _, rows, columns] => Some(bias(format!(
            "type = \"convolution\"\noutputs = {outputs}\nkernel = [{rows}, {columns}]"
        ))),
        [_] => Some(format!(
            "type = {OPEN} # layer-norm, group-norm or rms-norm"
        )),
        _ => None,
    }
}
