//! `--activation`: another activation in place of the ReLU of a named architecture.

use serde_json::json;

use crate::checkpoint::safetensors;
use crate::diagnose::{dead, diagnose_line, number};
use crate::objective::assert_near;
use crate::support::{Run, file, run_line};

const LINE: &str = "--arch fnn --lr 0.1 --batch 6";

fn with(words: &str) -> Run {
    diagnose_line(&dead(), "dead.safetensors", &format!("{LINE} {words}"))
}

#[test]
fn the_sharpness_of_a_dead_network_tells_the_activation() {
    // The first layer gives zeros and the second has zero weights, so that the Gauss–Newton matrix of the
    // mean square over two outputs is that of (h, 1) with h = σ(0) four times: 1 + 4h².
    let logarithm = std::f64::consts::LN_2;
    for (name, height) in [
        ("relu", 0.0),
        ("leaky-relu", 0.0),
        ("elu", 0.0),
        ("selu", 0.0),
        ("tanh", 0.0),
        ("sigmoid", 0.5),
        ("softplus", logarithm),
        ("hardtanh", 0.0),
        ("gelu", 0.0),
        ("silu", 0.0),
    ] {
        let words = format!("--activation {name} --matrix gauss-newton --precision f64 --json");
        let json = with(&words).json();
        assert_eq!(json["activations"], json!([name, "none"]));
        let from = json["activations_from"].as_str().unwrap_or_default();
        assert!(from.starts_with("by --activation"), "{from}");
        let expected = 1.0 + 4.0 * height * height;
        for reading in [&json, &json["double"]] {
            let a = number(&reading["sharpness"]["value"]);
            assert!((a - expected).abs() < 1e-5, "{name}: {a}, not {expected}");
        }
        assert_near(&json["train_loss"], 0.25);
    }
}

#[test]
fn the_first_lines_tell_the_activation_and_whose_numbers_it_has() {
    let head = |words: &str| {
        let run = with(words);
        assert_eq!(run.code, 0, "{}", run.error);
        let lines = run.out.lines().take(6).map(str::trim);
        lines.collect::<Vec<_>>().join(" ")
    };
    for (words, told) in [
        (
            "--activation tanh",
            "activations: tanh behind layer 1, none behind the last (by --activation)",
        ),
        (
            "--activation leaky-relu",
            "activations: leaky-relu (slope 0.01) behind layer 1, none behind the last (by --activation; \
             slope 0.01 is PyTorch's default)",
        ),
        (
            "--activation gelu",
            "activations: gelu behind layer 1, none behind the last (by --activation)",
        ),
    ] {
        assert!(head(words).contains(told), "{}", head(words));
    }
}

#[test]
fn an_activation_without_a_place_is_refused() {
    let folder = dead();
    let list = "input = [3]\nlayer = [{ type = \"dense\", outputs = 4 }, { type = \"relu\" }, \
                { type = \"dense\", outputs = 2 }]";
    file(&folder, "net.toml", list);
    let one = [
        ("fc.weight", &[2, 3][..], &[0.5_f32; 6][..]),
        ("fc.bias", &[2], &[0.0; 2]),
    ];
    file(&folder, "one.safetensors", safetensors(&one));
    let end = "--data data.npz --lr 0.1 --batch 6";
    for (words, parts) in [
        (
            "--weights dead.safetensors --arch net.toml --activation tanh",
            &[
                "--activation: tanh",
                "net.toml lists its activations itself",
            ][..],
        ),
        (
            "--weights one.safetensors --arch fnn --activation tanh",
            &["--activation: tanh", "one dense layer", "leave it out"],
        ),
        (
            "--weights dead.safetensors --arch fnn --activation mish",
            &["mish", "silu", "leaky-relu"],
        ),
    ] {
        let run = run_line(folder.path(), &format!("diagnose {words} {end}"));
        assert_eq!(run.code, 2, "{words}: {}", run.out);
        for part in parts {
            assert!(run.error.contains(part), "no {part:?} in {}", run.error);
        }
    }
    let run = run_line(
        folder.path(),
        &format!("diagnose --weights one.safetensors --arch fnn {end}"),
    );
    assert_eq!(run.code, 0, "{}", run.error);
}
