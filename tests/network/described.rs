//! What a TOML file may say about windows, groups and statistics, and the errors otherwise.

use std::path::Path;

use sgd_stability::network::{Network, Shape, TensorRole, description};

fn parse(input: &str, layers: &[&str]) -> Result<Network, String> {
    let layers: Vec<String> = layers
        .iter()
        .map(|layer| format!("{{ {layer} }},\n"))
        .collect();
    let text = format!("input = {input}\nlayer = [\n{}]", layers.concat());
    description::parse(&text, Path::new("net.toml")).map_err(|error| error.to_string())
}

/// A network of these layers, followed by a dense layer.
fn network(input: &str, layers: &[&str]) -> Network {
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
fn normalisation_within_samples_has_pytorchs_tensors() {
    use TensorRole::{Bias, Weight};
    let modules = |layer: &str| network("[4, 3, 2]", &[layer]).modules();
    let both = |shape: &[usize]| vec![(Weight, shape.to_vec()), (Bias, shape.to_vec())];
    for (layer, own) in [
        ("type = \"group-norm\", groups = 2", both(&[4])),
        ("type = \"layer-norm\"", both(&[4, 3, 2])),
        ("type = \"layer-norm\", over = \"position\"", both(&[4])),
        (
            "type = \"layer-norm\", bias = false",
            vec![(Weight, vec![4, 3, 2])],
        ),
        ("type = \"rms-norm\"", vec![(Weight, vec![4, 3, 2])]),
        (
            "type = \"rms-norm\", over = \"position\"",
            vec![(Weight, vec![4])],
        ),
    ] {
        let modules = modules(layer);
        assert_eq!((modules.len(), &modules[0].tensors), (2, &own), "{layer}");
    }
    for layer in [
        "type = \"group-norm\", groups = 2, affine = false",
        "type = \"layer-norm\", affine = false",
        "type = \"rms-norm\", affine = false",
        "type = \"dropout\", p = 0.0",
    ] {
        assert_eq!(modules(layer).len(), 1, "{layer}");
    }
    let flat = network("[6]", &["type = \"layer-norm\""]);
    assert_eq!(flat.modules()[0].tensors, both(&[6]));
}

#[test]
fn the_tensors_of_a_branch_come_behind_those_beside_it() {
    let layers = [
        "type = \"convolution\", outputs = 2, kernel = 3, padding = 1",
        "type = \"branch\", from = 0, layer = [{ type = \"convolution\", outputs = 2, kernel = 1 }]",
        "type = \"relu\"",
    ];
    let modules = network("[4, 3, 2]", &layers).modules();
    let weights: Vec<_> = modules
        .iter()
        .map(|module| &module.tensors[0].1[..])
        .collect();
    assert_eq!(weights, [&[2, 4, 3, 3][..], &[2, 4, 1, 1], &[2, 12]]);
}

#[test]
fn branches_and_normalisations_that_cannot_be_are_refused_in_a_sentence() {
    let wide = "type = \"convolution\", outputs = 6, kernel = 1";
    let table: [(&[&str], &[&str]); 12] = [
        (
            &["type = \"group-norm\", groups = 3"],
            &["layer 1", "groups must divide", "3 does not divide 4"],
        ),
        (
            &["type = \"group-norm\", groups = 0"],
            &["groups", "0 does not divide 4"],
        ),
        (
            &["type = \"layer-norm\", epsilon = 0.0"],
            &["epsilon must be a positive number, and is 0"],
        ),
        (
            &["type = \"rms-norm\", epsilon = 1e-60"],
            &["epsilon must be a positive number"],
        ),
        (
            &["type = \"layer-norm\", over = \"batch\""],
            &["batch", "sample", "position"],
        ),
        (
            &["type = \"dense\", outputs = 1", "type = \"layer-norm\""],
            &["layer 2", "less its mean is 0"],
        ),
        (
            &["type = \"dropout\""],
            &["dropout of p = 0.5", "model.eval()", "p = 0"],
        ),
        (
            &["type = \"branch\", from = 1, layer = []"],
            &["layer 1", "a branch from layer 1, which comes later"],
        ),
        (
            &["type = \"branch\", from = 0, layer = []"],
            &["a branch lists at least one layer"],
        ),
        (
            &[
                wide,
                "type = \"relu\"",
                "type = \"branch\", from = 1, layer = []",
            ],
            &[
                "layer 3",
                "behind layer 1 writes over",
                "take a branch from the activation",
            ],
        ),
        (
            &[
                wide,
                "type = \"branch\", from = 0, layer = [{ type = \"relu\" }, { type = \"dense\", outputs = 0 }]",
            ],
            &["layer 2", "layer 2 of the branch", "at least one output"],
        ),
        (
            &[
                wide,
                "type = \"shortcut\", from = 0, zeros = \"around\"",
                "type = \"branch\", from = 0, layer = [{ type = \"tanh\" }]",
            ],
            &[
                "layer 3",
                "the branch gives 4×5×6, which cannot be added to 6×5×6",
            ],
        ),
    ];
    for (layers, parts) in table {
        let fault = parse("[4, 5, 6]", layers).expect_err(layers[0]);
        for part in parts {
            assert!(fault.contains(part), "{layers:?}: no {part:?} in {fault}");
        }
    }
    let odd = "type = \"convolution\", outputs = 5, kernel = 1";
    let around = "type = \"shortcut\", from = 0, zeros = \"around\"";
    let fault = parse("[4, 5, 6]", &[odd, around]).expect_err(around);
    assert!(fault.contains("no two halves"), "{fault}");
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
