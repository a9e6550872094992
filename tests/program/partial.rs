//! Numbers that are asked for alone, and answers before everything has been measured.

use crate::diagnose::{dead, diagnose_line, number};

const LINE: &str = "--arch fnn --lr 1.9 --json";

#[test]
fn only_the_numbers_that_are_asked_for_are_measured() {
    let folder = dead();
    let run = |words: &str| {
        let run = diagnose_line(&folder, "dead.safetensors", &format!("{LINE} {words}"));
        assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
        run.json()
    };
    let whole = run("--batch 3");
    let a = run("--batch 3 --only a");
    assert_eq!(a["sharpness"], whole["sharpness"]);
    for field in [
        "non_uniformity",
        "smallest_eigenvalue",
        "batch_sharpness",
        "along",
    ] {
        assert!(!whole[field].is_null(), "{field}");
        assert!(a[field].is_null(), "{field}");
    }
    // Half a step of noise: a alone does not decide.
    assert_eq!(a["verdict"], "undecided");
    let reason = a["reason"].as_str().expect("a reason");
    assert!(reason.contains("s was not measured"), "{reason}");
    let both = run("--batch 3 --only a,s");
    assert_eq!(both["non_uniformity"], whole["non_uniformity"]);
    assert!(both["smallest_eigenvalue"].is_null());
    // On the full batch, a alone decides.
    assert_eq!(run("--batch 6 --only a")["verdict"], "stable");
    let wrong = diagnose_line(
        &folder,
        "dead.safetensors",
        &format!("{LINE} --batch 3 --only b"),
    );
    assert_eq!(wrong.code, 2);
    let both = format!("{LINE} --batch 3 --only a --one-step");
    let refused = diagnose_line(&folder, "dead.safetensors", &both);
    assert_eq!(refused.code, 2, "{}", refused.out);
    assert!(refused.out.contains("leave --only out"), "{}", refused.out);
}

#[test]
fn a_budget_that_is_over_at_once_still_gives_a_and_names_what_is_missing() {
    let folder = dead();
    let words = format!("{LINE} --batch 3 --budget .000001s --trace");
    let run = diagnose_line(&folder, "dead.safetensors", &words);
    assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
    let json = run.json();
    assert_eq!(json["partial"], true);
    assert!(number(&json["sharpness"]["value"]).is_finite());
    let left_out: Vec<&str> = (json["left_out"].as_array().expect("a list").iter())
        .filter_map(|name| name.as_str())
        .collect();
    assert_eq!(left_out[..2], ["s", "λ_min"]);
    assert!(left_out.contains(&"the traces"), "{left_out:?}");
    assert_eq!(json["verdict"], "undecided");
    let page = diagnose_line(&folder, "dead.safetensors", &words.replace(" --json", ""));
    assert!(page.out.contains("PARTIAL"), "{}", page.out);
}
