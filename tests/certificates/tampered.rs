//! Checkers refuse changed certificates.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{MALFORMED, REFUTED, VERIFIED, code, committed, program, python};

/// Asserts that both checkers end with this exit code on the changed certificate.
fn both_say(expected: i32, certificate: &Value, change: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.json");
    fs::write(&path, certificate.to_string()).unwrap();
    let told = program(&["certify", "--json", path.to_str().unwrap()]);
    assert_eq!(code(&told), expected, "{change}: {told:?}");
    let object: Value = serde_json::from_slice(&told.stdout).expect("one JSON object");
    assert!(object.is_object());
    if let Some(output) = python(&[Path::new(&path)]) {
        assert_eq!(code(&output), expected, "{change}: {output:?}");
    }
}

fn originals() -> Vec<(String, Value)> {
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(path).unwrap();
        (name, serde_json::from_str(&text).unwrap())
    };
    committed().into_iter().map(read).collect()
}

/// Whether the model has no curvature, so that its witness is zero and every learning rate is stable.
fn is_flat(certificate: &Value) -> bool {
    let model = certificate["model"].to_string();
    !model.contains(|digit| ('1'..='9').contains(&digit))
}

#[test]
fn the_contrary_claim_is_refuted() {
    for (name, mut certificate) in originals() {
        let stable = certificate["claim"] == "mean_square_stable";
        let contrary = if stable {
            "mean_square_unstable"
        } else {
            "mean_square_stable"
        };
        certificate["claim"] = contrary.into();
        both_say(REFUTED, &certificate, &name);
    }
}

#[test]
fn another_learning_rate_is_refuted() {
    for (name, mut certificate) in originals() {
        // A loss that is flat everywhere is stable at any learning rate. Every other loss is stable at a
        // learning rate near zero and unstable at one near infinity.
        let stable = certificate["claim"] == "mean_square_stable";
        let expected = if is_flat(&certificate) {
            VERIFIED
        } else {
            REFUTED
        };
        certificate["lr"] = if stable { "1000000" } else { "1/1000000" }.into();
        both_say(expected, &certificate, &name);
    }
}

#[test]
fn a_changed_witness_is_refuted() {
    for (name, certificate) in originals() {
        let Some(rows) = certificate["witness"].as_array() else {
            continue;
        };
        let d = rows.len();
        if !is_flat(&certificate) {
            let mut changed = certificate.clone();
            changed["witness"] = json!(vec![vec!["0"; d]; d]);
            both_say(REFUTED, &changed, &format!("{name}: a zero witness"));
        }
        if d > 1 {
            let mut changed = certificate.clone();
            changed["witness"][0][d - 1] = "12345/6789".into();
            both_say(
                REFUTED,
                &changed,
                &format!("{name}: an unsymmetric witness"),
            );
        }
        if certificate["claim"] == "mean_square_stable" {
            let mut changed = certificate.clone();
            changed["witness"][0][0] = "-1".into();
            both_say(REFUTED, &changed, &format!("{name}: a negative witness"));
        }
    }
}

/// The basis of a witness is part of the claim.
#[test]
fn another_basis_is_malformed() {
    for (name, mut certificate) in originals() {
        if certificate["basis"] == "inputs" {
            certificate.as_object_mut().unwrap().remove("basis");
            both_say(MALFORMED, &certificate, &format!("{name}: no basis"));
        } else if certificate["model"]["kind"] == "quadratic" || certificate["witness"].is_null() {
            certificate["basis"] = "inputs".into();
            both_say(MALFORMED, &certificate, &format!("{name}: a basis"));
        }
    }
}

#[test]
fn what_is_no_certificate_is_malformed() {
    let (_, good) = originals().remove(0);
    let changes: [(&str, Value); 9] = [
        ("claim", "stable".into()),
        ("lr", 0.5.into()),
        ("lr", "-1".into()),
        ("batch", 0.into()),
        ("batch", 99.into()),
        ("sampling", "sometimes".into()),
        ("witness", Value::Null),
        ("witness", json!([["1"]])),
        ("model", json!({"kind": "cubic"})),
    ];
    for (field, value) in changes {
        let mut changed = good.clone();
        changed[field] = value;
        both_say(MALFORMED, &changed, field);
    }
    let mut missing = good.clone();
    missing.as_object_mut().unwrap().remove("sampling");
    both_say(MALFORMED, &missing, "no sampling");
    let mut extra = good;
    extra["note"] = "trust me".into();
    both_say(MALFORMED, &extra, "another field");
    both_say(MALFORMED, &json!([1, 2]), "a list");
}
