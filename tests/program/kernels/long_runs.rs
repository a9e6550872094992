//! Long runs: continued after an interruption, and joined from shards.

use std::fs;

use super::library::{Library, fault, kinds};
use crate::support::run_in;

#[test]
fn a_finished_trial_is_not_run_again_and_another_trial_is_told_apart() {
    let library = Library::compiled(include_str!("vectors.c"));
    let check = |symbol: &str, flags: &str| {
        let flags = format!("{flags} --resume done --json");
        library.check(symbol, "sdot", &flags)
    };
    let first = check("good", "--sample 100");
    assert_eq!(first.code, 0, "{}", first.out);
    let folder = library.path().join("done");
    let files: Vec<_> = fs::read_dir(&folder).expect("a folder").collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let path = files[0].as_ref().expect("a file").path();
    let text = fs::read_to_string(&path).expect("a text");

    // What the file says is what the second run says: nothing is tried again.
    let mut kept: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    kept["verdict"]["inputs"] = 12345.into();
    fs::write(&path, kept.to_string()).expect("a writable folder");
    let second = check("good", "--sample 100");
    assert_eq!(
        (second.code, second.json()["kernels"][0]["inputs"].as_u64()),
        (0, Some(12345))
    );

    let other = check("good", "--sample 101");
    assert_eq!(other.code, 2, "{}", other.out);
    assert!(other.out.contains("--resume"), "{}", other.out);
}

#[test]
fn joined_shards_say_how_to_replay_a_fault() {
    let library = Library::compiled(include_str!("vectors.c"));
    for shard in 1..=2 {
        let flags = format!("--sample 1500 --shard {shard}/2 --out {shard}.json");
        library.check("forgets_the_tail", "sdot", &flags);
    }
    let words = ["kernels", "merge", "1.json", "2.json"];
    let printed = run_in(library.path(), &words);
    let line = "libtried.so --symbol forgets_the_tail --signature sdot --case ";
    assert!(
        printed
            .out
            .contains("again  sgd-stability kernels check --library ")
    );
    assert!(printed.out.contains(line), "{}", printed.out);
    let joined = run_in(library.path(), &[&words[..], &["--json"]].concat());
    assert_eq!(joined.code, 5);
    let kernel = &joined.json()["kernels"][0];
    assert!(
        kinds(kernel).contains(&"too-large".to_owned()),
        "{kernel:#}"
    );
    let again = library.again(fault(kernel, "too-large"));
    assert!(again.contains(&"too-large".to_owned()), "{again:?}");
}

/// Nothing here runs for 2³² inputs, so the files of two shards are written as such a run writes them.
#[test]
fn joined_shards_are_exhaustive_only_when_all_are_there() {
    let library = Library::compiled(include_str!("functions.c"));
    for shard in 1..=2 {
        let flags = format!("--function tanh --sample 50 --shard {shard}/2 --out {shard}.json");
        assert_eq!(library.check("good", "unary", &flags).code, 0);
        let path = library.path().join(format!("{shard}.json"));
        let text = fs::read_to_string(&path).expect("a text");
        let mut file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        file["sample"] = serde_json::Value::Null;
        file["kernels"][0]["inputs"] = (1_u64 << 31).into();
        fs::write(&path, file.to_string()).expect("a writable folder");
    }
    let exhaustive = |files: &[&str]| {
        let words = [&["kernels", "merge"], files, &["--json"]].concat();
        run_in(library.path(), &words).json()["kernels"][0]["exhaustive"].clone()
    };
    assert_eq!(exhaustive(&["1.json", "2.json"]), true);
    assert_eq!(exhaustive(&["1.json"]), false);
    assert_eq!(exhaustive(&["2.json"]), false);
}
