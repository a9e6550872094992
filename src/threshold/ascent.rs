//! The largest eigenvalue of a pencil, by the locally optimal conjugate gradient method (Knyazev, SIAM J. Sci.
//! Comput. 23, 2001): each step maximises the quotient over the span of the current matrix, its residual
//! and the last step. It holds six matrices, whatever the number of products.

use rayon::prelude::*;

use crate::work::{self, Approach};

use super::keep::Clock;
use super::pencil::Pencil;
use super::saved::Saved;

/// The largest eigenvalue that was found, with its eigenvector.
#[derive(Clone, Debug)]
pub(super) struct Top {
    /// The quotient ⟨Y, AY⟩/⟨Y, Y⟩, a lower bound on the largest eigenvalue.
    pub value: f64,
    /// ‖AY − value·Y‖ for the unit matrix Y.
    pub residual: f64,
    /// The unit matrix Y.
    pub vector: Vec<f64>,
    /// The number of products, with those of earlier runs.
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

fn scale(factor: f64, x: &mut [f64]) {
    x.par_iter_mut().for_each(|x| *x *= factor);
}

/// A direction and its image.
#[derive(Debug)]
struct Pair {
    vector: Vec<f64>,
    image: Vec<f64>,
}

impl Pair {
    fn zero(pencil: &Pencil<'_>) -> Self {
        Pair {
            vector: vec![0.0; pencil.entries()],
            image: vec![0.0; pencil.entries()],
        }
    }

    /// A vector, made a unit vector unless it is zero, with its image.
    fn new(pencil: &Pencil<'_>, vector: Vec<f64>) -> Self {
        let mut pair = Pair {
            vector,
            image: vec![0.0; pencil.entries()],
        };
        pair.normalise();
        pencil.apply(&pair.vector, &mut pair.image);
        pair
    }

    /// Makes the vector a unit vector, unless it is zero.
    fn normalise(&mut self) {
        let norm = dot(&self.vector, &self.vector).sqrt();
        if norm > 0.0 {
            scale(1.0 / norm, &mut self.vector);
            scale(1.0 / norm, &mut self.image);
        }
    }

    /// Removes what rounding has left of another unit vector, and makes this one a unit vector again.
    fn clean(&mut self, other: &Pair) {
        let overlap = dot(&self.vector, &other.vector);
        axpy(-overlap, &other.vector, &mut self.vector);
        axpy(-overlap, &other.image, &mut self.image);
        self.normalise();
    }
}

/// Where an ascent stands.
struct Ascent {
    here: Pair,
    /// The unit vector of the last step, orthogonal to `here`.
    last: Option<Pair>,
    products: usize,
}

/// Ascends from `start`, which is not zero, or from where an earlier run stopped.
pub(super) fn ascend(pencil: &Pencil<'_>, start: Vec<f64>, effort: Effort) -> Top {
    let keep = pencil.keep();
    let mut clock = keep.map(Clock::new);
    work::stage(&format!("thresholds: {}", pencil.what()));
    let saved = keep.and_then(|keep| Saved::load(keep, pencil));
    let mut ascent = match saved {
        Some(saved) => {
            drop(start);
            Ascent::resume(pencil, saved)
        }
        None => Ascent::begin(pencil, start),
    };
    let mut residual = Pair::zero(pencil);
    loop {
        let value = dot(&ascent.here.vector, &ascent.here.image);
        let size = ascent.residual(value, &mut residual.vector);
        let products = ascent.products;
        work::step();
        work::approach(Approach {
            done: products,
            reached: size / value.abs(),
            goal: effort.tolerance,
        });
        let is_done = size <= effort.tolerance * value.abs() || products >= effort.products;
        let is_time = |clock: &Clock| clock.is_due() || is_done && clock.is_worth_it();
        if let Some((keep, clock)) = keep.zip(clock.as_mut()).filter(|(_, c)| is_time(c)) {
            clock.keep(|| ascent.saved().save(keep, pencil));
        }
        if is_done {
            return Top {
                value,
                residual: size,
                vector: ascent.here.vector,
                products,
            };
        }
        ascent.prepare(&mut residual.vector);
        pencil.apply(&residual.vector, &mut residual.image);
        ascent.advance(&residual);
    }
}

impl Ascent {
    fn begin(pencil: &Pencil<'_>, start: Vec<f64>) -> Self {
        Ascent {
            here: Pair::new(pencil, start),
            last: None,
            products: 1,
        }
    }

    /// Goes on from a saved state. Its images are computed again.
    fn resume(pencil: &Pencil<'_>, saved: Saved<Vec<f64>>) -> Self {
        let images = 1 + usize::from(saved.last.is_some());
        Ascent {
            here: Pair::new(pencil, saved.here),
            last: saved.last.map(|last| Pair::new(pencil, last)),
            products: saved.products.saturating_add(images),
        }
    }

    fn saved(&self) -> Saved<&[f64]> {
        Saved {
            here: &self.here.vector,
            last: self.last.as_ref().map(|last| &last.vector[..]),
            products: self.products,
        }
    }

    /// Computes the residual AY − value·Y, and returns its size.
    fn residual(&self, value: f64, residual: &mut [f64]) -> f64 {
        let pairs = self.here.vector.par_iter().zip(&self.here.image);
        residual
            .par_iter_mut()
            .zip(pairs)
            .for_each(|(r, (y, image))| *r = image - value * y);
        dot(residual, residual).sqrt()
    }

    /// Makes the residual a unit vector orthogonal to the other directions.
    fn prepare(&self, residual: &mut [f64]) {
        orthogonalise(residual, &self.here.vector);
        if let Some(last) = &self.last {
            orthogonalise(residual, &last.vector);
        }
    }

    /// Moves to the best unit vector in the span of the three directions, and leaves in `last` the unit vector
    /// of the step, orthogonal to it.
    fn advance(&mut self, residual: &Pair) {
        self.products += 1;
        let weights = self.best(residual);
        let length = weights[1].hypot(weights[2]);
        if length <= 0.0 {
            return;
        }
        let here = &mut self.here;
        let last = self.last.get_or_insert_with(|| Pair {
            vector: vec![0.0; here.vector.len()],
            image: vec![0.0; here.image.len()],
        });
        let step = Step { weights, length };
        step.make(&mut here.vector, &residual.vector, &mut last.vector);
        step.make(&mut here.image, &residual.image, &mut last.image);
        last.clean(here);
        here.normalise();
    }

    /// The unit vector in the coordinates of the three directions at which the quotient is largest.
    fn best(&self, residual: &Pair) -> [f64; 3] {
        let pairs: Vec<&Pair> = [&self.here, residual]
            .into_iter()
            .chain(&self.last)
            .collect();
        let projected = nalgebra::DMatrix::from_fn(pairs.len(), pairs.len(), |i, j| {
            let (i, j) = (i.min(j), i.max(j));
            dot(&pairs[i].vector, &pairs[j].image)
        });
        let eigen = projected.symmetric_eigen();
        let best = eigen
            .eigenvectors
            .column(eigen.eigenvalues.imax())
            .into_owned();
        std::array::from_fn(|i| best.get(i).copied().unwrap_or(0.0))
    }
}

/// A step in the span of three directions.
struct Step {
    /// The coordinates of where it leads.
    weights: [f64; 3],
    /// The length of what is added to a multiple of `here`.
    length: f64,
}

impl Step {
    /// Moves `here`, and puts in the place of `last` the unit vector orthogonal to it in the plane of `here` and
    /// the step: `−length·here + w₀·step/length`.
    fn make(&self, here: &mut [f64], residual: &[f64], last: &mut [f64]) {
        let [own, of_residual, of_last] = self.weights;
        let pairs = here.par_iter_mut().zip(last);
        pairs.zip(residual).for_each(|((here, last), residual)| {
            let step = of_residual * residual + of_last * *last;
            let old = *here;
            *here = own * old + step;
            *last = own / self.length * step - self.length * old;
        });
    }
}

/// Makes `x` a unit vector orthogonal to the unit vector `y`.
fn orthogonalise(x: &mut [f64], y: &[f64]) {
    for _ in 0..2 {
        axpy(-dot(x, y), y, x);
        let norm = dot(x, x).sqrt();
        if norm > 0.0 {
            scale(1.0 / norm, x);
        }
    }
}
