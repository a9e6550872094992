//! What is asked of the spectrum beyond its ends, on a layer whose Hessians are known exactly.

use std::fs;

use nalgebra::{DMatrix, SymmetricEigen};
use tempfile::TempDir;

use crate::checkpoint::{safetensors, valued};
use crate::diagnose::{diagnose_line, number};
use crate::support::{file, folder};

/// The samples of a layer from two inputs to one output.
const X: [[f64; 2]; 4] = [[1.0, 0.5], [-0.25, 2.0], [0.75, -1.5], [2.0, 0.25]];

/// A layer with its samples.
fn layer() -> TempDir {
    let folder = folder();
    let x: Vec<f32> = X.iter().flatten().map(|&x| x as f32).collect();
    file(
        &folder,
        "data.npz",
        valued(&x, &[2], &[1.0, -1.0, 0.5, 2.0], 1),
    );
    let layer = [
        ("fc.weight", &[1, 2][..], &[0.0_f32, 0.125][..]),
        ("fc.bias", &[1], &[1.0]),
    ];
    file(&folder, "w.safetensors", safetensors(&layer));
    folder
}

/// `H_i = 2·x̃x̃ᵀ` of each sample, with `x̃ = (x, 1)`: the loss is the square of one output.
fn hessians() -> Vec<DMatrix<f64>> {
    let of = |x: &[f64; 2]| {
        let x = DMatrix::from_row_slice(3, 1, &[x[0], x[1], 1.0]);
        2.0 * &x * x.transpose()
    };
    X.iter().map(of).collect()
}

fn mean() -> DMatrix<f64> {
    hessians().iter().sum::<DMatrix<f64>>() / X.len() as f64
}

fn largest(matrix: DMatrix<f64>) -> f64 {
    SymmetricEigen::new(matrix).eigenvalues.max()
}

fn assert_near(found: f64, exact: f64) {
    assert!(
        (found - exact).abs() < 1e-4 * (1.0 + exact.abs()),
        "{found} and not {exact}"
    );
}

const LINE: &str = "--arch fnn --lr 0.01 --batch 2 --json";

#[test]
fn traces_and_the_sharpness_of_layers_are_those_of_the_exact_hessians() {
    let folder = layer();
    let run = diagnose_line(
        &folder,
        "w.safetensors",
        &format!("{LINE} --trace --layers"),
    );
    assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
    let json = run.json();
    let h = mean();
    assert_near(number(&json["trace"]["value"]), h.trace());
    let squares: f64 = hessians().iter().map(|h| h.norm_squared()).sum();
    let noise = squares / X.len() as f64 - h.norm_squared();
    assert_near(number(&json["trace_noise"]["value"]), noise);
    // Three dimensions are summed whole.
    assert_eq!(number(&json["trace"]["standard_error"]), 0.0);
    let layers = json["layers"].as_array().expect("layers");
    assert_eq!(layers.len(), 1);
    assert_near(number(&layers[0]["sharpness"]["value"]), largest(h));
    assert_eq!(layers[0]["parameters"], 3);
    assert_eq!(layers[0]["tensors"][0], "fc.weight");
    let page = diagnose_line(
        &folder,
        "w.safetensors",
        &LINE.replace("--json", "--trace --layers"),
    );
    for word in [
        "traces, with standard errors: tr H",
        "layer alone",
        "fc: dense 2 → 1",
    ] {
        assert!(page.out.contains(word), "{}", page.out);
    }
}

#[test]
fn the_density_is_drawn_and_has_a_mass_of_one() {
    let folder = layer();
    let run = diagnose_line(
        &folder,
        "w.safetensors",
        &format!("{LINE} --density density.svg"),
    );
    assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
    let density = &run.json()["density"];
    assert_eq!(density["starts"], 8);
    let points = density["points"].as_array().expect("points");
    let step = number(&points[1]["eigenvalue"]) - number(&points[0]["eigenvalue"]);
    let mass: f64 = points
        .iter()
        .map(|point| number(&point["density"]) * step)
        .sum();
    assert!((mass - 1.0).abs() < 1e-2, "{mass}");
    let figure = fs::read_to_string(folder.path().join("density.svg")).expect("a figure");
    assert!(figure.starts_with("<svg"));
    let numbers = fs::read_to_string(folder.path().join("density.csv")).expect("numbers");
    assert_eq!(
        numbers.lines().next(),
        Some("eigenvalue,density,standard_error")
    );
    assert_eq!(numbers.lines().count(), 1 + points.len());
    let wrong = diagnose_line(
        &folder,
        "w.safetensors",
        &format!("{LINE} --density density.png"),
    );
    assert_eq!(wrong.code, 2);
    assert!(wrong.out.contains("must end in .svg"), "{}", wrong.out);
}

/// `E[g_BᵀHg_B]/‖g‖²` over all six batches of two samples.
#[test]
fn the_gradient_noise_interaction_is_that_of_all_batches() {
    let folder = layer();
    let words = format!("{LINE} --gradient-noise");
    let run = diagnose_line(&folder, "w.safetensors", &words);
    assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
    let found = &run.json()["gradient_noise_interaction"];
    let gradient = |i: usize| {
        let x = DMatrix::from_row_slice(3, 1, &[X[i][0], X[i][1], 1.0]);
        let output = 0.125 * X[i][1] + 1.0;
        2.0 * (output - [1.0, -1.0, 0.5, 2.0][i]) * x
    };
    let h = mean();
    let all: DMatrix<f64> = (0..4).map(gradient).sum::<DMatrix<f64>>() / 4.0;
    let (mut sum, mut count) = (0.0, 0);
    for i in 0..4 {
        for j in 0..i {
            let g = (gradient(i) + gradient(j)) / 2.0;
            sum += (g.transpose() * &h * &g)[(0, 0)];
            count += 1;
        }
    }
    let exact = sum / f64::from(count) / all.norm_squared();
    let (value, error) = (
        number(&found["ratio"]["value"]),
        number(&found["ratio"]["standard_error"]),
    );
    assert!(
        (value - exact).abs() < 4.0 * error,
        "{value} ± {error} and not {exact}"
    );
    assert_eq!(number(&found["edge"]), 200.0);
    // The full batch needs no sampling.
    let full = diagnose_line(
        &folder,
        "w.safetensors",
        &words.replace("--batch 2", "--batch 4"),
    );
    let found = &full.json()["gradient_noise_interaction"]["ratio"];
    let exact = (all.transpose() * &h * &all)[(0, 0)] / all.norm_squared();
    assert_near(number(&found["value"]), exact);
    assert_eq!(number(&found["standard_error"]), 0.0);
}

#[test]
fn test_samples_stand_beside_the_training_samples() {
    let folder = layer();
    file(&folder, "test.npz", valued(&[1.0, 1.0], &[2], &[3.0], 1));
    let run = diagnose_line(
        &folder,
        "w.safetensors",
        &format!("{LINE} --test-data test.npz"),
    );
    assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
    let json = run.json();
    let test = &json["test"];
    // One output of 1.125 against 3, and H = 2·(1, 1, 1)(1, 1, 1)ᵀ.
    assert_near(number(&test["loss"]), 1.875_f64.powi(2));
    assert_near(number(&test["sharpness"]["value"]), 6.0);
    assert_eq!(test["samples"], 1);
    assert_near(number(&json["sharpness"]["value"]), largest(mean()));
}
