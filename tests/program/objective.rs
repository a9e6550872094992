//! The training loss: `--loss` and its targets, label smoothing, and weight decay.

use serde_json::Value;
use tempfile::TempDir;

use crate::checkpoint::{labelled, safetensors, valued};
use crate::diagnose::{dead, diagnose_line, normalised, number};
use crate::support::{Run, file, folder};

/// One weight for each of ten outputs, all zero except the first; x = 1, and y is the second unit vector.
pub fn ten_outputs() -> TempDir {
    let folder = folder();
    let mut weights = [0.0; 10];
    weights[0] = 2.0;
    file(
        &folder,
        "ten.safetensors",
        safetensors(&[("weight", &[10, 1], &weights)]),
    );
    let mut y = [0.0; 20];
    (y[1], y[11]) = (1.0, 1.0);
    file(&folder, "data.npz", valued(&[1.0, 1.0], &[1], &y, 10));
    folder
}

pub fn at(folder: &TempDir, weights: &str, words: &str) -> Run {
    diagnose_line(
        folder,
        weights,
        &format!("--arch fnn --lr 0.1 --batch 1 {words}"),
    )
}

#[track_caller]
pub fn assert_near(json: &Value, expected: f64) {
    let value = number(json);
    assert!(
        (value - expected).abs() <= 2e-6 * expected.abs().max(1e-3),
        "{value}, {expected}"
    );
}

#[test]
fn with_ten_outputs_the_same_network_reads_a_fifth_one_and_two() {
    let folder = ten_outputs();
    // Residuals 2 and −1: f = factor·5, H_i = 2·factor on every weight.
    for (loss, factor) in [
        ("mean-squared", 0.1),
        ("half-sum-squared", 0.5),
        ("sum-squared", 1.0),
    ] {
        let words = format!("--loss {loss} --precision f64");
        let json = at(&folder, "ten.safetensors", &format!("{words} --json")).json();
        for reading in [&json, &json["double"]] {
            assert_near(&reading["train_loss"], 5.0 * factor);
            assert_near(&reading["sharpness"]["value"], 2.0 * factor);
        }
        assert_eq!(json["loss"], loss);
        // The bound on a is 2/η, so the largest learning rate is 2/a.
        let descent = &json["criteria"][0]["largest_lr"];
        let [low, high] = ["low", "high"].map(|end| number(&descent[end]));
        assert!(
            low <= 1.0 / factor && 1.0 / factor <= high && high / low < 1.001,
            "{descent}"
        );
        let others = json["conventions"].as_object().expect("conventions");
        assert_eq!(others.len(), 2);
        for (other, numbers) in others {
            let unit = match &other[..] {
                "mean-squared" => 0.1,
                "half-sum-squared" => 0.5,
                _ => 1.0,
            };
            assert_near(&numbers["sharpness"], 2.0 * unit);
            assert_near(&numbers["factor"], unit / factor);
        }
        let page = at(&folder, "ten.safetensors", &words).out;
        let head: Vec<&str> = page.lines().take(4).collect();
        let formula = match loss {
            "mean-squared" => "(1/10)·Σ_k (o_k − y_k)²",
            "half-sum-squared" => "½·Σ_k (o_k − y_k)²",
            _ => "f_i = Σ_k (o_k − y_k)²",
        };
        assert!(
            head[1].contains(loss) && head[1].contains(formula),
            "{page}"
        );
        assert!(
            head[2].starts_with("  as ") && head[2].contains("a = "),
            "{page}"
        );
        assert!(!head[2].contains(&format!("as {loss} ")), "{page}");
    }
}

#[test]
fn weight_decay_shifts_the_spectrum_and_stands_beside_the_loss() {
    let folder = ten_outputs();
    let words = "--weight-decay 0.5 --precision f64";
    let json = at(&folder, "ten.safetensors", &format!("{words} --json")).json();
    for reading in [&json, &json["double"]] {
        assert_near(&reading["train_loss"], 0.5);
        assert_near(&reading["sharpness"]["value"], 0.7);
    }
    assert_near(&json["smallest_eigenvalue"], 0.7);
    assert!(number(&json["smallest_eigenvalue_floor"]) > 0.69, "{json}");
    // (λ/2)·2², and H_i v = (0.2 + λ)v for every v: there is no noise.
    assert_near(&json["penalty"], 1.0);
    assert!(number(&json["non_uniformity"]["value"]) < 1e-6, "{json}");
    assert_near(&json["along"]["sharpness"]["mean"], 0.7);
    // The unit of the loss does not affect weight decay: 10·0.2 + 0.5.
    assert_near(&json["conventions"]["sum-squared"]["sharpness"], 2.5);
    // ∂f = 0.2·(2, −1, 0, …) + 0.5·(2, 0, …).
    assert_near(&json["gradient_norm"], (1.4_f64.powi(2) + 0.04).sqrt());
    let positive = format!("{words} --matrix gauss-newton --json");
    let positive = at(&folder, "ten.safetensors", &positive).json();
    assert_near(&positive["double"]["sharpness"]["value"], 0.7);
    let page = at(&folder, "ten.safetensors", words).out;
    for part in [
        "+ (0.5/2)·|w|²",
        "0.5000 + penalty 1.000",
        "With weight decay",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn weight_decay_is_in_every_mode_of_batch_normalisation() {
    let folder = normalised([2.0, 0.5]);
    let of = |decay: &str| {
        let words = format!(
            "--arch net.toml --lr 0.01 --batch 7 --mode eval --audit --precision f64 --json \
             --weight-decay {decay}"
        );
        diagnose_line(&folder, "net.safetensors", &words).json()
    };
    let (plain, decayed) = (of("0"), of("0.25"));
    for mode in ["train", "eval", "frozen"] {
        let [plain, decayed] = [&plain, &decayed].map(|json| &json["modes"][mode]);
        for engine in ["f32", "f64"] {
            let part = |json: &Value, name: &str| match engine {
                "f32" => number(&json[name]["value"]),
                _ => number(&json["double"][name]["value"]),
            };
            let shift = part(decayed, "sharpness") - part(plain, "sharpness");
            assert!((shift - 0.25).abs() < 1e-5, "{mode} {engine}: {shift}");
            if mode != "train" {
                let [s, other] = [decayed, plain].map(|json| part(json, "non_uniformity"));
                assert!(
                    (s - other).abs() < 1e-5 * s,
                    "{mode} {engine}: {s}, {other}"
                );
            }
        }
        assert_eq!(plain["train_loss"], decayed["train_loss"], "{mode}");
    }
}

#[test]
fn signs_are_signs_to_hinge_squared() {
    // One weight at zero and y = ±1: f_i = 1 and H_i = 2x². If the targets were taken for 0 and 1, it
    // would be 5 times that.
    let folder = folder();
    file(
        &folder,
        "one.safetensors",
        safetensors(&[("weight", &[1, 1], &[0.0])]),
    );
    let of = |data: Vec<u8>| {
        file(&folder, "data.npz", data);
        at(
            &folder,
            "one.safetensors",
            "--loss hinge-squared --precision f64 --json",
        )
    };
    let x = [1.0, -1.0];
    for data in [
        valued(&x, &[1], &[-1.0, 1.0], 1),
        valued(&x, &[1], &[0.0, 1.0], 1),
        labelled(&x, &[1], &[0, 1]),
    ] {
        let json = of(data).json();
        for reading in [&json, &json["double"]] {
            assert_near(&reading["train_loss"], 1.0);
            assert_near(&reading["sharpness"]["value"], 2.0);
        }
    }
    for (data, words) in [
        (
            valued(&x, &[1], &[-1.0, 0.0], 1),
            ["target 1", "with -1 and 1"],
        ),
        (
            valued(&x, &[1], &[-3.0, 1.0], 1),
            ["target 0", "hinge-squared"],
        ),
        (labelled(&x, &[1], &[-1, 1]), ["-1 and 1", "float32"]),
    ] {
        let refused = of(data);
        assert_eq!(refused.code, 2, "{}", refused.out);
        let message = refused.json()["error"]["message"].to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
}

#[test]
fn one_output_of_two_classes_has_binary_cross_entropy() {
    // A logit of zero: ln 2, slope ½ − y, curvature x²/4.
    let folder = folder();
    file(
        &folder,
        "one.safetensors",
        safetensors(&[("weight", &[1, 1], &[0.0])]),
    );
    let of = |data: Vec<u8>, loss: &str| {
        file(&folder, "data.npz", data);
        at(
            &folder,
            "one.safetensors",
            &format!("--loss {loss} --precision f64 --json"),
        )
    };
    let x = [2.0, -2.0];
    for data in [
        valued(&x, &[1], &[0.0, 1.0], 1),
        labelled(&x, &[1], &[0, 1]),
    ] {
        let json = of(data, "binary-cross-entropy").json();
        for reading in [&json, &json["double"]] {
            assert_near(&reading["train_loss"], 2.0_f64.ln());
            assert_near(&reading["sharpness"]["value"], 1.0);
        }
        assert_near(&json["gradient_norm"], 1.0);
    }
    for (data, loss, word) in [
        (
            valued(&x, &[1], &[0.0, 1.5], 1),
            "binary-cross-entropy",
            "from 0 to 1",
        ),
        (
            valued(&x, &[1], &[1.0, 1.0], 1),
            "cross-entropy",
            "give --loss binary-cross-entropy",
        ),
        (
            labelled(&x, &[1], &[0, 1]),
            "mean-squared",
            "make y float32",
        ),
        (
            labelled(&x, &[1], &[0, 0]),
            "mean-squared",
            "make y float32",
        ),
    ] {
        let refused = of(data, loss);
        assert_eq!(refused.code, 2, "{}", refused.out);
        assert!(refused.out.contains(word), "{}", refused.out);
    }
}

#[test]
fn label_smoothing_comes_by_flag_and_by_file() {
    let folder = dead();
    let list = |more: &str| {
        format!(
            "input = [3]\n{more}\nlayer = [{{ type = \"dense\", outputs = 4 }}, {{ type = \"relu\" \
             }}, {{ type = \"dense\", outputs = 2 }}]"
        )
    };
    let smooth = "loss = \"cross-entropy\"\nlabel-smoothing = 0.2";
    file(&folder, "smooth.toml", list(smooth));
    file(&folder, "wrong.toml", list("label-smoothing = 0.2"));
    file(&folder, "unknown.toml", list("loss = \"mse\""));
    let run = |words: &str| {
        let words = format!("--lr 0.1 --batch 6 --json {words}");
        diagnose_line(&folder, "dead.safetensors", &words)
    };
    let by_file = run("--arch smooth.toml").json();
    let by_flag = run("--arch fnn --loss cross-entropy --label-smoothing 0.2").json();
    for name in ["train_loss", "sharpness", "label_smoothing", "loss_formula"] {
        assert_eq!(by_file[name], by_flag[name], "{name}");
    }
    assert_eq!(by_file["label_smoothing"], 0.2);
    // Both outputs are ½: ln 2 whatever the targets, and slopes (½ − 0.1, ½ − 0.9) and back.
    assert_near(&by_file["train_loss"], 2.0_f64.ln());
    for (words, parts) in [
        (
            "--arch wrong.toml",
            ["wrong.toml: label-smoothing", "cross-entropy"],
        ),
        (
            "--arch unknown.toml",
            ["unknown.toml: line 2", "half-sum-squared"],
        ),
        (
            "--arch fnn --label-smoothing 0.1",
            ["--label-smoothing", "mean-squared"],
        ),
        (
            "--arch fnn --loss cross-entropy --label-smoothing 2",
            ["--label-smoothing", "0 to 1"],
        ),
        (
            "--arch fnn --weight-decay -1",
            ["--weight-decay", "positive"],
        ),
    ] {
        let refused = run(words);
        assert_eq!(refused.code, 2, "{words}: {}", refused.out);
        for part in parts {
            assert!(refused.out.contains(part), "{part}: {}", refused.out);
        }
    }
}

#[test]
fn an_architecture_file_may_say_the_weight_decay_and_a_flag_must_agree() {
    let folder = dead();
    let layers = "[[layer]]\ntype = \"dense\"\noutputs = 4\n[[layer]]\ntype = \"relu\"\n\
                  [[layer]]\ntype = \"dense\"\noutputs = 2\n";
    let toml = format!("input = [3]\nweight-decay = 0.5\n{layers}");
    file(&folder, "net.toml", toml);
    let run = |words: &str| {
        let line = format!("--arch {words} --lr 0.1 --batch 6 --json");
        diagnose_line(&folder, "dead.safetensors", &line)
    };
    let numbers = |words: &str| {
        let json = run(words).json();
        ["weight_decay", "sharpness", "penalty", "loss_formula"].map(|name| json[name].clone())
    };
    assert_eq!(numbers("net.toml"), numbers("fnn --weight-decay 0.5"));
    assert_eq!(numbers("net.toml --weight-decay 0.5"), numbers("net.toml"));
    let other = run("net.toml --weight-decay 0.25");
    assert_eq!(other.code, 2);
    assert!(other.out.contains("weight-decay of net"), "{}", other.out);
    file(
        &folder,
        "bad.toml",
        format!("input = [3]\nweight-decay = -1\n{layers}"),
    );
    let bad = run("bad.toml");
    assert!(
        bad.code == 2 && bad.out.contains("weight-decay = -1"),
        "{}",
        bad.out
    );
}

#[test]
fn what_layers_of_pytorch_can_do_and_these_cannot_is_said_in_its_words() {
    let folder = dead();
    for (layer, words) in [
        (
            "type = \"max-pool\"\nwindow = 2\nceil_mode = true",
            "ceil_mode=False",
        ),
        (
            "type = \"average-pool\"\nwindow = 2\ncount_include_pad = false",
            "count_include_pad=True",
        ),
        (
            "type = \"max-pool\"\nwindow = 2\ndilation = 2",
            "dilation=1",
        ),
        (
            "type = \"convolution\"\noutputs = 1\nkernel = 3\npadding = \"same\"",
            "(kernel − 1)/2",
        ),
    ] {
        file(
            &folder,
            "net.toml",
            format!("input = [1, 4, 4]\n[[layer]]\n{layer}\n"),
        );
        let run = diagnose_line(
            &folder,
            "dead.safetensors",
            "--arch net.toml --lr 0.1 --batch 6",
        );
        assert!(run.code == 2 && run.error.contains(words), "{}", run.error);
    }
}
