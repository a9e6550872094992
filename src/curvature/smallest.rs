//! The smallest eigenvalue, and a floor under it.
//!
//! The Hessian of an over-parametrised network has most of its eigenvalues near zero. There a Ritz
//! vector has a small residual long before the space has found the few eigenvalues below, so that a
//! residual says nothing of the smallest one. A random start does prove something: after k
//! products with a symmetric matrix of dimension d,
//!
//! ```text
//! θ_min − λ_min ≤ ε·(λ_max − λ_min)     but for a chance of 1.648·√d·exp(−(2k − 1)·√ε)
//! ```
//!
//! whatever the spectrum is (Kuczyński and Woźniakowski, SIAM J. Matrix Anal. Appl. 13, 1992). It holds
//! for a start that is uniform on the sphere.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::lanczos::{Lanczos, Ritz, Space};
use crate::kernel::{self, Isa};
use crate::network::Curvature;
use crate::train::random::{Purpose, stream};

/// The chance that λ_min lies below its floor.
pub const RISK: f64 = 1e-6;

/// The fewest products before a small residual of the smallest eigenvalue ends its run.
pub const LEAST_FOR_SMALLEST: usize = 32;

/// The residual, as a share of the largest eigenvalue in size, at which the smallest one counts as
/// converged: it is there to be compared with the largest.
pub const FINE_ENOUGH: f64 = 3e-5;

/// The smallest eigenvalue, from above and from below.
#[derive(Clone, Debug)]
pub struct Smallest {
    /// The smallest Ritz value, with its measured residual; λ_min is not above it.
    pub ritz: Ritz,
    /// λ_min is not below this floor, except with probability [`RISK`] and for the rounding of f32; `None`
    /// when the products are too few to tell.
    pub floor: Option<f64>,
    /// Matrix products spent.
    pub products: usize,
    /// Did the residual reach its tolerance?
    pub converged: bool,
}

/// A start that is uniform on the sphere, up to its length.
pub fn isotropic_start(dimension: usize, random: &mut impl Rng) -> Vec<f32> {
    let normal = |_| random.sample::<f32, _>(StandardNormal);
    (0..dimension).map(normal).collect()
}

/// The smallest eigenvalue at the point of `curvature`, by a run of its own from a start of its own:
/// the run for the `largest` one ends long before it has found the smallest. At most `products` products
/// are spent on the Krylov space. `None` when a product is not finite.
pub fn smallest(
    isa: Isa,
    curvature: &mut Curvature<'_>,
    largest: f64,
    products: usize,
    seed: u64,
) -> Option<Smallest> {
    let settings = Lanczos {
        tolerance: FINE_ENOUGH,
        products,
    };
    let start = isotropic_start(curvature.dimension(), &mut stream(seed, Purpose::Probe, 2));
    settings.run_smallest(isa, start, largest.abs(), |v, out| {
        curvature.hessian_product(v, out);
    })
}

impl Lanczos {
    /// The smallest eigenvalue of `product`, until its residual is below `tolerance·scale`, `scale`
    /// being the largest eigenvalue in size. `None` when a product is not finite.
    ///
    /// # Panics
    /// When `start` is empty.
    pub fn run_smallest(
        &self,
        isa: Isa,
        start: Vec<f32>,
        scale: f64,
        mut product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Smallest> {
        kernel::with_team(|| {
            let dimension = start.len();
            let space = self.grow(isa, start, &mut product, |projected| {
                let is_long = projected.values.len() >= LEAST_FOR_SMALLEST;
                projected.is_whole(scale)
                    || is_long && projected.residual(0) <= self.tolerance * scale
            })?;
            let ritz = space.measured(isa, space.projected.smallest(), &mut product)?;
            Some(Smallest {
                floor: floor(&space, &ritz, dimension, scale),
                ritz,
                products: space.projected.values.len() + 1,
                converged: space.is_done,
            })
        })
    }
}

fn floor(space: &Space, ritz: &Ritz, dimension: usize, scale: f64) -> Option<f64> {
    let values = &space.projected.values;
    if values.len() == dimension || space.projected.is_whole(scale) {
        return Some(ritz.value - ritz.residual);
    }
    let share = share(dimension, values.len());
    let top = values[values.len() - 1] + space.projected.residual(values.len() - 1);
    (share < 1.0).then(|| ritz.value - share / (1.0 - share) * (top - ritz.value))
}

/// ε after so many products.
fn share(dimension: usize, products: usize) -> f64 {
    let logarithm = (1.648 * (dimension as f64).sqrt() / RISK).ln();
    (logarithm / (2 * products - 1) as f64).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A diagonal: a few large eigenvalues, most near zero, and one a little below.
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
        let start = isotropic_start(diagonal.len(), &mut stream(1, Purpose::Probe, 0));
        let found = settings.run_smallest(Isa::best(), start, 8.0, |v, out| {
            let pairs = diagonal.iter().zip(v);
            out.iter_mut().zip(pairs).for_each(|(o, (a, x))| *o = a * x);
        });
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
