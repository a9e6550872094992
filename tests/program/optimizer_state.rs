//! The preconditioned sharpness from the saved state of Adam and RMSprop.

use std::fs;
use std::path::Path;

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use tempfile::TempDir;

use crate::checkpoint::{safetensors, valued};
use crate::diagnose::{diagnose_line, number};
use crate::support::{Run, file, folder};

const X: [[f64; 2]; 2] = [[1.0, 0.5], [-0.25, 2.0]];

/// A layer from two inputs to one output, which `run.pt` has, its samples, and the state of an optimiser. Both
/// files were written by PyTorch.
fn with_state(state: &str) -> TempDir {
    let folder = folder();
    let x: Vec<f32> = X.iter().flatten().map(|&x| x as f32).collect();
    file(&folder, "data.npz", valued(&x, &[2], &[1.0, -1.0], 1));
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/python");
    for name in ["run.pt", state] {
        let bytes = fs::read(files.join(name)).expect("the file");
        file(&folder, name, bytes);
    }
    folder
}

fn asked(folder: &TempDir, state: &str, optimizer: &str) -> Run {
    let line = format!(
        "--key model.state_dict --arch fnn --lr 0.01 --batch 2 --json --optimizer {optimizer} --optimizer-state {state}"
    );
    diagnose_line(folder, "run.pt", &line)
}

/// `λ_max(P⁻¹H)` with `H = (1/2)·Σ 2x̃x̃ᵀ` and this diagonal of P.
fn exact(diagonal: [f64; 3]) -> f64 {
    let of = |x: &[f64; 2]| {
        let x = DVector::from_row_slice(&[x[0], x[1], 1.0]);
        &x * x.transpose()
    };
    let h: DMatrix<f64> = X.iter().map(of).sum();
    let root = DMatrix::from_diagonal(&DVector::from_iterator(
        3,
        diagonal.into_iter().map(|p| 1.0 / p.sqrt()),
    ));
    SymmetricEigen::new(&root * h * &root).eigenvalues.max()
}

/// After one step with second moments (1/4, 1/2) of the weights and 1/2 of the bias.
const MOMENTS: [f64; 3] = [0.25, 0.5, 0.5];

#[test]
fn adam_and_rmsprop_have_the_sharpness_of_their_own_preconditioner() {
    let adam = with_state("adam.pt");
    let run = asked(&adam, "adam.pt", "adam");
    assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
    let json = run.json();
    let found = &json["preconditioned_sharpness"];
    // P = (1 − β₁)·√(v/(1 − β₂)) after one step.
    let expected = exact(MOMENTS.map(|v| 0.1 * (v / 0.001).sqrt()));
    let value = number(&found["value"]);
    assert!(
        (value - expected).abs() < 1e-5 * expected,
        "{value} and not {expected}"
    );
    assert!((number(&found["bound"]) - 3800.0).abs() < 1e-6, "{found}");
    assert_eq!(json["verdict"], "undecided");
    let reason = json["reason"].as_str().expect("a reason");
    assert!(reason.contains("below its bound"), "{reason}");

    let rmsprop = with_state("rmsprop.pt");
    let run = asked(&rmsprop, "rmsprop.pt", "rmsprop");
    assert_eq!((run.code, run.error.as_str()), (0, ""), "{}", run.out);
    let found = &run.json()["preconditioned_sharpness"];
    let expected = exact(MOMENTS.map(|v| v.sqrt() + 1e-8));
    let value = number(&found["value"]);
    assert!(
        (value - expected).abs() < 1e-5 * expected,
        "{value} and not {expected}"
    );
    // 2·(1 + 1/2)/η
    assert!((number(&found["bound"]) - 300.0).abs() < 1e-9, "{found}");
}

#[test]
fn what_is_not_known_of_a_state_is_refused_with_its_mend() {
    for (state, optimizer, words) in [
        ("amsgrad.pt", "adam", "max_exp_avg_sq"),
        ("groups.pt", "adam", "one group"),
        ("adam.pt", "rmsprop", "not that of rmsprop"),
        ("rmsprop.pt", "adamw", "not that of adamw"),
        ("adam.pt", "sgd", "give --optimizer adam, adamw or rmsprop"),
        ("run.pt", "adam", "no state of an optimiser"),
    ] {
        let run = asked(&with_state(state), state, optimizer);
        assert_eq!(run.code, 2, "{state}: {}", run.out);
        assert!(
            run.out.contains(words),
            "{state} as {optimizer}: {}",
            run.out
        );
    }
    // A file that keeps no order of its tensors does not tell which state belongs to which.
    let folder = with_state("adam.pt");
    let layer = [
        ("bias", &[1][..], &[1.0_f32][..]),
        ("weight", &[1, 2], &[0.0, 0.125]),
    ];
    file(&folder, "w.safetensors", safetensors(&layer));
    let line = "--arch fnn --lr 0.01 --batch 2 --json --optimizer adam --optimizer-state adam.pt";
    let run = diagnose_line(&folder, "w.safetensors", line);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.out.contains("does not keep their order"), "{}", run.out);
}
