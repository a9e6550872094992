//! The Lanczos method with full reorthogonalisation, for both ends of the spectrum.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::kernel::{self, Isa};

use super::space::{Product, Ritz, Space};

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
    /// A unit vector from which a run at a nearby point begins ([`warm_start`]): that of the largest eigenvalue with a
    /// share of the second, since the two may have changed places there.
    pub ahead: Vec<f32>,
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

/// The smallest number of products in a run from a warm start. Where the second eigenvalue has become the largest, fewer
/// products leave the vector between the two, with a small estimated error.
pub const LEAST_WARM_PRODUCTS: usize = 4;

/// A start vector whose direction is uniform on the sphere.
pub fn cold_start(dimension: usize, random: &mut impl Rng) -> Vec<f32> {
    let normal = |_| random.sample::<f32, _>(StandardNormal);
    (0..dimension).map(normal).collect()
}

/// A start vector near `before`, the unit vector that an earlier run left ([`Ends::ahead`]), plus a little noise.
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

    /// [`Lanczos::run`] from a start near an eigenvector ([`warm_start`]), with at least [`LEAST_WARM_PRODUCTS`].
    ///
    /// # Panics
    /// When `start` is empty.
    pub fn run_warm(
        &self,
        isa: Isa,
        start: Vec<f32>,
        product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Ends> {
        let least = LEAST_WARM_PRODUCTS.min(start.len());
        kernel::with_team(|| self.iterate(isa, start, least, product))
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
            ahead: space.ahead(),
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
        let mut space = Space::begin(isa, start.clone(), &mut { product }).expect("a space");
        let hasty = largest(settings.ends(&mut space, 1, &mut { product }));
        assert!((hasty - 1.316).abs() < 1e-3, "{hasty}");
        let found = largest(settings.run(isa, start, product));
        assert!((found - 1.45).abs() < 1e-5, "{found}");
    }

    /// The two largest eigenvalues of a diagonal matrix change places, and then their vectors turn a little.
    #[test]
    fn a_warm_start_follows_the_largest_when_the_second_overtakes_it() {
        let settings = Lanczos {
            tolerance: 1e-3,
            products: 40,
        };
        let isa = Isa::best();
        let mut random = stream(3, Purpose::Probe, 0);
        let diagonal = |first, second| -> Vec<f32> {
            let rest = (2..2000).map(|i| 14.0 / (1.0 + 0.2 * i as f32));
            [first, second].into_iter().chain(rest).collect()
        };
        let product = |diagonal: Vec<f32>| {
            move |v: &[f32], out: &mut [f32]| {
                let pairs = diagonal.iter().zip(v);
                out.iter_mut().zip(pairs).for_each(|(o, (a, x))| *o = a * x);
            }
        };
        let start = cold_start(2000, &mut random);
        let before = settings.run(isa, start, product(diagonal(15.0, 14.5)));
        let before = before.expect("finite products");
        for first in [14.0, 13.0, 11.0] {
            let start = warm_start(isa, &before.ahead, &mut random);
            let after = settings.run_warm(isa, start, product(diagonal(first, 14.5)));
            let after = after.expect("finite products");
            assert!(
                (after.largest.value - 14.5).abs() < 0.0145,
                "{first}: {after:?}"
            );
            assert!(after.products <= 10, "{first}: {}", after.products);
        }
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
