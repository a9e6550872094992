//! Tied weights: a parameter that is used twice is still one parameter.
//!
//! With x = 1, y = c and one weight used twice, `f(w) = (w² − c)²` and `f″ = 12w² − 4c`. For two separate
//! weights, the second derivatives are `2u²` and `2v²`, and the mixed one is `4uv − 2c`.

use crate::checkpoint::{labelled, safetensors, sorted, valued};
use crate::diagnose::{diagnose_line, number};
use crate::support::{file, folder};

const WORDS: &str = "--arch fnn --lr 0.01 --batch 1 --json --precision f64";

#[test]
fn a_tied_parameter_is_one_parameter() {
    let folder = folder();
    let kept = [("a.weight", &[1, 1][..], &[2.0_f32][..])];
    let metadata = [("format", "pt"), ("b.weight", "a.weight")];
    file(&folder, "tied.safetensors", sorted(&metadata, &kept));
    let both = [kept[0], ("b.weight", &[1, 1], &[2.0])];
    file(&folder, "untied.safetensors", sorted(&[], &both));
    for (y, tied, untied) in [(4.0, 32.0, 16.0), (0.0, 48.0, 24.0)] {
        file(&folder, "data.npz", valued(&[1.0], &[1], &[y], 1));
        for (weights, a, parameters) in [
            ("tied.safetensors", tied, 1),
            ("untied.safetensors", untied, 2),
        ] {
            let json = diagnose_line(&folder, weights, WORDS).json();
            for reading in [&json, &json["double"]] {
                let found = number(&reading["sharpness"]["value"]);
                assert!((found - a).abs() < 1e-5 * a, "{weights}: {found}, {a}");
            }
            assert_eq!(json["parameters"], parameters);
            // |f′| = 4w|w² − y| for one weight, and √2 times 2w|w² − y| for two.
            let slope = 4.0 * 2.0 * (4.0 - f64::from(y)) / f64::sqrt(f64::from(parameters));
            assert!(
                (number(&json["gradient_norm"]) - slope).abs() < 1e-4,
                "{json}"
            );
            assert_eq!(json["double"]["f32_suffices"], true, "{json}");
        }
    }
}

#[test]
fn the_noise_of_a_tied_parameter_is_its_own() {
    // At w = 2, y_i = 4x_i: f_i = x_i²(w² − 4)², so H_i = 32x_i², and s² = 32²·Var(x²).
    let folder = folder();
    let kept = [("a.weight", &[1, 1][..], &[2.0_f32][..])];
    file(
        &folder,
        "w.safetensors",
        sorted(&[("b.weight", "a.weight")], &kept),
    );
    let x = [1.0_f32, 0.5, 2.0];
    file(
        &folder,
        "data.npz",
        valued(&x, &[1], &x.map(|x| 4.0 * x), 1),
    );
    let squares = [1.0_f64, 0.25, 4.0];
    let mean = squares.iter().sum::<f64>() / 3.0;
    let deviation = (squares.iter().map(|q| (q - mean).powi(2)).sum::<f64>() / 3.0).sqrt();
    let json = diagnose_line(&folder, "w.safetensors", WORDS).json();
    for reading in [&json, &json["double"]] {
        let [a, s] = ["sharpness", "non_uniformity"].map(|name| number(&reading[name]["value"]));
        assert!((a - 32.0 * mean).abs() < 1e-3, "{reading}");
        assert!((s - 32.0 * deviation).abs() < 1e-3, "{reading}");
        let along = number(&reading["along"]["noise"]["deviation"]);
        assert!((along - 32.0 * deviation).abs() < 1e-3, "{reading}");
    }
}

#[test]
fn tied_numbers_that_f32_does_not_hold_are_measured_too() {
    let header = "{\"__metadata__\":{\"b.weight\":\"a.weight\"},\
                  \"a.weight\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[0,8]}}";
    let length = (header.len() as u64).to_le_bytes();
    let bytes = [&length[..], header.as_bytes(), &1.1_f64.to_le_bytes()].concat();
    let folder = folder();
    file(&folder, "w.safetensors", bytes);
    file(&folder, "data.npz", valued(&[1.0], &[1], &[1.0], 1));
    let json = diagnose_line(&folder, "w.safetensors", WORDS).json();
    // 12w² − 4 at w = 1.1.
    for reading in [&json, &json["double"]] {
        let a = number(&reading["sharpness"]["value"]);
        assert!((a - 10.52).abs() < 1e-5, "{a}");
    }
}

#[test]
fn the_page_names_ties_and_weights_that_might_be_tied() {
    let folder = folder();
    let weight = [1.0_f32, 2.0, 3.0, 4.0];
    let kept = [
        ("in.weight", &[2, 2][..], &weight[..]),
        ("out.weight", &[2, 2], &weight),
    ];
    file(
        &folder,
        "data.npz",
        labelled(&[1.0, 0.0, 0.0, 1.0], &[2], &[0, 1]),
    );
    file(&folder, "equal.safetensors", safetensors(&kept));
    let words = "--arch fnn --lr 0.01 --batch 1";
    let page = diagnose_line(&folder, "equal.safetensors", words).out;
    assert!(
        page.contains("in.weight and out.weight are equal bit by bit"),
        "{page}"
    );
    let json = diagnose_line(&folder, "equal.safetensors", &format!("{words} --json")).json();
    assert_eq!(json["equal"][0][1], "out.weight");
    assert!(
        json["notes"].to_string().contains("equal bit by bit"),
        "{json}"
    );
    file(
        &folder,
        "tied.safetensors",
        sorted(&[("out.weight", "in.weight")], &kept[..1]),
    );
    let page = diagnose_line(&folder, "tied.safetensors", words).out;
    assert!(
        page.contains("tied     out.weight = in.weight: one parameter"),
        "{page}"
    );
    assert!(
        page.contains("4 parameters") && !page.contains("bit by bit"),
        "{page}"
    );
}

#[test]
fn a_tied_pair_among_others_needs_its_order() {
    let folder = folder();
    let kept = [
        ("a.weight", &[1, 1][..], &[2.0_f32][..]),
        ("c.weight", &[1, 1], &[0.5]),
    ];
    file(
        &folder,
        "w.safetensors",
        sorted(&[("b.weight", "a.weight")], &kept),
    );
    file(&folder, "data.npz", valued(&[1.0], &[1], &[2.0], 1));
    let refused = diagnose_line(&folder, "w.safetensors", WORDS);
    assert!(refused.out.contains("--order a,b,c"), "{}", refused.out);
    let file_order = diagnose_line(&folder, "w.safetensors", &format!("{WORDS} --order file"));
    assert!(
        file_order.out.contains("b is tied and has no place"),
        "{}",
        file_order.out
    );
    // f = (c·w² − 2)²: at its minimum H = 2ggᵀ with g = (2cw, w²) = (2, 4), so a = 40.
    let json = diagnose_line(&folder, "w.safetensors", &format!("{WORDS} --order a,c,b")).json();
    assert!(
        (number(&json["sharpness"]["value"]) - 40.0).abs() < 1e-4,
        "{json}"
    );
}
