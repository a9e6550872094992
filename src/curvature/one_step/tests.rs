use nalgebra::{DMatrix, SymmetricEigen};

use super::*;
use crate::model::Sampling;
use crate::network::{Activation, Batch, CurvatureMatrix, Network, Normalisation, State};
use crate::reference::{ReferencePoint, translate};

const SAMPLES: usize = 5;
const LEARNING_RATE: f64 = 0.7;

/// The matrix of a product, column by column.
fn dense(dimension: usize, product: impl Fn(&[f64]) -> Vec<f64>) -> DMatrix<f64> {
    let columns = (0..dimension).flat_map(|j| {
        let unit: Vec<f64> = (0..dimension).map(|i| f64::from(i == j)).collect();
        product(&unit)
    });
    DMatrix::from_iterator(dimension, dimension, columns)
}

/// The eigenvalues of `2H − η(H² + pΣ)` in f64, in ascending order.
fn exact(point: &ReferencePoint, weight: f64) -> Vec<f64> {
    let dimension = point.dimension();
    let h = dense(dimension, |v| point.hessian_product(v));
    let noise = dense(dimension, |v| point.covariance_product(v));
    let matrix = &h * 2.0 - (&h * &h + noise * weight) * LEARNING_RATE;
    let symmetric = (&matrix + matrix.transpose()) / 2.0;
    let mut values: Vec<f64> = SymmetricEigen::new(symmetric)
        .eigenvalues
        .iter()
        .copied()
        .collect();
    values.sort_by(f64::total_cmp);
    values
}

#[test]
fn both_ends_are_those_of_the_dense_matrix_in_f64() {
    let network = Network::dense_chain(&[3, 4, 2], |_| true, Activation::Tanh);
    let wave = |count: usize, f: f32| -> Vec<f32> {
        (0..count).map(|i| 2.0 * (f * i as f32).sin()).collect()
    };
    let (inputs, targets) = (wave(3 * SAMPLES, 1.7), wave(2 * SAMPLES, 0.9));
    let batch = Batch {
        inputs: &inputs,
        targets: &targets,
        samples: SAMPLES,
    };
    let isa = Isa::best();
    let settings = Lanczos {
        tolerance: 1e-6,
        products: 100,
    };
    for decay in [0.0, 0.2] {
        let network = network.clone().with_weight_decay(decay);
        let state = State::initial(&network, &mut stream(3, Purpose::Initial, 0));
        let point = state.point(&network, Normalisation::Fixed);
        for matrix in [CurvatureMatrix::Hessian, CurvatureMatrix::GaussNewton] {
            let reference =
                translate::reference_point(&point, &batch).with_second(translate::second(matrix));
            for size in [1, 2, SAMPLES] {
                let weight = Sampling::WithoutReplacement.weight(SAMPLES, size);
                let weight = weight.expect("a batch size").to_f64();
                let exact = exact(&reference, weight);
                let mut curvature = CurvatureOperator::new(isa, point, batch, matrix);
                let mut product = OneStepMatrix::new(isa, &mut curvature, LEARNING_RATE, weight);
                let found = product.ends(&settings, 1).expect("finite products");
                let (low, high) = (exact[0], exact[exact.len() - 1]);
                let scale = low.abs().max(high.abs());
                let name = format!("{matrix:?}, B = {size}, decay {decay}: {low} {high}");
                let (largest, smallest) = (&found.largest.largest, &found.smallest.ritz);
                for (ritz, exact) in [(largest, high), (smallest, low)] {
                    let error = (ritz.value - exact).abs();
                    assert!(
                        error <= ritz.residual + 2e-6 * scale,
                        "{name}: {}",
                        ritz.value
                    );
                    assert!(ritz.residual < 1e-3 * scale, "{name}: {}", ritz.residual);
                }
                let floor = found.smallest.floor.expect("a floor");
                assert!(
                    floor <= low + 2e-6 * scale && floor > low - 1e-2 * scale,
                    "{name}: {floor}"
                );
                let parts = product.parts(&smallest.vector);
                let sum =
                    2.0 * parts.hessian - LEARNING_RATE * (parts.squared + weight * parts.noise);
                assert!(
                    (sum - smallest.value).abs() < 1e-5 * scale,
                    "{name}: {parts:?}"
                );
            }
        }
    }
}
