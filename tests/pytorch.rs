//! Compares `diagnose`, on checkpoints that PyTorch made, with float64 curvature from PyTorch: dense
//! Hessians of small networks with every layer and every activation, and products with those of every
//! named architecture, over data from every kind of source. The two sides share no code. The test belongs to the deep tier: it creates a
//! virtual environment and installs PyTorch into it from pip, once. `SGD_STABILITY_PYTHON` names an
//! interpreter that already has torch, safetensors and numpy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use sgd_stability::dataset::checkpoint::Checkpoint;

fn run(program: &Path, words: &[&str]) -> Option<Output> {
    let output = Command::new(program).args(words).output().ok()?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success().then_some(output)
}

/// A Python interpreter with PyTorch, or the reason why there is none.
fn python() -> Result<PathBuf, &'static str> {
    if let Some(named) = std::env::var_os("SGD_STABILITY_PYTHON") {
        return Ok(PathBuf::from(named));
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pytorch");
    let python = folder.join("bin/python");
    let name = folder.to_str().ok_or("a folder whose name is no UTF-8")?;
    if !python.exists() {
        run(Path::new("python3"), &["-m", "venv", name]).ok_or("python3 with venv is not here")?;
    }
    if run(&python, &["-c", "import torch, safetensors, numpy"]).is_none() {
        let words = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "torch",
            "safetensors",
            "numpy",
        ];
        run(&python, &words).ok_or("pip cannot install torch here")?;
    }
    Ok(python)
}

/// Converts `NAME.pt` to `NAME.safetensors` with the lines given in docs/your-own-network.md.
fn export(python: &Path, folder: &Path, name: &str) {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/your-own-network.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let mut snippets = page.split("```python\n");
    let snippet = snippets.find(|snippet| snippet.contains("import save_file"));
    let snippet = snippet.expect("a snippet");
    let (snippet, _) = snippet.split_once("```").expect("the end of the snippet");
    let rename = |from: String, to: &str| {
        std::fs::rename(folder.join(from), folder.join(to)).expect("a file that was written");
    };
    rename(format!("{name}.pt"), "model.pt");
    let status = Command::new(python)
        .args(["-c", snippet])
        .current_dir(folder)
        .status();
    assert!(status.expect("python starts").success(), "{name}");
    rename(
        "model.safetensors".to_owned(),
        &format!("{name}.safetensors"),
    );
}

/// Asserts that PyTorch's own file, which `export` has called `model.pt`, has the same tensors.
fn check_same_weights(folder: &Path, name: &str) {
    let read = |file: &str| {
        let read = Checkpoint::read(&folder.join(file)).expect("a checkpoint");
        let tensors = read.tensors.into_iter();
        let tensors =
            tensors.map(|tensor| (tensor.name, (tensor.shape, tensor.dtype, tensor.values)));
        let aliases = read.aliases.into_iter().map(|alias| (alias.name, alias.of));
        (
            tensors.collect::<BTreeMap<_, _>>(),
            aliases.collect::<BTreeMap<_, _>>(),
        )
    };
    let exported = read(&format!("{name}.safetensors"));
    assert!(read("model.pt") == exported, "{name}");
}

/// The answer of the program with these flags, in the folder that they refer to.
fn diagnose(folder: &Path, name: &str, flags: &Value) -> Value {
    let weights = format!("{name}.safetensors");
    let flags = flags.as_array().expect("a list").iter();
    let output = Command::new(env!("CARGO_BIN_EXE_sgd-stability"))
        .args(["diagnose", "--weights", &weights, "--json"])
        .args(["--lr", "0.1", "--tolerance", "1e-6"])
        .args(flags.map(|flag| flag.as_str().expect("a word")))
        .current_dir(folder)
        .output();
    let output = output.expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{name}: {text}");
    serde_json::from_str(&text).expect("one JSON object")
}

#[test]
#[ignore = "needs PyTorch"]
fn checkpoints_of_pytorch_give_pytorchs_float64_curvature() {
    compare("layers");
}

#[test]
#[ignore = "needs PyTorch"]
fn every_activation_of_pytorch_gives_its_float64_curvature() {
    compare("activations");
}

/// Compares the networks of this kind.
fn compare(kind: &str) {
    let python = python().unwrap_or_else(|why| {
        panic!("{why}; SGD_STABILITY_PYTHON may name an interpreter that has torch")
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pytorch/export.py");
    let name = folder.path().to_str().expect("a UTF-8 path");
    let output = run(&python, &["-B", script, name, kind]).expect("the script runs");
    let known: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let number = |json: &Value| json.as_f64().unwrap_or_else(|| panic!("no number: {json}"));
    for (name, known) in known.as_object().expect("an object") {
        export(&python, folder.path(), name);
        check_same_weights(folder.path(), name);
        let measured = diagnose(folder.path(), name, &known["flags"]);
        for key in ["parameters", "noise_weight"] {
            assert_eq!(measured[key], known[key], "{name} {key}");
        }
        for key in ["sharpness", "non_uniformity"] {
            assert_ne!(measured[key]["status"], "not_converged", "{name} {key}");
        }
        let a = number(&known["sharpness"]);
        let bar = |key: &str| number(&measured[key]["bar"]);
        let values = [
            ("train_loss", number(&measured["train_loss"]), 0.0),
            ("penalty", number(&measured["penalty"]), 0.0),
            (
                "sharpness",
                number(&measured["sharpness"]["value"]),
                bar("sharpness"),
            ),
            (
                "smallest_eigenvalue",
                number(&measured["smallest_eigenvalue"]),
                number(&measured["smallest_eigenvalue_bar"]),
            ),
            (
                "non_uniformity",
                number(&measured["non_uniformity"]["value"]),
                bar("non_uniformity"),
            ),
        ];
        for (key, value, bar) in values {
            let exact = number(&known[key]);
            // The smallest eigenvalue is measured to a thousandth of the largest absolute one. The error
            // bars of the other numbers include the rounding of f32, and float64 is accurate to a
            // residual of 10⁻⁷.
            let allowance = match key {
                "smallest_eigenvalue" => 1e-3 * a,
                "train_loss" => 1e-5 * exact,
                _ => 1e-7 * exact,
            };
            println!("{name} {key}: {value} and in float64 {exact}");
            assert!(
                (value - exact).abs() <= bar + allowance,
                "{name} {key}: {value}, {exact}"
            );
        }
    }
}
