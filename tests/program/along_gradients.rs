//! Batch sharpness and Theorem 1 in `diagnose`, compared with dense matrices in f64.

use nalgebra::{DMatrix, SymmetricEigen};
use serde_json::Value;
use sgd_stability::model::Sampling;
use sgd_stability::network::{
    Activation, Batch, CurvatureMatrix, Gathered, Network, Normalisation, State,
};
use sgd_stability::reference::{ReferencePoint, translate};
use tempfile::TempDir;

use crate::checkpoint::{safetensors, valued};
use crate::diagnose::{dead, diagnose_line, normalised, number};
use crate::named::{checkpoint, somewhere};
use crate::support::{file, folder};

const SAMPLES: usize = 5;
const ALL: [usize; SAMPLES] = [0, 1, 2, 3, 4];
const MATRICES: [CurvatureMatrix; 2] = [CurvatureMatrix::Hessian, CurvatureMatrix::GaussNewton];

/// A 3-4-2 network with tanh at a random point, and five samples.
struct Tiny {
    network: Network,
    state: State,
    inputs: Vec<f32>,
    targets: Vec<f32>,
    folder: TempDir,
}

impl Tiny {
    fn new() -> Self {
        let network = Network::dense_chain(&[3, 4, 2], |_| true, Activation::Tanh);
        let wave = |count: usize, f: f32| -> Vec<f32> {
            (0..count).map(|i| 2.0 * (f * i as f32).sin()).collect()
        };
        let (inputs, targets) = (wave(3 * SAMPLES, 1.7), wave(2 * SAMPLES, 0.9));
        let (state, folder) = (somewhere(&network), folder());
        file(&folder, "net.safetensors", checkpoint(&network, &state));
        file(&folder, "data.npz", valued(&inputs, &[3], &targets, 2));
        Tiny {
            network,
            state,
            inputs,
            targets,
            folder,
        }
    }

    /// The same network and samples with weight decay.
    fn with_decay(decay: f64) -> Self {
        let tiny = Tiny::new();
        Tiny {
            network: tiny.network.with_weight_decay(decay),
            ..tiny
        }
    }

    /// The answer of the program.
    fn json(&self, matrix: CurvatureMatrix, words: &str) -> Value {
        let words = format!(
            "--arch fnn --activation tanh --any-batch --matrix {} --json {words}",
            matrix.name()
        );
        let run = diagnose_line(&self.folder, "net.safetensors", &words);
        assert_eq!(run.code, 0, "{}", run.out);
        run.json()
    }

    /// The point over some of the samples, in f64.
    fn reference(&self, matrix: CurvatureMatrix, samples: &[usize]) -> ReferencePoint {
        let all = Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: SAMPLES,
        };
        let mut rows = Gathered::default();
        rows.gather(&all, samples);
        let point = self.state.point(&self.network, Normalisation::Fixed);
        translate::reference_point(&point, &rows.batch()).with_second(translate::second(matrix))
    }
}

/// The matrix of a product, column by column.
fn dense(dimension: usize, product: impl Fn(&[f64]) -> Vec<f64>) -> DMatrix<f64> {
    let columns = (0..dimension).flat_map(|j| {
        let unit: Vec<f64> = (0..dimension).map(|i| f64::from(i == j)).collect();
        product(&unit)
    });
    DMatrix::from_iterator(dimension, dimension, columns)
}

fn is_within(estimate: &Value, exact: f64, errors: f64) -> bool {
    let error = number(&estimate["standard_error"]);
    (number(&estimate["value"]) - exact).abs() <= errors * error + 1e-5 * exact.abs()
}

#[test]
fn batch_sharpness_is_that_over_all_batches() {
    let tiny = Tiny::new();
    for matrix in MATRICES {
        for size in [2, SAMPLES] {
            let (mut along, mut squared, mut ratios) = (0.0, 0.0, 0.0);
            let batches = Sampling::WithoutReplacement.batches(SAMPLES, size);
            for samples in &batches {
                let point = tiny.reference(matrix, samples);
                let hessian = dense(point.dimension(), |v| point.hessian_product(v));
                let gradient = nalgebra::DVector::from_vec(point.gradient());
                let quotient = gradient.dot(&(hessian * &gradient));
                along += quotient;
                squared += gradient.norm_squared();
                ratios += quotient / gradient.norm_squared();
            }
            let json = tiny.json(matrix, &format!("--lr 0.5 --batch {size} --seed 3"));
            let found = &json["batch_sharpness"];
            assert!(
                is_within(&found["ratio_of_means"], along / squared, 4.0),
                "{found}"
            );
            let mean = ratios / batches.len() as f64;
            assert!(is_within(&found["mean_of_ratios"], mean, 4.0), "{found}");
            assert_eq!((&found["seed"], &found["edge"]), (&3.into(), &4.0.into()));
            assert_eq!(found["zero_gradients"], 0);
            let is_full = size == SAMPLES;
            assert_eq!(found["stopped"] == "full-batch", is_full, "{found}");
            assert_eq!(found["batches"] == 1, is_full, "{found}");
            assert_eq!(found["stop_rule"]["least"], 32);
            assert!(number(&found["rounding"]) < 1e-4, "{found}");
            assert_eq!(json["one_step"], Value::Null);
        }
    }
}

#[test]
fn a_gradient_of_zero_has_no_batch_sharpness() {
    let folder = folder();
    let tensors = [
        ("weight", &[1, 2][..], &[1.0, -2.0][..]),
        ("bias", &[1], &[0.5]),
    ];
    file(&folder, "line.safetensors", safetensors(&tensors));
    let x = [1.0, 0.5, 0.25, -1.0, 2.0, 1.0];
    let y: Vec<f32> = x.chunks(2).map(|x| x[0] - 2.0 * x[1] + 0.5).collect();
    file(&folder, "data.npz", valued(&x, &[2], &y, 1));
    let words = "--arch fnn --lr 0.1 --batch 1";
    let json = diagnose_line(&folder, "line.safetensors", &format!("{words} --json")).json();
    let found = &json["batch_sharpness"];
    for name in ["ratio_of_means", "mean_of_ratios"] {
        assert_eq!(found[name], Value::Null, "{found}");
    }
    assert_eq!(found["batches"], found["zero_gradients"], "{found}");
    let page = diagnose_line(&folder, "line.safetensors", words).out;
    assert!(
        page.contains("no batch sharpness: the gradient of each of"),
        "{page}"
    );
}

#[test]
fn in_every_mode_there_is_a_batch_sharpness_but_an_edge_only_for_sgd() {
    let folder = normalised([2.0, 0.5]);
    let words = "--arch net.toml --lr 0.01 --batch 2 --any-batch --mode frozen --audit --json";
    let json = diagnose_line(&folder, "net.safetensors", words).json();
    for mode in ["train", "eval", "frozen"] {
        let found = &json["modes"][mode]["batch_sharpness"];
        assert!(
            number(&found["mean_of_ratios"]["standard_error"]) > 0.0,
            "{found}"
        );
        assert_eq!(found["edge"], 200.0);
    }
    assert_eq!(
        json["batch_sharpness"],
        json["modes"]["frozen"]["batch_sharpness"]
    );
    let words = format!("{words} --momentum 0.5");
    let json = diagnose_line(&folder, "net.safetensors", &words).json();
    assert_eq!(json["batch_sharpness"]["edge"], Value::Null);
}

/// Both ends of `2H − η(H² + pΣ)` in f64.
fn ends(point: &ReferencePoint, lr: f64, weight: f64) -> [f64; 2] {
    let hessian = dense(point.dimension(), |v| point.hessian_product(v));
    let noise = dense(point.dimension(), |v| point.covariance_product(v));
    let matrix = &hessian * 2.0 - (&hessian * &hessian + noise * weight) * lr;
    let values = SymmetricEigen::new((&matrix + matrix.transpose()) / 2.0).eigenvalues;
    [values.min(), values.max()]
}

#[test]
fn theorem_1_is_measured_to_within_its_bars() {
    let tiny = Tiny::new();
    for matrix in MATRICES {
        for (size, weight) in [(1, 1.0), (2, 0.375), (5, 0.0)] {
            for (lr, decay) in [(0.05, 0.0), (0.5, 0.0), (0.01, 1.0)] {
                let words = format!("--lr {lr} --batch {size} --weight-decay {decay} --one-step");
                let found = &tiny.json(matrix, &words)["one_step"];
                let point = &Tiny::with_decay(decay).reference(matrix, &ALL);
                let [smallest, largest] = ends(point, lr, weight);
                for (name, exact) in [("smallest", smallest), ("largest", largest)] {
                    let error = (number(&found[name]["value"]) - exact).abs();
                    assert!(
                        error <= number(&found[name]["bar"]),
                        "{words}: {exact}, {found}"
                    );
                }
                assert!(number(&found["smallest"]["floor"]) <= smallest, "{found}");
                let growth = 1.0 - lr * smallest;
                let [lower, upper] = ["lower", "upper"].map(|end| number(&found["growth"][end]));
                assert!(lower <= growth && growth <= upper, "{growth}, {found}");
                assert!(upper - lower < 1e-2 * growth, "{found}");
                let verdict = if lower > 1.0 {
                    "fails"
                } else if upper <= 1.0 {
                    "holds"
                } else {
                    "undecided"
                };
                assert_eq!(found["verdict"], verdict);
                assert_eq!(found["left_out"], Value::Null);
            }
        }
    }
}

#[test]
fn theorem_1_decides_where_the_minimum_is_strict() {
    let folder = folder();
    let tensors = [("weight", &[1, 1][..], &[2.0][..]), ("bias", &[1], &[1.0])];
    file(&folder, "line.safetensors", safetensors(&tensors));
    let (x, y) = ([1.0, -1.0, 0.5, -0.5], [3.0, -1.0, 2.0, 0.0]);
    file(&folder, "data.npz", valued(&x, &[1], &y, 1));
    let at = |words: &str| {
        let words = format!("--arch fnn --batch 1 --one-step {words}");
        diagnose_line(&folder, "line.safetensors", &words)
    };
    let json = at("--lr 0.3 --json").json();
    assert_eq!(json["one_step"]["verdict"], "holds", "{json}");
    let judged = (&json["verdict"], &json["basis"]);
    assert_eq!(judged, (&"stable".into(), &"sufficient".into()));
    assert!(at("--lr 0.3").out.contains("holds: from no start"));
    let page = at("--lr 0.9").out;
    assert!(
        page.contains("fails, which does not show instability"),
        "{page}"
    );
}

#[test]
fn where_samples_leave_parameters_free_the_growth_is_one_to_within_the_bar() {
    let page = diagnose_line(
        &dead(),
        "dead.safetensors",
        "--arch fnn --lr 0.5 --batch 2 --one-step",
    );
    assert_eq!(page.code, 0, "{}", page.error);
    let out = page.out;
    assert!(
        out.contains("undecided: the growth is 1 to within the bar"),
        "{out}"
    );
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn theorem_1_is_left_out_with_a_sentence_where_it_does_not_speak() {
    let (folder, coupled) = (dead(), normalised([2.0, 0.5]));
    let plain = "--arch fnn --lr 0.5 --batch 2 --one-step";
    let train = "--arch net.toml --lr 0.01 --batch 1 --mode train --audit --one-step";
    for (folder, weights, words, reason) in [
        (
            &folder,
            "dead",
            format!("{plain} --momentum 0.5"),
            "without momentum",
        ),
        (
            &folder,
            "dead",
            format!("{plain} --optimizer adam"),
            "the optimiser is adam",
        ),
        (&coupled, "net", train.to_owned(), "couples the samples"),
    ] {
        let weights = format!("{weights}.safetensors");
        let page = diagnose_line(folder, &weights, &words).out;
        assert!(page.contains("Theorem 1 is left out: "), "{page}");
        let found = &diagnose_line(folder, &weights, &format!("{words} --json")).json()["one_step"];
        assert!(
            found["left_out"]
                .as_str()
                .is_some_and(|why| why.contains(reason)),
            "{found}"
        );
        assert_eq!(found["verdict"], Value::Null);
    }
}

#[test]
fn a_gradient_that_f32_loses_is_named() {
    // Residuals of one rounding: x·w − y = 1/3·3 − 1 is no zero in f64, and another number in f32.
    let folder = folder();
    let tensors = [
        ("weight", &[1, 2][..], &[1.1, 0.7][..]),
        ("bias", &[1], &[0.3]),
    ];
    file(&folder, "line.safetensors", safetensors(&tensors));
    let x = [1.3, 0.4, -0.9, 1.7, 0.6, -1.1, 2.3, 0.2];
    let y: Vec<f32> = x.chunks(2).map(|x| 1.1 * x[0] + 0.7 * x[1] + 0.3).collect();
    file(&folder, "data.npz", valued(&x, &[2], &y, 1));
    let words = "--arch fnn --lr 0.1 --batch 2";
    let page = diagnose_line(&folder, "line.safetensors", words).out;
    let said = page.contains("no batch sharpness") || page.contains("f32 loses");
    assert!(said, "{page}");
}
