//! The smallest eigenvalue, with a lower bound.
//!
//! Most eigenvalues of an over-parametrised network's Hessian are near zero. A Ritz vector among them
//! has a small residual long before the Krylov space contains the few eigenvectors below, so a small
//! residual does not show that the smallest eigenvalue has been found. A random start, however, proves
//! the following. After k products with a symmetric matrix of dimension d,
//!
//! ```text
//! θ_min − λ_min ≤ ε·(λ_max − λ_min)     except with probability at most 1.648·√d·exp(−(2k − 1)·√ε)
//! ```
//!
//! for any spectrum (Kuczyński and Woźniakowski, SIAM J. Matrix Anal. Appl. 13, 1992), if the start is
//! uniform on the sphere.

use super::lanczos::Lanczos;
use super::space::{Product, Projected, Ritz, Space};
use crate::kernel::{self, Isa};

/// The probability that λ_min lies below its lower bound.
pub const RISK: f64 = 1e-6;

/// The smallest number of products after which a small residual may end the run for the smallest
/// eigenvalue.
pub const LEAST_FOR_SMALLEST: usize = 32;

/// The residual, relative to the largest absolute eigenvalue, at which the smallest eigenvalue counts as
/// converged. It is precise enough for a comparison with the largest.
pub const FINE_ENOUGH: f64 = 3e-5;

/// The residual, relative to the largest absolute eigenvalue, at which a smallest eigenvalue that is followed from one
/// measurement to the next counts as converged: enough to tell a minimum from a saddle, whose λ_min is below −a/10.
pub const FINE_ENOUGH_TO_FOLLOW: f64 = 3e-2;

/// Bounds on the smallest eigenvalue, from above and from below.
#[derive(Clone, Debug)]
pub struct Smallest {
    /// The smallest Ritz value, with its measured residual; λ_min is at most this value.
    pub ritz: Ritz,
    /// A lower bound on λ_min, valid up to f32 rounding except with probability [`RISK`]; `None` if
    /// there were too few products for a bound.
    pub floor: Option<f64>,
    /// The number of matrix products computed.
    pub products: usize,
    /// Whether the residual reached its tolerance.
    pub converged: bool,
}

impl Lanczos {
    /// [`Lanczos::seek_smallest`] from a start near its vector ([`warm_start`](super::warm_start)): the run may end
    /// after any product, and has no lower bound.
    ///
    /// # Panics
    /// When `start` is empty.
    pub(super) fn follow_smallest(
        &self,
        isa: Isa,
        start: Vec<f32>,
        scale: f64,
        mut product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Smallest> {
        kernel::with_team(|| {
            let mut space = Space::begin(isa, start, &mut product)?;
            space.grow(self.products, &mut product, |projected| {
                projected.is_whole(scale) || projected.residual(0) <= self.tolerance * scale
            })?;
            Some(Smallest {
                ritz: space.measured(space.projected().smallest(), &mut product)?,
                floor: None,
                products: space.count() + 1,
                converged: space.is_done(),
            })
        })
    }

    /// Computes the smallest eigenvalue of `product`, until its residual is below `tolerance·scale`,
    /// where `scale` is the largest absolute eigenvalue. A run whose smallest Ritz value is not `is_enough` goes on until
    /// its products are spent: they raise the floor even where the residual is small already. The start must be random
    /// ([`cold_start`](super::cold_start)). Returns `None` when a product is not finite.
    ///
    /// # Panics
    /// When `start` is empty.
    pub(super) fn seek_smallest(
        &self,
        isa: Isa,
        start: Vec<f32>,
        scale: f64,
        is_enough: impl Fn(f64) -> bool,
        mut product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Smallest> {
        kernel::with_team(|| {
            let mut space = Space::begin(isa, start, &mut product)?;
            self.smallest(&mut space, scale, is_enough, &mut product)
        })
    }

    /// [`Lanczos::seek_smallest`] in a space that began with a random start and grows further.
    pub(super) fn smallest(
        &self,
        space: &mut Space,
        scale: f64,
        is_enough: impl Fn(f64) -> bool,
        product: Product<'_>,
    ) -> Option<Smallest> {
        let has_converged = |projected: &Projected| {
            let is_long = projected.values.len() >= LEAST_FOR_SMALLEST;
            projected.is_whole(scale) || is_long && projected.residual(0) <= self.tolerance * scale
        };
        space.grow(self.products, product, |projected| {
            let is_over = projected.is_whole(scale) || is_enough(projected.values[0]);
            is_over && has_converged(projected)
        })?;
        let ritz = space.measured(space.projected().smallest(), product)?;
        Some(Smallest {
            floor: floor(space, &ritz, scale),
            ritz,
            products: space.count() + 1,
            converged: has_converged(space.projected()),
        })
    }
}

fn floor(space: &Space, ritz: &Ritz, scale: f64) -> Option<f64> {
    let (values, dimension) = (&space.projected().values, ritz.vector.len());
    if values.len() == dimension || space.projected().is_whole(scale) {
        return Some(ritz.value - ritz.residual);
    }
    let share = share(dimension, values.len());
    let top = values[values.len() - 1] + space.projected().residual(values.len() - 1);
    (share < 1.0).then(|| ritz.value - share / (1.0 - share) * (top - ritz.value))
}

/// The ε of the bound after `products` products.
fn share(dimension: usize, products: usize) -> f64 {
    let logarithm = (1.648 * (dimension as f64).sqrt() / RISK).ln();
    (logarithm / (2 * products - 1) as f64).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curvature::cold_start;
    use crate::train::random::{Purpose, stream};

    /// A diagonal with a few large entries, most entries near zero, and one slightly below zero.
    fn bulk(dimension: usize) -> Vec<f32> {
        let value = |i: usize| match i {
            0 => -0.02,
            1..=8 => i as f32,
            _ => 1e-4 * (i as f32).sin(),
        };
        (0..dimension).map(value).collect()
    }

    fn seek(diagonal: &[f32], products: usize) -> Smallest {
        let settings = Lanczos {
            tolerance: 3e-5,
            products,
        };
        let start = cold_start(diagonal.len(), &mut stream(1, Purpose::Probe, 0));
        let found = settings.seek_smallest(
            Isa::best(),
            start,
            8.0,
            |_| true,
            |v, out| {
                let pairs = diagonal.iter().zip(v);
                out.iter_mut().zip(pairs).for_each(|(o, (a, x))| *o = a * x);
            },
        );
        found.expect("finite products")
    }

    #[test]
    fn one_eigenvalue_below_many_near_zero_is_found() {
        let found = seek(&bulk(20_000), 100);
        assert!(found.converged);
        assert!(
            (found.ritz.value + 0.02).abs() < 1e-3,
            "{:?}",
            found.ritz.value
        );
        assert!(found.floor.is_some_and(|floor| floor < -0.02));
    }

    #[test]
    fn few_products_prove_little_and_say_so() {
        assert_eq!(seek(&bulk(20_000), 8).floor, None);
        let floor = seek(&bulk(20_000), 24).floor.expect("a floor");
        assert!(floor < -0.02, "{floor}");
    }

    #[test]
    fn a_whole_space_leaves_the_residual_alone() {
        let found = seek(&bulk(30), 100);
        let floor = found.floor.expect("a floor");
        assert!((found.ritz.value + 0.02).abs() < 1e-5);
        assert!((floor + 0.02).abs() < 1e-4, "{floor}");
    }

    #[test]
    fn the_share_is_that_of_the_theorem() {
        // 1.648·√10⁴·e^(−(2·32 − 1)·√ε) = 10⁻⁶
        let share = share(10_000, 32);
        let chance = 1.648 * 100.0 * (-63.0 * share.sqrt()).exp();
        assert!((chance / RISK - 1.0).abs() < 1e-9);
    }
}
