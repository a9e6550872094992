//! The largest eigenvalues, with their vectors.

use crate::kernel::{self, Isa};

use super::lanczos::Lanczos;
use super::space::{Product, Ritz, Space};

/// The largest algebraic eigenvalues of a matrix.
#[derive(Clone, Debug)]
pub struct Top {
    /// The Ritz values with their vectors, the largest first; each residual is the one that the recurrence implies.
    /// An eigenvalue with several independent vectors is found once.
    pub pairs: Vec<Ritz>,
    /// The number of matrix products computed.
    pub products: usize,
    /// Whether the estimated error of each value fell below `tolerance` times the largest absolute value.
    pub converged: bool,
}

impl Lanczos {
    /// Computes the `count` largest algebraic eigenvalues of the symmetric matrix A given by
    /// `product: (v, out) → out ← A v`, or as many as the Krylov space has. `start` must be random
    /// ([`cold_start`](super::cold_start)).
    ///
    /// Returns `None` when a product is not finite, because the matrix has left the range of f32.
    ///
    /// # Panics
    /// When `start` is empty.
    pub fn run_top(
        &self,
        isa: Isa,
        start: Vec<f32>,
        count: usize,
        mut product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Top> {
        kernel::with_team(|| {
            let mut space = Space::begin(isa, start, &mut product)?;
            self.top(&mut space, count, &mut product)
        })
    }

    /// [`Lanczos::run_top`] in a space that began with a random start and grows further.
    pub(super) fn top(&self, space: &mut Space, count: usize, product: Product<'_>) -> Option<Top> {
        space.grow(self.products, product, |projected| {
            let (values, scale) = (&projected.values, projected.scale());
            let is_small = |place| {
                let residual = projected.residual(place);
                projected.error(projected.at(place), residual) <= self.tolerance * scale
            };
            let top = values.len().saturating_sub(count)..values.len();
            projected.is_whole(scale) || values.len() > count && top.into_iter().all(is_small)
        })?;
        let size = space.products();
        let places = (size.saturating_sub(count)..size).rev();
        Some(Top {
            pairs: places
                .map(|place| space.implied(space.projected().at(place)))
                .collect(),
            products: space.count(),
            converged: space.is_done(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curvature::cold_start;
    use crate::train::random::{Purpose, stream};

    fn top_of(diagonal: &[f32], count: usize, products: usize) -> Top {
        let settings = Lanczos {
            tolerance: 1e-5,
            products,
        };
        let start = cold_start(diagonal.len(), &mut stream(1, Purpose::Probe, 0));
        let product = |v: &[f32], out: &mut [f32]| {
            let pairs = diagonal.iter().zip(v);
            out.iter_mut().zip(pairs).for_each(|(o, (a, x))| *o = a * x);
        };
        (settings.run_top(Isa::best(), start, count, product)).expect("finite products")
    }

    #[test]
    fn the_largest_eigenvalues_are_found_in_order_with_their_vectors() {
        let mut diagonal: Vec<f32> = (0..500).map(|i| 1e-3 * i as f32).collect();
        for (place, value) in [(3, 9.0), (400, 4.0), (77, 3.9), (250, -20.0)] {
            diagonal[place] = value;
        }
        let top = top_of(&diagonal, 3, 100);
        assert!(top.converged);
        for (pair, (value, place)) in top.pairs.iter().zip([(9.0, 3), (4.0, 400), (3.9, 77)]) {
            assert!(
                (pair.value - value).abs() <= pair.residual + 1e-5,
                "{pair:?}"
            );
            assert!(pair.vector[place].abs() > 0.999);
        }
    }

    #[test]
    fn what_has_not_converged_says_so_and_has_its_residuals() {
        let diagonal: Vec<f32> = (0..500).map(|i| 1e-3 * i as f32).collect();
        let top = top_of(&diagonal, 5, 12);
        assert!(!top.converged);
        assert_eq!(top.products, 12);
        let near = |pair: &Ritz| {
            let distance = |&a: &f32| (f64::from(a) - pair.value).abs();
            diagonal.iter().any(|a| distance(a) <= pair.residual + 1e-6)
        };
        assert!(top.pairs.iter().all(near));
    }

    #[test]
    fn a_matrix_of_few_dimensions_has_no_more_eigenvalues_than_these() {
        let top = top_of(&[1.0, 5.0, 2.0], 10, 50);
        let values: Vec<f64> = top.pairs.iter().map(|pair| pair.value.round()).collect();
        assert_eq!(values, [5.0, 2.0, 1.0]);
        assert!(top.converged);
    }
}
