//! Tests of `diagnose --precision f64`.

use serde_json::Value;
use sgd_stability::diagnosis::Mode;

use crate::checkpoint::{labelled, safetensors, valued};
use crate::diagnose::{diagnose, diagnose_line, normalised, number};
use crate::support::{file, folder};

#[test]
fn f64_measures_the_same_numbers_again_in_every_mode() {
    let folder = normalised([2.0, 0.5]);
    for mode in ["frozen", "eval", "train"] {
        let words = [
            "--arch", "net.toml", "--lr", "0.01", "--batch", "7", "--mode", mode, "--audit",
        ];
        let words = [&words[..], &["--precision", "f64"]].concat();
        let run = diagnose(
            &folder,
            "net.safetensors",
            &[&words[..], &["--json"]].concat(),
        );
        let json = run.json();
        let again = &json["double"];
        for name in ["sharpness", "non_uniformity"] {
            if mode == "train" && name == "non_uniformity" {
                assert_eq!(again[name], Value::Null);
                continue;
            }
            let [f32, f64] = [&json[name]["value"], &again[name]["value"]].map(number);
            let residual = number(&json[name]["residual"]) + number(&again[name]["residual"]);
            assert!(
                (f32 - f64).abs() <= residual + 1e-5 * f64,
                "{mode} {name}: {f32}, {f64}"
            );
        }
        let [one, other] = [&json["along"], &again["along"]];
        assert_eq!(other.is_null(), mode == "train", "{mode}: {json}");
        for name in ["sharpness", "noise"]
            .into_iter()
            .filter(|_| mode != "train")
        {
            for part in ["mean", "deviation"] {
                let [f32, f64] = [&one[name][part], &other[name][part]].map(number);
                // Another engine measured the f64 value, so its last digits differ.
                assert_ne!(f32.to_bits(), f64.to_bits(), "{mode} {name} {part}");
                assert!(
                    (f32 - f64).abs() < 1e-5 * number(&other[name]["largest"]),
                    "{mode} {name} {part}: {f32}, {f64}"
                );
            }
        }
        assert_eq!(again["f32_verdict"], json["verdict"], "{mode}");
        assert_eq!(again["disjoint"], serde_json::json!([]), "{mode}: {json}");
        assert_eq!(again["f32_suffices"], true, "{mode}: {json}");
        let page = diagnose(&folder, "net.safetensors", &words).out;
        let words: Vec<&str> = page.split_whitespace().collect();
        assert!(words.join(" ").contains("f32 was enough"), "{page}");
    }
}

#[test]
fn f64_measures_gauss_newton_in_every_mode() {
    let folder = normalised([2.0, 0.5]);
    let words =
        "--arch net.toml --lr 0.01 --batch 7 --mode eval --audit --precision f64 --json --matrix";
    let of = |matrix| {
        let words = format!("{words} {matrix}");
        diagnose_line(&folder, "net.safetensors", &words).json()
    };
    let [positive, whole] = ["gauss-newton", "hessian"].map(of);
    for mode in Mode::ALL.map(Mode::name) {
        let (reading, again) = (&positive["modes"][mode], &positive["modes"][mode]["double"]);
        let a = |reading: &Value| number(&reading["sharpness"]["value"]);
        assert!(
            (a(reading) - a(again)).abs() < 1e-5 * a(again),
            "{mode}: {reading}"
        );
        assert!(
            (a(again) - a(&whole["modes"][mode]["double"])).abs() > 1e-3 * a(again),
            "{mode}"
        );
        let smallest = number(&again["smallest_eigenvalue"]["value"]);
        assert!(smallest > -1e-12 * a(again), "{mode}: {reading}");
        assert_eq!(again["f32_suffices"], true, "{mode}: {reading}");
    }
}

/// Numbers near 10⁴ that differ by a tenth: f32 cannot resolve the moments of the batch.
#[test]
fn what_f32_gets_wrong_is_seen_and_judged_by_f64() {
    let folder = folder();
    let wave = |count: usize, f: f32| -> Vec<f32> {
        (0..count)
            .map(|i| (f * (i * i + 3 * i) as f32).sin())
            .collect()
    };
    let tensors = [
        ("conv.weight", &[2, 1, 1, 1][..], &[0.7, -1.3][..]),
        ("conv.bias", &[2], &[0.0; 2]),
        ("norm.weight", &[2], &[1.0; 2]),
        ("norm.bias", &[2], &[0.0; 2]),
        ("norm.running_mean", &[2], &[7e3, -1.3e4]),
        ("norm.running_var", &[2], &[1.0; 2]),
        ("out.weight", &[2, 8], &wave(16, 0.7)),
        ("out.bias", &[2], &[0.0; 2]),
    ];
    file(&folder, "net.safetensors", safetensors(&tensors));
    let list = "input = [1, 2, 2]\nlayer = [{ type = \"convolution\", outputs = 2, kernel = 1 }, \
                { type = \"batch-norm\" }, { type = \"flatten\" }, { type = \"dense\", outputs = 2 }]";
    file(&folder, "net.toml", list);
    let x: Vec<f32> = wave(24, 1.9).into_iter().map(|x| 1e4 + 0.1 * x).collect();
    file(
        &folder,
        "data.npz",
        labelled(&x, &[1, 2, 2], &[0, 1, 1, 0, 1, 0]),
    );
    for mode in ["train", "frozen"] {
        let at = |lr: &str| {
            let words = format!(
                "--arch net.toml --lr {lr} --batch 6 --mode {mode} --audit --precision f64 --json --check"
            );
            diagnose_line(&folder, "net.safetensors", &words)
        };
        let json = at("1e-9").json();
        let a = |json: &Value| number(&json["sharpness"]["value"]);
        let distance = (a(&json) - a(&json["double"])).abs();
        assert!(distance > 1e-3 * a(&json["double"]), "{mode}: {json}");
        // The error bar of f32 reaches that far, but its residual does not.
        let [residual, bar] = ["residual", "bar"].map(|name| number(&json["sharpness"][name]));
        assert!(residual < distance && distance <= bar, "{mode}: {json}");
        // Between the two bounds, f32 is undecided and f64 decides.
        let between = 2.0 / (a(&json) * a(&json["double"])).sqrt();
        let run = at(&between.to_string());
        let (json, code) = (run.json(), run.code);
        let known = between * a(&json["double"]) < 2.0;
        let expected = if known { "holds" } else { "fails" };
        assert_eq!(json["criteria"][0]["verdict"], expected, "{mode}: {json}");
        assert_eq!(json["double"]["f32_verdict"], "undecided", "{mode}: {json}");
        assert_eq!(json["double"]["f32_suffices"], false, "{mode}: {json}");
        assert_eq!(json["verdict"], json["double"]["verdict"], "{mode}: {json}");
        let expected = match json["verdict"].as_str() {
            Some("unstable") => 3,
            Some("undecided") => 4,
            _ => 0,
        };
        assert_eq!(code, expected, "{mode}: {json}");
    }
}

#[test]
fn runs_that_have_not_converged_prove_nothing_about_f32() {
    let folder = normalised([2.0, 0.5]);
    let words = "--arch net.toml --lr 0.001 --batch 7 --mode eval --audit --products 2 --precision f64 --json";
    let json = diagnose_line(&folder, "net.safetensors", words).json();
    assert_eq!(json["double"]["converged"], false, "{json}");
    assert_eq!(json["double"]["f32_suffices"], false, "{json}");
}

#[test]
fn a_sharpness_of_two_directions_is_judged_along_the_same_vectors() {
    // H is 160 times the identity, twice; the samples differ in another way along each vector.
    let folder = folder();
    let tensors = [
        ("weight", &[1, 2][..], &[1.0, -2.0][..]),
        ("bias", &[1], &[0.5]),
    ];
    file(&folder, "line.safetensors", safetensors(&tensors));
    let at = |i| match i {
        0 => [20.0, 0.0],
        1 => [-20.0, 0.0],
        2..6 => [0.0, 10.0],
        _ => [0.0, -10.0],
    };
    let samples: Vec<[f32; 2]> = (0..10).map(at).collect();
    let y: Vec<f32> = samples.iter().map(|[u, v]| u - 2.0 * v + 0.5).collect();
    let x = samples.as_flattened();
    file(&folder, "data.npz", valued(x, &[2], &y, 1));
    let words = [
        "--arch",
        "fnn",
        "--lr",
        "0.005",
        "--batch",
        "1",
        "--precision",
        "f64",
        "--json",
    ];
    let json = diagnose(&folder, "line.safetensors", &words).json();
    assert!(
        (number(&json["sharpness"]["value"]) - 160.0).abs() < 1e-3,
        "{json}"
    );
    assert_eq!(json["double"]["f32_suffices"], true, "{json}");
    // With three dimensions the whole spectrum is known; the floor allows for rounding in f32.
    let below = number(&json["smallest_eigenvalue"]) - number(&json["smallest_eigenvalue_floor"]);
    assert!((0.9e-5..2e-5).contains(&(below / 160.0)), "{json}");
}

#[test]
fn what_f32_cannot_tell_of_small_noise_is_no_contradiction() {
    // Eight samples 1e-4 apart: s is the rounding error of numbers of the size of a.
    let folder = folder();
    let wave = |i: usize| (1.7 * i as f32 + 0.3).sin();
    let first: Vec<f32> = (0..48).map(wave).collect();
    let second: Vec<f32> = (0..16).map(|i| wave(i + 48)).collect();
    let tensors = [
        ("fc.0.weight", &[8, 6][..], &first[..]),
        ("fc.0.bias", &[8], &[0.1; 8]),
        ("fc.1.weight", &[2, 8], &second),
        ("fc.1.bias", &[2], &[0.0; 2]),
    ];
    file(&folder, "net.safetensors", safetensors(&tensors));
    let x: Vec<f32> = (0..48)
        .map(|i| wave(i % 6 + 70) + 1e-4 * wave(i + 80))
        .collect();
    file(&folder, "data.npz", labelled(&x, &[6], &[0; 8]));
    let words = [
        "--arch",
        "fnn",
        "--lr",
        "0.01",
        "--batch",
        "2",
        "--precision",
        "f64",
        "--json",
    ];
    let json = diagnose(&folder, "net.safetensors", &words).json();
    let [a, s] = ["sharpness", "non_uniformity"].map(|name| number(&json["double"][name]["value"]));
    assert!(0.0 < s && s < 1e-2 * a, "{json}");
    assert_eq!(json["double"]["disjoint"], serde_json::json!([]), "{json}");
}

#[test]
fn a_chain_without_biases_is_what_its_list_says_in_both_engines() {
    let folder = folder();
    let wave = |n: usize, f: f32| -> Vec<f32> { (0..n).map(|i| (f * i as f32).sin()).collect() };
    let (first, second, bias) = (wave(12, 1.1), wave(8, 0.7), wave(2, 1.9));
    let tensors = [
        ("fc.0.weight", &[4, 3][..], &first[..]),
        ("fc.1.weight", &[2, 4], &second),
        ("fc.1.bias", &[2], &bias),
    ];
    file(&folder, "net.safetensors", safetensors(&tensors));
    file(
        &folder,
        "data.npz",
        labelled(&wave(18, 0.9), &[3], &[0, 1, 1, 0, 1, 0]),
    );
    let list = "input = [3]\nlayer = [{ type = \"dense\", outputs = 4, bias = false }, \
                { type = \"relu\" }, { type = \"dense\", outputs = 2 }]";
    file(&folder, "net.toml", list);
    let json = |arch| {
        let words = [
            "--arch",
            arch,
            "--lr",
            "0.1",
            "--batch",
            "2",
            "--precision",
            "f64",
            "--json",
        ];
        diagnose(&folder, "net.safetensors", &words).json()
    };
    let [named, listed] = ["fnn", "net.toml"].map(json);
    assert_eq!(named["parameters"], 22, "{named}");
    for part in ["sharpness", "non_uniformity", "double"] {
        assert_eq!(named[part], listed[part], "{part}");
    }
    assert_eq!(named["double"]["f32_suffices"], true, "{named}");
}
