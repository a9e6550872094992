//! The largest eigenvalues and their vectors.

use std::fs;

use safetensors::SafeTensors;
use serde_json::Value;

use crate::diagnose::{dead, diagnose_line, number};

/// Only the last bias of the dead network has curvature: the eigenvalue 1, with two independent vectors.
#[test]
fn eigenvalues_are_listed_and_their_vectors_have_the_names_and_shapes_of_the_checkpoint() {
    let folder = dead();
    let line = "--arch fnn --lr 1.9 --batch 6 --eigenvalues 2 --vectors top.safetensors";
    let run = diagnose_line(&folder, "dead.safetensors", &format!("{line} --json"));
    assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
    let json = run.json();
    let found = &json["eigenvalues"];
    let values = found.as_array().expect("a list");
    let converged = &json["eigenvalues_converged"];
    assert_eq!((values.len(), converged), (2, &Value::Bool(true)));
    assert!((number(&values[0]["value"]) - 1.0).abs() < 1e-6, "{found}");
    assert!(number(&values[1]["value"]).abs() < 1e-6, "{found}");
    assert!(number(&values[0]["bar"]) >= number(&values[0]["residual"]));

    let bytes = fs::read(folder.path().join("top.safetensors")).expect("the file");
    let file = SafeTensors::deserialize(&bytes).expect("safetensors");
    let tensor = |name: &str| file.tensor(name).expect("a tensor");
    let shapes = [
        ("fc.0.weight", &[4, 3][..]),
        ("fc.0.bias", &[4]),
        ("fc.1.weight", &[2, 4]),
        ("fc.1.bias", &[2]),
    ];
    assert_eq!(file.len(), 2 * shapes.len());
    for (name, shape) in shapes {
        assert_eq!(
            tensor(&format!("eigenvector.2.{name}")).shape(),
            shape,
            "{name}"
        );
    }
    let numbers = |name: &str| -> Vec<f32> {
        let bytes = tensor(name).data().chunks_exact(4);
        bytes
            .map(|x| f32::from_le_bytes([x[0], x[1], x[2], x[3]]))
            .collect()
    };
    let length: f32 = numbers("eigenvector.1.fc.1.bias")
        .iter()
        .map(|x| x * x)
        .sum();
    assert!((length - 1.0).abs() < 1e-5);
    assert!(
        numbers("eigenvector.1.fc.0.weight")
            .iter()
            .all(|x| x.abs() < 1e-6)
    );

    let page = diagnose_line(&folder, "dead.safetensors", line).out;
    assert!(page.contains("the 2 largest eigenvalues"), "{page}");
    assert!(
        page.contains("The eigenvectors are in top.safetensors."),
        "{page}"
    );
}

#[test]
fn vectors_are_those_of_eigenvalues_that_were_asked_for() {
    let folder = dead();
    let line = "--arch fnn --lr 1.9 --batch 6 --vectors top.safetensors";
    let run = diagnose_line(&folder, "dead.safetensors", line);
    assert_eq!(run.code, 2);
    assert!(run.error.contains("--eigenvalues"), "{}", run.error);
    assert!(!folder.path().join("top.safetensors").exists());
}
