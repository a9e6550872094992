//! Bad input: one clear sentence that names the file and the field, exit code 2, and nothing written.

use std::fs;
use std::path::Path;

use crate::support::{file, folder, run, run_in};

/// The error for a model file with this text, after checking its form: one line on stderr that begins
/// with `error: ` and names the file, nothing on stdout, and exit code 2. With `--json`, the same
/// sentence is in one JSON object.
fn decide_error(text: &str, words: &[&str]) -> String {
    let folder = folder();
    let path = file(&folder, "model.json", text);
    let path = path.to_str().expect("a UTF-8 path");
    let words = [&["decide", path], words].concat();
    let plain = run(&words);
    assert_eq!((plain.code, plain.out.as_str()), (2, ""), "{}", plain.error);
    let message = plain.error.trim_end().strip_prefix("error: ");
    let message = message.expect("an error says so").to_owned();
    assert_eq!(message.lines().count(), 1, "{message}");
    let json = run(&[&words[..], &["--json"]].concat());
    assert_eq!((json.code, json.error.as_str()), (2, ""));
    assert_eq!(json.json()["error"]["message"], message.as_str());
    assert_eq!(json.json()["error"]["kind"], "input");
    message
}

const AT: [&str; 4] = ["--lr", "1/2", "--batch", "1"];
const GOOD: &str = r#"{"kind":"quadratic","hessians":[[["1"]],[["2"]]]}"#;

#[test]
fn every_fault_of_a_model_file_is_said_with_its_place() {
    for (text, parts) in [
        ("", ["model.json", "JSON"]),
        ("[1,2", ["model.json", "JSON"]),
        (r#"{"kind":"cubic"}"#, ["kind", "cubic"]),
        (r#"{"kind":"quadratic"}"#, ["hessians", "missing"]),
        (r#"{"kind":"linear","inputs":[]}"#, ["inputs", "sample"]),
        (
            r#"{"kind":"linear","inputs":[["1"],["1","2"]]}"#,
            ["inputs[1]", "2"],
        ),
        (
            r#"{"kind":"quadratic","hessians":[[["1","0"],["0"]]]}"#,
            ["hessians[0][1]", "1"],
        ),
        (
            r#"{"kind":"quadratic","hessians":[[["1","2"],["3","1"]]]}"#,
            ["hessians[0]", "symmetric"],
        ),
        (
            r#"{"kind":"quadratic","hessians":[[["1"]],[["-1"]]]}"#,
            ["hessians[1]", "semi-definite"],
        ),
        (
            r#"{"kind":"linear","inputs":[["1/0"]]}"#,
            ["inputs[0][0]", "zero"],
        ),
        (
            r#"{"kind":"linear","inputs":[["NaN"]]}"#,
            ["inputs[0][0]", "NaN"],
        ),
        (
            r#"{"kind":"linear","inputs":[[0.1]]}"#,
            ["inputs[0][0]", "quotes"],
        ),
        (
            r#"{"kind":"linear","inputs":[["1"]],"extra":1}"#,
            ["extra", "model.json"],
        ),
    ] {
        let message = decide_error(text, &AT);
        for part in parts {
            assert!(message.contains(part), "{text}: no \"{part}\" in {message}");
        }
    }
}

#[test]
fn every_fault_of_a_flag_is_said_with_its_name() {
    for (words, parts) in [
        (["--lr", "0", "--batch", "1"], ["lr", "0"]),
        (["--lr", "-1/2", "--batch", "1"], ["lr", "-1/2"]),
        (["--lr", "1/0", "--batch", "1"], ["lr", "zero"]),
        (["--lr", "fast", "--batch", "1"], ["lr", "fast"]),
        (["--lr", "1e99999", "--batch", "1"], ["lr", "±4096"]),
        (
            ["--lr", "1/2", "--batch", "0"],
            ["--batch", "must be 1 to 2"],
        ),
        (
            ["--lr", "1/2", "--batch", "3"],
            ["--batch", "must be 1 to 2"],
        ),
    ] {
        let message = decide_error(GOOD, &words);
        for part in parts {
            assert!(
                message.contains(part),
                "{words:?}: no \"{part}\" in {message}"
            );
        }
    }
}

#[test]
fn a_missing_file_is_named() {
    let run = run(&["decide", "nowhere.json", "--lr", "1", "--batch", "1"]);
    assert_eq!(run.code, 2);
    assert!(run.error.contains("nowhere.json"), "{}", run.error);
}

#[test]
fn a_truncated_data_set_is_named_and_nothing_is_left_half_written() {
    let folder = folder();
    // The header for 2 images of 28 × 28, without the images.
    let header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28];
    file(&folder, "train-images-idx3-ubyte", header);
    file(
        &folder,
        "train-labels-idx1-ubyte",
        [0, 0, 8, 1, 0, 0, 0, 2, 0, 1],
    );
    let words = [
        "reproduce",
        "descent",
        "--scale",
        "smoke",
        "--data-dir",
        ".",
        "--out",
        "out",
    ];
    let run = run_in(folder.path(), &words);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.error);
    assert!(
        run.error.contains("train-images-idx3-ubyte"),
        "{}",
        run.error
    );
    assert!(!folder.path().join("out").exists());
}

#[test]
fn names_that_do_not_exist_are_said_with_those_that_do() {
    for (words, known) in [
        (vec!["verify", "no_such_claim"], "without a name lists all"),
        (vec!["verify", "toy_escpe"], "did you mean toy_escape?"),
        (vec!["reproduce", "no-such-experiment"], "descent"),
        (vec!["reproduce", "thresold"], "did you mean threshold?"),
    ] {
        let run = run(&words);
        assert_eq!(run.code, 2);
        assert!(
            run.error.contains(words[1]) && run.error.contains(known),
            "{}",
            run.error
        );
    }
}

#[test]
fn a_wrong_command_line_is_usage_in_both_forms() {
    for words in [
        &["decide"][..],
        &["fly"],
        &["reproduce", "--shard", "5/4"],
        &[],
    ] {
        assert_eq!(run(words).code, 2, "{words:?}");
        let json = run(&[words, &["--json"]].concat());
        assert_eq!(json.code, 2, "{words:?}");
        assert_eq!(json.json()["error"]["kind"], "usage", "{words:?}");
    }
}

#[test]
fn a_report_of_a_folder_without_cells_says_what_is_missing() {
    let folder = folder();
    let run = run_in(folder.path(), &["report", "."]);
    assert_eq!(run.code, 2);
    assert!(run.error.contains("manifest.json"), "{}", run.error);
    assert!(run.error.contains("reproduce"), "{}", run.error);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn cells_that_are_not_what_they_say_are_refused_and_named() {
    let folder = folder();
    let at = |words: &[&str]| run_in(folder.path(), words);
    let reproduce = ["reproduce", "regression", "--scale", "smoke"];
    assert_eq!(at(&reproduce).code, 0);
    let cells = folder.path().join("out/cells/smoke/regression");
    let name = "three-inputs-lr1-b1.json";
    let text = fs::read_to_string(cells.join(name)).unwrap();

    // A cell that would be copied to a place outside of its folder.
    let escaping = text.replace("\"three-inputs-lr1-b1\"", "\"../../../escaped\"");
    fs::write(cells.join(name), escaping).unwrap();
    let merged = at(&["merge", "out", "--out", "merged"]);
    assert_eq!(merged.code, 2, "{}", merged.error);
    assert!(
        merged.error.contains(name) && merged.error.contains("escaped"),
        "{}",
        merged.error
    );
    assert!(!folder.path().join("merged").exists());

    // A cell with too few numbers is left out, counted, and run again.
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["outcome"]["exact"] = serde_json::json!([1.0]);
    fs::write(cells.join(name), value.to_string()).unwrap();
    assert_eq!(at(&["report", "out"]).code, 0);
    let page = fs::read_to_string(folder.path().join("out/index.html")).unwrap();
    assert!(page.contains("cells left out"));
    assert!(at(&reproduce).out.starts_with("1 cells run, 5 were there"));
    assert_eq!(fs::read_to_string(cells.join(name)).unwrap(), text);
}

#[test]
fn images_of_another_size_or_other_data_for_the_same_folder_are_refused() {
    let folder = folder();
    let images = |side: u8, count: u8| {
        let mut bytes = vec![0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, side, 0, 0, 0, side];
        bytes.resize(
            16 + usize::from(count) * usize::from(side) * usize::from(side),
            7,
        );
        bytes
    };
    let mut labels = vec![0, 0, 8, 1, 0, 0, 0, 2];
    labels.resize(10, 1);
    for part in ["train", "t10k"] {
        file(&folder, &format!("{part}-images-idx3-ubyte"), images(4, 2));
        file(&folder, &format!("{part}-labels-idx1-ubyte"), &labels);
    }
    let words = ["reproduce", "toy", "--scale", "smoke", "--data-dir", "."];
    let small = run_in(folder.path(), &words);
    assert_eq!(small.code, 2, "{}", small.error);
    assert!(small.error.contains("28 × 28"), "{}", small.error);

    assert_eq!(run_in(folder.path(), &words[..4]).code, 0);
    for part in ["train", "t10k"] {
        file(&folder, &format!("{part}-images-idx3-ubyte"), images(28, 2));
    }
    let other = run_in(folder.path(), &words);
    assert_eq!(other.code, 2, "{}", other.error);
    assert!(other.error.contains("another folder"), "{}", other.error);
}

#[test]
fn an_answer_that_cannot_be_printed_is_no_success() {
    let folder = folder();
    file(&folder, "model.json", GOOD);
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else {
        println!("skipped: no /dev/full on this machine");
        return;
    };
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sgd-stability"));
    let words = ["decide", "model.json", "--lr", "1/2", "--batch", "1"];
    let command = command.current_dir(folder.path()).args(words).stdout(full);
    assert_eq!(command.status().unwrap().code(), Some(1));
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_of_the_machine() {
    let folder = folder();
    file(&folder, "occupied", "a file where a folder should be");
    let words = ["reproduce", "toy", "--scale", "smoke", "--out", "occupied"];
    let run = run_in(folder.path(), &words);
    assert_eq!(run.code, 1, "{}", run.error);
    assert!(run.error.contains("occupied"), "{}", run.error);
    assert!(Path::new(&folder.path().join("occupied")).is_file());
}
