//! The names of the activations of a network.

use crate::network::{Activation, Network, Operation};

/// The word for "no activation".
const NONE: &str = "none";

/// The activation that follows each dense layer and each convolution, up to the next of these layers. The
/// words are those of the architecture files, joined by " + " where there are several activations, or
/// "none". A setting is added in parentheses where it is not PyTorch's default.
pub fn of(network: &Network) -> Vec<String> {
    named(network, |activation| {
        if activation.is_default() {
            activation.name().to_owned()
        } else {
            activation.to_string()
        }
    })
}

/// The same, with the name that `name` gives each activation.
fn named(network: &Network, name: impl Fn(Activation) -> String) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for layer in network.layers() {
        if matches!(
            layer.operation,
            Operation::Dense(_) | Operation::Convolution(_)
        ) {
            all.push(String::new());
        }
        // Activations before the first dense layer or convolution follow no layer.
        if let Some(last) = all.last_mut()
            && layer.activation != Activation::Identity
        {
            let joint = if last.is_empty() { "" } else { " + " };
            *last += &format!("{joint}{}", name(layer.activation));
        }
    }
    let named = all.into_iter().map(|name| {
        if name.is_empty() {
            NONE.to_owned()
        } else {
            name
        }
    });
    named.collect()
}

/// The distinct activations of a network, in order of first appearance.
pub fn kinds(network: &Network) -> String {
    let mut kinds: Vec<String> = Vec::new();
    for name in of(network) {
        if name != NONE && !kinds.contains(&name) {
            kinds.push(name);
        }
    }
    if kinds.is_empty() {
        "identity".to_owned()
    } else {
        kinds.join(", ")
    }
}

/// The activations of a network on one line, with every setting: `leaky-relu (slope 0.01) behind layers
/// 1–3, none behind the last`.
pub fn in_words(network: &Network) -> String {
    let all = named(network, |activation| activation.to_string());
    let mut runs: Vec<(usize, usize, &str)> = Vec::new();
    for (index, name) in all.iter().enumerate() {
        match runs.last_mut() {
            Some((_, end, last)) if *last == name.as_str() => *end = index,
            _ => runs.push((index, index, name)),
        }
    }
    let last = all.len().saturating_sub(1);
    let told = runs.into_iter().map(|(start, end, name)| {
        let place = match (start, end) {
            (0, end) if end == last => "any layer".to_owned(),
            (start, end) if start == last && end == last => "the last".to_owned(),
            (start, end) if start == end => format!("layer {}", start + 1),
            (start, end) => format!("layers {}–{}", start + 1, end + 1),
        };
        format!("{name} behind {place}")
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Where the activations are known from, given the architecture and the activation that the user named, if
/// any. It is never the checkpoint, which stores none.
pub fn source(arch: &str, activation: Option<Activation>) -> String {
    match (arch, activation.map(Activation::setting)) {
        (_, Some(None)) => "by --activation".to_owned(),
        (_, Some(Some(setting))) => {
            format!("by --activation; {setting} is PyTorch's default")
        }
        ("fnn", None) => "assumed for fnn".to_owned(),
        (arch, None) if arch.ends_with(".toml") => "by the TOML file".to_owned(),
        (arch, None) => format!("by --arch {arch}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::description;

    #[test]
    fn every_layer_with_weights_has_its_activation_named() {
        let chain = Network::fnn(&[3, 4, 4, 4, 2]);
        assert_eq!(of(&chain), ["relu", "relu", "relu", "none"]);
        assert_eq!(
            in_words(&chain),
            "relu behind layers 1–3, none behind the last"
        );
        assert_eq!(in_words(&Network::fnn(&[3, 2])), "none behind any layer");
        assert_eq!(kinds(&Network::fnn(&[3, 2])), "identity");
        // Batch normalisations and shortcuts may come between a layer and its activation.
        let residual = of(&Network::resnet8(2));
        assert_eq!(residual.len(), 8);
        assert!(residual[..7].iter().all(|name| name == "relu"));
        let list = "input = [3]\nlayer = [{ type = \"dense\", outputs = 4 }, { type = \"dense\", \
                    outputs = 4 }, { type = \"relu\" }, { type = \"dense\", outputs = 1 }]";
        let mixed = description::parse(list, std::path::Path::new("net.toml")).unwrap();
        assert_eq!(
            in_words(&mixed),
            "none behind layer 1, relu behind layer 2, none behind the last"
        );
    }

    #[test]
    fn settings_are_told_and_in_lists_only_where_they_are_not_pytorchs() {
        let with = |activation| Network::dense_chain(&[3, 4, 2], |_| true, activation);
        let slope = |slope| with(Activation::LeakyRelu { slope });
        assert_eq!(of(&slope(0.01)), ["leaky-relu", "none"]);
        assert_eq!(of(&slope(0.2)), ["leaky-relu (slope 0.2)", "none"]);
        assert_eq!(of(&with(Activation::Gelu)), ["gelu", "none"]);
        let approximate = of(&with(Activation::GeluTanh));
        assert_eq!(approximate, ["gelu (approximate tanh)", "none"]);
        assert_eq!(
            in_words(&slope(0.01)),
            "leaky-relu (slope 0.01) behind layer 1, none behind the last"
        );
        let leaky = Activation::LeakyRelu { slope: 0.01 };
        let told = "by --activation; slope 0.01 is PyTorch's default";
        assert_eq!(source("fnn", Some(leaky)), told);
        assert_eq!(source("vgg11", Some(Activation::Tanh)), "by --activation");
        assert_eq!(source("fnn", None), "assumed for fnn");
    }
}
