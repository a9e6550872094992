//! The sample curvatures in floating point, in an eigenbasis of `H`. They serve proposals only.

use nalgebra::DMatrix;

use super::{Loss, Samples, Storage};
use crate::matrix::Fractions;

/// An orthonormal eigenbasis `Q` of `H` on its range (d × r), and the curvatures in that basis.
#[derive(Clone, Debug)]
pub struct Frame {
    /// `B` with `QᵀXQ = BᵀXB·2^−exponent` for every held X: `Q`, or `GQ·2^{exponent/2}` in the Gram
    /// view.
    pub basis: DMatrix<f64>,
    /// The exponent in the formula of [`Frame::basis`].
    pub exponent: i32,
    /// The curvatures in this basis.
    pub curvatures: Rounded,
}

/// The curvatures in floating point, in some basis of r vectors.
#[derive(Clone, Debug)]
pub enum Rounded {
    /// `√φ·J_i`: so many rows per sample.
    Factors(DMatrix<f64>, usize),
    /// One matrix per sample.
    Full(Vec<DMatrix<f64>>),
}

impl Samples {
    /// The frame for these eigenvectors of the operator `H` (as columns) with these eigenvalues of
    /// `H·2^exponent`; the curvatures are multiplied by `2^exponent`. The exponent must be even.
    pub fn frame(&self, vectors: DMatrix<f64>, eigenvalues: &[f64], exponent: i32) -> Frame {
        let (basis, curvatures, own) = match &self.storage {
            Storage::Factors(rows, loss) => {
                let rows = rows.scaled_to_f64(exponent / 2) * &vectors * loss.root();
                (vectors, Rounded::Factors(rows, loss.outputs), 0)
            }
            Storage::Full(hessians) => {
                let project =
                    |h: &Fractions| vectors.tr_mul(&(h.scaled_to_f64(exponent) * &vectors));
                let projected = hessians.iter().map(project).collect();
                (vectors, Rounded::Full(projected), 0)
            }
            // φK/n = WΛWᵀ, so √φ·GQ = W(nΛ)^{1/2}: the eigenvectors of H are GᵀW(nΛ/φ)^{−1/2}.
            Storage::Gram(gram, loss) => {
                let n = loss.samples(gram) as f64;
                let mut rows = vectors;
                for (mut column, lambda) in rows.column_iter_mut().zip(eigenvalues) {
                    column *= (n * lambda).sqrt();
                }
                let basis = &rows / loss.root();
                (basis, Rounded::Factors(rows, loss.outputs), exponent)
            }
        };
        Frame {
            basis,
            exponent: own,
            curvatures,
        }
    }

    /// The curvatures `SᵀUᵀH_iUS` for a basis `U` and a change of basis `S` (r × r). `U` is given by
    /// `values` in the form that [`Samples::seen_by`] takes. Only the result is rounded, so `S` may
    /// have as many digits as the small eigenvalues of `H` need.
    pub fn moved_curvatures(&self, values: Option<&Fractions>, change: &Fractions) -> Rounded {
        let inside = |rows: Fractions, loss: &Loss| {
            let rows = (rows * change.clone()).scaled_to_f64(0) * loss.root();
            Rounded::Factors(rows, loss.outputs)
        };
        match &self.storage {
            Storage::Factors(rows, loss) => {
                let moved = match values {
                    Some(basis) => rows.clone() * basis.transpose(),
                    None => rows.clone(),
                };
                inside(moved, loss)
            }
            Storage::Gram(gram, loss) => inside(
                values.map_or_else(|| gram.clone(), Fractions::transpose),
                loss,
            ),
            Storage::Full(hessians) => {
                // The columns of US, as held vectors.
                let moved = match values {
                    Some(basis) => basis.transpose() * change.clone(),
                    None => change.clone(),
                };
                let project = |h: &Fractions| {
                    let image = h.clone() * moved.clone();
                    moved.transpose().symmetric_product(&image).scaled_to_f64(0)
                };
                Rounded::Full(hessians.iter().map(project).collect())
            }
        }
    }
}

impl Loss {
    /// `√φ`, approximately.
    fn root(&self) -> f64 {
        self.factor.to_f64().sqrt()
    }
}

impl Rounded {
    /// `V(X)` for a symmetric X (r × r) in the same basis, approximately.
    pub fn mean_sandwich(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        match self {
            Rounded::Factors(rows, outputs) => {
                let mut weighted = rows * x;
                for first in (0..rows.nrows()).step_by(*outputs) {
                    let block = rows.rows(first, *outputs);
                    let seen = weighted.rows(first, *outputs) * block.transpose();
                    weighted
                        .rows_mut(first, *outputs)
                        .copy_from(&(seen * block));
                }
                rows.tr_mul(&weighted) / (rows.nrows() / outputs) as f64
            }
            Rounded::Full(hessians) => {
                let zero = DMatrix::zeros(x.nrows(), x.ncols());
                let sum = hessians.iter().fold(zero, |sum, h| sum + h * x * h);
                sum / hessians.len() as f64
            }
        }
    }
}
