//! Layers of equal shape: their order is proved or given, never guessed.
//!
//! The network of every test is a chain of scalars, `o = w_k·relu(… relu(w_1·x))` at x = 1. With
//! `w = (1, …, 1, −1)` and y = −1, the loss is 0 and the derivative of o by every weight is ±1, so
//! `a = 2k`. With the −1 at any other position the network is dead: its loss is 1, and a = 0.

use serde_json::Value;
use tempfile::TempDir;

use crate::checkpoint::{Tensor, safetensors, sorted, valued};
use crate::diagnose::{diagnose_line, number};
use crate::support::{Run, file, folder, run_line};

const ONE: [f32; 1] = [1.0];
const MINUS: [f32; 1] = [-1.0];

/// One weight for each name, in the order of the network.
fn chain<'a>(names: &'a [String]) -> Vec<Tensor<'a>> {
    let last = names.len() - 1;
    let weight = |(place, name): (usize, &'a String)| -> Tensor<'a> {
        let weight: &[f32] = if place == last { &MINUS } else { &ONE };
        (name, &[1, 1], weight)
    };
    names.iter().enumerate().map(weight).collect()
}

fn data() -> TempDir {
    let folder = folder();
    file(&folder, "data.npz", valued(&[1.0], &[1], &[-1.0], 1));
    folder
}

fn measure(folder: &TempDir, words: &str) -> Run {
    let words = format!("--arch fnn --lr 0.01 --batch 1 --json {words}");
    diagnose_line(folder, "w.safetensors", words.trim_end())
}

/// Asserts that the right network was measured: loss 0, a = 2k, and every name at its position.
#[track_caller]
fn assert_right(json: &Value, names: &[String]) {
    assert_eq!(number(&json["train_loss"]), 0.0, "{json}");
    let a = number(&json["sharpness"]["value"]);
    assert!((a - 2.0 * names.len() as f64).abs() < 1e-4, "{a}");
    let mapping = json["mapping"].as_array().expect("a mapping");
    let tensors: Vec<&str> = mapping
        .iter()
        .filter_map(|one| one["tensor"].as_str())
        .collect();
    assert_eq!(tensors, names);
    assert!(
        mapping[0]["layer"]
            .as_str()
            .is_some_and(|layer| layer.starts_with("dense 1"))
    );
}

/// The names of the weights of these modules.
fn weights(modules: &[&str]) -> Vec<String> {
    modules
        .iter()
        .map(|module| format!("{module}.weight"))
        .collect()
}

#[test]
fn names_without_an_order_are_refused_with_the_mend_and_right_with_it() {
    for modules in [
        &["fc1", "out"][..],
        &["fc1", "fc2", "out"],
        &["linear1", "linear2", "out"],
        &["enc", "dec"],
        &["input_layer", "hidden_layer", "output_layer"],
        &["stem", "body.0", "body.1"],
        &["fc1", "fc"],
    ] {
        let (folder, names) = (data(), weights(modules));
        file(&folder, "w.safetensors", sorted(&[], &chain(&names)));
        let refused = measure(&folder, "");
        assert_eq!(refused.code, 2, "{modules:?}: {}", refused.out);
        for word in ["w.safetensors: order: ", "could be exchanged", "--order "] {
            assert!(refused.out.contains(word), "{word}: {}", refused.out);
        }
        assert!(modules.iter().all(|module| refused.out.contains(module)));
        let mended = measure(&folder, &format!("--order {}", modules.join(",")));
        assert_right(&mended.json(), &names);
        assert_eq!(mended.json()["order"][0]["grounds"], "asked");
        let by_tensors = measure(&folder, &format!("--order {}", names.join(",")));
        assert_right(&by_tensors.json(), &names);
        // An order recorded by the exporter needs no flag, and the user's order takes precedence over it.
        let entry = names.join("\n");
        file(
            &folder,
            "w.safetensors",
            sorted(&[("order", &entry)], &chain(&names)),
        );
        assert_right(&measure(&folder, "").json(), &names);
        let backwards: Vec<&str> = modules.iter().rev().copied().collect();
        let other = measure(&folder, &format!("--order {}", backwards.join(",")));
        assert_eq!(number(&other.json()["train_loss"]), 1.0);
    }
}

#[test]
fn numbers_anywhere_in_a_name_are_an_order() {
    let numbered = |before: &str, numbers: &[usize], after: &str| -> Vec<String> {
        let names = numbers
            .iter()
            .map(|number| format!("{before}{number}{after}.weight"));
        names.collect()
    };
    let to_twelve: Vec<usize> = (1..=12).collect();
    for names in [
        numbered("h", &to_twelve, "_dense"),
        numbered("conv", &to_twelve[..11], "_1"),
        numbered("", &to_twelve, "_fc"),
        numbered("fc.", &[0, 2, 10], ""),
    ] {
        let folder = data();
        file(&folder, "w.safetensors", sorted(&[], &chain(&names)));
        let json = measure(&folder, "").json();
        assert_right(&json, &names);
        assert_eq!(json["order"][0]["grounds"], "numbers");
        assert_right(&measure(&folder, "--order natural").json(), &names);
    }
}

#[test]
fn the_places_in_the_file_are_an_order_unless_they_are_those_of_the_alphabet() {
    let names = weights(&["stem", "body.0", "body.1"]);
    let folder = data();
    file(&folder, "w.safetensors", safetensors(&chain(&names)));
    let json = measure(&folder, "").json();
    assert_right(&json, &names);
    assert_eq!(json["order"][0]["grounds"], "file");
    let alphabetic = weights(&["dec", "enc"]);
    file(&folder, "w.safetensors", safetensors(&chain(&alphabetic)));
    assert_eq!(measure(&folder, "").code, 2);
    assert_right(&measure(&folder, "--order file").json(), &alphabetic);
}

/// Sorting names by their letters does not give the order of a network.
#[test]
fn natural_is_by_numbers_alone() {
    let folder = data();
    file(
        &folder,
        "w.safetensors",
        sorted(&[], &chain(&weights(&["enc", "mid", "dec"]))),
    );
    let run = measure(&folder, "--order natural");
    assert!(
        run.code == 2 && run.out.contains("differ in more than numbers"),
        "{}",
        run.out
    );
}

#[test]
fn an_order_that_does_not_fit_the_file_is_refused() {
    let names = weights(&["fc1", "fc2", "out"]);
    let folder = data();
    file(&folder, "w.safetensors", sorted(&[], &chain(&names)));
    for (order, words) in [
        ("fc1,fc2", ["does not name out", "name them all"]),
        (
            "fc1,fc2,outer",
            ["outer", "is no module of w.safetensors; it has"],
        ),
        ("fc1,fc1,fc2,out", ["fc1", "named twice"]),
    ] {
        let run = measure(&folder, &format!("--order {order}"));
        assert_eq!(run.code, 2);
        for word in words.iter().chain(&["--order"]) {
            assert!(run.out.contains(word), "{word}: {}", run.out);
        }
    }
}

#[test]
fn the_page_says_which_order_it_took_and_which_tensor_fills_which_layer() {
    let names = weights(&["fc1", "out"]);
    let folder = data();
    file(&folder, "w.safetensors", sorted(&[], &chain(&names)));
    let words = "--arch fnn --lr 0.01 --batch 1 --order fc1,out --mapping";
    let page = diagnose_line(&folder, "w.safetensors", words).out;
    let lines: Vec<&str> = page.lines().take(11).collect();
    assert_eq!(
        lines[..2],
        [
            "1 dense 1 → 1, relu: fc1.weight",
            "2 dense 1 → 1: out.weight"
        ]
    );
    assert!(
        lines.contains(&"order    as --order says: fc1 < out"),
        "{page}"
    );
    let entry = names.join("\n");
    file(
        &folder,
        "w.safetensors",
        sorted(&[("order", &entry)], &chain(&names)),
    );
    let page = diagnose_line(&folder, "w.safetensors", "--arch fnn --lr 0.01 --batch 1").out;
    assert!(!page.contains("order "), "{page}");
}

#[test]
fn watch_takes_the_same_flags() {
    let names = weights(&["fc1", "out"]);
    let folder = data();
    std::fs::create_dir(folder.path().join("run")).expect("a folder");
    let bytes = sorted(&[], &chain(&names));
    std::fs::write(folder.path().join("run/1.safetensors"), bytes).expect("a file");
    let line = "watch run --data data.npz --arch fnn --lr 0.01 --batch 1 --once --json";
    let refused = run_line(folder.path(), line);
    assert!(refused.out.contains("--order fc1,out"), "{}", refused.out);
    let mended = run_line(folder.path(), &format!("{line} --order fc1,out"));
    assert_eq!(mended.code, 0, "{}", mended.out);
    assert!((number(&mended.json()["last"]["a"]) - 4.0).abs() < 1e-5);
}

#[test]
fn shapes_that_make_several_chains_need_an_order() {
    // 2 → 2 → 1 → 2 → 1, or 2 → 1 → 2 → 2 → 1.
    let wide = [0.5_f32; 4];
    let square: Tensor<'_> = ("square", &[2, 2], &wide);
    let tensors = [
        square,
        ("narrow", &[1, 2], &wide[..2]),
        ("broad", &[2, 1], &wide[..2]),
        ("narrow2", &[1, 2], &wide[..2]),
    ];
    let named: Vec<_> = tensors
        .map(|(name, shape, numbers)| (format!("{name}.weight"), shape, numbers))
        .into();
    let tensors: Vec<Tensor<'_>> = named
        .iter()
        .map(|(name, shape, numbers)| (&name[..], *shape, *numbers))
        .collect();
    let folder = folder();
    file(&folder, "data.npz", valued(&[1.0, 2.0], &[2], &[1.0], 1));
    file(&folder, "w.safetensors", sorted(&[], &tensors));
    let refused = measure(&folder, "");
    assert!(
        refused.out.contains("their shapes make several chains"),
        "{}",
        refused.out
    );
    let network = |order: &str| {
        let json = measure(&folder, &format!("--order {order}")).json();
        json["network"].as_str().expect("a name").to_owned()
    };
    assert_eq!(network("square,narrow,broad,narrow2"), "2-2-1-2-1");
    assert_eq!(network("narrow,broad,square,narrow2"), "2-1-2-2-1");
}
