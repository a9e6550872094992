//! The advice in an error message works if it is followed.

use tempfile::TempDir;

use crate::checkpoint::{labelled, safetensors, valued};
use crate::support::{Run, file, folder, run_line};

const X: [f32; 8] = [0.1, 0.9, 0.4, 0.2, 0.7, 0.3, 0.5, 0.8];

/// A checkpoint of one dense layer with these numbers of inputs and outputs.
fn dense(inputs: usize, outputs: usize) -> Vec<u8> {
    let (weights, bias) = (vec![0.25; inputs * outputs], vec![0.5; outputs]);
    safetensors(&[
        ("fc.weight", &[outputs, inputs], &weights),
        ("fc.bias", &[outputs], &bias),
    ])
}

fn diagnose(folder: &TempDir, words: &str) -> Run {
    let words = format!("diagnose --lr 0.1 --batch 1 {words}");
    run_line(folder.path(), &words)
}

#[track_caller]
fn refused(folder: &TempDir, words: &str, parts: &[&str]) {
    let run = diagnose(folder, words);
    assert_eq!(
        (run.code, run.out.as_str()),
        (2, ""),
        "{words}: {}",
        run.error
    );
    assert_eq!(run.error.trim_end().lines().count(), 1, "{}", run.error);
    for part in parts {
        assert!(run.error.contains(part), "no {part:?} in {}", run.error);
    }
}

#[track_caller]
fn taken(folder: &TempDir, words: &str) {
    let run = diagnose(folder, words);
    assert_eq!(run.code, 0, "{words}: {}", run.error);
}

#[test]
fn whole_numbers_for_one_output_are_to_be_made_float32() {
    let folder = folder();
    file(&folder, "one.safetensors", dense(2, 1));
    // Zeros throughout, too: these are not classes but the value 0.
    for labels in [[0, 1, 1, 0], [3, 5, 8, 2], [0; 4]] {
        file(&folder, "data.npz", labelled(&X, &[2], &labels));
        let words = "--weights one.safetensors --data data.npz --arch fnn";
        refused(
            &folder,
            words,
            &["data.npz: target 0", "one output", "make y float32"],
        );
        let y = labels.map(|label| label as f32);
        file(&folder, "data.npz", valued(&X, &[2], &y, 1));
        taken(&folder, words);
    }
}

#[test]
fn labels_below_zero_are_to_be_numbered_anew_or_made_float32() {
    let folder = folder();
    file(&folder, "two.safetensors", dense(2, 2));
    file(&folder, "one.safetensors", dense(2, 1));
    file(&folder, "data.npz", labelled(&X, &[2], &[-1, 1, 1, -1]));
    for weights in ["one", "two"] {
        let words = format!("--weights {weights}.safetensors --data data.npz --arch fnn");
        refused(
            &folder,
            &words,
            &["data.npz: y: ", "number the classes from 0", "float32"],
        );
    }
    file(&folder, "classes.npz", labelled(&X, &[2], &[0, 1, 1, 0]));
    taken(
        &folder,
        "--weights two.safetensors --data classes.npz --arch fnn",
    );
    file(
        &folder,
        "values.npz",
        valued(&X, &[2], &[-1.0, 1.0, 1.0, -1.0], 1),
    );
    taken(
        &folder,
        "--weights one.safetensors --data values.npz --arch fnn",
    );
    // One float per sample where the network has two outputs: these were labels.
    refused(
        &folder,
        "--weights two.safetensors --data values.npz --arch fnn",
        &[
            "a sample has 1, but the network has 2 outputs",
            "make labels whole numbers",
        ],
    );
}

#[test]
fn samples_of_another_shape_are_told_which_is_wanted() {
    let folder = folder();
    let net =
        "input = [2, 1, 3]\nlayer = [{ type = \"flatten\" }, { type = \"dense\", outputs = 2 }]\n";
    file(&folder, "net.toml", net);
    file(&folder, "six.safetensors", dense(6, 2));
    let images = [X, X, X].concat();
    let y = [0, 1, 1, 0];
    file(&folder, "last.npz", labelled(&images, &[1, 3, 2], &y));
    file(&folder, "first.npz", labelled(&images, &[2, 1, 3], &y));
    file(&folder, "flat.npz", labelled(&X, &[2], &y));
    let words =
        |arch: &str, data: &str| format!("--weights six.safetensors --arch {arch} --data {data}");
    refused(
        &folder,
        &words("net.toml", "last.npz"),
        &["is 1×3×2, but", "x.transpose(0, 3, 1, 2)"],
    );
    taken(&folder, &words("net.toml", "first.npz"));
    refused(
        &folder,
        &words("net.toml", "flat.npz"),
        &["is 2, but", "channels × rows × columns"],
    );
    refused(
        &folder,
        &words("fnn", "flat.npz"),
        &["is 2, but 6-2 reads 6", "a row of as many numbers"],
    );
    refused(
        &folder,
        &words("vgg11", "flat.npz"),
        &["--arch: vgg11", "samples of 2", "give images"],
    );
}

#[test]
fn what_is_no_data_set_is_told_how_to_become_one() {
    let folder = folder();
    file(&folder, "two.safetensors", dense(2, 2));
    file(&folder, "data.npz", labelled(&X, &[2], &[0, 1, 1, 0]));
    file(&folder, "x.npy", "");
    for (words, part) in [
        ("--data x.npy", "numpy.savez(\"data.npz\", x=x, y=y)"),
        ("--data .", "its folder with --data-dir"),
        ("--data mnist", "images-idx3-ubyte"),
        (
            "--data data.npz --samples 0",
            "--samples: value: 0 are asked for; ask for at least 1",
        ),
        ("--data data.npz --classes cat,dog", "such as 0,1"),
    ] {
        refused(
            &folder,
            &format!("--weights two.safetensors --arch fnn {words}"),
            &[part],
        );
    }
    taken(
        &folder,
        "--weights two.safetensors --arch fnn --data data.npz --samples 1 --classes 0",
    );
}

/// A file that was created and never filled, in two ways.
#[test]
fn weights_that_are_all_zero_are_not_called_stable() {
    let folder = folder();
    file(&folder, "data.npz", labelled(&X, &[2], &[0, 1, 1, 0]));
    file(&folder, "empty.safetensors", vec![0; 400]);
    let words = "--weights empty.safetensors --arch fnn --data data.npz";
    refused(
        &folder,
        words,
        &["empty.safetensors: file: begins with zeros", "never filled"],
    );
    let (weights, bias) = ([0.0; 6], [0.0; 3]);
    let zeros = safetensors(&[
        ("fc.0.weight", &[3, 2], &weights),
        ("fc.0.bias", &[3], &bias),
        ("fc.1.weight", &[2, 3], &weights),
        ("fc.1.bias", &[2], &bias[..2]),
    ]);
    file(&folder, "zero.safetensors", zeros);
    let words = "--weights zero.safetensors --arch fnn --data data.npz";
    let page = diagnose(&folder, words);
    let parts = [
        "undecided: every weight is zero",
        "* Every weight is zero: is this the file",
    ];
    for part in parts {
        assert!(page.out.contains(part), "no {part:?} in {}", page.out);
    }
    assert_eq!(diagnose(&folder, &format!("{words} --check")).code, 4);
    // In a network of one layer, zero is an ordinary point: least squares begins there.
    let zero = safetensors(&[("fc.weight", &[1, 2], &weights[..2])]);
    file(&folder, "linear.safetensors", zero);
    file(
        &folder,
        "values.npz",
        valued(&X, &[2], &[1.0, 0.5, 0.2, 0.1], 1),
    );
    let linear = diagnose(
        &folder,
        "--weights linear.safetensors --arch fnn --data values.npz --json",
    );
    assert_eq!(linear.json()["verdict"], "stable", "{}", linear.out);
}
