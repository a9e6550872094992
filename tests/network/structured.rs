//! What a TOML file may say about normalisation within samples, branches and sequences, and the errors
//! otherwise.

use sgd_stability::network::TensorRole;

use super::described::{network, parse};

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
fn attention_has_pytorchs_tensors() {
    use TensorRole::{Bias, PackedBias, PackedWeight, Weight};
    let embedding = "type = \"embedding\", vocabulary = 5, dimension = 4";
    let read_out = "type = \"last-position\"";
    let tensors = |layer: &str| {
        let modules = network("[3]", &[embedding, layer, read_out]).modules();
        modules
            .into_iter()
            .map(|module| module.tensors)
            .collect::<Vec<_>>()
    };
    let packed = tensors("type = \"attention\", heads = 2");
    assert_eq!(packed[0], [(Weight, vec![5, 4])]);
    assert_eq!(
        packed[1],
        [(PackedWeight, vec![12, 4]), (PackedBias, vec![12])]
    );
    assert_eq!(packed[2], [(Weight, vec![4, 4]), (Bias, vec![4])]);
    let linear = tensors("type = \"attention\", heads = 1, bias = false, tensors = \"linear\"");
    assert_eq!(linear[1], [(Weight, vec![12, 4])]);
    assert_eq!(
        tensors("type = \"positions\", length = 7")[1],
        [(Weight, vec![7, 4])]
    );
    assert_eq!(
        tensors("type = \"positions\", kind = \"sinusoidal\"").len(),
        2
    );
    assert_eq!(tensors("type = \"dense\", outputs = 6")[1][0].1, [6, 4]);
    assert_eq!(
        tensors("type = \"layer-norm\"")[1],
        [(Weight, vec![4]), (Bias, vec![4])]
    );
}

#[test]
fn a_table_is_one_with_a_last_layer_but_not_with_a_layer_at_each_position() {
    let layers = [
        "type = \"embedding\", vocabulary = 4, dimension = 4",
        "type = \"dense\", outputs = 4, bias = false",
        "type = \"last-position\"",
        "type = \"dense\", outputs = 4, bias = false",
    ];
    let network = parse("[3]", &layers).expect("a network");
    assert_eq!(network.unlike_owner(&[0, 1, 0]), None);
    assert_eq!(network.unlike_owner(&[0, 1, 2]), None);
    assert_eq!(network.unlike_owner(&[0, 0, 2]), Some(1));
    assert_eq!(network.unlike_owner(&[0, 1, 1]), Some(2));
}

#[test]
fn sequences_that_cannot_be_are_refused_in_a_sentence() {
    let embedding = "type = \"embedding\", vocabulary = 5, dimension = 4";
    let table: [(&[&str], &[&str]); 11] = [
        (
            &["type = \"attention\", heads = 2"],
            &[
                "layer 1",
                "attention reads a sequence, not 3",
                "embedding of tokens",
            ],
        ),
        (&["type = \"positions\""], &["reads a sequence"]),
        (&["type = \"last-position\""], &["reads a sequence"]),
        (&["type = \"relu\"", embedding], &["must follow a layer"]),
        (
            &["type = \"dense\", outputs = 3", embedding],
            &["layer 2", "make it the first layer"],
        ),
        (
            &["type = \"embedding\", vocabulary = 0, dimension = 4"],
            &["a vocabulary and a dimension of at least 1"],
        ),
        (
            &["type = \"embedding\", vocabulary = 99999999, dimension = 4"],
            &["a vocabulary of 99999999 is more than 16777216"],
        ),
        (
            &[embedding, "type = \"attention\", heads = 3"],
            &["heads must divide the width", "3 does not divide 4"],
        ),
        (
            &[embedding, "type = \"positions\", length = 2"],
            &["length 2 do not reach over a sequence of 3"],
        ),
        (
            &[embedding, "type = \"flatten\""],
            &[
                "layer 2",
                "flattening does not read a sequence",
                "last-position",
            ],
        ),
        (
            &[embedding, "type = \"dense\", outputs = 2"],
            &["must be a vector, not a sequence"],
        ),
    ];
    for (layers, parts) in table {
        let fault = parse("[3]", layers).expect_err(layers[0]);
        for part in parts {
            assert!(fault.contains(part), "{layers:?}: no {part:?} in {fault}");
        }
    }
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
