//! The answers of `diagnose` if f32 rounds more than its residuals show, if there is nothing to measure,
//! and if the f64 files hold numbers that f32 cannot represent. The correct values are computed here in
//! plain f64 or by hand.

use serde_json::Value;
use tempfile::TempDir;

use crate::checkpoint::{labelled, safetensors, safetensors_in_f64, valued, valued_in_f64};
use crate::diagnose::{dead, diagnose_line, normalised, number};
use crate::support::{file, folder};

/// The largest eigenvalue of a positive semi-definite matrix, by repeated squaring.
fn largest<const D: usize>(matrix: [[f64; D]; D]) -> f64 {
    let norm = |x: &[f64; D]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let apply = |x: &[f64; D]| matrix.map(|row| row.iter().zip(x).map(|(m, x)| m * x).sum());
    let mut x = [1.0; D];
    for _ in 0..2000 {
        let image: [f64; D] = apply(&x);
        let length = norm(&image);
        x = image.map(|x| x / length);
    }
    norm(&apply(&x))
}

/// The value of a measured number, its distance from `truth`, its residual and its error bar.
#[track_caller]
fn off(json: &Value, truth: f64) -> (f64, f64, f64) {
    let error = (number(&json["value"]) - truth).abs();
    let (residual, bar) = (number(&json["residual"]), number(&json["bar"]));
    assert!(error <= bar, "off by {error:e}, not {bar:e}: {json}");
    assert_eq!(bar, residual + number(&json["rounding"]), "{json}");
    (error, residual, bar)
}

/// Two classes with logits near 3·10⁵, where adjacent f32 numbers are 1/32 apart.
fn large_logits() -> (TempDir, f64) {
    let folder = folder();
    let (rows, biases) = ([[3e5_f32, 0.7], [3e5, -0.4]], [0.1_f32, -0.2]);
    let tensors = [
        ("weight", &[2, 2][..], rows.as_flattened()),
        ("bias", &[2], &biases[..]),
    ];
    file(&folder, "net.safetensors", safetensors(&tensors));
    let t: Vec<f32> = (0..12).map(|i| (1.7 * i as f32 + 0.3).sin()).collect();
    let x: Vec<f32> = t.iter().flat_map(|&t| [1.0, t]).collect();
    let labels: Vec<i64> = (0..12).map(|i| i % 2).collect();
    file(&folder, "data.npz", labelled(&x, &[2], &labels));
    // H = mean p(1 − p)·[1, −1; −1, 1] ⊗ x̃x̃ᵀ with x̃ = (x, 1).
    let mut matrix = [[0.0; 3]; 3];
    for t in &t {
        let t = f64::from(*t);
        let slope = f64::from(rows[0][1]) - f64::from(rows[1][1]);
        let margin = slope * t + f64::from(biases[0]) - f64::from(biases[1]);
        let p = 1.0 / (1.0 + (-margin).exp());
        let x = [1.0, t, 1.0];
        for (row, a) in matrix.iter_mut().zip(x) {
            row.iter_mut()
                .zip(x)
                .for_each(|(m, b)| *m += 2.0 * p * (1.0 - p) * a * b / 12.0);
        }
    }
    (folder, largest(matrix))
}

#[test]
fn a_bar_has_the_rounding_of_large_logits() {
    let (folder, truth) = large_logits();
    let at = |lr: f64, words: &str| {
        let words = format!("--arch fnn --loss cross-entropy --lr {lr} --batch 12 {words}");
        diagnose_line(&folder, "net.safetensors", &words).json()
    };
    let json = at(0.1, "--json");
    let (error, residual, bar) = off(&json["sharpness"], truth);
    assert!(
        error > 10.0 * residual,
        "the residual alone would do: {json}"
    );
    assert!(bar < 0.1 * truth, "{json}");
    assert_eq!(
        json["sharpness"]["status"], "converged_to_rounding",
        "{json}"
    );
    // Between the two edges, f32 is undecided and f64 decides.
    let measured = number(&json["sharpness"]["value"]);
    let between = 2.0 / (measured * truth).sqrt();
    let json = at(between, "--tolerance 1e-9 --json");
    assert_eq!(json["verdict"], "undecided", "{json}");
    let reason = json["reason"].as_str().expect("a reason");
    assert!(reason.contains("--precision f64"), "{reason}");
    let again = at(between, "--precision f64 --json");
    let expected = if measured < truth {
        ("unstable", "necessary")
    } else {
        ("stable", "sufficient")
    };
    let found = (&again["verdict"], &again["basis"]);
    assert_eq!(found, (&expected.0.into(), &expected.1.into()), "{again}");
    off(&again["double"]["sharpness"], truth);
}

#[test]
fn a_bar_has_the_rounding_of_sums_over_many_samples() {
    const SAMPLES: usize = 300_000;
    let folder = folder();
    let tensors = [
        ("weight", &[1, 1][..], &[2.0_f32][..]),
        ("bias", &[1], &[1.0]),
    ];
    file(&folder, "line.safetensors", safetensors(&tensors));
    let wave = |i: usize| 30.0 + 1.5 * (0.618 * i as f64).sin() as f32;
    let x: Vec<f32> = (0..SAMPLES).map(wave).collect();
    let y: Vec<f32> = x.iter().map(|x| 2.0 * x + 1.0).collect();
    file(&folder, "data.npz", valued(&x, &[1], &y, 1));
    // H_i = 2·x̃x̃ᵀ with x̃ = (x, 1), H_i² = 2|x̃|²·H_i.
    let (mut first, mut second) = ([[0.0; 2]; 2], [[0.0; 2]; 2]);
    for x in x.iter().map(|&x| [f64::from(x), 1.0]) {
        let length = x[0] * x[0] + 1.0;
        for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let entry = 2.0 * x[i] * x[j] / SAMPLES as f64;
            first[i][j] += entry;
            second[i][j] += 2.0 * length * entry;
        }
    }
    let mut covariance = second;
    for (i, j, k) in (0..8).map(|k| (k / 4, k / 2 % 2, k % 2)) {
        covariance[i][j] -= first[i][k] * first[k][j];
    }
    let words = "--arch fnn --lr 0.0001 --batch 10 --json";
    let json = diagnose_line(&folder, "line.safetensors", words).json();
    let (error, residual, bar) = off(&json["non_uniformity"], largest(covariance).sqrt());
    assert!(error > residual, "the residual alone would do: {json}");
    assert!(
        bar < 0.5 * number(&json["non_uniformity"]["value"]),
        "{json}"
    );
    off(&json["sharpness"], largest(first));
    assert_eq!(json["rounding"]["samples"]["hessian"], SAMPLES, "{json}");
}

/// What f32 loses along the vector of a hides the vector of s; the error bar still reaches the true s.
#[test]
fn a_bar_reaches_to_a_spread_that_rounding_hides() {
    const SAMPLES: usize = 20_000;
    let folder = folder();
    let tensors = [("weight", &[1, 2][..], &[0.5_f32, 1.0][..])];
    file(&folder, "line.safetensors", safetensors(&tensors));
    let wave = |i: usize| (0.618 * i as f64).sin() as f32;
    let x: Vec<f32> = (0..SAMPLES).flat_map(|i| [1000.0, wave(i)]).collect();
    let y = [500.0; SAMPLES];
    file(&folder, "data.npz", valued(&x, &[2], &y, 1));
    // Σ = (1/n) Σ (H_i − H)² with H_i = 2xxᵀ, computed without differences of large numbers.
    let rows = || {
        x.chunks_exact(2)
            .map(|x| [f64::from(x[0]), f64::from(x[1])])
    };
    let mut mean = [[0.0; 2]; 2];
    for x in rows() {
        for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            mean[i][j] += 2.0 * x[i] * x[j] / SAMPLES as f64;
        }
    }
    let mut covariance = [[0.0; 2]; 2];
    for x in rows() {
        let away = |i: usize, j: usize| 2.0 * x[i] * x[j] - mean[i][j];
        for (i, j, k) in (0..8).map(|k| (k / 4, k / 2 % 2, k % 2)) {
            covariance[i][j] += away(i, k) * away(k, j) / SAMPLES as f64;
        }
    }
    for seed in 1..=3 {
        let words = format!("--arch fnn --lr 1e-7 --batch 10 --json --seed {seed}");
        let json = diagnose_line(&folder, "line.safetensors", &words).json();
        off(&json["non_uniformity"], largest(covariance).sqrt());
    }
}

#[test]
fn one_sample_has_no_spread() {
    let folder = normalised([2.0, 0.5]);
    let words =
        "--arch net.toml --lr 0.01 --batch 1 --samples 1 --mode frozen --audit --precision f64";
    let page = diagnose_line(&folder, "net.safetensors", words);
    assert_eq!(page.code, 0, "{}", page.error);
    assert!(page.out.contains("not asked: s may be 0"), "{}", page.out);
    let json = diagnose_line(&folder, "net.safetensors", &format!("{words} --json")).json();
    for mode in ["frozen", "eval"] {
        let reading = &json["modes"][mode];
        for s in [
            &reading["non_uniformity"],
            &reading["double"]["non_uniformity"],
        ] {
            assert_eq!(
                (number(&s["value"]), number(&s["residual"])),
                (0.0, 0.0),
                "{json}"
            );
        }
        let criteria = reading["criteria"].as_array().expect("criteria");
        let noise = criteria.iter().find(|c| c["name"] == "direction_of_noise");
        let noise = noise.expect("it is listed");
        assert!(noise["verdict"].is_null(), "{noise}");
        assert!(
            noise["not_asked"]
                .as_str()
                .is_some_and(|why| why.contains("s may be 0"))
        );
    }
}

#[test]
fn equal_samples_have_a_spread_that_may_be_zero() {
    let folder = normalised([2.0, 0.5]);
    let image: Vec<f32> = (0..16).map(|i| (2.1 * i as f32).sin()).collect();
    file(
        &folder,
        "data.npz",
        labelled(&image.repeat(5), &[1, 4, 4], &[1; 5]),
    );
    for mode in ["frozen", "eval"] {
        let words = format!("--arch net.toml --lr 0.01 --batch 1 --mode {mode} --audit --json");
        let json = diagnose_line(&folder, "net.safetensors", &words).json();
        let s = &json["non_uniformity"];
        assert!(number(&s["value"]) <= number(&s["bar"]), "{mode}: {s}");
    }
}

#[test]
fn no_seed_changes_a_verdict_where_the_noise_is_zero() {
    // Two equal samples at a saddle of (w₂·w₁ − 1)².
    let folder = folder();
    let tensors = [
        ("fc.0.weight", &[1, 1][..], &[0.25_f32][..]),
        ("fc.1.weight", &[1, 1], &[0.25]),
    ];
    file(&folder, "saddle.safetensors", safetensors(&tensors));
    file(
        &folder,
        "data.npz",
        valued(&[1.0, 1.0], &[1], &[1.0, 1.0], 1),
    );
    let mut verdicts = std::collections::BTreeSet::new();
    for seed in 1..9 {
        let words = format!("--arch fnn --lr 0.1 --batch 1 --seed {seed} --json");
        let json = diagnose_line(&folder, "saddle.safetensors", &words).json();
        let criteria = json["criteria"].as_array().expect("criteria");
        let noise = criteria.iter().find(|c| c["name"] == "direction_of_noise");
        assert!(noise.expect("it is listed")["verdict"].is_null(), "{json}");
        verdicts.insert((json["verdict"].to_string(), json["reason"].to_string()));
    }
    assert_eq!(verdicts.len(), 1, "{verdicts:?}");
}

/// The model f = w₂·w₁·x at x = 1 with target w₂·w₁, where H = 2·(w₂, w₁)ᵀ(w₂, w₁) and a = 2(w₁² + w₂²).
fn product(w: [f64; 2]) -> TempDir {
    let folder = folder();
    let tensors = [
        ("fc.0.weight", &[1, 1][..], &w[..1]),
        ("fc.1.weight", &[1, 1], &w[1..]),
    ];
    file(&folder, "net.safetensors", safetensors_in_f64(&tensors));
    file(
        &folder,
        "data.npz",
        valued_in_f64(&[1.0], &[1], &[w[0] * w[1]], 1),
    );
    folder
}

#[test]
fn f64_takes_the_numbers_of_the_files_as_they_are() {
    // With w₁ = 1 ± 2⁻³⁰ and w₂ = 1, a = 4 ± 2⁻²⁸ + 2⁻⁵⁹ lies on either side of the edge 2/η = 4. In f32,
    // a is 4.
    for (sign, verdict, basis) in [
        (1.0, "unstable", "necessary"),
        (-1.0, "stable", "sufficient"),
    ] {
        let step = sign * 2_f64.powi(-30);
        let folder = product([1.0 + step, 1.0]);
        let words = "--arch fnn --lr 1/2 --batch 1 --precision f64";
        let json = diagnose_line(&folder, "net.safetensors", &format!("{words} --json")).json();
        let a = &json["double"]["sharpness"];
        let exact = 4.0 + 4.0 * step;
        assert!(
            (number(&a["value"]) - exact).abs() < 2_f64.powi(-40),
            "{json}"
        );
        assert!(number(&a["rounding"]) < 2_f64.powi(-40), "{json}");
        assert_eq!(
            (&json["verdict"], &json["basis"]),
            (&verdict.into(), &basis.into()),
            "{json}"
        );
        assert_eq!(json["double"]["f32_verdict"], "undecided", "{json}");
        assert_eq!(json["double"]["f32_suffices"], false, "{json}");
        assert_eq!(json["double"]["disjoint"], serde_json::json!([]), "{json}");
        let counts = serde_json::json!({"weights": 1, "inputs": 0, "targets": 1});
        assert_eq!(json["rounded"], counts, "{json}");
        // The error bar of f32 reaches the value at the point in the file.
        let f32 = &json["sharpness"];
        let distance = (number(&f32["value"]) - exact).abs();
        assert!(distance > 0.0 && distance <= number(&f32["bar"]), "{json}");
        let page = diagnose_line(&folder, "net.safetensors", words).out;
        assert!(page.contains("f32 rounds 1 weights, 1 targets"), "{page}");
    }
}

#[test]
fn on_the_edge_itself_no_precision_is_advised() {
    let folder = dead();
    let at = |words: &str| {
        let words = format!("--arch fnn --lr 2 --batch 6 --json {words}");
        let json = diagnose_line(&folder, "dead.safetensors", &words).json();
        assert_eq!(json["verdict"], "undecided", "{json}");
        json["reason"].as_str().expect("a reason").to_owned()
    };
    let narrow = at("--tolerance 1e-9");
    assert!(
        narrow.contains("no --tolerance makes smaller") && narrow.contains("--precision f64"),
        "{narrow}"
    );
    let wide = at("--precision f64");
    assert!(wide.contains("no --precision helps"), "{wide}");
}

#[test]
fn running_statistics_in_f64_are_used_in_f64() {
    // 1 × 1 image: y = γ(x − μ)/√(σ² + ε)·w, and with the target y itself H = 2∇y∇yᵀ.
    let folder = folder();
    let (mean, variance, weight) = (0.1, 1.0 / 3.0, 0.7);
    let tensors = [
        ("conv.weight", &[1, 1, 1, 1][..], &[1.0][..]),
        ("norm.weight", &[1], &[1.0]),
        ("norm.bias", &[1], &[0.0]),
        ("norm.running_mean", &[1], &[mean]),
        ("norm.running_var", &[1], &[variance]),
        ("out.weight", &[1, 1], &[weight]),
    ];
    file(&folder, "net.safetensors", safetensors_in_f64(&tensors));
    let list = "input = [1, 1, 1]\nlayer = [{ type = \"convolution\", outputs = 1, kernel = 1, bias = false }, \
                { type = \"batch-norm\", epsilon = 0.5 }, { type = \"flatten\" }, \
                { type = \"dense\", outputs = 1, bias = false }]";
    file(&folder, "net.toml", list);
    let inverse = 1.0 / (variance + 0.5_f64).sqrt();
    let normal = (1.0 - mean) * inverse;
    let y = weight * normal;
    file(
        &folder,
        "data.npz",
        valued_in_f64(&[1.0], &[1, 1, 1], &[y], 1),
    );
    let words = "--arch net.toml --lr 0.1 --batch 1 --mode eval --audit --precision f64 --json";
    let json = diagnose_line(&folder, "net.safetensors", words).json();
    // The slopes by the convolution's weight, γ, the shift, and the last weight.
    let slopes = [weight * inverse, weight * normal, weight, normal];
    let a = 2.0 * slopes.iter().map(|x| x * x).sum::<f64>();
    let found = number(&json["double"]["sharpness"]["value"]);
    assert!((found - a).abs() < 1e-14 * a, "{found}, not {a}: {json}");
    // Rounding 1/3 to f32 alone would change the value by a relative 10⁻⁸.
    assert_eq!(json["rounded"]["weights"], 3, "{json}");
}
