//! Each command at work.

use std::fs;

use crate::support::{file, folder, run, run_in};

/// G1 of the known counter-examples: three inputs in two dimensions.
const THREE_INPUTS: &str = r#"{"kind":"linear","inputs":[["1","0"],["0","1"],["1","1"]]}"#;

#[test]
fn decide_answers_in_the_agreed_form() {
    let folder = folder();
    file(&folder, "g1.json", THREE_INPUTS);
    let words = [
        "decide", "g1.json", "--lr", "1.25", "--batch", "1", "--json",
    ];
    let run = run_in(folder.path(), &words);
    assert_eq!((run.code, run.error.as_str()), (0, ""));
    let json = run.json();
    assert_eq!(json["lr"], "5/4");
    assert_eq!(json["batch"], 1);
    assert_eq!(json["sampling"], "without-replacement");
    assert_eq!(
        (&json["dimension"], &json["samples"]),
        (&2.into(), &3.into())
    );
    for (criterion, verdict) in [
        ("gradient_descent", true),
        ("non_uniformity", false),
        ("one_step", false),
        ("mean_square", true),
    ] {
        assert_eq!(json["verdicts"][criterion], verdict, "{criterion}");
        for end in ["lower", "upper"] {
            let bound = json["critical_lr"][criterion][end].as_str();
            assert!(bound.is_some(), "{criterion}: {end}");
        }
    }
    // The longest input has squared length 2; no two members of the chain are equal.
    assert_eq!(json["critical_lr"]["single_sample"]["lower"], "1");
    let members = [
        "single_sample",
        "one_step",
        "mean_square",
        "gradient_descent",
    ];
    let chain = json["chain"].as_array().unwrap();
    assert_eq!(chain.len(), 3);
    for (link, pair) in chain.iter().zip(members.windows(2)) {
        let [first, second] = [&link["first"], &link["second"]].map(|name| name.as_str().unwrap());
        assert_eq!([first, second], pair);
        assert_eq!(link["apart"], true);
    }
}

#[test]
fn decide_tells_a_person_the_same() {
    let folder = folder();
    file(&folder, "g1.json", THREE_INPUTS);
    for (rate, word) in [("5/4", "stable"), ("13/10", "unstable")] {
        let words = ["decide", "g1.json", "--lr", rate, "--batch", "1"];
        let run = run_in(folder.path(), &words);
        assert_eq!(run.code, 0);
        assert!(
            run.out.contains(&format!("SGD is {word} in mean square")),
            "{}",
            run.out
        );
        assert!(run.out.contains("1.26794919243"), "{}", run.out);
        let chain = "2/max λ_max(H_i) < η₁ (one step) < η* (mean square) < 2/λ_max(H)";
        assert!(run.out.contains(chain), "{}", run.out);
        assert!(run.out.contains("sharpness a = λ_max(H)"), "{}", run.out);
    }
}

#[test]
fn verify_checks_the_claims_that_are_named() {
    let words = ["verify", "toy_escape", "non_uniformity_bound_is_necessary"];
    let plain = run(&words);
    assert_eq!(plain.code, 0, "{}{}", plain.out, plain.error);
    assert!(
        plain.out.contains("2 of 2 claims came out as stated"),
        "{}",
        plain.out
    );
    let json = run(&[&words[..], &["--json"]].concat()).json();
    assert_eq!(json["as_stated"], true);
    let claims = json["claims"].as_array().expect("a list");
    assert_eq!(claims.len(), 2);
    let refuted = claims.iter().find(|claim| claim["status"] == "refuted");
    let fails = &refuted.expect("one is refuted")["findings"]["exact"]["fails"];
    assert!(fails.as_u64().is_some_and(|fails| fails > 0));
}

#[test]
fn experiments_are_sharded_merged_resumed_and_reported() {
    let folder = folder();
    let at = |words: &[&str]| {
        let run = run_in(folder.path(), words);
        assert_eq!(run.code, 0, "{words:?}: {}", run.error);
        run
    };
    let reproduce = [
        "reproduce",
        "toy",
        "regression",
        "--scale",
        "smoke",
        "--json",
    ];
    let shard =
        |shard: &'static str, out| [&reproduce[..], &["--shard", shard, "--out", out]].concat();
    let first = at(&shard("1/2", "one")).json();
    let second = at(&shard("2/2", "two")).json();
    let ran = |json: &serde_json::Value| json["run"].as_u64().expect("a count");
    assert_eq!(ran(&first) + ran(&second), 10);

    // The other halves of two experiments are missing, and are reported as missing.
    let merged = at(&["merge", "one", "two", "--out", "all", "--json"]).json();
    assert_eq!(merged["cells"], 10);
    let missing = merged["missing"].as_array().expect("a list");
    assert!(
        missing.iter().any(|cell| cell == "engine/bits"),
        "{missing:?}"
    );
    assert!(
        missing
            .iter()
            .all(|cell| !cell.as_str().unwrap().starts_with("toy"))
    );

    // Merged cells can be reported.
    at(&["report", "all"]);

    // Existing cells are not run again, and equal cells give equal bytes.
    let again = at(&[&reproduce[..], &["--out", "all"]].concat()).json();
    assert_eq!((ran(&again), &again["kept"]), (0, &10.into()));
    let cell = "cells/smoke/toy/sgd-from-one.json";
    let kept = fs::read(folder.path().join("all").join(cell)).unwrap();
    fs::remove_file(folder.path().join("all").join(cell)).unwrap();
    let mended = at(&[&reproduce[..], &["--out", "all"]].concat()).json();
    assert_eq!(ran(&mended), 1);
    assert_eq!(
        fs::read(folder.path().join("all").join(cell)).unwrap(),
        kept
    );

    at(&["report", "all"]);
    let page = fs::read_to_string(folder.path().join("all/index.html")).unwrap();
    assert!(page.contains("The escape from x = 1"));
    at(&["report", "all", "--check"]);
    fs::write(folder.path().join("all/data/toy-ends-smoke.csv"), "stale").unwrap();
    let stale = run_in(folder.path(), &["report", "all", "--check"]);
    assert_eq!(stale.code, 5);
    assert!(stale.out.contains("toy-ends-smoke.csv"), "{}", stale.out);
}

#[test]
fn two_outcomes_of_one_cell_are_not_merged() {
    let folder = folder();
    for out in ["one", "two"] {
        let words = ["reproduce", "toy", "--scale", "smoke", "--out", out];
        assert_eq!(run_in(folder.path(), &words).code, 0);
    }
    let cell = folder.path().join("two/cells/smoke/toy/gd-from-one.json");
    let text = fs::read_to_string(&cell).unwrap();
    fs::write(&cell, text.replace("\"seed\": 1", "\"seed\": 2")).unwrap();
    let run = run_in(folder.path(), &["merge", "one", "two", "--out", "all"]);
    assert_eq!(run.code, 2);
    assert!(run.error.contains("gd-from-one"), "{}", run.error);
    assert!(!folder.path().join("all").exists());
}
