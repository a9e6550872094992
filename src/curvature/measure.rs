//! Sharpness, smallest eigenvalue and non-uniformity of a network at a point.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::kernel::{self, Isa};
use crate::network::Curvature;
use crate::train::random::{Purpose, stream};

use super::{Ends, Lanczos, Ritz};

/// A measured eigenvalue: some eigenvalue lies within `residual` of `value`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Eigenvalue {
    /// θ.
    pub value: f64,
    /// The residual bound, in the unit of `value`.
    pub residual: f64,
}

impl From<&Ritz> for Eigenvalue {
    fn from(ritz: &Ritz) -> Self {
        Eigenvalue {
            value: ritz.value,
            residual: ritz.residual,
        }
    }
}

/// The curvature of a network at a point over one fixed set of samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// `a = λ_max(H)`.
    pub sharpness: Eigenvalue,
    /// `λ_min(H)`.
    pub smallest_eigenvalue: Eigenvalue,
    /// `s = √λ_max(Σ)`; the residual is that of the root, the wider side of `√(s² ± r)`.
    pub non_uniformity: Eigenvalue,
    /// Products with H and with Σ that were spent.
    pub products: [usize; 2],
    /// Did both iterations reach their tolerance?
    pub converged: bool,
    /// The mean loss.
    pub loss: f64,
    /// The share of samples classified rightly, in [0, 1].
    pub accuracy: f64,
}

/// The ends of both spectra at a point, with their vectors.
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// Of `H`.
    pub hessian: Ends,
    /// Of `Σ`; `None` where batch normalisation couples the samples.
    pub covariance: Option<Ends>,
}

impl Spectrum {
    /// Measures at the point of `curvature`; `seed` gives the start vectors. `before`, measured at
    /// a point not far away, shortens the way: its vectors, with a random tenth of their length
    /// added, are the start. `None` when the curvature has left the range of f32.
    pub fn measure(
        isa: Isa,
        curvature: &mut Curvature<'_>,
        settings: &Lanczos,
        seed: u64,
        before: Option<&Spectrum>,
    ) -> Option<Self> {
        let dimension = curvature.dimension();
        let start = |index, ends: Option<&Ends>| start(isa, dimension, (seed, index), ends);
        let first = start(0, before.map(|before| &before.hessian));
        let hessian = settings.run_from(isa, first, |v, out| curvature.hessian_product(v, out))?;
        let covariance = match curvature.has_samples() {
            false => None,
            true => {
                let first = start(1, before.and_then(|before| before.covariance.as_ref()));
                let product = |v: &[f32], out: &mut [f32]| curvature.covariance_product(v, out);
                Some(settings.run_from(isa, first, product)?)
            }
        };
        Some(Spectrum {
            hessian,
            covariance,
        })
    }

    /// `s = √λ_max(Σ)` with the residual of the root, the wider side of `√(s² ± r)`.
    pub fn non_uniformity(&self) -> Option<Eigenvalue> {
        let ends = self.covariance.as_ref();
        ends.map(|ends| root(&ends.largest))
    }
}

/// The start vector number `index` of `seed`: random, or random at a tenth of the length of the
/// vectors found before.
fn start(isa: Isa, dimension: usize, (seed, index): (u64, u64), before: Option<&Ends>) -> Vec<f32> {
    let mut random = stream(seed, Purpose::Probe, index);
    let numbers = (0..dimension).map(|_| 2.0 * random.random::<f32>() - 1.0);
    let mut start: Vec<f32> = numbers.collect();
    if let Some(ends) = before {
        let length = kernel::dot_wide(isa, &start, &start).sqrt();
        kernel::scale(isa, (0.1 / length) as f32, &mut start);
        for ritz in [&ends.largest, &ends.smallest] {
            kernel::axpy(isa, 1.0, &ritz.vector, &mut start);
        }
    }
    start
}

/// Measures at the point of `curvature`, whose samples must not be coupled; `seed` gives the start
/// vectors. `None` when the curvature there has left the range of f32.
///
/// # Panics
/// Where batch normalisation couples the samples.
pub fn measure(
    isa: Isa,
    curvature: &mut Curvature<'_>,
    settings: &Lanczos,
    seed: u64,
) -> Option<Measurement> {
    let spectrum = Spectrum::measure(isa, curvature, settings, seed, None)?;
    let hessian = &spectrum.hessian;
    let covariance = spectrum.covariance.as_ref().expect("uncoupled samples");
    Some(Measurement {
        sharpness: (&hessian.largest).into(),
        smallest_eigenvalue: (&hessian.smallest).into(),
        non_uniformity: root(&covariance.largest),
        products: [hessian.products, covariance.products],
        converged: hessian.converged && covariance.converged,
        loss: curvature.loss(),
        accuracy: curvature.accuracy(),
    })
}

/// `√(θ ± r)`: the root of the value, and the larger distance of the two ends from it. Σ is
/// positive semi-definite, so a value below zero is rounding and is read as zero.
fn root(variance: &Ritz) -> Eigenvalue {
    let value = variance.value.max(0.0).sqrt();
    let low = (variance.value - variance.residual).max(0.0).sqrt();
    let high = (variance.value + variance.residual).max(0.0).sqrt();
    Eigenvalue {
        value,
        residual: (value - low).max(high - value),
    }
}
