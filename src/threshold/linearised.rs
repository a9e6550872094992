//! The linearised model of a network at a point, in coordinates in which H is diagonal.

use rayon::prelude::*;
use serde::Serialize;

use crate::network::Gram;

use super::dense;

/// An eigenvalue of the weighted Gram matrix below this share of the largest is dropped: it cannot be told
/// from the rounding of the matrix, whose sums of f32 products are computed in f64.
const NEGLIGIBLE: f64 = 1e-13;

/// What became of the Gram matrix.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GramSummary {
    /// The number of rows, N = n·c.
    pub size: usize,
    /// The number of eigenvalues that were kept: the dimension of the range of H.
    pub rank: usize,
    /// The sum of the absolute values of the dropped eigenvalues, as a share of the trace.
    pub dropped: f64,
}

/// Sample Gauss–Newton matrices `G_i = B_iᵀ B_i` in a basis of the range of `H = (1/n) Σ_i G_i = Λ/n`.
#[derive(Clone, Debug)]
pub struct Linearised {
    samples: usize,
    outputs: usize,
    /// The eigenvalues of `(1/n) Σ_i G_i`, ascending, all positive.
    spectrum: Vec<f64>,
    /// The λ of weight decay, which adds λI to every `G_i`.
    decay: f64,
    /// B, row after row: samples × outputs × rank.
    factor: Vec<f64>,
    /// The diagonal blocks of the weighted Gram matrix, `B_i B_iᵀ`.
    blocks: Vec<f64>,
    summary: GramSummary,
}

impl Linearised {
    /// The linearised model; `None` if the matrix has no positive eigenvalue, or a number that is not finite.
    pub fn new(gram: Gram) -> Option<Self> {
        let (n, c, size) = (gram.samples, gram.outputs, gram.size());
        let weighted = weighted(gram)?;
        let block = |i: usize| {
            let rows = (i * c..(i + 1) * c).map(move |row| row * size + i * c);
            rows.flat_map(move |first| first..first + c)
        };
        let blocks = (0..n)
            .flat_map(block)
            .map(|place| weighted[place])
            .collect();
        let eigen = dense::eigen(&weighted, size)?;
        drop(weighted);
        let largest = eigen
            .values
            .last()
            .copied()
            .filter(|largest| *largest > 0.0)?;
        let kept = |value: &f64| *value > NEGLIGIBLE * size as f64 * largest;
        let first = eigen.values.iter().position(kept)?;
        let (dropped, values) = eigen.values.split_at(first);
        let rank = values.len();
        let size_of = |values: &[f64]| values.iter().fold(0.0, |sum, value| sum + value.abs());
        let summary = GramSummary {
            size,
            rank,
            dropped: size_of(dropped) / size_of(&eigen.values),
        };
        let mut factor = vec![0.0; size * rank];
        let roots: Vec<f64> = values.iter().map(|value| value.sqrt()).collect();
        factor
            .par_chunks_exact_mut(rank)
            .enumerate()
            .for_each(|(row, numbers)| {
                for (j, (number, root)) in numbers.iter_mut().zip(&roots).enumerate() {
                    *number = eigen.vectors[(first + j) * size + row] * root;
                }
            });
        Some(Linearised {
            samples: n,
            outputs: c,
            spectrum: values.iter().map(|value| value / n as f64).collect(),
            decay: 0.0,
            factor,
            blocks,
            summary,
        })
    }

    /// The same model with weight decay λ, `½λ‖w‖²` in every sample's loss. It adds λ to the curvature of every
    /// direction and nothing to the noise of the batches.
    #[must_use]
    pub fn with_decay(self, decay: f64) -> Self {
        Linearised { decay, ..self }
    }

    /// The λ of weight decay.
    pub fn decay(&self) -> f64 {
        self.decay
    }

    /// What became of the Gram matrix.
    pub fn summary(&self) -> GramSummary {
        self.summary
    }

    /// The number of samples, n.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The number of outputs, c.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The rows of all `B_i`, samples × outputs × rank.
    pub(super) fn rows(&self) -> &[f64] {
        &self.factor
    }

    /// The factor `B_i` of the matrix of sample i, `G_i = B_iᵀ B_i`: outputs × rank, row after row.
    pub fn factor_of(&self, sample: usize) -> &[f64] {
        let size = self.outputs * self.rank();
        &self.factor[sample * size..(sample + 1) * size]
    }

    /// The eigenvalues of `(1/n) Σ_i G_i` on its range, ascending, without weight decay.
    pub fn spectrum(&self) -> &[f64] {
        &self.spectrum
    }

    /// The dimension of the range of H.
    pub fn rank(&self) -> usize {
        self.spectrum.len()
    }

    /// `V(X) = (1/n) Σ_i G_i X G_i` of a symmetric X, rank × rank. `work` is memory for a matrix
    /// of the size of B, which is used again by the next call.
    ///
    /// Costs two products of shapes N × r × r, 4·N·r² FLOP, since `G_i X G_i = B_iᵀ (B_i X B_iᵀ) B_i` has an
    /// inner part of c × c.
    pub fn mean_of_sandwiches(&self, x: &[f64], work: &mut Vec<f64>, sum: &mut [f64]) {
        let (rank, c) = (self.rank(), self.outputs);
        work.resize(self.factor.len(), 0.0);
        dense::multiply(x, &self.factor, rank, work);
        let rows = work.par_chunks_exact_mut(c * rank);
        rows.zip(self.factor.par_chunks_exact(c * rank))
            .for_each(|(bx, b)| {
                let inner = |a: usize, other: usize| -> f64 {
                    dot(
                        &bx[a * rank..(a + 1) * rank],
                        &b[other * rank..(other + 1) * rank],
                    )
                };
                let inside: Vec<f64> = (0..c * c).map(|k| inner(k / c, k % c)).collect();
                for (row, weights) in bx.chunks_exact_mut(rank).zip(inside.chunks_exact(c)) {
                    row.fill(0.0);
                    for (b, weight) in b.chunks_exact(rank).zip(weights) {
                        row.iter_mut()
                            .zip(b)
                            .for_each(|(sum, b)| *sum += weight * b);
                    }
                }
            });
        dense::multiply_transposed(&self.factor, work, rank, 1.0 / self.samples as f64, sum);
    }

    /// `H^−½ V(I) H^−½ = Uᵀ blockdiag(B_i B_iᵀ) U`, a matrix of the size of the range.
    pub(super) fn mean_of_squares(&self) -> Vec<f64> {
        let (rank, c) = (self.rank(), self.outputs);
        let roots: Vec<f64> = self
            .spectrum
            .iter()
            .map(|value| (value * self.samples as f64).sqrt())
            .collect();
        let mut basis = self.factor.clone();
        let divide = |row: &mut [f64]| row.iter_mut().zip(&roots).for_each(|(x, root)| *x /= root);
        basis.par_chunks_exact_mut(rank).for_each(divide);
        let mut weighted = vec![0.0; basis.len()];
        let blocks = weighted
            .par_chunks_exact_mut(c * rank)
            .zip(basis.par_chunks_exact(c * rank));
        blocks
            .zip(self.blocks.par_chunks_exact(c * c))
            .for_each(|((sums, rows), block)| {
                for (sums, weights) in sums.chunks_exact_mut(rank).zip(block.chunks_exact(c)) {
                    for (row, weight) in rows.chunks_exact(rank).zip(weights) {
                        sums.iter_mut()
                            .zip(row)
                            .for_each(|(sum, x)| *sum += weight * x);
                    }
                }
            });
        let mut product = vec![0.0; rank * rank];
        dense::multiply_transposed(&basis, &weighted, rank, 1.0, &mut product);
        product
    }
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = (x.chunks(8), y.chunks(8));
    let mut sums = [0.0; 8];
    for (x, y) in x.zip(y) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    sums.iter().sum()
}

/// `F K Fᵀ` with `L_i = F_iᵀ F_i`; `None` if a number is not finite.
pub(super) fn weighted(gram: Gram) -> Option<Vec<f64>> {
    let (c, size) = (gram.outputs, gram.size());
    let roots: Vec<f64> = (gram.loss_hessians.chunks_exact(c * c))
        .map(|block| root(block, c))
        .collect::<Option<Vec<_>>>()?
        .concat();
    let mut products = gram.products;
    products
        .par_chunks_exact_mut(c * size)
        .zip(roots.par_chunks_exact(c * c))
        .for_each(|(rows, left)| {
            let old = rows.to_vec();
            rows.fill(0.0);
            for (new, weights) in rows.chunks_exact_mut(size).zip(left.chunks_exact(c)) {
                for (old, weight) in old.chunks_exact(size).zip(weights) {
                    new.iter_mut()
                        .zip(old)
                        .for_each(|(sum, x)| *sum += weight * x);
                }
            }
            for row in rows.chunks_exact_mut(size) {
                for (numbers, right) in row.chunks_exact_mut(c).zip(roots.chunks_exact(c * c)) {
                    let old = numbers.to_vec();
                    for (new, weights) in numbers.iter_mut().zip(right.chunks_exact(c)) {
                        *new = dot(&old, weights);
                    }
                }
            }
        });
    products.iter().all(|x| x.is_finite()).then_some(products)
}

/// A matrix `F` with `FᵀF = L`, for a symmetric positive semi-definite `L`.
fn root(block: &[f64], c: usize) -> Option<Vec<f64>> {
    let scalar = block[0];
    let is_scalar = |(k, &x): (usize, &f64)| x == if k % (c + 1) == 0 { scalar } else { 0.0 };
    if scalar >= 0.0 && block.iter().enumerate().all(is_scalar) {
        return Some(block.iter().map(|x| x.sqrt()).collect());
    }
    let eigen = dense::eigen(block, c)?;
    let mut root = vec![0.0; c * c];
    for (j, value) in eigen.values.iter().enumerate() {
        for k in 0..c {
            root[j * c + k] = value.max(0.0).sqrt() * eigen.vectors[j * c + k];
        }
    }
    Some(root)
}
