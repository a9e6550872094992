//! Normalisation within samples, branches and sequences, against the oracle.

use sgd_stability::experiment::tiny::further_names;
use sgd_stability::network::{CurvatureMatrix, Loss, Normalisation};
use sgd_stability::oracle::graph::SecondDerivative;

use super::support::{MATRICES, bounded, compare, smooth};

/// The tolerance relative to the largest entry (DESIGN.md).
const TOLERANCE: f64 = 1e-4;

#[test]
fn normalisation_within_samples_and_attention_agree_with_their_enclosures() {
    for name in further_names() {
        for loss in [Loss::MeanSquared, Loss::CROSS_ENTROPY] {
            let tiny = smooth(name, loss, Normalisation::Fixed, 3);
            for matrix in MATRICES {
                let difference = compare(&tiny, matrix);
                println!("{name}, {loss:?}, {matrix:?}: {difference:?}");
                assert!(difference.relative <= TOLERANCE, "{name}: {difference:?}");
            }
        }
    }
}

#[test]
fn branches_and_embeddings_are_exact_within_the_proved_bound() {
    let mut compared = 0;
    for name in further_names() {
        let tiny = smooth(name, Loss::MeanSquared, Normalisation::Fixed, 4);
        if !tiny.exact.is_polynomial() {
            continue;
        }
        for matrix in MATRICES {
            for difference in bounded(&tiny, matrix) {
                println!("{name}, {matrix:?}: {difference:?}");
                assert_eq!(difference.compared, 1, "{name}");
                assert!(difference.share_of_bound <= 1.0, "{name}: {difference:?}");
                assert!(difference.relative <= 1e-5, "{name}: {difference:?}");
                compared += 1;
            }
        }
    }
    // Three networks, two matrices, and the gradient, Hv and Σv of each.
    assert_eq!(compared, 3 * 2 * 3);
}

#[test]
fn branches_have_batch_normalisation_in_training_mode() {
    let tiny = smooth("branch", Loss::MeanSquared, Normalisation::Batch, 4);
    for matrix in MATRICES {
        let difference = compare(&tiny, matrix);
        println!("branch, {matrix:?}: {difference:?}");
        assert!(difference.relative <= TOLERANCE, "{difference:?}");
    }
}

#[test]
fn a_wrong_product_breaks_the_tolerance() {
    for name in further_names() {
        let tiny = smooth(name, Loss::MeanSquared, Normalisation::Fixed, 4);
        let wrong = (CurvatureMatrix::GaussNewton, SecondDerivative::Hessian);
        let difference = compare(&tiny, wrong);
        assert!(
            difference.relative > 10.0 * TOLERANCE,
            "{name}: {difference:?}"
        );
    }
}
