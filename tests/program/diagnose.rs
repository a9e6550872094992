//! Tests of `diagnose` and `networks`.

use serde_json::Value;
use sgd_stability::kernel::Isa;
use tempfile::TempDir;

use crate::checkpoint::{labelled, safetensors, valued};
use crate::diagnose_page::assert_is_one_screen;
use crate::support::{Run, file, folder, run, run_in};

/// A 3-4-2 network whose weights are all zero except the last bias, and six samples.
pub fn dead() -> TempDir {
    let folder = folder();
    let zeros = [0.0_f32; 12];
    let tensors = [
        ("fc.0.weight", &[4, 3][..], &zeros[..12]),
        ("fc.0.bias", &[4], &zeros[..4]),
        ("fc.1.weight", &[2, 4], &zeros[..8]),
        ("fc.1.bias", &[2], &[0.5, 0.5]),
    ];
    file(&folder, "dead.safetensors", safetensors(&tensors));
    let x: Vec<f32> = (0..18).map(|i| (i % 5) as f32 / 4.0).collect();
    file(&folder, "data.npz", labelled(&x, &[3], &[0, 1, 0, 1, 1, 0]));
    folder
}

pub fn diagnose(folder: &TempDir, weights: &str, words: &[&str]) -> Run {
    let named = ["diagnose", "--weights", weights, "--data", "data.npz"];
    run_in(folder.path(), &[&named[..], words].concat())
}

/// Runs `diagnose` on a checkpoint with the arguments of this line.
pub fn diagnose_line(folder: &TempDir, weights: &str, line: &str) -> Run {
    diagnose(folder, weights, &line.split(' ').collect::<Vec<_>>())
}

pub fn number(json: &Value) -> f64 {
    json.as_f64().unwrap_or_else(|| panic!("no number: {json}"))
}

#[test]
fn a_dead_network_of_two_classes_has_sharpness_one() {
    let folder = dead();
    let words = ["--arch", "fnn", "--lr", "1.9", "--batch", "6", "--json"];
    let run = diagnose(&folder, "dead.safetensors", &words);
    assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
    let json = run.json();
    assert_eq!(
        (&json["parameters"], &json["samples"]),
        (&26.into(), &6.into())
    );
    assert!(
        (number(&json["sharpness"]["value"]) - 1.0).abs() < 1e-6,
        "{json}"
    );
    assert!(number(&json["sharpness"]["residual"]) < 1e-6);
    assert!(number(&json["non_uniformity"]["value"]) < 1e-6);
    assert!(number(&json["smallest_eigenvalue"]).abs() < 1e-6);
    // Half of the targets are (1, 0): the loss is ½·(¼ + ¼) each.
    assert_eq!(
        (number(&json["train_loss"]), number(&json["train_accuracy"])),
        (0.25, 0.5)
    );
    assert!((number(&json["bounds"]["sharpness"]) - 2.0 / 1.9).abs() < 1e-12);
    assert_eq!(json["bounds"]["non_uniformity"], Value::Null);
    assert_eq!(json["verdict"], "stable");
    let digest = json["weights_sha256"].as_str().expect("a digest");
    assert_eq!(
        (digest.len(), json["data_sha256"].as_str().map(str::len)),
        (64, Some(64))
    );
}

#[test]
fn a_check_says_unstable_by_its_exit_code() {
    let folder = dead();
    let at = |lr, check: &[&str]| {
        let words = [&["--arch", "fnn", "--lr", lr, "--batch", "2"], check].concat();
        diagnose(&folder, "dead.safetensors", &words)
    };
    let run = at("2.1", &["--check"]);
    assert_eq!(run.code, 3, "{}", run.error);
    assert!(
        run.out
            .contains("unstable: gradient_descent is necessary and fails"),
        "{}",
        run.out
    );
    assert_eq!(at("2.1", &[]).code, 0);
    assert_eq!(at("1.5", &["--check"]).code, 0);
    // On the edge, f32 numbers cannot decide.
    assert_eq!(at("2", &["--check"]).code, 4);
}

#[test]
fn a_linear_network_is_what_the_exact_theory_says() {
    let inputs = [
        [1.0, 0.5],
        [0.25, -1.0],
        [2.0, 1.0],
        [-0.5, 0.75],
        [1.5, -0.25],
    ];
    let folder = folder();
    let tensors = [
        ("weight", &[1, 2][..], &[1.0, -2.0][..]),
        ("bias", &[1], &[0.5]),
    ];
    file(&folder, "line.safetensors", safetensors(&tensors));
    let x: Vec<f32> = inputs.concat();
    let y: Vec<f32> = inputs.iter().map(|x| x[0] - 2.0 * x[1] + 0.5).collect();
    file(&folder, "data.npz", valued(&x, &[2], &y, 1));
    // f_i = (w·x̃_i − y_i)², so H_i = 2·x̃_i·x̃_iᵀ with x̃ = (x, 1).
    let hessian = |x: &[f32; 2]| {
        let x = [x[0], x[1], 1.0];
        x.map(|a| x.map(|b| format!("{}", 2.0 * a * b)))
    };
    let model =
        serde_json::json!({"kind": "quadratic", "hessians": inputs.each_ref().map(hessian)});
    file(&folder, "model.json", model.to_string());
    for lr in ["1/50", "3/10", "2/5"] {
        let at = ["--lr", lr, "--batch", "2", "--json"];
        let exact = run_in(
            folder.path(),
            &[&["decide", "model.json"], &at[..]].concat(),
        )
        .json();
        let words = [&["--arch", "fnn", "--any-batch"], &at[..]].concat();
        let measured = diagnose(&folder, "line.safetensors", &words).json();
        assert!(number(&measured["train_loss"]) < 1e-12, "{measured}");
        for name in ["sharpness", "non_uniformity"] {
            let lower = exact["values"][name]["lower"].as_str().expect("a decimal");
            let known: f64 = lower.parse().expect("a number");
            let value = number(&measured[name]["value"]);
            let residual = number(&measured[name]["residual"]);
            assert!(
                (value - known).abs() <= residual + 1e-5 * known,
                "{name}: {value}, {known}"
            );
        }
        for (ours, theirs) in [
            ("gradient_descent", "gradient_descent"),
            ("non_uniformity", "non_uniformity"),
        ] {
            let criteria = measured["criteria"].as_array().expect("criteria");
            let found = criteria
                .iter()
                .find(|c| c["name"] == ours)
                .expect("the criterion");
            let word = if exact["verdicts"][theirs] == true {
                "holds"
            } else {
                "fails"
            };
            assert_eq!(found["verdict"], word, "{ours} at {lr}");
            let largest = number(&found["largest_lr"]["high"]);
            let bracket = &exact["critical_lr"][theirs]["lower"];
            let parts: Vec<f64> = bracket
                .as_str()
                .expect("a rational")
                .split('/')
                .map(|part| part.parse().expect("a number"))
                .collect();
            let known = parts[0] / parts.get(1).unwrap_or(&1.0);
            assert!(
                (largest / known - 1.0).abs() < 1e-2,
                "{ours}: {largest}, {known}"
            );
        }
        let stable = exact["verdicts"]["mean_square"] == true;
        let contrary = if stable { "unstable" } else { "stable" };
        assert_ne!(measured["verdict"], contrary, "at {lr}: {measured}");
    }
}

#[test]
fn a_small_learning_rate_is_stable_by_a_proof_where_the_minimum_is_strict() {
    let folder = folder();
    let tensors = [("weight", &[1, 1][..], &[2.0][..]), ("bias", &[1], &[1.0])];
    file(&folder, "line.safetensors", safetensors(&tensors));
    file(
        &folder,
        "data.npz",
        valued(&[1.0, -1.0, 0.5, -0.5], &[1], &[3.0, -1.0, 2.0, 0.0], 1),
    );
    let words = ["--arch", "fnn", "--lr", "0.05", "--batch", "1", "--json"];
    let json = diagnose(&folder, "line.safetensors", &words).json();
    assert_eq!(
        (&json["verdict"], &json["basis"]),
        (&"stable".into(), &"sufficient".into()),
        "{json}"
    );
}

/// A network with batch normalisation (a TOML file and a checkpoint), and images.
pub fn normalised(variances: [f32; 2]) -> TempDir {
    let folder = folder();
    file(
        &folder,
        "net.toml",
        concat!(
            "input = [1, 4, 4]\n[[layer]]\ntype = \"convolution\"\noutputs = 2\nkernel = 3\npadding = 1\n",
            "[[layer]]\ntype = \"batch-norm\"\n[[layer]]\ntype = \"relu\"\n",
            "[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\noutputs = 2\n",
        ),
    );
    let wave =
        |n: usize, f: f32| -> Vec<f32> { (0..n).map(|i| (f * i as f32).sin() * 0.5).collect() };
    let (conv, fc) = (wave(18, 1.3), wave(64, 0.7));
    let tensors = [
        ("conv.weight", &[2, 1, 3, 3][..], &conv[..]),
        ("conv.bias", &[2], &[0.1, -0.1]),
        ("norm.weight", &[2], &[1.0, 1.5]),
        ("norm.bias", &[2], &[0.2, 0.1]),
        ("norm.running_mean", &[2], &[0.3, 0.0]),
        ("norm.running_var", &[2], &variances),
        ("out.weight", &[2, 32], &fc),
        ("out.bias", &[2], &[0.0, 0.25]),
    ];
    file(&folder, "net.safetensors", safetensors(&tensors));
    file(
        &folder,
        "data.npz",
        labelled(&wave(16 * 7, 2.1), &[1, 4, 4], &[0, 1, 1, 0, 1, 0, 1]),
    );
    folder
}

#[test]
fn batch_normalisation_is_shown_in_all_three_modes() {
    let folder = normalised([2.0, 0.5]);
    let words = ["--arch", "net.toml", "--lr", "0.01", "--batch", "1"];
    let refused = diagnose(&folder, "net.safetensors", &words);
    assert_eq!(refused.code, 2);
    assert!(
        refused.error.contains("--mode") && refused.error.contains("frozen"),
        "{}",
        refused.error
    );
    let words = [&words[..], &["--mode", "frozen", "--audit"]].concat();
    let json = diagnose(
        &folder,
        "net.safetensors",
        &[&words[..], &["--json"]].concat(),
    )
    .json();
    let modes = &json["modes"];
    // With coupled samples, no criterion applies at batch size one.
    let criteria = |mode: &str| modes[mode]["criteria"].as_array().map(Vec::len);
    assert_eq!(criteria("train"), Some(0), "{json}");
    assert_eq!((criteria("eval"), criteria("frozen")), (Some(6), Some(6)));
    let loss = |mode: &str| number(&modes[mode]["train_loss"]);
    assert!((loss("frozen") - loss("train")).abs() < 1e-5 * loss("train"));
    assert!((loss("eval") - loss("train")).abs() > 1e-3 * loss("train"));
    assert_eq!(modes["train"]["non_uniformity"], Value::Null);
    assert_eq!(modes["train"]["verdict"], "undecided");
    assert_eq!(modes["frozen"]["sharpness"], json["sharpness"]);
    let page = diagnose(&folder, "net.safetensors", &words).out;
    let rows = page
        .lines()
        .filter(|line| line.ends_with("applies") || line.ends_with("full batch only"));
    assert_eq!(rows.count(), 3, "{page}");
    assert_is_one_screen(&page);
}

#[test]
fn momentum_moves_the_bounds() {
    let folder = dead();
    let words = [
        "--arch",
        "fnn",
        "--lr",
        "0.5",
        "--batch",
        "1",
        "--momentum",
        "3/5",
        "--json",
    ];
    let json = diagnose(&folder, "dead.safetensors", &words).json();
    // 2(1 + β)/η and √(1 − β²)/(η√p) with p = 1.
    assert!((number(&json["bounds"]["sharpness"]) - 6.4).abs() < 1e-12);
    assert!((number(&json["bounds"]["non_uniformity"]) - 1.6).abs() < 1e-12);
    let descent = &json["criteria"][0];
    let [low, high] = ["low", "high"].map(|end| number(&descent["largest_lr"][end]));
    assert!(low <= 3.2 && 3.2 <= high && high - low < 1e-3, "{descent}");
}

#[test]
fn values_that_did_not_converge_are_given_and_stop_a_verdict_of_stable() {
    let folder = normalised([2.0, 0.5]);
    let words = [
        "--arch",
        "net.toml",
        "--lr",
        "1/1000",
        "--batch",
        "1",
        "--mode",
        "eval",
        "--products",
        "2",
        "--tolerance",
        "1e-6",
        "--json",
    ];
    let json = diagnose(&folder, "net.safetensors", &words).json();
    assert_eq!(json["sharpness"]["status"], "not_converged", "{json}");
    assert!(
        number(&json["sharpness"]["value"]) > 0.0 && number(&json["sharpness"]["residual"]) > 0.0
    );
    assert_eq!(json["verdict"], "undecided");
    assert!(
        json["reason"]
            .as_str()
            .expect("a reason")
            .contains("--products")
    );
}

#[test]
fn too_little_memory_is_said_before_the_work_starts() {
    let folder = dead();
    let words = [
        "--arch", "fnn", "--lr", "1", "--batch", "1", "--memory", "1MB", "--json",
    ];
    let run = diagnose(&folder, "dead.safetensors", &words);
    assert_eq!(run.code, 2);
    let error = &run.json()["error"];
    assert_eq!(error["kind"], "memory");
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|m| m.contains("--memory")),
        "{error}"
    );
}

#[test]
fn no_instruction_set_changes_an_answer_and_an_unknown_one_is_refused() {
    let folder = normalised([2.0, 0.5]);
    let words = "diagnose --weights net.safetensors --data data.npz --arch net.toml --lr 0.01 \
                 --batch 1 --mode eval --audit --json";
    let run = |isa: &str| {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_sgd-stability"));
        let command = command
            .current_dir(folder.path())
            .args(words.split_whitespace());
        let output = command.env("SGD_STABILITY_ISA", isa).output();
        let output = output.expect("the program starts");
        let json = serde_json::from_slice::<Value>(&output.stdout).expect("one JSON object");
        (output.status.code(), json)
    };
    let answer = |isa: Isa| {
        let (code, mut json) = run(isa.name());
        assert_eq!(code, Some(0), "{json}");
        json["memory"] = Value::Null;
        json
    };
    let portable = answer(Isa::portable());
    assert!(portable["sharpness"]["value"].is_number(), "{portable}");
    for isa in Isa::available() {
        assert_eq!(answer(isa), portable, "{}", isa.name());
    }
    let (code, json) = run("mmx");
    assert_eq!(code, Some(2), "{json}");
    let message = json["error"]["message"].as_str().expect("a message");
    assert!(
        message.contains("SGD_STABILITY_ISA") && message.contains("portable"),
        "{message}"
    );
}

#[test]
fn the_page_on_layers_has_the_table_of_support() {
    let run = run(&["networks"]);
    assert_eq!(run.code, 0);
    let page = include_str!("../../docs/layers-and-losses.md");
    assert!(
        page.contains(run.out.trim()),
        "put this into docs/layers-and-losses.md:\n{}",
        run.out
    );
}
