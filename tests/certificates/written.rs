//! `certify` verifies every certificate that `decide` writes; `decide` reports what it cannot decide.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sgd_stability::decide::Certificate;
use sgd_stability::number::Exact;

use super::{UNDECIDED, VERIFIED, code, program, python, root};

/// Runs `decide` on a model at a learning rate, with a certificate in the folder.
fn decide(folder: &Path, model: &Value, lr: &str) -> (i32, Value) {
    let [model_file, certificate] = ["model.json", "certificate.json"].map(|f| folder.join(f));
    fs::write(&model_file, model.to_string()).unwrap();
    let told = program(&[
        "decide",
        model_file.to_str().unwrap(),
        "--lr",
        lr,
        "--batch",
        "1",
        "--digits",
        "30",
        "--json",
        "--certificate",
        certificate.to_str().unwrap(),
    ]);
    (code(&told), serde_json::from_slice(&told.stdout).unwrap())
}

/// Twelve inputs in ten dimensions, at learning rates on both sides of the critical one.
#[test]
fn both_sides_of_the_edge_are_certified() {
    let entry = |i: u64, j: u64| format!("{}/7", (i * i + 3 * i * j + 5 * j) % 23);
    let inputs: Vec<Vec<String>> = (1..=12)
        .map(|i| (1..=10).map(|j| entry(i, j)).collect())
        .collect();
    let model = json!({"kind": "linear", "inputs": inputs});
    let folder = tempfile::tempdir().unwrap();
    let (_, first) = decide(folder.path(), &model, "1");
    let ends = &first["critical_lr"]["mean_square"];
    for (end, stable) in [("lower", true), ("upper", false)] {
        let (ending, said) = decide(folder.path(), &model, ends[end].as_str().unwrap());
        assert_eq!(
            (ending, &said["verdicts"]["mean_square"]),
            (VERIFIED, &json!(stable))
        );
        let certificate = folder.path().join("certificate.json");
        let told = program(&["certify", certificate.to_str().unwrap()]);
        assert_eq!(code(&told), VERIFIED);
        if let Some(output) = python(&[&certificate]) {
            assert_eq!(code(&output), VERIFIED, "{output:?}");
        }
    }
}

/// The three inputs, together with fifteen directions of curvature 8/5: the edge is exactly 5/4, and the
/// model has one dimension more than elimination accepts.
#[test]
fn an_edge_that_is_too_large_is_undecided() {
    let entry = |g: [[u8; 2]; 2], i: usize, j: usize| match (i < 2 && j < 2, i == j) {
        (true, _) => g[i][j].to_string(),
        (false, true) => "8/5".to_owned(),
        (false, false) => "0".to_owned(),
    };
    let hessian = |g: [[u8; 2]; 2]| -> Vec<Vec<String>> {
        (0..17)
            .map(|i| (0..17).map(|j| entry(g, i, j)).collect())
            .collect()
    };
    let hessians = [[[1, 0], [0, 0]], [[0, 0], [0, 1]], [[1, 1], [1, 1]]].map(hessian);
    let model = json!({"kind": "quadratic", "hessians": hessians});
    let folder = tempfile::tempdir().unwrap();
    let (ending, said) = decide(folder.path(), &model, "5/4");
    assert_eq!(ending, UNDECIDED);
    assert!(said["verdicts"]["mean_square"].is_null());
    assert!(said["undecided"]["mean_square"].is_string());
    assert!(!folder.path().join("certificate.json").exists());
    for lr in ["1249999999999/1000000000000", "1250000000001/1000000000000"] {
        let (ending, said) = decide(folder.path(), &model, lr);
        assert_eq!(ending, VERIFIED);
        assert!(said["verdicts"]["mean_square"].is_boolean());
    }
}

/// A number has one digit more than the grammar allows.
#[test]
fn a_certificate_that_no_reader_takes_is_not_written() {
    let text = fs::read_to_string(root().join("tests/certificates/three_inputs_stable.json"));
    let text = text.expect("a committed certificate");
    let mut certificate = Certificate::parse("text", &text).unwrap();
    assert_eq!(certificate.to_text().unwrap().trim_end(), text.trim_end());
    let witness = certificate.witness.as_mut().expect("a witness");
    witness[(0, 0)] = Exact::from(10).pow(999_999);
    certificate.to_text().unwrap();
    certificate.witness.as_mut().expect("a witness")[(0, 0)] = Exact::from(10).pow(1_000_000);
    let refusal = certificate.to_text().unwrap_err().to_string();
    assert!(
        refusal.contains("a number of more than 1000000 characters"),
        "{refusal}"
    );
}
