//! The section "Kernels on trial".

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;
use sgd_stability::report::{ReportInput, Trials, render};

use crate::page::{page_of, parse, text};
use crate::sample;
use crate::sample::trials::{FILES, trials};

fn input() -> ReportInput {
    ReportInput {
        trials: trials(),
        ..sample::report()
    }
}

/// The texts that the trials add to a report.
fn files() -> BTreeMap<String, String> {
    let name = |path: std::path::PathBuf| path.to_str().unwrap().to_owned();
    let without: BTreeSet<String> = render(&sample::report())
        .into_iter()
        .map(|(path, _)| name(path))
        .collect();
    let files = render(&input()).into_iter();
    let added =
        files.filter_map(|(path, bytes)| Some((name(path), String::from_utf8(bytes).ok()?)));
    added.filter(|(path, _)| !without.contains(path)).collect()
}

/// The rows of a table or figure, as its CSV holds them.
fn rows(name: &str) -> Vec<Vec<String>> {
    let sheet = &files()[&format!("data/{name}.csv")];
    let mut reader = csv::Reader::from_reader(sheet.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn section(page: &str) -> String {
    let document = parse(page);
    let found = document
        .descendants()
        .find(|n| n.attribute("id") == Some("kernels-on-trial"));
    text(found.expect("the section"))
}

#[test]
fn the_first_sentence_answers() {
    let section = section(&page_of(&input()));
    for words in [
        "8 kernels were tried: 6 passed and 2 did not. The largest error of ours is 0.5187 ulp (tanh at \
         0x3e6ee50c = 0x1.ddca18p-3). In linear algebra, ours come as near to their proved bounds as 0.3125 \
         of them (sdot).",
        "Did not pass: 1 of the 2 of glibc 2.36 (FMA): tanhf; 1 of the 2 of OpenBLAS 0.3.21 (SkylakeX): \
         cblas_sgemm.",
        "it refused 1, and on 2 honest kernels, of which it accepted 2.",
        "Speeds: one thread, inputs in the cache, the best of nine windows.",
    ] {
        assert!(section.contains(words), "{words}: {section}");
    }
}

#[test]
fn instruction_sets_with_the_same_results_share_a_row() {
    let ours = rows("kernels-ours");
    let cells = |i: usize| [&ours[i][0], &ours[i][1], &ours[i][3], &ours[i][7]];
    assert_eq!(
        cells(0),
        [
            "tanh",
            "portable, avx2",
            "0.5187",
            "portable 4.25, avx2 0.5"
        ]
    );
    assert_eq!(cells(1), ["exp", "avx2", "0.5021", "0.25"]);
    assert_eq!(cells(2), ["exp", "portable", "0.5022", "3.5"]);
    assert_eq!(ours.len(), 3);
}

#[test]
fn a_sampled_error_is_a_lower_bound_and_faults_are_counted() {
    let others = rows("kernels-others");
    let start = ["glibc 2.36 (FMA)", "tanh (tanhf)", "refused", "1.2634"];
    assert_eq!(others[0][..4], start);
    assert_eq!(others[0][8], "the error is above its bound (6 ×)");
    assert_eq!(others[1][3..6], ["≥ 0.5019", "1", "1,000,000, sampled"]);
}

/// The crate and the mathematical library of C have the same short name, so the file of the crate says which it is.
#[test]
fn the_verdicts_of_the_crate_libm_stand_under_its_name() {
    let example = include_str!("../../examples/crate_libm.rs");
    let title = "crate libm 0.2";
    assert!(example.contains(&format!(r#""library": "{title}""#)));
    let glibc: serde_json::Value = serde_json::from_str(FILES[1].1).unwrap();
    let file = serde_json::json!({"library": title, "kernels": glibc["kernels"]});
    let mut input = input();
    let added = input
        .trials
        .add("kernels/libm.json", "libm", &file.to_string());
    added.unwrap();
    let section = section(&page_of(&input));
    let sentence = format!("; 1 of the 2 of {title}: tanhf");
    assert!(section.contains(&sentence), "{section}");
    let rendered = render(&input);
    let sheet = rendered
        .iter()
        .find(|(path, _)| path.ends_with("data/kernels-others.csv"));
    let sheet = String::from_utf8(sheet.unwrap().1.clone()).unwrap();
    let rows: Vec<&str> = sheet.lines().filter(|row| row.contains(title)).collect();
    assert_eq!(rows.len(), 2, "{sheet}");
}

#[test]
fn linear_algebra_has_its_cases_and_the_line_that_tries_a_fault_again() {
    let algebra = rows("kernels-algebra");
    assert_eq!(algebra[0][..3], ["ours", "dot", "sdot"]);
    assert_eq!(
        algebra[0][3..10],
        [
            "portable, avx2",
            "passed",
            "4,321",
            "17",
            "0",
            "0.3125",
            "avx2 0.0625"
        ]
    );
    let gemm = &algebra[2];
    assert_eq!(gemm[7], "40 (strides other than 1)");
    assert_eq!(
        gemm[10],
        "a NaN did not come through (12 ×): case 217: 2 × 1 × 1, <alpha = 0>: came 0x00000000 = 0, right is \
         NaN; again: --case 217"
    );
    let faulty = rows("kernels-faulty");
    assert_eq!(faulty[0][0], "one lane of the tail is left out");
    assert_eq!(faulty[0][2..4], ["refused", "the error is above its bound"]);
}

#[test]
fn every_figure_has_a_drawing_its_data_and_a_description() {
    let names: Vec<String> = files().into_keys().collect();
    let expected = [
        "data/kernels-algebra.csv",
        "data/kernels-condition.csv",
        "data/kernels-error-exp.csv",
        "data/kernels-error-tanh.csv",
        "data/kernels-faulty.csv",
        "data/kernels-others.csv",
        "data/kernels-ours.csv",
        "data/kernels-speed.csv",
        "figures/kernels-condition.svg",
        "figures/kernels-error-exp.svg",
        "figures/kernels-error-tanh.svg",
        "figures/kernels-speed.svg",
    ];
    assert_eq!(names, expected);
    let page = page_of(&input());
    let document = parse(&page);
    let is_image = |n: &Node<'_, '_>| n.attribute("role") == Some("img");
    let images: Vec<_> = document.descendants().filter(is_image).collect();
    assert_eq!(images.len(), 4 + 4);
    for image in images {
        assert!(image.attribute("aria-label").unwrap().len() > 20);
    }
    for (path, svg) in files() {
        if path.ends_with(".svg") {
            roxmltree::Document::parse(&svg).unwrap();
        }
    }
}

#[test]
fn every_link_and_every_anchor_is_there_once() {
    let files: BTreeSet<String> = render(&input())
        .iter()
        .map(|(path, _)| path.to_str().unwrap().to_owned())
        .collect();
    let page = page_of(&input());
    let document = parse(&page);
    let ids: Vec<&str> = document
        .descendants()
        .filter_map(|n| n.attribute("id"))
        .collect();
    let anchors: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), anchors.len(), "an id is there twice");
    for link in document.descendants().filter_map(|n| n.attribute("href")) {
        match link.strip_prefix('#') {
            Some(anchor) => assert!(anchors.contains(anchor), "{link}"),
            None => assert!(files.contains(link), "{link}"),
        }
    }
}

#[test]
fn the_data_of_the_figures_are_those_of_the_trials() {
    let map = rows("kernels-error-tanh");
    assert_eq!(
        map[0][..5],
        [
            "ours (portable, avx2)",
            "0xffffffff",
            "0xff800000",
            "0.0",
            "8388608"
        ]
    );
    let middle = &map[2];
    assert_eq!(
        middle[..4],
        [
            "ours (portable, avx2)",
            "0xc07fffff",
            "0x82800000",
            "0.5187"
        ]
    );
    assert_eq!(middle[4..9], ["12", "8380000", "8000", "596", "0"]);
    assert!(map.iter().any(|row| row[0] == "glibc 2.36 (FMA) tanhf"));

    let speed = rows("kernels-speed");
    assert_eq!(
        speed[0],
        ["ours", "points", "0.5", "0.5187", "", "", "tanh"]
    );
    assert!(
        speed
            .iter()
            .any(|row| row[0] == "glibc 2.36 (FMA)" && row[6] == "exp")
    );
    // A library without verdicts has the errors that were measured with its times, where they were.
    let of_torch: Vec<_> = speed.iter().filter(|row| row[0] == "torch").collect();
    assert_eq!(
        of_torch,
        [&["torch", "points", "0.75", "1.5", "", "", "tanh"]]
    );

    let condition = rows("kernels-condition");
    let labels: BTreeSet<&str> = condition.iter().map(|row| row[0].as_str()).collect();
    let expected = [
        "OpenBLAS 0.3.21 (SkylakeX) cblas_sdot",
        "ours dot (portable, avx2)",
        "proved bound, any order of additions",
        "the textbook's loop",
    ];
    assert_eq!(labels.into_iter().collect::<Vec<_>>(), expected);
    assert!(
        section(&page_of(&input()))
            .contains("1 point with a value that is not finite is not drawn.")
    );
}

#[test]
fn the_trials_read_back_from_the_report() {
    let mut input = input();
    // JSON cannot represent a number that is NaN.
    input.records[1].figures[0].series[3].points[9].y = 0.0;
    let (_, json) = render(&input).swap_remove(1);
    let text = String::from_utf8(json).unwrap();
    assert!(serde_json::from_str::<ReportInput>(&text).unwrap() == input);
}

#[test]
fn without_trials_there_is_no_section() {
    let page = page_of(&sample::report());
    assert!(!page.contains("Kernels on trial"));
    let (_, json) = render(&sample::report()).swap_remove(1);
    assert!(!String::from_utf8(json).unwrap().contains("trials"));
}

#[test]
fn a_broken_file_is_refused_with_its_name_the_field_and_what_to_do() {
    let good = FILES[4].1;
    for (broken, words) in [
        ("{".to_owned(), "kernels/ours.json: file: is not JSON"),
        (
            "[]".to_owned(),
            "kernels/ours.json: file: is no JSON object",
        ),
        (
            "{}".to_owned(),
            "kernels/ours.json: file: has none of the lists kernels, faulty",
        ),
        (
            r#"{"kernels": 3}"#.to_owned(),
            "kernels/ours.json: kernels: is no list",
        ),
        (
            good.replacen("\"function\"", "\"fonction\"", 1),
            "kernels/ours.json: kernels[0] (tanh): missing field `function`",
        ),
        (
            good.replacen("0.5187", "-0.5187", 1),
            "kernels/ours.json: kernels[0] (tanh): max_ulp: is negative",
        ),
        (
            good.replacen("127-250", "250-127", 1),
            "kernels/ours.json: kernels[0] (tanh): density: \"250-127 0.5187",
        ),
        (
            good.replacen("4.25", "0", 1),
            "kernels/ours.json: kernels[0] (tanh): nanoseconds: is not above zero",
        ),
        (
            good.replacen("\"portable\"", "7", 1),
            "kernels/ours.json: kernels[0] (tanh): isa: is no text",
        ),
        (
            r#"{"libraries": {"glibc": 2.36}}"#.to_owned(),
            "kernels/ours.json: libraries: glibc: is no text",
        ),
    ] {
        let mut trials = Trials::default();
        let error = trials
            .add("kernels/ours.json", "ours", &broken)
            .unwrap_err();
        let message = error.message;
        assert!(message.starts_with(words), "{message}");
        assert!(
            message.contains("kernels check --json --out FILE"),
            "{message}"
        );
        assert!(!message.contains('\n'));
    }
}
