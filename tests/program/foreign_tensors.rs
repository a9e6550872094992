//! Tensors that do not belong to the model, or are not in PyTorch's form: the message, and whether its
//! advice works.

use crate::checkpoint::{Tensor, labelled, safetensors, sorted, valued};
use crate::diagnose::{diagnose_line, number};
use crate::support::{Run, file, folder};
use tempfile::TempDir;

const WORDS: &str = "--arch fnn --lr 0.01 --batch 2 --json";

/// A layer from three inputs to two outputs, with `more` tensors, and four samples.
fn with(more: &[Tensor<'_>]) -> TempDir {
    let folder = folder();
    let own = [
        (
            "model.fc.weight",
            &[2, 3][..],
            &[0.5_f32, -0.25, 0.125, 1.0, 0.0, -1.0][..],
        ),
        ("model.fc.bias", &[2], &[0.25, -0.5]),
    ];
    file(
        &folder,
        "w.safetensors",
        safetensors(&[&own[..], more].concat()),
    );
    let x: Vec<f32> = (0..12).map(|i| (i % 5) as f32 / 4.0).collect();
    file(&folder, "data.npz", labelled(&x, &[3], &[0, 1, 1, 0]));
    folder
}

fn measure(folder: &TempDir, words: &str) -> Run {
    diagnose_line(
        folder,
        "w.safetensors",
        format!("{WORDS} {words}").trim_end(),
    )
}

#[test]
fn what_belongs_to_a_training_is_left_out_by_the_line_that_is_given() {
    let expected = measure(&with(&[]), "").json()["sharpness"]["value"].clone();
    let six = [0.5_f32; 6];
    for (name, shape, what) in [
        (
            "optimizer.state.0.exp_avg",
            &[2, 3][..],
            "a state of the optimiser",
        ),
        (
            "model.fc.weight.momentum_buffer",
            &[2, 3],
            "a state of the optimiser",
        ),
        ("ema.fc.weight", &[2, 3], "an average of the weights"),
        ("criterion.weight", &[2], "a part of the loss"),
        ("loss.weight", &[2, 3], "a part of the loss"),
        ("global_step", &[1], "a counter of the training"),
        ("_forward_module.fc.weight", &[2, 3], "a wrapper's copy"),
    ] {
        let count = shape.iter().product();
        let folder = with(&[(name, shape, &six[..count])]);
        let refused = measure(&folder, "");
        assert_eq!(refused.code, 2, "{name}: {}", refused.out);
        for word in [name, what, "--ignore "] {
            assert!(refused.out.contains(word), "{word}: {}", refused.out);
        }
        assert!(!refused.out.contains("TOML") && !refused.out.contains("--arch that"));
        let (_, flag) = refused.out.split_once("--ignore ").expect("a flag");
        let prefix = flag.split([',', '"', ' ']).next().expect("a prefix");
        let mended = measure(&folder, &format!("--ignore {prefix}"));
        assert_eq!(mended.code, 0, "{name}, {prefix}: {}", mended.out);
        assert_eq!(mended.json()["sharpness"]["value"], expected);
        assert_eq!(mended.json()["ignored"][0], name);
        if name.starts_with("model") {
            assert!(!refused.out.contains("--prefix"), "{}", refused.out);
        } else {
            assert!(refused.out.contains("--prefix model"), "{}", refused.out);
            assert_eq!(
                measure(&folder, "--prefix model").json()["sharpness"]["value"],
                expected
            );
        }
    }
}

/// A checkpoint of a layer and an integer counter.
fn counted() -> Vec<u8> {
    let header = "{\"step\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},\
                  \"fc.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[8,12]}}";
    let length = (header.len() as u64).to_le_bytes();
    let numbers = [&7_i64.to_le_bytes()[..], &2_f32.to_le_bytes()].concat();
    [&length[..], header.as_bytes(), &numbers].concat()
}

#[test]
fn whole_numbers_are_a_counter_and_are_left_out() {
    let folder = folder();
    file(&folder, "w.safetensors", counted());
    file(
        &folder,
        "data.npz",
        valued(&[1.0, 3.0], &[1], &[2.0, 6.0], 1),
    );
    let refused = measure(&folder, "");
    assert!(
        refused.out.contains("step: is I64: a counter"),
        "{}",
        refused.out
    );
    assert!(refused.out.contains("--ignore step") && !refused.out.contains("float()"));
    let json = measure(&folder, "--ignore step").json();
    assert!(
        (number(&json["sharpness"]["value"]) - 10.0).abs() < 1e-4,
        "{json}"
    );
}

#[test]
fn parametrised_weights_are_told_what_takes_the_parametrisation_off() {
    for (parts, mend) in [
        (&["fc.weight_g", "fc.weight_v"][..], "remove_weight_norm"),
        (
            &[
                "fc.parametrizations.weight.original0",
                "fc.parametrizations.weight.original1",
            ],
            "remove_weight_norm",
        ),
        (
            &["fc.weight_orig", "fc.weight_u", "fc.weight_v"],
            "remove_spectral_norm",
        ),
        (
            &[
                "fc.parametrizations.weight.original",
                "fc.parametrizations.weight.0._u",
            ],
            "remove_spectral_norm",
        ),
        (&["fc.weight_orig", "fc.weight_mask"], "prune.remove"),
    ] {
        let folder = with(&[]);
        let tensors: Vec<Tensor<'_>> = (parts.iter())
            .map(|name| (*name, &[2, 3][..], &[0.5_f32; 6][..]))
            .collect();
        file(&folder, "w.safetensors", safetensors(&tensors));
        for words in ["", "--arch lenet"] {
            let words = WORDS.replace(
                "--arch fnn",
                if words.is_empty() {
                    "--arch fnn"
                } else {
                    words
                },
            );
            let run = diagnose_line(&folder, "w.safetensors", &words);
            assert!(
                run.code == 2 && run.out.contains(mend),
                "{parts:?}: {}",
                run.out
            );
            assert!(!run.out.contains("data.npz"), "{}", run.out);
        }
    }
}

/// A chain without its first layer is still a chain; the error must not blame the data.
#[test]
fn a_parametrised_first_layer_does_not_blame_the_data() {
    let folder = with(&[]);
    let tensors: [Tensor<'_>; 4] = [
        ("0.weight_g", &[4, 1], &[1.0; 4]),
        ("0.weight_v", &[4, 3], &[0.5; 12]),
        ("2.weight", &[2, 4], &[0.5; 8]),
        ("2.bias", &[2], &[0.0; 2]),
    ];
    file(&folder, "w.safetensors", safetensors(&tensors));
    let run = measure(&folder, "");
    assert!(
        run.code == 2 && run.out.contains("remove_weight_norm"),
        "{}",
        run.out
    );
    assert!(!run.out.contains("data.npz"), "{}", run.out);
}

#[test]
fn bare_names_are_told_how_pytorch_calls_them() {
    let folder = with(&[]);
    let bare = [
        ("W1", &[2, 3][..], &[0.5_f32; 6][..]),
        ("b1", &[2], &[0.0, 0.0]),
    ];
    file(&folder, "w.safetensors", safetensors(&bare));
    let run = measure(&folder, "");
    for word in ["W1", "[2, 3]", "weights.pop", "fc.1.weight"] {
        assert!(run.out.contains(word), "{word}: {}", run.out);
    }
    assert!(!run.out.contains("--arch that"), "{}", run.out);
}

#[test]
fn kernels_of_keras_and_jax_are_turned_where_their_shape_tells_them() {
    let (folder, weight) = (with(&[]), [0.5_f32, -0.25, 0.125, 1.0, 0.0, -1.0]);
    let expected = measure(&folder, "").json();
    let turned = [
        weight[0], weight[3], weight[1], weight[4], weight[2], weight[5],
    ];
    for name in ["params.dense.kernel", "dense/kernel:0", "kernel"] {
        let bias = name.replace("kernel", "bias");
        let tensors: [Tensor<'_>; 2] = [(&bias, &[2], &[0.25, -0.5]), (name, &[3, 2], &turned)];
        file(&folder, "w.safetensors", safetensors(&tensors));
        let json = measure(&folder, "").json();
        for field in ["train_loss", "sharpness", "non_uniformity"] {
            assert_eq!(json[field], expected[field], "{name}");
        }
        assert_eq!(json["transposed"][0], name);
        assert!(
            json["notes"].to_string().contains("inputs before outputs"),
            "{json}"
        );
    }
}

#[test]
fn kernels_that_fit_both_ways_are_refused_by_name() {
    let folder = with(&[]);
    file(
        &folder,
        "data.npz",
        labelled(&[0.0, 0.5, 1.0, 1.5], &[2], &[0, 1]),
    );
    let square = [("d/kernel", &[2, 2][..], &[0.5_f32, -0.25, 0.125, 1.0][..])];
    file(&folder, "w.safetensors", safetensors(&square));
    let run = measure(&folder, "");
    for word in ["d/kernel: [2, 2] fits as it stands and turned", "kernel.T"] {
        assert!(run.out.contains(word), "{word}: {}", run.out);
    }
    // 2 → 3 → 2, in whichever direction the weights are read.
    let six = [0.5_f32, 1.0, 0.25, -1.0, 0.125, 2.0];
    let hourglass = [
        ("d0.kernel", &[2, 3][..], &six[..]),
        ("d1.kernel", &[3, 2], &six),
    ];
    file(&folder, "w.safetensors", safetensors(&hourglass));
    let run = measure(&folder, "");
    assert!(
        run.out.contains("d0.kernel: [2, 3] fits as it stands"),
        "{}",
        run.out
    );
}

#[test]
fn kernels_of_convolutions_are_height_width_inputs_outputs() {
    let folder = folder();
    let layers = "{ type = \"convolution\", outputs = 2, kernel = 3, padding = 1, bias = false }, \
                  { type = \"relu\" }, { type = \"average-pool\", window = 4 }, \
                  { type = \"dense\", outputs = 3, bias = false }";
    file(
        &folder,
        "net.toml",
        format!("input = [1, 4, 4]\nlayer = [{layers}]"),
    );
    let flat = layers.replace("{ type = \"average-pool\", window = 4 }, ", "");
    file(
        &folder,
        "flat.toml",
        format!("input = [1, 4, 4]\nlayer = [{flat}]"),
    );
    let x: Vec<f32> = (0..64).map(|i| (i as f32).sin()).collect();
    file(&folder, "data.npz", labelled(&x, &[1, 4, 4], &[0, 1, 2, 0]));
    let tap = |output: usize, tap: usize| (output as f32 + 1.3 * tap as f32).cos();
    let torch: Vec<f32> = (0..18).map(|k| tap(k / 9, k % 9)).collect();
    let jax: Vec<f32> = (0..18).map(|k| tap(k % 2, k / 2)).collect();
    let dense = [0.5_f32, -0.25, 0.125, 1.0, 0.0, -1.0];
    let turned = [dense[0], dense[2], dense[4], dense[1], dense[3], dense[5]];
    let words = "--lr 0.01 --batch 2 --json --arch";
    let tensors = [
        ("c.weight", &[2, 1, 3, 3][..], &torch[..]),
        ("d.weight", &[3, 2], &dense),
    ];
    file(&folder, "torch.safetensors", sorted(&[], &tensors));
    let tensors = [
        ("c.kernel", &[3, 3, 1, 2][..], &jax[..]),
        ("d.kernel", &[2, 3], &turned),
    ];
    file(&folder, "jax.safetensors", sorted(&[], &tensors));
    let [one, other] = ["torch", "jax"].map(|name| {
        let run = diagnose_line(
            &folder,
            &format!("{name}.safetensors"),
            &format!("{words} net.toml"),
        );
        assert_eq!(run.code, 0, "{}", run.out);
        run.json()
    });
    for field in ["train_loss", "sharpness", "non_uniformity"] {
        assert_eq!(one[field], other[field]);
    }
    let long: Vec<f32> = (0..96).map(|k| (k as f32).sin()).collect();
    let tensors = [
        ("c.kernel", &[3, 3, 1, 2][..], &jax[..]),
        ("d.kernel", &[32, 3], &long),
    ];
    file(&folder, "flat.safetensors", sorted(&[], &tensors));
    let run = diagnose_line(&folder, "flat.safetensors", &format!("{words} flat.toml"));
    assert!(
        run.out.contains("d.kernel: reads a flattened image"),
        "{}",
        run.out
    );
}

#[test]
fn a_checkpoint_in_parts_is_read_by_its_index() {
    let folder = with(&[]);
    let expected = measure(&folder, "").json();
    let weight = (
        "model.fc.weight",
        &[2, 3][..],
        &[0.5_f32, -0.25, 0.125, 1.0, 0.0, -1.0][..],
    );
    file(&folder, "1.safetensors", safetensors(&[weight]));
    file(
        &folder,
        "2.safetensors",
        safetensors(&[("model.fc.bias", &[2], &[0.25, -0.5])]),
    );
    let index = |bias: &str| {
        format!(
            "{{\"weight_map\":{{\"model.fc.weight\":\"1.safetensors\",\"model.fc.bias\":{bias:?}}}}}"
        )
    };
    let name = "w.safetensors.index.json";
    file(&folder, name, index("2.safetensors"));
    let json = diagnose_line(&folder, name, WORDS).json();
    assert_eq!(json["sharpness"], expected["sharpness"]);
    assert_ne!(json["weights_sha256"], expected["weights_sha256"]);
    for (part, word) in [
        ("1.safetensors", "is not in 1.safetensors"),
        (
            "3.safetensors",
            "is not there, and w.safetensors.index.json names it",
        ),
    ] {
        file(&folder, name, index(part));
        let run = diagnose_line(&folder, name, WORDS);
        assert!(run.code == 2 && run.out.contains(word), "{}", run.out);
    }
    // One part alone is not taken for the whole checkpoint.
    let part = "w-00001-of-00002.safetensors";
    std::fs::copy(
        folder.path().join("1.safetensors"),
        folder.path().join(part),
    )
    .expect("a copy");
    let run = diagnose_line(&folder, part, WORDS);
    assert!(
        run.code == 2
            && run
                .out
                .contains("give the whole by its index, w.safetensors.index.json"),
        "{}",
        run.out
    );
    // The sizes of both parts count before they are read.
    file(&folder, name, index("2.safetensors"));
    std::fs::write(folder.path().join("2.safetensors"), vec![0; 4000]).expect("a file");
    let run = diagnose_line(&folder, name, &format!("{WORDS} --memory 5kB"));
    assert!(run.out.contains("reading it takes 9 kB"), "{}", run.out);
}

#[test]
fn prefixes_that_name_nothing_or_are_kept_are_refused() {
    let folder = with(&[]);
    for (words, word) in [
        (
            "--ignore optimizer",
            "no tensor of w.safetensors is called so",
        ),
        ("--prefix net", "no tensor of w.safetensors is called so"),
        ("--prefix a", "`a.`"),
        ("--prefix a,s", "`a.`"),
        ("--ignore model", "leaves no tensor"),
    ] {
        let run = measure(&folder, words);
        assert!(
            run.code == 2 && run.out.contains(word),
            "{words}: {}",
            run.out
        );
    }
}
