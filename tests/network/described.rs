//! What a TOML file may say about windows, groups and statistics, and the errors otherwise.

use std::path::Path;

use sgd_stability::network::{Network, Shape, TensorRole, description};

pub fn parse(input: &str, layers: &[&str]) -> Result<Network, String> {
    let layers: Vec<String> = layers
        .iter()
        .map(|layer| format!("{{ {layer} }},\n"))
        .collect();
    let text = format!("input = {input}\nlayer = [\n{}]", layers.concat());
    description::parse(&text, Path::new("net.toml")).map_err(|error| error.to_string())
}

/// A network of these layers, followed by a dense layer.
pub fn network(input: &str, layers: &[&str]) -> Network {
    let dense = "type = \"dense\", outputs = 2";
    parse(input, &[layers, &[dense]].concat()).expect("a network")
}

/// The output shape and the number of weights of the first layer.
fn first(input: &str, layer: &str) -> (Shape, usize) {
    let network = network(input, &[layer]);
    (network.layers()[0].output, network.layers()[0].weight.len())
}

#[test]
fn windows_have_the_sizes_that_pytorch_gives() {
    let image = Shape::image;
    for (input, layer, shape, weights) in [
        (
            "[3, 9, 11]",
            "type = \"convolution\", outputs = 4, kernel = [3, 2], stride = [2, 3], padding = [4, 1]",
            image(4, 8, 4),
            72,
        ),
        (
            "[6, 9, 11]",
            "type = \"convolution\", outputs = 4, kernel = 3, dilation = [2, 4], groups = 2",
            image(4, 5, 3),
            108,
        ),
        (
            "[6, 5, 5]",
            "type = \"convolution\", outputs = 12, kernel = 5, padding = 7, groups = 6",
            image(12, 15, 15),
            300,
        ),
        (
            "[2, 112, 111]",
            "type = \"max-pool\", window = 3, stride = 2, padding = 1",
            image(2, 56, 56),
            0,
        ),
        (
            "[2, 7, 9]",
            "type = \"average-pool\", window = [3, 2], stride = [1, 4]",
            image(2, 5, 2),
            0,
        ),
        ("[2, 7, 5]", "type = \"average-pool\"", image(2, 1, 1), 0),
        (
            "[2, 7, 5]",
            "type = \"average-pool\", window = [7, 5]",
            image(2, 1, 1),
            0,
        ),
        (
            "[2, 7, 5]",
            "type = \"average-pool\", window = 2",
            image(2, 3, 2),
            0,
        ),
    ] {
        assert_eq!(first(input, layer), (shape, weights), "{layer}");
    }
}

#[test]
fn a_checkpoint_has_the_tensors_that_the_words_say() {
    use TensorRole::{Bias, Mean, Variance, Weight};
    let parts = |layer: &str| -> Vec<Vec<TensorRole>> {
        let modules = network("[4, 3, 3]", &[layer]).modules();
        let parts =
            |tensors: &[(TensorRole, Vec<usize>)]| tensors.iter().map(|(part, _)| *part).collect();
        modules
            .iter()
            .map(|module| parts(&module.tensors))
            .collect()
    };
    let dense = vec![Weight, Bias];
    for (words, own) in [
        ("", vec![Weight, Bias, Mean, Variance]),
        (", affine = false", vec![Mean, Variance]),
        (", running-statistics = false", vec![Weight, Bias]),
    ] {
        let layer = format!("type = \"batch-norm\"{words}");
        assert_eq!(parts(&layer), [own, dense.clone()], "{words}");
    }
    let bare = "type = \"batch-norm\", affine = false, running-statistics = false";
    assert_eq!(parts(bare), [dense]);
    let grouped = "type = \"convolution\", outputs = 6, kernel = [3, 2], groups = 2";
    let modules = network("[4, 3, 3]", &[grouped]).modules();
    assert_eq!(modules[0].tensors[0], (Weight, vec![6, 2, 3, 2]));
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence() {
    let convolution = |words: &str| format!("type = \"convolution\", outputs = 6, {words}");
    let most = i64::MAX;
    let table: [(String, &[&str]); 24] = [
        (
            convolution("kernel = 0"),
            &["layer 1", "kernel must be at least 1"],
        ),
        (
            convolution("kernel = [2, 0]"),
            &["kernel must be at least 1, not 2 × 0"],
        ),
        (convolution("kernel = [2, 3, 4]"), &["[rows, columns]"]),
        (convolution("kernel = [2]"), &["[rows, columns]"]),
        (
            convolution("kernel = \"3\""),
            &["a whole number or [rows, columns]"],
        ),
        (
            convolution("kernel = -1"),
            &["-1", "a whole number or [rows, columns]"],
        ),
        (
            convolution("kernel = 2, stride = 0"),
            &["stride must be at least 1"],
        ),
        (
            convolution("kernel = 2, dilation = [1, 0]"),
            &["dilation must be at least 1"],
        ),
        (
            convolution("kernel = 3, dilation = 3"),
            &["kernel of 3 with a dilation of 3 does not fit into 4×5×6 with a padding of 0"],
        ),
        (
            convolution("kernel = [6, 1]"),
            &["kernel of 6 × 1 does not fit"],
        ),
        (
            convolution("kernel = 3, groups = 0"),
            &["groups", "0 does not divide both 4 and 6"],
        ),
        (
            convolution("kernel = 3, groups = 3"),
            &["3 does not divide both 4 and 6"],
        ),
        (
            convolution("kernel = 3, groups = 4"),
            &["4 does not divide both 4 and 6"],
        ),
        (
            convolution("kernel = 1, padding = 3000"),
            &["more than 16777216 places"],
        ),
        (
            convolution(&format!("kernel = 2, dilation = {most}")),
            &["dilation", "16777216"],
        ),
        (
            convolution(&format!("kernel = 2, padding = {most}")),
            &["padding", "16777216"],
        ),
        (
            convolution(&format!("kernel = 2, stride = {most}")),
            &["stride", "16777216"],
        ),
        (
            convolution(&format!("kernel = 2, groups = {most}")),
            &["does not divide"],
        ),
        (
            "type = \"max-pool\", window = 3, padding = 2".to_owned(),
            &["at most half its window", "2 is more than half of 3"],
        ),
        (
            "type = \"max-pool\", window = [17, 1]".to_owned(),
            &["up to 16 × 16 numbers, and 17 × 1 is more"],
        ),
        (
            "type = \"max-pool\", window = 3, stride = 0".to_owned(),
            &["stride must be"],
        ),
        (
            "type = \"average-pool\", stride = 2".to_owned(),
            &["a padding needs a window"],
        ),
        (
            "type = \"batch-norm\", epsilon = -1e-5".to_owned(),
            &["epsilon must not be negative"],
        ),
        (
            "type = \"batch-norm\", epsilon = nan".to_owned(),
            &["epsilon"],
        ),
    ];
    for (layer, parts) in table {
        let fault = parse("[4, 5, 6]", &[&layer]).expect_err(&layer);
        for part in parts {
            assert!(fault.contains(part), "{layer}: no {part:?} in {fault}");
        }
    }
}
