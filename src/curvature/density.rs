//! The spectral density of H by stochastic Lanczos quadrature.
//!
//! A Lanczos run from a random start z gives Ritz values θ_j with weights τ_j² (the squared first components of the
//! eigenvectors of its tridiagonal matrix), for which `Σ τ_j² f(θ_j)` is the Gauss quadrature of `zᵀf(H)z/‖z‖²`, exact
//! for polynomials f up to degree 2m − 1 after m products (Golub and Meurant). Averaged over isotropic starts it is
//! `tr f(H)/d`. The density at x is that mean for a normal density f of width σ around x (Ghorbani, Krishnan and Xiao,
//! ICML 2019). It integrates to 1.

use crate::kernel::{self, Isa};
use crate::train::random::{Purpose, stream};
use crate::work;

use super::estimate::{Estimate, mean};
use super::lanczos::{Lanczos, cold_start};
use super::space::{Projected, Space};

/// The first random stream of the starts.
const STREAM: u64 = 1 << 35;

/// A Ritz value with its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// The Ritz value θ.
    pub value: f64,
    /// The weight τ²; the weights of one start sum to 1.
    pub weight: f64,
}

/// The quadratures of several random starts.
#[derive(Clone, Debug)]
pub struct Quadrature {
    /// The nodes of each start.
    pub starts: Vec<Vec<Node>>,
    /// The number of products of all starts.
    pub products: usize,
    /// The dimension d of the matrix.
    pub dimension: usize,
}

/// A smoothed spectral density.
#[derive(Clone, Debug)]
pub struct Density {
    /// The width σ of the normal densities.
    pub width: f64,
    /// Points x in ascending order, each with the density there and its standard error over the starts.
    pub points: Vec<(f64, Estimate)>,
}

impl Lanczos {
    /// Runs of [`Lanczos::products`] products each with the symmetric matrix A given by `product: (v, out) → out ← A v`,
    /// from `starts` random starts. Returns `None` when a product is not finite.
    ///
    /// # Panics
    /// When the dimension is 0.
    pub fn quadrature(
        &self,
        isa: Isa,
        dimension: usize,
        starts: usize,
        seed: u64,
        mut product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Quadrature> {
        let mut all = Quadrature {
            starts: Vec::new(),
            products: 0,
            dimension,
        };
        for index in 0..starts as u64 {
            let mut random = stream(seed, Purpose::Probe, STREAM + index);
            let start = cold_start(dimension, &mut random);
            let is_whole = |projected: &Projected| projected.is_whole(projected.scale());
            let space = kernel::with_team(|| {
                let mut space = Space::begin(isa, start, &mut product)?;
                space.grow(self.products, &mut product, is_whole)?;
                Some(space)
            })?;
            let projected = space.projected();
            let node = |(place, &value): (usize, &f64)| Node {
                value,
                weight: projected.vectors[(0, place)].powi(2),
            };
            all.products += projected.values.len();
            all.starts
                .push(projected.values.iter().enumerate().map(node).collect());
            if work::is_over() {
                break;
            }
        }
        Some(all)
    }
}

impl Quadrature {
    /// The mean of `f` over the spectrum, `tr f(A)/d`, with its standard error over the starts.
    pub fn mean(&self, f: impl Fn(f64) -> f64) -> Estimate {
        let of = |nodes: &Vec<Node>| nodes.iter().map(|node| node.weight * f(node.value)).sum();
        let means: Vec<f64> = self.starts.iter().map(of).collect();
        mean(&means).unwrap_or(Estimate {
            value: 0.0,
            standard_error: f64::INFINITY,
        })
    }

    /// The density smoothed by normal densities whose width is the range of the nodes divided by `resolution`, at
    /// four points a width.
    pub fn density(&self, resolution: usize) -> Density {
        let values = || self.starts.iter().flatten().map(|node| node.value);
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        let range = if high > low {
            high - low
        } else {
            high.abs().max(1.0)
        };
        let width = range / resolution as f64;
        let normal = |x: f64| {
            let scale = 1.0 / (width * (2.0 * std::f64::consts::PI).sqrt());
            move |value: f64| scale * (-((x - value) / width).powi(2) / 2.0).exp()
        };
        // Beyond three widths outside nothing is seen.
        let steps = 4 * (resolution + 6);
        let point = |step| {
            let x = low - 3.0 * width + (range + 6.0 * width) * f64::from(step) / steps as f64;
            (x, self.mean(normal(x)))
        };
        Density {
            width,
            points: (0..=steps as u32).map(point).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quadrature_of(diagonal: &[f32], products: usize, starts: usize) -> Quadrature {
        let settings = Lanczos {
            tolerance: 1e-5,
            products,
        };
        let product = |v: &[f32], out: &mut [f32]| {
            let pairs = diagonal.iter().zip(v);
            out.iter_mut().zip(pairs).for_each(|(o, (a, x))| *o = a * x);
        };
        let found = settings.quadrature(Isa::best(), diagonal.len(), starts, 1, product);
        found.expect("finite products")
    }

    /// Moments up to degree 2m − 1 are exact for each start, so that only the starts differ.
    #[test]
    fn moments_are_those_of_the_spectrum() {
        let diagonal: Vec<f32> = (0..400).map(|i| (i as f32 / 100.0).cos()).collect();
        let found = quadrature_of(&diagonal, 10, 60);
        assert_eq!(found.products, 600);
        for power in [1, 2, 3, 4] {
            let sum: f64 = diagonal.iter().map(|&x| f64::from(x).powi(power)).sum();
            let exact = sum / 400.0;
            let Estimate {
                value,
                standard_error,
            } = found.mean(|x| x.powi(power));
            assert!(
                (value - exact).abs() < 4.0 * standard_error,
                "{power}: {value}, {exact}"
            );
        }
        let one = found.mean(|_| 1.0);
        assert!((one.value - 1.0).abs() < 1e-12 && one.standard_error < 1e-12);
    }

    #[test]
    fn the_density_has_the_mass_of_the_eigenvalues_where_they_are() {
        // A tenth of the eigenvalues at 8, the others at 1.
        let diagonal: Vec<f32> = (0..500)
            .map(|i| if i % 10 == 0 { 8.0 } else { 1.0 })
            .collect();
        let density = quadrature_of(&diagonal, 20, 30).density(50);
        let step = density.points[1].0 - density.points[0].0;
        let mass = |range: std::ops::Range<f64>| -> f64 {
            let inside = density.points.iter().filter(|(x, _)| range.contains(x));
            inside.map(|(_, estimate)| estimate.value * step).sum()
        };
        assert!((mass(-10.0..20.0) - 1.0).abs() < 1e-3);
        assert!((mass(6.0..10.0) - 0.1).abs() < 0.02, "{}", mass(6.0..10.0));
        assert!(mass(3.0..6.0) < 1e-3);
    }
}
