//! The slowest direction of the second moment in floating point, which tells the search for a witness
//! where to start. Nothing here is ever an answer.
//!
//! In an eigenbasis of `H` ([`super::coordinates`]; r = rank H) the drift is diagonal,
//! `(CX)_ij = (λ_i + λ_j) X_ij`. With `z = C^{1/2} X` the pencil `(C, D)` becomes the ordinary
//! eigenproblem of `M = C^{−1/2} D C^{−1/2}`, whose largest eigenvalue is `1/η*`. Most of its spectrum
//! is near 0, so Lanczos and conjugate gradients need few products, of `n r²` operations each.

use nalgebra::DMatrix;

use crate::matrix::pencil;
use crate::model::samples::Rounded;
use crate::work;

/// Lanczos steps before it restarts from its best vector.
const LANCZOS_STEPS: usize = 48;
/// The number of Lanczos starts. An eigenvector not found by then is left to exact refinement.
const LANCZOS_STARTS: usize = 8;
/// The relative residual at which the slowest direction is accepted: a few rounding errors.
const LANCZOS_RESIDUAL: f64 = 1e-14;
/// The most steps of conjugate gradients; without the slowest direction they converge in a few dozen.
const GRADIENT_STEPS: usize = 400;
/// The relative residual at which conjugate gradients stop.
const GRADIENT_RESIDUAL: f64 = 1e-13;

/// The pencil `(C, D)` in floating point, as the operator `M`.
pub(super) struct Proposal {
    curvatures: Rounded,
    /// `C^{−1/2}`, entrywise.
    root: DMatrix<f64>,
    /// The diagonal of `H`, where `H` is among the curvatures.
    hessian: Vec<f64>,
    weight: f64,
    /// The unit eigenvector `z` of the largest eigenvalue of `M`.
    top: DMatrix<f64>,
}

impl Proposal {
    /// The proposal for curvatures of diagonal mean `hessian` and noise weight `p`. `root^{−2}` is the
    /// drift, entrywise, and the last argument holds the eigenvalues of `H`. `None` when floating point
    /// cannot represent the model.
    pub(super) fn of(
        curvatures: Rounded,
        root: DMatrix<f64>,
        eigenvalues: &[f64],
        hessian: Vec<f64>,
        weight: f64,
    ) -> Option<Self> {
        let rank = hessian.len();
        let mut proposal = Proposal {
            curvatures,
            root,
            hessian,
            weight,
            top: DMatrix::zeros(rank, rank),
        };
        proposal.top = proposal.slowest(eigenvalues)?;
        Some(proposal)
    }

    /// The slowest direction, as a unit vector `z`.
    pub(super) fn top(&self) -> &DMatrix<f64> {
        &self.top
    }

    /// A `z` with `(1 − ηM)z = right`, approximately and up to a multiple of the slowest direction.
    pub(super) fn solve(&self, right: DMatrix<f64>, learning_rate: f64) -> DMatrix<f64> {
        let mut residual = self.without_top(right);
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
        solution
    }

    /// The product `Mz`.
    fn apply(&self, z: &DMatrix<f64>) -> DMatrix<f64> {
        let x = z.component_mul(&self.root);
        work::step();
        let mut image = self.curvatures.mean_sandwich(&x) * self.weight;
        if self.weight < 1.0 {
            let lambda = &self.hessian;
            let mean = |i: usize, j: usize| (1.0 - self.weight) * lambda[i] * lambda[j];
            image += DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| mean(i, j) * x[(i, j)]);
        }
        image.component_mul(&self.root)
    }

    fn without_top(&self, mut z: DMatrix<f64>) -> DMatrix<f64> {
        z -= &self.top * self.top.dot(&z);
        z
    }

    /// The eigenvector of the largest eigenvalue of `M`, by Lanczos started at the image of `H`.
    fn slowest(&self, eigenvalues: &[f64]) -> Option<DMatrix<f64>> {
        let diagonal = |i: usize, j: usize| f64::from(i == j) * (eigenvalues[i] / 2.0).sqrt();
        let rank = eigenvalues.len();
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

    /// The best vector of a Krylov space and its relative residual, with full orthogonalisation.
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

/// The largest eigenvalue of a symmetric tridiagonal matrix, and its eigenvector.
fn top_of_tridiagonal(diagonal: &[f64], beside: &[f64]) -> Option<(f64, Vec<f64>)> {
    let matrix = DMatrix::from_fn(diagonal.len(), diagonal.len(), |i, j| match i.abs_diff(j) {
        0 => diagonal[i],
        1 => beside[i.min(j)],
        _ => 0.0,
    });
    let (values, vectors) = pencil::leading_eigenpairs(&matrix, 1)?;
    (values[0] > 0.0).then(|| (values[0], vectors.column(0).iter().copied().collect()))
}
