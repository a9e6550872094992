//! The traces of H and of Σ, from random probes.
//!
//! For a vector z of independent random signs, `E[zᵀAz] = tr A` (Hutchinson, Commun. Stat. Simul. Comput. 19, 1990).
//! The variance is twice the sum of the squared entries of A off its diagonal, and most of it comes from the few large
//! eigenvalues. These are therefore taken out first: with the orthonormal vectors Q of a short Lanczos run,
//!
//! ```text
//! tr A = tr QᵀAQ + E[yᵀAy],   y = z − QQᵀz
//! ```
//!
//! whatever Q is (Meyer, Musco, Musco and Woodruff, SOSA 2021). Probes are drawn until the standard error is below
//! [`PRECISION`] of the value, but at least [`LEAST_PROBES`] and at most [`MOST_PROBES`] of them.

use rand::RngExt;
use serde::Serialize;

use crate::kernel::{self, Isa};
use crate::network::CurvatureOperator;
use crate::train::random::{Purpose, stream};
use crate::work;

use super::batch_sharpness::PRECISION;
use super::estimate::{Estimate, mean};
use super::lanczos::{Lanczos, cold_start};

/// The smallest number of probes whose spread is believed.
pub const LEAST_PROBES: usize = 8;

/// The largest number of probes.
pub const MOST_PROBES: usize = 100;

/// The number of vectors that are taken out, and the number of products that find them.
const TAKEN_OUT: [usize; 2] = [16, 24];

/// The first random stream of the probes for H; those for Σ follow [`MOST_PROBES`] later.
const STREAM: u64 = 1 << 34;

/// A trace with its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// The trace.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// The number of probes.
    pub probes: usize,
    /// The number of products with the matrix.
    pub products: usize,
}

/// The traces of both matrices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traces {
    /// `tr H`.
    pub hessian: Trace,
    /// `tr Σ = (1/n) Σ_i ‖H_i‖² − ‖H‖²`, in Frobenius norms; `None` if it was not asked for, or if the samples are
    /// coupled.
    pub noise: Option<Trace>,
}

impl Traces {
    /// Measures tr H and, if `with_noise`, tr Σ at the point of `curvature`. Returns `None` when a product has left the
    /// range of f32.
    pub fn measure(
        isa: Isa,
        curvature: &mut CurvatureOperator<'_>,
        with_noise: bool,
        seed: u64,
    ) -> Option<Self> {
        let dimension = curvature.dimension();
        let hessian = trace(isa, dimension, [seed, STREAM], |v, out| {
            curvature.hessian_product(v, out);
        })?;
        let noise = if with_noise && curvature.has_samples() {
            let start = STREAM + 2 * MOST_PROBES as u64;
            Some(trace(isa, dimension, [seed, start], |v, out| {
                curvature.covariance_product(v, out);
            })?)
        } else {
            None
        };
        Some(Traces { hessian, noise })
    }
}

/// The trace of the symmetric matrix A given by `product: (v, out) → out ← A v`. The random numbers are those of a seed
/// from some stream on.
fn trace(
    isa: Isa,
    dimension: usize,
    [seed, first]: [u64; 2],
    mut product: impl FnMut(&[f32], &mut [f32]),
) -> Option<Trace> {
    let [count, products] = TAKEN_OUT;
    let settings = Lanczos {
        tolerance: PRECISION,
        products,
    };
    let start = cold_start(dimension, &mut stream(seed, Purpose::Probe, first));
    let top = settings.run_top(isa, start, count, &mut product)?;
    let taken: f64 = top.pairs.iter().map(|pair| pair.value).sum();
    let (mut image, mut rests) = (vec![0.0; dimension], Vec::new());
    // With as many vectors as dimensions nothing is left.
    let most = if top.pairs.len() == dimension {
        0
    } else {
        MOST_PROBES
    };
    kernel::with_team(|| {
        for probe in 1..=most as u64 {
            let mut random = stream(seed, Purpose::Probe, first + probe);
            let sign = |_| if random.random::<bool>() { 1.0 } else { -1.0 };
            let mut rest: Vec<f32> = (0..dimension).map(sign).collect();
            for pair in &top.pairs {
                let overlap = kernel::dot_wide(isa, &pair.vector, &rest);
                kernel::axpy(isa, -overlap as f32, &pair.vector, &mut rest);
            }
            product(&rest, &mut image);
            rests.push(kernel::dot_wide(isa, &rest, &image));
            work::progress(rests.len(), most);
            let is_precise = rests.len() >= LEAST_PROBES && sum(taken, &rests).is_within(PRECISION);
            if is_precise || rests.len() > 1 && work::is_over() {
                break;
            }
        }
    });
    let estimate = sum(taken, &rests);
    estimate.value.is_finite().then(|| Trace {
        estimate,
        probes: rests.len(),
        products: top.products + rests.len(),
    })
}

/// What was taken out plus the mean of the rest.
fn sum(taken: f64, rests: &[f64]) -> Estimate {
    let rest = mean(rests).unwrap_or(Estimate {
        value: 0.0,
        standard_error: 0.0,
    });
    Estimate {
        value: taken + rest.value,
        ..rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The trace of a diagonal matrix behind a reflection, so that its entries are spread.
    fn trace_of(diagonal: &[f32], seed: u64) -> Trace {
        let dimension = diagonal.len();
        let mirror = cold_start(dimension, &mut stream(9, Purpose::Walk, 0));
        let squared: f32 = mirror.iter().map(|x| x * x).sum();
        let reflect = |v: &mut [f32]| {
            let dot: f32 = v.iter().zip(&mirror).map(|(x, y)| x * y).sum();
            let pairs = v.iter_mut().zip(&mirror);
            pairs.for_each(|(x, y)| *x -= 2.0 * dot / squared * y);
        };
        let product = |v: &[f32], out: &mut [f32]| {
            out.copy_from_slice(v);
            reflect(out);
            out.iter_mut().zip(diagonal).for_each(|(x, a)| *x *= a);
            reflect(out);
        };
        trace(Isa::best(), dimension, [seed, 0], product).expect("finite products")
    }

    #[test]
    fn few_large_eigenvalues_are_taken_out_and_the_rest_is_sampled() {
        let value = |i: usize| {
            if i < 10 {
                10.0 + i as f32
            } else {
                0.01 * (i as f32).sin()
            }
        };
        let diagonal: Vec<f32> = (0..2000).map(value).collect();
        let exact: f64 = diagonal.iter().map(|&x| f64::from(x)).sum();
        let found = trace_of(&diagonal, 1);
        assert_eq!(found.probes, LEAST_PROBES);
        assert!(found.estimate.is_within(PRECISION), "{found:?}");
        let distance = (found.estimate.value - exact).abs();
        assert!(
            distance < 4.0 * found.estimate.standard_error + 1e-3,
            "{found:?}, {exact}"
        );
    }

    #[test]
    fn the_standard_error_is_honest() {
        let diagonal: Vec<f32> = (0..300).map(|i| (i as f32).sin()).collect();
        let exact: f64 = diagonal.iter().map(|&x| f64::from(x)).sum();
        let is_near = |seed: &u64| {
            let found = trace_of(&diagonal, *seed).estimate;
            (found.value - exact).abs() < 2.0 * found.standard_error
        };
        // Of 40 normal numbers 38 lie within two standard errors; fewer than 33 do with probability 10⁻³.
        assert!((0..40).filter(is_near).count() >= 33);
    }

    #[test]
    fn a_small_matrix_is_summed_whole() {
        let found = trace_of(&[1.0, 5.0, -2.0], 1);
        assert!((found.estimate.value - 4.0).abs() < 1e-5, "{found:?}");
        assert_eq!((found.probes, found.estimate.standard_error), (0, 0.0));
    }
}
