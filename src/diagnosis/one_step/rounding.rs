//! What f32 loses in products with `M = 2H − η(H² + pΣ)`.
//!
//! At both final vectors the three products are repeated in f64, as for H and Σ alone
//! ([`super::super::rounding`]):
//!
//! ```text
//! ‖(M̂ − M)v‖ ≤ 2‖(Ĥ − H)v‖ + η(‖(ĤĤ − HH)v‖ + p‖(Σ̂ − Σ)v‖)
//! ```
//!
//! The floor of `λ_min(M)` concerns all directions. If every product with H is wrong by at most `ε·a` and
//! every product with Σ by at most `ε·(a² + s²)`, where a is the largest absolute eigenvalue of H, then M
//! is wrong by at most `ε(2a + 2ηa² + ηp(a² + s²))` up to ε².

use crate::curvature::OneStepEnds;

use super::super::engines::Engines;
use super::super::mode::Mode;
use super::super::reading::{EVERYWHERE, Precision, Reading, Vectors};
use super::super::rounding::{of_covariance, relative, shared_point};
use super::super::task::Task;
use super::factors::Factors;

/// The errors of f32 products with M, in units of M.
#[derive(Clone, Copy, Debug)]
pub struct Lost {
    /// At the vector of the smallest eigenvalue.
    pub smallest: f64,
    /// At the vector of the largest eigenvalue.
    pub largest: f64,
    /// In any direction.
    pub anywhere: f64,
}

impl Lost {
    /// Measures the errors at the vectors of both ends. `reading` and `vectors` are those of H and Σ.
    pub fn measure(
        task: &Task<'_>,
        mode: Option<Mode>,
        reading: &Reading,
        vectors: &Vectors,
        ends: &OneStepEnds,
    ) -> Self {
        let factors = Factors::new(task.setting);
        let shared = shared_point(task, mode);
        let mut engines = Engines::new(&shared, task);
        let a = engines.hessian(&vectors.sharpness);
        let size = relative(task, &shared, reading, &a);
        let size_of_matrix = size_of(reading, factors);
        let least = Precision::F32.least() * size_of_matrix;
        let found = [&ends.smallest.ritz.vector, &ends.largest.largest.vector];
        let [smallest, largest] =
            found.map(|vector| along(task, &mut engines, factors, vector, size) + least);
        Lost {
            smallest,
            largest,
            anywhere: (EVERYWHERE * size_of_matrix).max(smallest).max(largest),
        }
    }
}

/// The bound on `‖(M̂ − M)v‖` for one unit vector; `size` scales errors of H to all samples.
fn along(
    task: &Task<'_>,
    engines: &mut Engines<'_>,
    factors: Factors,
    vector: &Vec<f32>,
    size: f64,
) -> f64 {
    let lr = factors.learning_rate;
    let once = engines.hessian(vector);
    let twice = engines.squared_hessian(vector);
    let mut lost = 2.0 * size * once.length + lr * size * size * twice.length;
    if factors.weight > 0.0 {
        let quotients = engines.single.sample_quotients(vector);
        let noise = of_covariance(task, engines, &[vector], &quotients, &once);
        lost += lr * factors.weight * size * size * noise.length;
    }
    lost
}

/// `2a + 2ηa² + ηp(a² + s²)`, in which one relative error of the products shows.
fn size_of(reading: &Reading, factors: Factors) -> f64 {
    let a = reading.scale();
    let s = reading.non_uniformity.map_or(0.0, |s| s.value + s.bar());
    let lr = factors.learning_rate;
    2.0 * a + 2.0 * lr * a * a + lr * factors.weight * (a * a + s * s)
}
