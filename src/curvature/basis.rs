//! An orthonormal basis that grows by one vector at a time.

use std::sync::OnceLock;

use crate::kernel::{self, Isa};

/// The length of the pieces into which vectors are cut: short enough to stay in a core's cache while the
/// whole basis is applied to a piece.
const PIECE: usize = 1 << 13;

/// The numbers for which memory is asked at a time. They take more than 32 MiB, the most that glibc's allocator may keep
/// for itself when it is freed; what is not written takes none.
const BLOCK: usize = (32 << 20) / size_of::<f32>() + 1;

/// Orthonormal vectors in f32.
#[derive(Clone, Debug)]
pub(super) struct Basis {
    isa: Isa,
    dimension: usize,
    /// The vectors, one after the other.
    blocks: Vec<Vec<f32>>,
}

impl Basis {
    /// A basis of one vector, scaled to length 1; the zero vector is left unchanged.
    pub fn new(isa: Isa, start: Vec<f32>) -> Self {
        let length = kernel::dot_wide(isa, &start, &start).sqrt();
        let mut basis = Basis {
            isa,
            dimension: start.len(),
            blocks: Vec::new(),
        };
        basis.push(&start, length);
        basis
    }

    pub fn last(&self) -> &[f32] {
        let block = self.blocks.last().expect("the start vector");
        &block[block.len() - self.dimension..]
    }

    fn vectors(&self) -> Vec<&[f32]> {
        let blocks = self.blocks.iter();
        blocks
            .flat_map(|block| block.chunks_exact(self.dimension))
            .collect()
    }

    /// Appends `rest`, scaled to length 1. It must be orthogonal to the basis and have the given length.
    pub fn push(&mut self, rest: &[f32], length: f64) {
        let room = |block: &&mut Vec<f32>| block.capacity() - block.len() >= rest.len();
        let block = match self.blocks.last_mut().filter(room) {
            Some(block) => block,
            None => {
                self.blocks
                    .push(Vec::with_capacity(BLOCK.max(self.dimension)));
                self.blocks.last_mut().expect("the new block")
            }
        };
        let begin = block.len();
        block.extend_from_slice(rest);
        if length > 0.0 {
            kernel::scale(self.isa, (1.0 / length) as f32, &mut block[begin..]);
        }
    }

    /// Subtracts from `image` its projection onto the basis. Returns its overlap with the last vector
    /// and the length of the rest. The last two vectors are subtracted first: in a Lanczos recurrence
    /// they contain everything except rounding errors, so one further round against the whole basis
    /// completes the "twice is enough" rule (Kahan; Parlett 1998, §6.9).
    pub fn orthogonalise(&self, image: &mut [f32]) -> (f64, f64) {
        let vectors = self.vectors();
        let tail = vectors.len().saturating_sub(2);
        let first = self.remove(&vectors[tail..], image);
        let second = self.remove(&vectors, image);
        let ends = first.last().zip(second.last());
        let overlap = ends.map_or(0.0, |(first, second)| first + second);
        (overlap, kernel::dot_wide(self.isa, image, image).sqrt())
    }

    /// `image ← image − Σ v·⟨v, image⟩`; returns the overlaps `⟨v, image⟩`.
    fn remove(&self, vectors: &[&[f32]], image: &mut [f32]) -> Vec<f64> {
        let overlaps = self.overlaps(vectors, image);
        kernel::share_out(image, PIECE, |first, image| {
            for (vector, overlap) in vectors.iter().zip(&overlaps) {
                let vector = &vector[first..first + image.len()];
                kernel::axpy(self.isa, -*overlap as f32, vector, image);
            }
        });
        overlaps
    }

    /// The overlaps `⟨v, image⟩`, each summed piece by piece in order.
    fn overlaps(&self, vectors: &[&[f32]], image: &[f32]) -> Vec<f64> {
        let pieces: Vec<_> = image.chunks(PIECE).map(|_| OnceLock::new()).collect();
        kernel::share(pieces.len(), |place| {
            let range = place * PIECE..image.len().min((place + 1) * PIECE);
            let image = &image[range.clone()];
            let dot = |vector: &&[f32]| kernel::dot_wide(self.isa, &vector[range.clone()], image);
            let dots: Vec<f64> = vectors.iter().map(dot).collect();
            pieces[place]
                .set(dots)
                .expect("every piece is visited once");
        });
        let mut overlaps = vec![0.0; vectors.len()];
        for piece in pieces.iter().filter_map(OnceLock::get) {
            let pairs = overlaps.iter_mut().zip(piece);
            pairs.for_each(|(sum, dot)| *sum += dot);
        }
        overlaps
    }

    /// `Σ_i weights_i·v_i`, scaled to length 1.
    pub fn combine(&self, weights: &[f64]) -> Vec<f32> {
        let mut sum = vec![0.0; self.last().len()];
        for (vector, weight) in self.vectors().into_iter().zip(weights) {
            kernel::axpy(self.isa, *weight as f32, vector, &mut sum);
        }
        let length = kernel::dot_wide(self.isa, &sum, &sum).sqrt();
        if length > 0.0 {
            kernel::scale(self.isa, (1.0 / length) as f32, &mut sum);
        }
        sum
    }
}
