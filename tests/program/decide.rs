//! Everything that `decide` prints is certain, and it ends in time.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{file, folder, run_in};

/// Runs `decide` on a model at a learning rate, with a batch size of one and further arguments.
fn decide(model: &Value, lr: &str, words: &[&str]) -> crate::support::Run {
    let folder = folder();
    file(&folder, "model.json", model.to_string());
    let asked = ["decide", "model.json", "--lr", lr, "--batch", "1"];
    run_in(folder.path(), &[&asked, words].concat())
}

fn linear(inputs: &[&[&str]]) -> Value {
    json!({"kind": "linear", "inputs": inputs})
}

/// Models whose critical learning rates are rational, quadratic irrationals, and neither.
fn models() -> Vec<Value> {
    let inputs = |n: i64, d: i64| -> Vec<Vec<String>> {
        let entry = |i: i64, j: i64| format!("{}/{}", (i * i + 3 * i * j + 5 * j) % 11 - 4, i + 1);
        (1..=n)
            .map(|i| (1..=d).map(|j| entry(i, j)).collect())
            .collect()
    };
    vec![
        linear(&[&["1", "0"], &["0", "1"], &["1", "1"]]),
        linear(&[&["0", "1"], &["1", "1"]]),
        linear(&[&["1/3"], &["7/5"]]),
        json!({"kind": "quadratic", "hessians": [[["1/5"]], [["19/5"]]]}),
        json!({"kind": "linear", "inputs": inputs(5, 3)}),
        json!({"kind": "linear", "inputs": inputs(3, 6)}),
    ]
}

const ROWS: [(&str, &str); 4] = [
    ("gradient descent", "gradient_descent"),
    ("non-uniformity", "non_uniformity"),
    ("one step", "one_step"),
    ("mean square", "mean_square"),
];

/// The text after the verdict on the line of a criterion.
fn printed<'a>(page: &'a str, row: &str) -> &'a str {
    let line = page.lines().find(|line| line.starts_with(row)).expect(row);
    let (_, end) = line
        .split_once("holds")
        .or_else(|| line.split_once("fails"))
        .expect(line);
    end.trim()
}

/// Printed digits are decided again: the criterion holds at the lower end and fails at the upper one,
/// however many digits there are.
#[test]
fn printed_ends_are_what_the_program_itself_says_of_them() {
    let verdict = |model: &Value, lr: &str, criterion: &str| {
        decide(model, lr, &["--json"]).json()["verdicts"][criterion]
            .as_bool()
            .expect("decided")
    };
    for model in models() {
        for digits in ["1", "2", "7", "12", "30"] {
            let run = decide(&model, "1/100", &["--digits", digits]);
            for (row, criterion) in ROWS {
                let said = printed(&run.out, row);
                if let Some(exact) = said.strip_suffix(" exactly") {
                    assert!(verdict(&model, exact, criterion), "{exact}");
                    let (p, q) = exact.split_once('/').unwrap_or((exact, "1"));
                    let beyond = format!("{p}000000001/{q}000000000");
                    assert!(!verdict(&model, &beyond, criterion), "{beyond}");
                } else {
                    let ends = said
                        .strip_prefix("in [")
                        .and_then(|said| said.strip_suffix(']'));
                    let (lower, upper) = ends.expect(said).split_once(", ").expect(said);
                    assert!(verdict(&model, lower, criterion), "{criterion} at {lower}");
                    assert!(!verdict(&model, upper, criterion), "{criterion} at {upper}");
                }
            }
        }
    }
}

/// The second of the known counter-examples. Its end (7 − √13)/3 = 1.131482908178… would round to a
/// number beyond it.
#[test]
fn digits_are_rounded_to_the_stable_side() {
    let model = linear(&[&["0", "1"], &["1", "1"]]);
    let run = decide(&model, "1/100", &[]);
    assert_eq!(
        printed(&run.out, "mean square"),
        "in [1.13148290817, 1.13148290818]"
    );
    let run = decide(&model, "1/100", &["--digits", "1"]);
    assert_eq!(printed(&run.out, "mean square"), "in [1, 2]");
    let three = linear(&[&["1", "0"], &["0", "1"], &["1", "1"]]);
    for digits in ["1", "12"] {
        let run = decide(&three, "1/100", &["--digits", digits]);
        assert_eq!(printed(&run.out, "one step"), "6/5 exactly");
        assert_eq!(printed(&run.out, "gradient descent"), "2 exactly");
    }
    let json = decide(&three, "1/100", &["--json"]).json();
    assert_eq!(
        json["exact"],
        json!(["single_sample", "gradient_descent", "one_step"])
    );
}

/// A model with dense Hessians. They are definite, since each diagonal entry exceeds the sum of the
/// others in its row.
fn dense(d: usize, n: usize) -> Value {
    let entry = |s: usize, i: usize, j: usize| {
        if i == j {
            7 * d
        } else {
            (s + i * j + i + j) % 7
        }
    };
    let hessian = |s: usize| -> Vec<Vec<String>> {
        let row = |i| (0..d).map(|j| entry(s, i, j).to_string()).collect();
        (0..d).map(row).collect()
    };
    json!({"kind": "quadratic", "hessians": (0..n).map(hessian).collect::<Vec<_>>()})
}

/// With a time limit, results that are not reached are null with a reason, the exit code is 4, and what
/// was certain before is reported.
#[test]
fn a_time_limit_ends_the_work_with_what_is_known() {
    let model = dense(160, 6);
    // Learning rates above 2/λ_max(H) and below every end.
    for (lr, stable) in [("1", false), ("1/1000000", true)] {
        let began = Instant::now();
        let run = decide(&model, lr, &["--time", "3s", "--json"]);
        assert!(
            began.elapsed() < Duration::from_secs(12),
            "{:?}",
            began.elapsed()
        );
        assert_eq!((run.code, run.error.as_str()), (4, ""));
        let json = run.json();
        assert_eq!(json["critical_lr"]["mean_square"], Value::Null);
        assert_eq!(json["not_found"]["mean_square"]["reason"], "time limit");
        match json["verdicts"]["mean_square"].as_bool() {
            Some(told) => assert_eq!(told, stable),
            None => assert_eq!(json["undecided"]["mean_square"], "time limit"),
        }
    }
    let run = decide(&model, "1", &["--time", "0.001s"]);
    assert_eq!(run.code, 4);
    assert!(
        run.out.starts_with("Undecided: the time was over"),
        "{}",
        run.out
    );
    let json = decide(&model, "1", &["--time", "0.001s", "--json"]).json();
    assert_eq!(json["undecided"]["gradient_descent"], "time limit");
    assert_eq!(json["verdicts"]["mean_square"], Value::Null);
}

#[test]
fn a_limit_that_is_not_reached_changes_nothing() {
    for model in models() {
        let plain = decide(&model, "1/3", &["--json"]);
        let limited = decide(&model, "1/3", &["--json", "--time", "1h"]);
        assert_eq!((plain.code, &plain.out), (limited.code, &limited.out));
        assert_eq!(plain.code, 0);
    }
    let refused = decide(&models()[0], "1/3", &["--time", "soon"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.error.contains("30s, 5m or 1.5h"),
        "{}",
        refused.error
    );
}

/// A thousand dimensions that do not interact.
#[test]
fn the_identity_in_many_dimensions_is_decided() {
    let d = 300;
    let row = |i| (0..d).map(|j| i64::from(i == j)).collect::<Vec<_>>();
    let identity: Vec<_> = (0..d).map(row).collect();
    let model = json!({"kind": "quadratic", "hessians": [identity.clone(), identity]});
    let run = decide(&model, "2", &[]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert_eq!(printed(&run.out, "mean square"), "2 exactly");
    assert!(printed(&run.out, "non-uniformity").starts_with("no bound: Σ = 0"));
}

/// The numbers are so long that no matrix over a common denominator is formed. Enclosures decide what
/// they can; the rest is reported as open between the bounds found.
#[test]
fn long_denominators_are_decided_by_enclosures() {
    // The digits come from a linear congruential generator, so that no two denominators are equal.
    let digits = |seed: u64| -> String {
        let mut state = seed;
        let mut digit = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b'1' + ((state >> 40) % 9) as u8)
        };
        (0..100).map(|_| digit()).collect()
    };
    let number = |i: u64, j: u64| format!("{}/{}", digits(66 * i + j), digits(9_999 + 66 * i + j));
    let row = |i| (0..66).map(|j| number(i, j)).collect::<Vec<_>>();
    let model = json!({"kind": "linear", "inputs": (0..70).map(row).collect::<Vec<_>>()});
    let run = decide(&model, "1e-9", &["--json"]);
    assert_eq!(run.code, 4);
    let json = run.json();
    assert_eq!(json["verdicts"]["gradient_descent"], true);
    assert_eq!(
        json["verdicts"]["mean_square"], true,
        "no step lengthens a vector"
    );
    assert!(json["critical_lr"]["gradient_descent"]["lower"].is_string());
    let open = &json["not_found"]["mean_square"];
    assert!(open["reason"].as_str().unwrap().contains("2^31 bits"));
    assert_eq!(
        open["upper"],
        json["critical_lr"]["gradient_descent"]["upper"]
    );
}

#[test]
fn a_number_of_ten_million_digits_is_refused_by_a_stated_limit() {
    let model = linear(&[&[&"7".repeat(10_000_000)]]);
    let run = decide(&model, "1", &[]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(
        run.error.contains("inputs[0][0]: ")
            && run.error.contains("is longer than 1000000 characters")
    );
    assert!(run.error.len() < 300);
}
