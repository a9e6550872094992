//! `diagnose` on layers whose settings change the tensors of the checkpoint and the available modes.

use serde_json::Value;
use tempfile::TempDir;

use crate::checkpoint::{labelled, safetensors};
use crate::diagnose::{diagnose, number};
use crate::support::{Run, file, folder};

fn wave(n: usize, f: f32) -> Vec<f32> {
    (0..n).map(|i| (f * i as f32).sin() * 0.5).collect()
}

/// A network `net.toml` whose batch normalisation has these settings, a checkpoint that includes the
/// moments if some are given, and samples whose last feature is `last`.
fn normalised(words: &str, moments: Option<[f32; 2]>, last: Option<f32>) -> TempDir {
    let folder = folder();
    let text = format!(
        "input = [2]\nlayer = [{{ type = \"batch-norm\", {words} }}, \
         {{ type = \"dense\", outputs = 3 }}, {{ type = \"relu\" }}, {{ type = \"dense\", outputs = 2 }}]"
    );
    file(&folder, "net.toml", text);
    let (first, second) = (wave(6, 1.3), wave(6, 0.7));
    let variances = moments.unwrap_or_default();
    let mut tensors = vec![
        ("a.weight", &[3, 2][..], &first[..]),
        ("a.bias", &[3], &[0.5, 0.25, 0.125]),
        ("b.weight", &[2, 3], &second),
        ("b.bias", &[2], &[0.0, 0.25]),
    ];
    if moments.is_some() {
        tensors.push(("n.running_mean", &[2], &[0.0, 0.25]));
        tensors.push(("n.running_var", &[2], &variances));
    }
    file(&folder, "net.safetensors", safetensors(&tensors));
    let mut x = wave(2 * 6, 2.1);
    if let Some(last) = last {
        x.iter_mut().skip(1).step_by(2).for_each(|x| *x = last);
    }
    file(&folder, "data.npz", labelled(&x, &[2], &[0, 1, 1, 0, 1, 0]));
    folder
}

const LINE: &str = "--arch net.toml --lr 0.01 --batch 2";

fn run(folder: &TempDir, words: &str) -> Run {
    let line = format!("{LINE} {words}");
    let words: Vec<&str> = line.split_whitespace().collect();
    diagnose(folder, "net.safetensors", &words)
}

fn json(folder: &TempDir, words: &str) -> Value {
    let run = run(folder, &format!("{words} --json"));
    assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
    run.json()
}

fn refused(folder: &TempDir, words: &str, parts: &[&str]) {
    let run = run(folder, words);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.error);
    assert_eq!(run.error.trim_end().lines().count(), 1, "{}", run.error);
    for part in parts {
        assert!(run.error.contains(part), "no {part:?} in {}", run.error);
    }
}

fn notes(json: &Value) -> String {
    json["notes"].to_string()
}

#[test]
fn without_running_statistics_there_is_no_eval_mode() {
    let folder = normalised("affine = false, running-statistics = false", None, None);
    let parts = ["--mode", "no running statistics", "train or frozen"];
    refused(&folder, "--mode eval --audit", &parts);
    refused(&folder, "", &["--mode", "depends on the mode"]);
    for mode in ["train", "frozen"] {
        let json = json(&folder, &format!("--mode {mode} --audit --precision f64"));
        assert_eq!(json["mode"], mode, "{json}");
        assert!(json["modes"].get("eval").is_none(), "{json}");
        assert!(notes(&json).contains("Mode eval is left out"), "{json}");
        assert_eq!(json["modes"].as_object().map(serde_json::Map::len), Some(2));
    }
}

#[test]
fn a_checkpoint_with_what_the_words_deny_is_refused() {
    let folder = normalised(
        "affine = false, running-statistics = false",
        Some([1.0, 1.0]),
        None,
    );
    refused(&folder, "--mode train --audit", &["n.running_mean", "[2]"]);
    let folder = normalised("affine = false", None, None);
    refused(
        &folder,
        "--mode train --audit",
        &["running_mean [2], running_var [2]"],
    );
}

#[test]
fn fixed_statistics_without_an_affine_part_are_a_division_known_by_heart() {
    // With ε = 0, means 0 and 1/4 and variances 4 and 1/4, the normalised inputs are x₁/2 and 2x₂ − 1/2.
    let folder = normalised("affine = false, epsilon = 0", Some([4.0, 0.25]), None);
    let plain = "input = [2]\nlayer = [{ type = \"normalise\", mean = [0, 0.25], deviation = [2, 0.5] }, \
                 { type = \"dense\", outputs = 3 }, { type = \"relu\" }, { type = \"dense\", outputs = 2 }]";
    let by_norm = json(&folder, "--mode eval --audit");
    let other = normalised("affine = false, running-statistics = false", None, None);
    file(&other, "net.toml", plain);
    let by_hand = json(&other, "");
    for key in ["train_loss", "smallest_eigenvalue"] {
        let (a, b) = (number(&by_norm[key]), number(&by_hand[key]));
        assert!((a - b).abs() <= 1e-6 * (1.0 + a.abs()), "{key}: {a}, {b}");
    }
    let (a, b) = (
        &by_norm["sharpness"]["value"],
        &by_hand["sharpness"]["value"],
    );
    assert!((number(a) / number(b) - 1.0).abs() < 1e-5, "{a}, {b}");
}

#[test]
fn no_variance_of_zero_is_divided_by() {
    let words = "affine = false, epsilon = 0";
    let still = normalised(words, Some([4.0, 0.25]), Some(0.375));
    let parts = [
        "net.safetensors",
        "batch-norm number 1",
        "epsilon 0",
        "channel 2",
    ];
    for mode in ["train", "frozen"] {
        refused(&still, &format!("--mode {mode} --audit"), &parts);
    }
    let json = json(&still, "--mode eval --audit");
    for mode in ["train", "frozen"] {
        assert!(
            notes(&json).contains(&format!("Mode {mode} is left out")),
            "{json}"
        );
    }
    let zero = normalised(words, Some([4.0, 0.0]), None);
    refused(&zero, "--mode eval --audit", &parts);
    let fine = normalised("affine = false", Some([4.0, 0.0]), Some(0.375));
    for mode in ["train", "eval", "frozen"] {
        self::json(&fine, &format!("--mode {mode} --audit"));
    }
}
