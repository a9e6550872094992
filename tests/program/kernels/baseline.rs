//! Baselines, and shards that are joined.

use super::library::Library;
use crate::support::run_in;

#[test]
fn a_baseline_is_recorded_kept_and_broken() {
    let library = Library::compiled(include_str!("vectors.c"));
    let check = |flags: &str| library.check("good", "sdot", &format!("--sample 500 --baseline b.json {flags}"));
    assert_eq!(check("").code, 2, "there is no file yet");
    assert_eq!(check("--record").code, 0);
    let same = check("--json");
    assert_eq!(same.code, 0, "{}", same.out);
    assert_eq!(same.json()["kernels"][0]["baseline"], "same");

    let path = library.path().join("b.json");
    let recorded = std::fs::read_to_string(&path).unwrap();
    let with = |ratio: f64| {
        let mut value: serde_json::Value = serde_json::from_str(&recorded).unwrap();
        value["kernels"][0]["max_ratio"] = ratio.into();
        std::fs::write(&path, value.to_string()).unwrap();
    };
    with(1e-9);
    let worse = check("");
    assert_eq!(worse.code, 5);
    assert!(worse.out.contains("worse than the baseline"), "{}", worse.out);
    assert!(worse.out.contains("0.000000001"), "{}", worse.out);
    with(0.99);
    let better = check("");
    assert_eq!(better.code, 0, "{}", better.out);
    assert!(better.out.contains("better") && better.out.contains("--record"), "{}", better.out);
    assert_eq!(check("--record").code, 0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), recorded);
}

#[test]
fn faults_that_are_recorded_do_not_fail_and_new_ones_do() {
    let library = Library::compiled(include_str!("vectors.c"));
    let flags = "--sample 1500 --baseline b.json";
    let broken = library.check("loses_nan", "sscal", &format!("{flags} --record"));
    assert_eq!(broken.code, 0, "{}", broken.out);
    let known = library.check("loses_nan", "sscal", flags);
    assert_eq!(known.code, 0, "{}", known.out);
    assert!(known.out.contains("known"), "{}", known.out);
    // Without its record, the same fault fails.
    assert_eq!(library.check("loses_nan", "sscal", "--sample 1500").code, 5);
}

#[test]
fn shards_make_the_whole_and_a_missing_one_is_named() {
    let library = Library::compiled(include_str!("vectors.c"));
    let whole = library.verdict("good", "sdot", "--sample 900").1;
    for shard in 1..=3 {
        let flags = format!("--sample 900 --shard {shard}/3 --out {shard}.json");
        assert_eq!(library.check("good", "sdot", &flags).code, 0);
    }
    let merge = |files: &str| {
        let words = format!("kernels merge {files} --json");
        run_in(library.path(), &words.split(' ').collect::<Vec<_>>())
    };
    let joined = merge("1.json 2.json 3.json");
    assert_eq!(joined.code, 0, "{}", joined.out);
    let joined = joined.json();
    assert_eq!(joined["missing"], serde_json::json!([]));
    for field in ["inputs", "mistrusted", "max_ratio", "passed", "exhaustive", "worst_input"] {
        assert_eq!(joined["kernels"][0][field], whole[field], "{field}");
    }
    let part = merge("1.json 3.json").json();
    assert_eq!(part["missing"], serde_json::json!(["2/3"]));
    let twice = merge("1.json 1.json");
    assert_eq!(twice.code, 2);
    assert!(twice.out.contains("twice"), "{}", twice.out);
}
