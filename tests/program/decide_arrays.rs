//! `decide` on arrays: those that NumPy wrote, and CSV.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Run, file, folder, run_in};

/// Runs `decide` on a file of these bytes, with a batch size of one and the arguments of a line.
fn decide(name: &str, bytes: impl AsRef<[u8]>, line: &str) -> Run {
    let folder = folder();
    file(&folder, name, bytes);
    let words = ["decide", name, "--lr", "1", "--batch", "1"];
    let more: Vec<&str> = line.split_whitespace().collect();
    run_in(folder.path(), &[&words, &more[..]].concat())
}

/// The bytes of a file that NumPy wrote.
fn written(name: &str) -> Vec<u8> {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/python");
    fs::read(files.join(name)).expect("the file")
}

/// What is said of the same numbers as JSON.
fn of_json(text: &str) -> Value {
    let run = decide("model.json", text, "--json");
    assert_eq!(run.code, 0, "{}{}", run.out, run.error);
    run.json()
}

#[test]
fn arrays_of_numpy_are_the_same_models_as_json() {
    let tenth = "13421773/134217728";
    let linear = format!(r#"{{"kind":"linear","inputs":[["1","0"],["0","1"],["{tenth}","1"]]}}"#);
    let inputs = decide("x.npy", written("inputs.npy"), "--as inputs --json");
    assert_eq!(inputs.json(), of_json(&linear));
    // The rationals that 0.3, 0.7, 0.1 and 0.9 are.
    let [three, seven, one, nine] = [
        "5404319552844595/18014398509481984",
        "3152519739159347/4503599627370496",
        "3602879701896397/36028797018963968",
        "8106479329266893/9007199254740992",
    ];
    let jacobians = format!(
        r#"{{"kind":"jacobians","factor":"2/3","jacobians":[[["{three}","{seven}"]],[["{one}","{nine}"]]]}}"#
    );
    let said = decide("j.npz", written("jacobians.npz"), "--factor 2/3 --json");
    assert_eq!(said.json(), of_json(&jacobians));
}

#[test]
fn csv_is_taken_as_it_is_written() {
    let json = of_json(
        r#"{"kind":"quadratic","hessians":[[["1","1/2"],["1/2","1"]],[["0.1","0"],["0","1e-1"]]]}"#,
    );
    let said = decide(
        "h.csv",
        "1,1/2\n1/2,1\n\n1e-1,0\n0,0.1\n",
        "--as hessians --json",
    );
    assert_eq!(said.json(), json);
    let of = |text: &str| of_json(text);
    let jacobians = decide(
        "j.csv",
        "1,0\n0,1\n1,1\n1,2\n",
        "--as jacobians --outputs 2 --json",
    );
    let json =
        of(r#"{"kind":"jacobians","jacobians":[[["1","0"],["0","1"]],[["1","1"],["1","2"]]]}"#);
    assert_eq!(jacobians.json(), json);
}

/// The product of a Jacobian with itself, as NumPy computes it, is no model; the Jacobian is one.
#[test]
fn a_product_that_is_indefinite_by_rounding_is_told_so_with_the_mend() {
    let run = decide("h.npy", written("products.npy"), "--as hessians");
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    let error = &run.error;
    for words in [
        "error: h.npy: hessians[0]: has a negative eigenvalue",
        "rounding",
        "\"jacobians\"",
    ] {
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(error.trim_end().lines().count(), 1, "{error}");
    let run = decide("j.npz", written("jacobians.npz"), "");
    assert_eq!(run.code, 0, "{}", run.error);
}

#[test]
fn what_is_not_said_is_asked_for() {
    for (name, bytes, line, words) in [
        (
            "x.npy",
            written("inputs.npy"),
            "",
            "x.npy: array: the file does not say what its numbers are; give --as inputs",
        ),
        (
            "x.npz",
            written("truth.npz"),
            "",
            "the file has x (2 × 12, int64), y (2, bool): give --array NAME",
        ),
        (
            "x.npz",
            written("truth.npz"),
            "--as inputs",
            "x.npz: inputs: is not there",
        ),
        (
            "x.npz",
            written("truth.npz"),
            "--array x",
            "give --as inputs",
        ),
        (
            "x.npz",
            written("objects.npz"),
            "--array y --as inputs",
            "x.npz: y: dtype: is Python objects",
        ),
        (
            "x.npy",
            written("version_2.npy"),
            "--as jacobians",
            "x.npy: jacobians: has 2 rows of 3 numbers; say with --outputs C",
        ),
        (
            "x.npy",
            written("version_2.npy"),
            "--as inputs --factor 2",
            "--factor: 2: belongs to jacobians",
        ),
        (
            "x.npy",
            written("version_2.npy"),
            "--as inputs --factor two",
            "decide: --factor: \"two\" is not a number",
        ),
        (
            "m.json",
            br#"{"kind":"linear","inputs":[["1"]]}"#.to_vec(),
            "--as inputs",
            "--as: inputs: is of files of arrays, and m.json is JSON",
        ),
    ] {
        let run = decide(name, bytes, line);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{name} {line}");
        assert!(run.error.contains(words), "{name} {line}: {}", run.error);
    }
    let run = decide("x.npz", written("truth.npz"), "--array x --as inputs");
    assert_eq!(run.code, 0, "{}", run.error);
}

/// A certificate of a model in arrays is checked like any other.
#[test]
fn a_certificate_has_the_model_as_json() {
    let folder = folder();
    file(&folder, "j.npz", written("jacobians.npz"));
    let line = "decide j.npz --lr 1/2 --batch 1 --certificate proof.json";
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(run_in(folder.path(), &words).code, 0);
    let run = run_in(folder.path(), &["certify", "proof.json"]);
    assert_eq!((run.code, run.out.trim()), (0, "proof.json: verified"));
}
