//! The matrix, of which first the lower triangle is computed.

use sha2::{Digest, Sha256};

use crate::dataset::hexadecimal;

/// The Gram matrix of the Jacobian of a network's outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram {
    /// The number of samples, n.
    pub samples: usize,
    /// The number of outputs of a sample, c.
    pub outputs: usize,
    /// `K`, row after row; it is symmetric.
    pub products: Vec<f64>,
    /// The second derivatives `L_i = ∂²f_i/∂o²` of the loss with respect to the outputs, samples × c × c,
    /// so that the Gauss–Newton matrices are `J_iᵀ L_i J_i`.
    pub loss_hessians: Vec<f64>,
}

impl Gram {
    /// The number of rows and columns, N = n·c.
    pub fn size(&self) -> usize {
        self.samples * self.outputs
    }

    /// The SHA-256 of all numbers. It is the same on every machine, since the bits are.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for count in [self.samples, self.outputs] {
            hash.update((count as u64).to_le_bytes());
        }
        for numbers in (self.products.chunks(1 << 14)).chain(self.loss_hessians.chunks(1 << 14)) {
            let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
            hash.update(bytes);
        }
        hexadecimal(&hash.finalize())
    }

    /// Copies the lower triangle, which alone was computed, to the upper one.
    pub(super) fn mirror(&mut self) {
        /// Squares of this size are copied at a time, because both the rows and the columns of one stay
        /// in the cache.
        const SQUARE: usize = 64;
        let size = self.size();
        for top in (0..size).step_by(SQUARE) {
            for left in (0..=top).step_by(SQUARE) {
                for i in top..size.min(top + SQUARE) {
                    for j in left..i.min(left + SQUARE) {
                        self.products[j * size + i] = self.products[i * size + j];
                    }
                }
            }
        }
    }
}
