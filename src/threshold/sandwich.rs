//! The two halves of `V(X) = (1/n) Σ_i G_i X G_i`: the matrices `B_i X B_iᵀ` of the samples, and what they
//! add up to, `(1/n) Σ_i B_iᵀ M_i B_i`.
//!
//! X is symmetric and so is the sum, so that each half needs one triangle of a product of shapes
//! N × r × r: 2·N·r² FLOP for both. The rows of B pass by in pieces, which is why no second matrix of the
//! size of B is held.

use rayon::prelude::*;

use super::dense;
use super::linearised::Linearised;
use super::weighted::dot;

/// About how many rows of B are multiplied at a time.
const PIECE: usize = 1024;

impl Linearised {
    /// `V(X) = (1/n) Σ_i G_i X G_i` of a symmetric X, rank × rank. Costs 2·N·r² FLOP.
    pub fn mean_of_sandwiches(&self, x: &[f64], sum: &mut [f64]) {
        self.mean_of_blocks(&self.sandwiched(x), sum);
    }

    /// The matrices `B_i X B_iᵀ` of a symmetric X: samples × outputs × outputs.
    pub(super) fn sandwiched(&self, x: &[f64]) -> Vec<f64> {
        let (rank, c) = (self.rank(), self.outputs());
        let diagonal: Vec<f64> = x.iter().step_by(rank + 1).copied().collect();
        let mut work = Vec::new();
        let mut blocks = Vec::with_capacity(self.samples() * c * c);
        for rows in self.factor().chunks(self.piece()) {
            work.resize(rows.len(), 0.0);
            dense::multiply_lower(x, rows, rank, &mut work);
            let halves = work.par_chunks_exact_mut(c * rank);
            let samples = halves.zip(rows.par_chunks_exact(c * rank));
            let found: Vec<Vec<f64>> = samples
                .map(|(half, b)| block(half, b, &diagonal, c))
                .collect();
            found.iter().for_each(|block| blocks.extend(block));
        }
        blocks
    }

    /// `(1/n) Σ_i B_iᵀ M_i B_i` for the symmetric blocks M_i of the samples.
    pub(super) fn mean_of_blocks(&self, blocks: &[f64], sum: &mut [f64]) {
        let (rank, c) = (self.rank(), self.outputs());
        let share = 1.0 / self.samples() as f64;
        let mut work = Vec::new();
        sum.fill(0.0);
        let pieces = self.factor().chunks(self.piece());
        let blocks = blocks.chunks(self.piece() / rank * c);
        for (rows, blocks) in pieces.zip(blocks) {
            work.clear();
            work.resize(rows.len(), 0.0);
            let samples = work.par_chunks_exact_mut(c * rank);
            samples
                .zip(rows.par_chunks_exact(c * rank))
                .zip(blocks.par_chunks_exact(c * c))
                .for_each(|((sums, b), block)| combine(sums, b, block, c));
            dense::add_lower(rows, &work, rank, share, sum);
        }
        dense::mirror(sum, rank);
    }

    /// `H^−½ V(I) H^−½ = Uᵀ blockdiag(B_i B_iᵀ) U`, a matrix of the size of the range.
    pub(super) fn mean_of_squares(&self) -> Vec<f64> {
        let rank = self.rank();
        let roots: Vec<f64> = self.spectrum().iter().map(|value| value.sqrt()).collect();
        let mut squares = vec![0.0; rank * rank];
        self.mean_of_blocks(self.blocks(), &mut squares);
        let rows = squares.par_chunks_exact_mut(rank).zip(&roots);
        rows.for_each(|(row, a)| {
            let entries = row.iter_mut().zip(&roots);
            entries.for_each(|(x, b)| *x /= a * b);
        });
        squares
    }

    /// The length of a piece of B, which holds whole samples.
    fn piece(&self) -> usize {
        let samples = (PIECE / self.outputs()).max(1);
        samples * self.outputs() * self.rank()
    }
}

/// `B X Bᵀ` of one sample, from `B·L` for the lower triangle L of X, which includes the diagonal.
fn block(half: &mut [f64], b: &[f64], diagonal: &[f64], c: usize) -> Vec<f64> {
    let rank = diagonal.len();
    for (half, b) in half.chunks_exact_mut(rank).zip(b.chunks_exact(rank)) {
        let entries = half.iter_mut().zip(b).zip(diagonal);
        entries.for_each(|((half, b), x)| *half -= 0.5 * x * b);
    }
    let row = |a: usize| a * rank..(a + 1) * rank;
    let one_way = |a: usize, k: usize| dot(&half[row(a)], &b[row(k)]);
    (0..c * c)
        .map(|place| (place / c, place % c))
        .map(|(a, k)| one_way(a, k) + one_way(k, a))
        .collect()
}

/// `sums ← M·B` of one sample, for zero sums.
fn combine(sums: &mut [f64], b: &[f64], block: &[f64], c: usize) {
    let rank = b.len() / c;
    for (sums, weights) in sums.chunks_exact_mut(rank).zip(block.chunks_exact(c)) {
        for (row, weight) in b.chunks_exact(rank).zip(weights) {
            let entries = sums.iter_mut().zip(row);
            entries.for_each(|(sum, x)| *sum += weight * x);
        }
    }
}
