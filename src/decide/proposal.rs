//! What floating point proposes about the second moment: its slowest direction, and where to look
//! for a witness. Nothing here is ever an answer.
//!
//! In an eigenbasis `Q` of `H` ([`Frame`]; r = rank H) the drift is diagonal, `(CX)_ij = (λ_i + λ_j) X_ij`.
//! With `z = C^{1/2} X` the pencil `(C, D)` becomes the ordinary eigenproblem of
//! `M = C^{−1/2} D C^{−1/2}`, whose largest eigenvalue is `1/η*`; most of its spectrum is near 0, so
//! Lanczos and conjugate gradients need few products, of `n r²` operations each.

use nalgebra::DMatrix;

use crate::matrix::{Fractions, pencil};
use crate::model::Samples;
use crate::model::samples::Frame;
use crate::number::Exact;

/// Steps of Lanczos before it starts again from its best vector.
const LANCZOS_STEPS: usize = 48;
/// Starts of Lanczos; what is not found then is refined exactly or not at all.
const LANCZOS_STARTS: usize = 8;
/// The relative residual at which the slowest direction is good enough: a few roundings.
const LANCZOS_RESIDUAL: f64 = 1e-14;
/// Steps of conjugate gradients: with the slowest direction taken out they converge in a few dozen.
const GRADIENT_STEPS: usize = 400;
/// The relative residual at which conjugate gradients stop.
const GRADIENT_RESIDUAL: f64 = 1e-13;

/// The curvatures in machine numbers, in an eigenbasis of `H`.
pub(super) struct Proposal {
    /// `H·2^exponent` has entries near 1; the learning rate is divided by as much.
    pub(super) exponent: i32,
    /// The eigenbasis, and the curvatures in it.
    pub(super) frame: Frame,
    /// The eigenvalues of `H·2^exponent` on its range, from the largest.
    pub(super) eigenvalues: Vec<f64>,
    /// `(λ_i + λ_j)^{−1/2}`.
    root: DMatrix<f64>,
    weight: f64,
    /// The unit vector `z` of the largest eigenvalue of `M`.
    top: DMatrix<f64>,
}

impl Proposal {
    /// For a model with `rank H = rank` and noise weight `p`; `None` when machine numbers do not
    /// reach it.
    pub(super) fn of(samples: &Samples, rank: usize, weight: &Exact) -> Option<Self> {
        let size = samples.hessian().exponent()?;
        let exponent = -(size - size.rem_euclid(2));
        let hessian = samples.hessian().scaled_to_f64(exponent);
        let (eigenvalues, vectors) = pencil::leading_eigenpairs(&hessian, rank)?;
        if eigenvalues.last().is_none_or(|&smallest| smallest <= 0.0) {
            return None;
        }
        let root = DMatrix::from_fn(rank, rank, |i, j| {
            (eigenvalues[i] + eigenvalues[j]).sqrt().recip()
        });
        let mut proposal = Proposal {
            frame: samples.frame(vectors, &eigenvalues, exponent),
            exponent,
            top: DMatrix::zeros(rank, rank),
            eigenvalues,
            root,
            weight: weight.to_f64(),
        };
        proposal.top = proposal.slowest()?;
        Some(proposal)
    }

    /// The slowest direction, as a symmetric r × r matrix in the eigenbasis.
    pub(super) fn direction(&self) -> DMatrix<f64> {
        self.top.component_mul(&self.root)
    }

    /// A symmetric matrix on the range, held, in the eigenbasis and scaled by
    /// `2^{scale + frame.exponent}`.
    pub(super) fn in_basis(&self, matrix: &Fractions, scale: i32) -> DMatrix<f64> {
        let basis = &self.frame.basis;
        basis.tr_mul(&(matrix.scaled_to_f64(scale) * basis))
    }

    /// `X` with `(C − ηD)X = right`, roughly, up to a multiple of the slowest direction; `right`
    /// and `X` in the eigenbasis, `η` in units of `2^exponent` reversed (see
    /// [`Proposal::exponent`]).
    pub(super) fn solve(&self, right: &DMatrix<f64>, learning_rate: f64) -> DMatrix<f64> {
        let mut residual = self.without_top(right.component_mul(&self.root));
        let enough = residual.norm() * GRADIENT_RESIDUAL;
        let mut solution = DMatrix::zeros(residual.nrows(), residual.ncols());
        let mut direction = residual.clone();
        let mut square = residual.norm_squared();
        for _ in 0..GRADIENT_STEPS {
            let image = &direction - self.apply(&direction) * learning_rate;
            let image = self.without_top(image);
            let curvature = direction.dot(&image);
            if square.sqrt() <= enough || curvature <= 0.0 || !curvature.is_finite() {
                break;
            }
            let step = square / curvature;
            solution += &direction * step;
            residual -= image * step;
            let next = residual.norm_squared();
            direction = &residual + direction * (next / square);
            square = next;
        }
        solution.component_mul(&self.root)
    }

    /// `Mz`.
    fn apply(&self, z: &DMatrix<f64>) -> DMatrix<f64> {
        let x = z.component_mul(&self.root);
        let mut image = self.frame.mean_sandwich(&x) * self.weight;
        if self.weight < 1.0 {
            let lambda = &self.eigenvalues;
            let mean = |i: usize, j: usize| (1.0 - self.weight) * lambda[i] * lambda[j];
            image += DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| mean(i, j) * x[(i, j)]);
        }
        image.component_mul(&self.root)
    }

    fn without_top(&self, mut z: DMatrix<f64>) -> DMatrix<f64> {
        z -= &self.top * self.top.dot(&z);
        z
    }

    /// The eigenvector of the largest eigenvalue of `M`, by Lanczos from the image of `H`.
    fn slowest(&self) -> Option<DMatrix<f64>> {
        let diagonal = |i: usize, j: usize| f64::from(i == j) * (self.eigenvalues[i] / 2.0).sqrt();
        let rank = self.eigenvalues.len();
        let mut start = DMatrix::from_fn(rank, rank, diagonal);
        for _ in 0..LANCZOS_STARTS {
            let (vector, residual) = self.lanczos(&start)?;
            start = vector;
            if residual <= LANCZOS_RESIDUAL {
                break;
            }
        }
        Some(start)
    }

    /// The best vector of a Krylov space and its relative residual; full orthogonalisation.
    fn lanczos(&self, start: &DMatrix<f64>) -> Option<(DMatrix<f64>, f64)> {
        let mut space = vec![start / start.norm()];
        let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
        loop {
            let last = &space[space.len() - 1];
            let mut image = self.apply(last);
            diagonal.push(last.dot(&image));
            for _ in 0..2 {
                for vector in &space {
                    image -= vector * vector.dot(&image);
                }
            }
            let rest = image.norm();
            let (value, weights) = top_of_tridiagonal(&diagonal, &beside)?;
            let residual = rest * weights[weights.len() - 1].abs() / value;
            if residual <= LANCZOS_RESIDUAL || space.len() == LANCZOS_STEPS {
                let zero = DMatrix::zeros(start.nrows(), start.ncols());
                let parts = space.iter().zip(&weights);
                let vector = parts.fold(zero, |sum, (vector, weight)| sum + vector * *weight);
                let norm = vector.norm();
                return Some((vector / norm, residual));
            }
            beside.push(rest);
            space.push(image / rest);
        }
    }
}

/// The largest eigenvalue of a symmetric tridiagonal matrix and its vector.
fn top_of_tridiagonal(diagonal: &[f64], beside: &[f64]) -> Option<(f64, Vec<f64>)> {
    let matrix = DMatrix::from_fn(diagonal.len(), diagonal.len(), |i, j| match i.abs_diff(j) {
        0 => diagonal[i],
        1 => beside[i.min(j)],
        _ => 0.0,
    });
    let (values, vectors) = pencil::leading_eigenpairs(&matrix, 1)?;
    (values[0] > 0.0).then(|| (values[0], vectors.column(0).iter().copied().collect()))
}
