//! The largest eigenvalue of a pencil, by the locally optimal conjugate gradient method (Knyazev, SIAM J. Sci.
//! Comput. 23, 2001): each step maximises the quotient over the span of the current matrix, its residual
//! and the last step. It keeps six matrices, whatever the number of products.

use rayon::prelude::*;

use crate::work;

use super::pencil::{Pencil, Work};

/// The largest eigenvalue that was found, with its eigenvector.
#[derive(Clone, Debug)]
pub(super) struct Top {
    /// The quotient ⟨Y, AY⟩/⟨Y, Y⟩, a lower bound on the largest eigenvalue.
    pub value: f64,
    /// ‖AY − value·Y‖ for the unit matrix Y.
    pub residual: f64,
    /// The unit matrix Y.
    pub vector: Vec<f64>,
    /// The number of products.
    pub products: usize,
}

/// When an ascent ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// The residual, as a share of the eigenvalue, at which it ends.
    pub tolerance: f64,
    /// The most products.
    pub products: usize,
}

/// A direction and its image.
#[derive(Clone, Debug, Default)]
struct Pair {
    vector: Vec<f64>,
    image: Vec<f64>,
}

impl Pair {
    /// `self ← factor·self`.
    fn scale(&mut self, factor: f64) {
        self.vector.par_iter_mut().for_each(|x| *x *= factor);
        self.image.par_iter_mut().for_each(|x| *x *= factor);
    }

    /// `self ← self + factor·other`.
    fn add(&mut self, factor: f64, other: &Pair) {
        axpy(factor, &other.vector, &mut self.vector);
        axpy(factor, &other.image, &mut self.image);
    }

    /// Makes the vector a unit vector, unless it is zero.
    fn normalise(&mut self) {
        let norm = dot(&self.vector, &self.vector).sqrt();
        if norm > 0.0 {
            self.scale(1.0 / norm);
        }
    }
}

/// Sums of pieces of this length are added in order, so that the number of threads changes nothing.
const PIECE: usize = 1 << 16;

pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    let pieces = x.par_chunks(PIECE).zip(y.par_chunks(PIECE));
    let sums: Vec<f64> = pieces
        .map(|(x, y)| x.iter().zip(y).map(|(x, y)| x * y).sum())
        .collect();
    sums.iter().sum()
}

pub(super) fn axpy(factor: f64, x: &[f64], y: &mut [f64]) {
    y.par_iter_mut().zip(x).for_each(|(y, x)| *y += factor * x);
}

/// Ascends from `start`, which is not zero.
pub(super) fn ascend(pencil: &Pencil<'_>, start: Vec<f64>, effort: Effort) -> Top {
    let mut work = Work::default();
    let zeros = || vec![0.0; pencil.entries()];
    let mut here = Pair {
        vector: start,
        image: zeros(),
    };
    here.normalise();
    pencil.apply(&here.vector, &mut work, &mut here.image);
    let (mut residual, mut last) = (
        Pair {
            vector: zeros(),
            image: zeros(),
        },
        Pair::default(),
    );
    let mut products = 1;
    loop {
        let value = dot(&here.vector, &here.image);
        residual.vector.copy_from_slice(&here.image);
        axpy(-value, &here.vector, &mut residual.vector);
        let size = dot(&residual.vector, &residual.vector).sqrt();
        work::step();
        work::progress(products, effort.products);
        if size <= effort.tolerance * value.abs() || products >= effort.products {
            return Top {
                value,
                residual: size,
                vector: here.vector,
                products,
            };
        }
        orthogonalise(&mut residual.vector, &here.vector);
        if !last.vector.is_empty() {
            orthogonalise(&mut residual.vector, &last.vector);
        }
        pencil.apply(&residual.vector, &mut work, &mut residual.image);
        products += 1;
        advance(&mut here, &mut residual, &mut last);
    }
}

/// Makes `x` a unit vector orthogonal to the unit vector `y`.
fn orthogonalise(x: &mut [f64], y: &[f64]) {
    for _ in 0..2 {
        axpy(-dot(x, y), y, x);
        let norm = dot(x, x).sqrt();
        if norm > 0.0 {
            x.par_iter_mut().for_each(|x| *x /= norm);
        }
    }
}

/// Moves `here` to the best unit vector in the span of the three, and leaves in `last` the unit vector of the
/// step, orthogonal to it.
fn advance(here: &mut Pair, residual: &mut Pair, last: &mut Pair) {
    let has_last = !last.vector.is_empty();
    let size = if has_last { 3 } else { 2 };
    let pairs = [&*here, &*residual, &*last];
    let projected = nalgebra::DMatrix::from_fn(size, size, |i, j| {
        let (i, j) = (i.min(j), i.max(j));
        dot(&pairs[i].vector, &pairs[j].image)
    });
    let eigen = projected.symmetric_eigen();
    let best = eigen.eigenvalues.imax();
    let weights: Vec<f64> = eigen.eigenvectors.column(best).iter().copied().collect();
    // The step: what is added to a multiple of `here`.
    let mut step = if has_last {
        let mut step = std::mem::take(last);
        step.scale(weights[2]);
        step
    } else {
        Pair {
            vector: vec![0.0; here.vector.len()],
            image: vec![0.0; here.vector.len()],
        }
    };
    step.add(weights[1], residual);
    let length = weights[1..].iter().map(|w| w * w).sum::<f64>().sqrt();
    // here' = w₀·here + step; the unit vector orthogonal to it in their plane is −|step|·here + w₀·step/|step|.
    let old = if length > 0.0 {
        Some(here.clone())
    } else {
        None
    };
    here.scale(weights[0]);
    here.add(1.0, &step);
    if let Some(old) = old {
        step.scale(weights[0] / length);
        step.add(-length, &old);
        *last = step;
        orthogonal_pair(last, here);
    }
    here.normalise();
}

/// Removes from `last` what rounding has left of `here`.
fn orthogonal_pair(last: &mut Pair, here: &Pair) {
    let overlap = dot(&last.vector, &here.vector);
    last.add(-overlap, here);
    last.normalise();
}
