//! The linearised model of a network at a point, in coordinates in which H is diagonal.

use std::io::{Error, ErrorKind};
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use crate::network::Gram;
use crate::work;

use super::dense;
use super::keep::{Clock, Keep, State};
use super::weighted::weighted;

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

/// Why a Gram matrix has no model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoModel {
    /// A number is not finite.
    #[error("a number of the Gram matrix is beyond the range of f32")]
    NotFinite,
    /// It has no positive eigenvalue.
    #[error(
        "every Gauss–Newton matrix is zero here: no output depends on a parameter, or the loss has no \
         curvature"
    )]
    Zero,
}

/// Sample Gauss–Newton matrices `G_i = B_iᵀ B_i` in a basis of the range of `H = (1/n) Σ_i G_i = Λ/n`.
#[derive(Clone, Debug)]
pub struct Linearised {
    samples: usize,
    outputs: usize,
    /// The λ of weight decay, which adds λI to every `G_i`.
    decay: f64,
    range: Range,
    /// The diagonal blocks of the weighted Gram matrix, `B_i B_iᵀ`.
    blocks: Vec<f64>,
    /// Where the states of long computations are kept, if they are.
    keep: Option<Arc<Keep>>,
}

/// The range of H.
#[derive(Clone, Debug)]
struct Range {
    /// The eigenvalues of `(1/n) Σ_i G_i`, ascending, all positive.
    spectrum: Vec<f64>,
    /// B, row after row: samples × outputs × rank.
    factor: Vec<f64>,
    /// The sum of the absolute values of the dropped eigenvalues, as a share of the trace.
    dropped: f64,
}

impl Linearised {
    /// The linearised model.
    ///
    /// # Errors
    /// If the matrix has no positive eigenvalue, or a number that is not finite.
    pub fn new(gram: Gram) -> Result<Self, NoModel> {
        Linearised::kept(gram, None)
    }

    /// The linearised model, whose long computations keep their states.
    ///
    /// # Errors
    /// The errors of [`Linearised::new`].
    pub fn kept(gram: Gram, keep: Option<Keep>) -> Result<Self, NoModel> {
        let (n, c, size) = (gram.samples, gram.outputs, gram.size());
        let weighted = weighted(gram).ok_or(NoModel::NotFinite)?;
        let block = |i: usize| {
            let rows = (i * c..(i + 1) * c).map(move |row| row * size + i * c);
            rows.flat_map(move |first| first..first + c)
        };
        let blocks = (0..n)
            .flat_map(block)
            .map(|place| weighted[place])
            .collect();
        let known = keep.as_ref().and_then(|keep| Range::load(keep, size));
        let range = match known {
            Some(range) => range,
            None => {
                work::stage(&format!("thresholds: the eigenvectors of {size} rows"));
                let clock = keep.as_ref().map(Clock::new);
                let range = Range::new(weighted, n)?;
                if let Some(keep) = keep
                    .as_ref()
                    .filter(|_| clock.is_some_and(|clock| clock.is_worth_it()))
                {
                    range.save(keep);
                }
                range
            }
        };
        Ok(Linearised {
            samples: n,
            outputs: c,
            decay: 0.0,
            range,
            blocks,
            keep: keep.map(Arc::new),
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
        GramSummary {
            size: self.samples * self.outputs,
            rank: self.rank(),
            dropped: self.range.dropped,
        }
    }

    /// The number of samples, n.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The number of outputs of a sample, c.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// B, row after row: samples × outputs × rank.
    pub(super) fn factor(&self) -> &[f64] {
        &self.range.factor
    }

    /// The matrices `B_i B_iᵀ`: samples × outputs × outputs.
    pub(super) fn blocks(&self) -> &[f64] {
        &self.blocks
    }

    /// Where states are kept, if they are.
    pub(super) fn keep(&self) -> Option<&Keep> {
        self.keep.as_deref()
    }

    /// Sentences about what was taken up from an earlier run.
    pub fn notes(&self) -> Vec<String> {
        self.keep().map_or(Vec::new(), Keep::notes)
    }

    /// The factor `B_i` of the matrix of sample i, `G_i = B_iᵀ B_i`: outputs × rank, row after row.
    pub fn factor_of(&self, sample: usize) -> &[f64] {
        let size = self.outputs * self.rank();
        &self.range.factor[sample * size..(sample + 1) * size]
    }

    /// The eigenvalues of `(1/n) Σ_i G_i` on its range, ascending, without weight decay.
    pub fn spectrum(&self) -> &[f64] {
        &self.range.spectrum
    }

    /// The dimension of the range of H.
    pub fn rank(&self) -> usize {
        self.range.spectrum.len()
    }
}

/// The name of the file with the range.
const RANGE: &str = "range";

impl Range {
    /// The range of the weighted Gram matrix of n samples.
    fn new(weighted: Vec<f64>, samples: usize) -> Result<Self, NoModel> {
        let size = weighted.len().isqrt();
        let eigen = dense::eigen(&weighted, size).ok_or(NoModel::NotFinite)?;
        drop(weighted);
        let largest = eigen.values.last().copied();
        let largest = largest
            .filter(|largest| *largest > 0.0)
            .ok_or(NoModel::Zero)?;
        let kept = |value: &f64| *value > NEGLIGIBLE * size as f64 * largest;
        let first = eigen.values.iter().position(kept).ok_or(NoModel::Zero)?;
        let (dropped, values) = eigen.values.split_at(first);
        let rank = values.len();
        let size_of = |values: &[f64]| values.iter().fold(0.0, |sum, value| sum + value.abs());
        let mut factor = vec![0.0; size * rank];
        let roots: Vec<f64> = values.iter().map(|value| value.sqrt()).collect();
        // Some rows together, so that each column is read in whole cache lines.
        let rows = factor.par_chunks_mut(8 * rank).enumerate();
        rows.for_each(|(group, rows)| {
            for (j, root) in roots.iter().enumerate() {
                let column = &eigen.vectors[(first + j) * size + 8 * group..];
                let numbers = rows.chunks_exact_mut(rank).zip(column);
                numbers.for_each(|(row, number)| row[j] = number * root);
            }
        });
        Ok(Range {
            spectrum: values.iter().map(|value| value / samples as f64).collect(),
            factor,
            dropped: size_of(dropped) / size_of(&eigen.values),
        })
    }

    /// The range that is kept of a matrix of this size.
    fn load(keep: &Keep, size: usize) -> Option<Self> {
        let range = keep.load(RANGE, |source| {
            // Every eigenvector has `size` numbers and an eigenvalue; one number more is what was dropped.
            let rank = (source.heading.numbers as usize).saturating_sub(1) / (size + 1);
            if rank == 0 || rank > size || source.heading.numbers as usize != rank * (size + 1) + 1
            {
                return Err(Error::from(ErrorKind::InvalidData));
            }
            let mut dropped = [0.0];
            let (mut spectrum, mut factor) = (vec![0.0; rank], vec![0.0; size * rank]);
            source.numbers(&mut dropped)?;
            source.numbers(&mut spectrum)?;
            source.numbers(&mut factor)?;
            Ok(Range {
                spectrum,
                factor,
                dropped: dropped[0],
            })
        })?;
        keep.note("the range of H was taken up from the folder".to_owned());
        Some(range)
    }

    fn save(&self, keep: &Keep) {
        let state = State {
            what: RANGE,
            products: 0,
            vectors: self.spectrum.len(),
            numbers: (1 + self.spectrum.len() + self.factor.len()) as u64,
        };
        keep.save(&state, |sink| {
            sink.numbers(&[self.dropped])?;
            sink.numbers(&self.spectrum)?;
            sink.numbers(&self.factor)
        });
    }
}
