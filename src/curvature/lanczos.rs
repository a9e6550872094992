//! The Lanczos method with full reorthogonalisation, for both ends of the spectrum.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::kernel::{self, Isa};

use super::space::{Product, Space};

/// An approximate eigenvalue with its vector.
#[derive(Clone, Debug)]
pub struct Ritz {
    /// The Ritz value θ.
    pub value: f64,
    /// `‖Ax − θx‖` for the unit Ritz vector `x`. Some eigenvalue lies within this distance of θ, up to
    /// the rounding of f32 products (about 10⁻⁶ of the largest absolute eigenvalue).
    pub residual: f64,
    /// The estimated distance between θ and its eigenvalue: the smaller of the residual and
    /// `residual²/gap` (Kato and Temple), where the gap to the rest of the spectrum is estimated from
    /// the Ritz values.
    pub error: f64,
    /// The unit Ritz vector `x`.
    pub vector: Vec<f32>,
}

/// Both ends of a spectrum.
#[derive(Clone, Debug)]
pub struct Ends {
    /// The largest algebraic eigenvalue; its residual is measured by an extra product.
    pub largest: Ritz,
    /// The smallest algebraic eigenvalue; its residual is the one that the recurrence implies.
    pub smallest: Ritz,
    /// The number of matrix products computed, including the one for the residual.
    pub products: usize,
    /// Whether the largest end reached the tolerance.
    pub converged: bool,
}

/// The settings that end a Lanczos iteration.
#[derive(Clone, Copy, Debug)]
pub struct Lanczos {
    /// The largest end has converged when its estimated error is below `tolerance·|θ|`.
    pub tolerance: f64,
    /// The largest number of products spent on the Krylov space, which may be smaller in low dimension.
    pub products: usize,
}

/// The smallest number of products in a run from a random start. The start may have so small a component
/// along the top eigenvector that, after a few products, the second eigenvalue looks like the top one
/// and has a small estimated error.
pub const LEAST_PRODUCTS: usize = 12;

/// A start vector whose direction is uniform on the sphere.
pub fn cold_start(dimension: usize, random: &mut impl Rng) -> Vec<f32> {
    let normal = |_| random.sample::<f32, _>(StandardNormal);
    (0..dimension).map(normal).collect()
}

/// A start vector near `before`, the unit eigenvector of an earlier measurement, plus a little noise.
/// Without the noise, directions orthogonal to `before` would never be found.
pub fn warm_start(isa: Isa, before: &[f32], random: &mut impl Rng) -> Vec<f32> {
    /// The length of the noise, relative to the unit vector.
    const NOISE: f32 = 0.02;
    let mut start = cold_start(before.len(), random);
    let length = kernel::dot_wide(isa, &start, &start).sqrt().max(1.0) as f32;
    kernel::scale(isa, NOISE / length, &mut start);
    kernel::axpy(isa, 1.0, before, &mut start);
    start
}

impl Lanczos {
    /// The same settings for a run of at most `most` products, the one that measures the residual included.
    pub(super) fn at_most(self, most: usize) -> Self {
        Lanczos {
            products: self.products.min(most.saturating_sub(1)),
            ..self
        }
    }

    /// Computes both ends of the spectrum of the symmetric matrix A given by
    /// `product: (v, out) → out ← A v`. The vectors have the length of `start`, which must be random
    /// ([`cold_start`]). At least [`LEAST_PRODUCTS`] products are computed, if the dimension and
    /// [`Lanczos::products`] allow.
    ///
    /// Returns `None` when a product is not finite, because the matrix has left the range of f32.
    ///
    /// # Panics
    /// When `start` is empty.
    pub fn run(
        &self,
        isa: Isa,
        start: Vec<f32>,
        product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Ends> {
        let least = LEAST_PRODUCTS.min(start.len());
        kernel::with_team(|| self.iterate(isa, start, least, product))
    }

    /// [`Lanczos::run`] from a start near an eigenvector ([`warm_start`]). The run may end after any
    /// product.
    ///
    /// # Panics
    /// When `start` is empty.
    pub fn run_warm(
        &self,
        isa: Isa,
        start: Vec<f32>,
        product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Ends> {
        kernel::with_team(|| self.iterate(isa, start, 1, product))
    }

    fn iterate(
        &self,
        isa: Isa,
        start: Vec<f32>,
        least: usize,
        mut product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Ends> {
        let mut space = Space::begin(isa, start, &mut product)?;
        self.ends(&mut space, least, &mut product)
    }

    /// Both ends of the spectrum, for which the space grows to at least `least` products.
    pub(super) fn ends(
        &self,
        space: &mut Space,
        least: usize,
        product: Product<'_>,
    ) -> Option<Ends> {
        space.grow(self.products, product, |projected| {
            let end = projected.largest();
            let error = projected.error(end, projected.residual(end.place));
            let is_small = error <= self.tolerance * projected.values[end.place].abs();
            projected.is_whole(projected.scale()) || is_small && projected.values.len() >= least
        })?;
        Some(Ends {
            smallest: space.implied(space.projected().smallest()),
            largest: space.measured(space.projected().largest(), product)?,
            products: space.count() + 1,
            converged: space.is_done(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::random::{Purpose, stream};

    /// The ends of a diagonal matrix, computed from products only.
    fn ends_of(diagonal: &[f32], products: usize) -> Ends {
        let settings = Lanczos {
            tolerance: 1e-5,
            products,
        };
        let start = cold_start(diagonal.len(), &mut stream(1, Purpose::Probe, 0));
        settings
            .run(Isa::best(), start, |v, out| {
                for (o, (a, x)) in out.iter_mut().zip(diagonal.iter().zip(v)) {
                    *o = a * x;
                }
            })
            .expect("finite products")
    }

    #[test]
    fn the_largest_algebraic_eigenvalue_is_found_beside_a_larger_negative_one() {
        let mut diagonal: Vec<f32> = (0..400).map(|i| i as f32 / 400.0).collect();
        diagonal[17] = 3.0;
        diagonal[300] = -8.0;
        let ends = ends_of(&diagonal, 60);
        assert!(ends.converged);
        assert!((ends.largest.value - 3.0).abs() <= ends.largest.residual.max(1e-5));
        assert!((ends.smallest.value + 8.0).abs() <= ends.smallest.residual.max(1e-5));
        assert!(ends.products <= 62);
    }

    #[test]
    fn a_start_that_hardly_meets_the_top_does_not_pass_off_the_second_as_the_largest() {
        let settings = Lanczos {
            tolerance: 1e-5,
            products: 50,
        };
        let mut diagonal: Vec<f32> = (0..60).map(|i| 1e-3 * i as f32).collect();
        diagonal[0] = 1.45;
        diagonal[1] = 1.316;
        let mut start = vec![0.01; 60];
        (start[0], start[1]) = (1e-4, 1.0);
        let product = |v: &[f32], out: &mut [f32]| {
            let pairs = diagonal.iter().zip(v);
            out.iter_mut().zip(pairs).for_each(|(o, (a, x))| *o = a * x);
        };
        let largest = |ends: Option<Ends>| ends.expect("finite products").largest.value;
        let isa = Isa::best();
        let hasty = largest(settings.run_warm(isa, start.clone(), product));
        assert!((hasty - 1.316).abs() < 1e-3, "{hasty}");
        let found = largest(settings.run(isa, start, product));
        assert!((found - 1.45).abs() < 1e-5, "{found}");
    }

    #[test]
    fn residuals_bound_the_error_also_when_the_products_run_out() {
        let diagonal: Vec<f32> = (0..900).map(|i| (i as f32 / 900.0).powi(2)).collect();
        let ends = ends_of(&diagonal, 4);
        assert!(!ends.converged);
        let near = |ritz: &Ritz| {
            diagonal
                .iter()
                .any(|&a| (f64::from(a) - ritz.value).abs() <= ritz.residual)
        };
        assert!(near(&ends.largest) && near(&ends.smallest));
        assert!(ends.largest.residual > 1e-3);
    }

    #[test]
    fn a_matrix_beyond_the_range_of_floats_has_no_ends() {
        let settings = Lanczos {
            tolerance: 1e-3,
            products: 10,
        };
        let overflow = |_: &[f32], out: &mut [f32]| out.fill(f32::INFINITY);
        let ends = settings.run(Isa::best(), vec![1.0; 5], overflow);
        assert!(ends.is_none());
    }

    #[test]
    fn dimension_one_and_the_zero_matrix_are_no_special_case() {
        assert_eq!(ends_of(&[4.0], 10).largest.value, 4.0);
        let zero = ends_of(&[0.0; 7], 10);
        assert_eq!((zero.largest.value, zero.smallest.residual), (0.0, 0.0));
        assert!(zero.converged);
    }
}
