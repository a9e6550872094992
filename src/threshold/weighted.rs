//! The Gram matrix, weighted by the second derivatives of the loss.

use rayon::prelude::*;

use crate::network::Gram;

use super::dense;

pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
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
