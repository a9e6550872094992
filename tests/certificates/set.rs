//! The committed certificates.

use std::path::{Path, PathBuf};

use sgd_stability::decide::Certificate;
use sgd_stability::decide::certificate::Statement;
use sgd_stability::model::Model;

use super::{VERIFIED, code, committed, program, python, root};

#[test]
fn every_committed_certificate_is_verified() {
    for path in committed() {
        let certificate = Certificate::read(&path).unwrap();
        certificate.check().unwrap();
        let told = program(&["certify", path.to_str().unwrap()]);
        assert_eq!(code(&told), VERIFIED, "{path:?}");
    }
}

#[test]
fn plain_python_verifies_them_too() {
    let paths = committed();
    let files: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    if let Some(output) = python(&files) {
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(code(&output), VERIFIED, "{said}");
        assert_eq!(said.matches(": verified").count(), files.len());
    }
}

#[test]
fn the_set_has_every_kind() {
    let set: Vec<Certificate> = committed()
        .iter()
        .map(|path| Certificate::read(path).unwrap())
        .collect();
    for claim in [Statement::MeanSquareStable, Statement::MeanSquareUnstable] {
        let with = |c: &&Certificate| c.claim == claim && c.witness.is_some();
        assert!(set.iter().filter(with).count() >= 5);
    }
    assert!(set.iter().any(|c| c.witness.is_none()), "no edge");
    assert!(
        set.iter().any(|c| c.model.dimension() >= 20),
        "none is large"
    );
    assert!(set.iter().any(|c| c.model.dimension() > c.model.samples()));
    assert!(set.iter().filter(|c| c.basis.is_some()).count() >= 2);
    let of_jacobians = |c: &&Certificate| matches!(c.model, Model::Jacobians(_));
    assert!(set.iter().filter(of_jacobians).count() >= 5);
}

/// The examples in the grammar can be read, and the certificates among them are valid.
#[test]
fn the_examples_of_the_grammar_are_good() {
    let grammar = std::fs::read_to_string(root().join("docs/formats.md")).expect("the grammar");
    let blocks = grammar.split("```json\n").skip(1);
    let examples: Vec<&str> = blocks
        .filter_map(|block| block.split("```").next())
        .collect();
    let (certificates, models): (Vec<&str>, Vec<&str>) = examples
        .into_iter()
        .partition(|text| text.contains("claim"));
    assert_eq!((models.len(), certificates.len()), (3, 2));
    for text in models {
        Model::parse("an example", text).unwrap();
    }
    for text in certificates {
        Certificate::parse("an example", text)
            .unwrap()
            .check()
            .unwrap();
    }
}
