//! A network as the text of an architecture file.

use serde::Serialize;

use super::item::Item;
use super::{Activation, Loss, Network};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Written<'a> {
    name: &'a str,
    input: Vec<usize>,
    loss: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_smoothing: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight_decay: Option<f64>,
    layer: &'a [Item],
}

impl Network {
    /// The architecture file of this network: [`super::description::parse`] reads it as the same network. It says
    /// neither how the parameters begin nor which of them are tied.
    pub fn to_toml(&self) -> String {
        let is_set = |number: &f64| *number != 0.0;
        let loss = self.loss();
        let written = Written {
            name: self.name(),
            input: self.sample().listed(),
            loss: Loss::name(loss),
            label_smoothing: loss.smoothing().filter(is_set),
            weight_decay: Some(self.weight_decay()).filter(is_set),
            layer: &self.items,
        };
        toml::to_string(&written).expect("numbers, words and lists of them")
    }
}

impl Activation {
    /// The keys of this activation in an architecture file.
    ///
    /// # Panics
    /// For the identity, which is no item.
    pub fn to_toml(self) -> String {
        toml::to_string(&Item::from(self)).expect("numbers and words")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{NAMES, Shape, description, named};
    use super::*;

    /// Everything that a file says about a network.
    fn told(network: &Network) -> String {
        let layer = |layer: &super::super::Layer| {
            let (operation, activation) = (&layer.operation, layer.activation);
            format!(
                "{operation:?} {} {} {activation:?} {:?} {:?}",
                layer.describe(),
                layer.reads,
                layer.weight,
                layer.bias
            )
        };
        let layers: Vec<_> = network.layers().iter().map(layer).collect();
        let head = (network.name(), network.loss(), network.weight_decay());
        format!("{head:?} {layers:#?}")
    }

    fn comes_back(network: &Network) {
        let text = network.to_toml();
        let read = description::parse(&text, Path::new("net.toml"));
        let read = read.unwrap_or_else(|fault| panic!("{text}\n{fault}"));
        assert_eq!(told(&read), told(network), "{text}");
        assert_eq!(read.to_toml(), text);
    }

    #[test]
    fn every_named_architecture_comes_back() {
        let loss = Loss::CrossEntropy { smoothing: 0.1 };
        for name in NAMES {
            let input = match name {
                "nanogpt" => Shape::features(16),
                _ => Shape::image(3, 32, 32),
            };
            for form in named(name, input, 10, loss, Activation::Silu).expect("a name") {
                comes_back(&form.expect("it fits").with_weight_decay(5e-4));
            }
        }
    }

    #[test]
    fn every_item_comes_back() {
        for list in [
            r#"input = [4, 6, 6]
               layer = [{ type = "normalise", mean = [0.5, 0, 1, 2], deviation = [1, 2, 3, 4] },
                 { type = "convolution", outputs = 8, kernel = [3, 1], padding = [1, 0], groups = 2, bias = false },
                 { type = "group-norm", groups = 2 }, { type = "leaky-relu", slope = 0.2 },
                 { type = "branch", from = 4, layer = [
                   { type = "layer-norm", bias = false }, { type = "elu", alpha = 0.5 } ] },
                 { type = "max-pool", window = 2, stride = 1 }, { type = "rms-norm" },
                 { type = "average-pool" }, { type = "flatten" }, { type = "layer-norm", affine = false },
                 { type = "gelu", approximate = "tanh" }, { type = "dense", outputs = 3, bias = false }]"#,
            r#"input = [7]
               layer = [{ type = "embedding", vocabulary = 5, dimension = 4 },
                 { type = "positions", kind = "sinusoidal" },
                 { type = "branch", from = 2, layer = [
                   { type = "layer-norm" }, { type = "attention", heads = 2 } ] },
                 { type = "layer-norm", over = "sample" }, { type = "mean-position" },
                 { type = "dense", outputs = 2 }]"#,
            r#"input = [2, 4, 4]
               layer = [{ type = "convolution", outputs = 4, kernel = 3, padding = 2, dilation = 2 },
                 { type = "batch-norm", epsilon = 1e-3, affine = false },
                 { type = "shortcut", from = 0, zeros = "around" }, { type = "hardtanh" },
                 { type = "average-pool", window = 2, padding = 1 }, { type = "dense", outputs = 2 }]"#,
        ] {
            let network = description::parse(list, Path::new("net.toml"));
            comes_back(&network.unwrap_or_else(|fault| panic!("{fault}")));
        }
    }
}
