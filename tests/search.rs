//! The search as users call it: from the library with their own conjecture, and from the program. The
//! counter-examples that it finds to claims are tested next to the roll, in `theorems/searches.rs`.

use sgd_stability::claim::family::random_at_the_ends;
use sgd_stability::claim::{Conjecture, Examination, Link, MEAN_SQUARE_STABLE};
use sgd_stability::criterion::{MEAN_SQUARE, NON_UNIFORMITY, non_uniformity};
use sgd_stability::model::Sampling;
use sgd_stability::number::{Field, Verdict};
use sgd_stability::search::{Goal, Settings, search};

/// "Mean-square stability needs the non-uniformity bound."
const BOUND: Link = Link {
    examination: || Examination {
        hypotheses: |posed| posed.meets(&[MEAN_SQUARE_STABLE]),
        conclusion: |posed| non_uniformity::verdict(&posed.model, &posed.eta, &posed.p),
        margin: |instance| instance.headroom(NON_UNIFORMITY),
    },
    hypotheses: MEAN_SQUARE.critical,
    conclusion: NON_UNIFORMITY.critical,
};

fn settings(samples: usize, dimension: usize) -> Settings {
    Settings {
        goal: Goal::Smallest,
        dimension,
        samples,
        batch: 1,
        sampling: Sampling::WithoutReplacement,
        budget: 3_000,
        seed: 1,
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    let refusal = |samples, dimension, batch| {
        let settings = Settings {
            batch,
            ..settings(samples, dimension)
        };
        let refused = search(&Conjecture::of(&[BOUND]), &settings, &mut |_| {});
        refused.expect_err("out of range").to_string()
    };
    assert!(refusal(3, 0, 1).contains("dimension: is 0; it must be from 1 to 8"));
    assert!(refusal(65, 2, 1).contains("samples: is 65"));
    assert!(refusal(3, 2, 4).contains("batch: is 4; it must be from 1 to 3"));
}

/// Every instance of an edge family has a positive learning rate, with any scalar type.
#[test]
fn the_rates_of_an_edge_family_are_positive() {
    let family = random_at_the_ends(&Conjecture::of(&[BOUND]), 3, 20);
    assert!(
        family
            .iter()
            .all(|asked| asked.learning_rate.sign().is_some_and(|sign| sign.is_gt()))
    );
}

/// Sides that hold everywhere or nowhere have no end at which to search. The counter-example is then the
/// smallest model there is, and no gap is claimed.
#[test]
fn sides_without_an_end_are_searched_too() {
    const FROM_NOTHING: Link = Link {
        examination: || Examination {
            hypotheses: |_| Verdict::Holds,
            conclusion: |posed| posed.meets(&[MEAN_SQUARE_STABLE]),
            margin: |_| 0.0,
        },
        hypotheses: |_, _| f64::INFINITY,
        conclusion: MEAN_SQUARE.critical,
    };
    const TO_NOTHING: Link = Link {
        examination: || Examination {
            conclusion: |_| Verdict::Fails,
            ..(BOUND.examination)()
        },
        conclusion: |_, _| 0.0,
        ..BOUND
    };
    const FROM_NOTHING_TO_NOTHING: Link = Link {
        examination: || Examination {
            hypotheses: |_| Verdict::Holds,
            ..(TO_NOTHING.examination)()
        },
        hypotheses: |_, _| f64::INFINITY,
        ..TO_NOTHING
    };
    for conjecture in [
        Conjecture::of(&[FROM_NOTHING]),
        Conjecture::of(&[TO_NOTHING]),
        Conjecture::of(&[FROM_NOTHING_TO_NOTHING]),
    ] {
        let outcome = search(&conjecture, &settings(2, 2), &mut |_| {});
        let outcome = outcome.expect("settings in range");
        let found = outcome.found.expect("a counter-example");
        assert!(found.refutes(&conjecture));
        assert_eq!((found.samples, found.dimension), (1, 1));
        assert!(found.span.is_none() && outcome.widest.is_none());
    }
}

/// Runs the program in `folder`: the exit code and the output.
fn program(folder: &std::path::Path, words: &[&str]) -> (i32, String) {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_sgd-stability"));
    let output = command.current_dir(folder).args(words).output();
    let output = output.expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("the program prints UTF-8");
    (output.status.code().expect("no signal"), text)
}

#[test]
fn the_file_that_is_written_is_confirmed_by_the_command_that_is_printed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let words = [
        "search",
        "non_uniformity_bound_is_necessary",
        "--out",
        "found.json",
        "--json",
    ];
    let (code, text) = program(folder.path(), &words);
    assert_eq!(code, 0, "{text}");
    let json: serde_json::Value = serde_json::from_str(&text).expect("one JSON object");
    let confirm = json["confirm"].as_str().expect("a command line");
    let words: Vec<&str> = confirm.split(' ').skip(1).chain(["--json"]).collect();
    let (code, text) = program(folder.path(), &words);
    assert_eq!(code, 0, "{text}");
    let json: serde_json::Value = serde_json::from_str(&text).expect("one JSON object");
    let verdicts = &json["verdicts"];
    assert_eq!(
        (&verdicts["mean_square"], &verdicts["non_uniformity"]),
        (&true.into(), &false.into())
    );
}

#[test]
fn an_unknown_claim_names_the_known_ones() {
    let (code, text) = program(std::path::Path::new("."), &["search", "luck", "--json"]);
    assert_eq!(code, 2);
    for known in [
        "non_uniformity_bound_is_necessary",
        "theorem_one_is_necessary",
        "more_curvature_is_less_stable",
        "sharpness_bound_is_necessary",
        "non_uniformity_bound_two_samples",
        "sandwich",
        "open:non_uniformity_bound_by_dimension",
        "gap:non_uniformity",
        "gap:one_step",
    ] {
        assert!(text.contains(known), "{known}: {text}");
    }
}

#[test]
fn a_search_that_finds_nothing_is_no_failure() {
    let words = ["search", "sandwich", "--budget", "500"];
    let (code, text) = program(std::path::Path::new("."), &words);
    assert_eq!(code, 0);
    assert!(
        text.contains("500 models tried") && text.contains("no counter-example"),
        "{text}"
    );
}
