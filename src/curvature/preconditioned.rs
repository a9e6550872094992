//! The largest eigenvalue of the preconditioned Hessian, which decides the stability of an adaptive
//! optimiser.

use crate::kernel::{self, Isa};
use crate::network::CurvatureOperator;
use crate::train::random::{Purpose, stream};

use super::lanczos::{Ends, Lanczos, cold_start};

/// Computes both ends of the spectrum of `P⁻¹H` at the point of `curvature`, where `P` is the diagonal
/// matrix with the positive entries `preconditioner` ([`crate::train::Trainer::preconditioner`]).
///
/// `P⁻¹H` has the same eigenvalues as the symmetric matrix `S = P^(−1/2) H P^(−1/2)`; the residuals and
/// Ritz vectors are those of `S`. The entries of `P^(−1/2)` are rounded twice to f32, which moves an
/// eigenvalue by a relative error of at most 4·2⁻²⁴ (Ostrowski). The largest end is to be compared with
/// [`crate::criterion::preconditioned::largest_preconditioned_sharpness`]. `seed` determines the start
/// vector. Returns `None` when a product has left the range of f32.
///
/// # Panics
/// When there is not one entry per parameter.
pub fn preconditioned(
    isa: Isa,
    curvature: &mut CurvatureOperator<'_>,
    preconditioner: &[f32],
    settings: &Lanczos,
    seed: u64,
) -> Option<Ends> {
    let dimension = curvature.dimension();
    assert_eq!(
        preconditioner.len(),
        dimension,
        "entries of a preconditioner"
    );
    let roots: Vec<f32> = preconditioner.iter().map(|p| 1.0 / p.sqrt()).collect();
    let mut scaled = vec![0.0; dimension];
    let start = cold_start(dimension, &mut stream(seed, Purpose::Probe, 0));
    settings.run(isa, start, |v, out| {
        scaled.copy_from_slice(v);
        kernel::multiply(isa, &roots, &mut scaled);
        curvature.hessian_product(&scaled, out);
        kernel::multiply(isa, &roots, out);
    })
}
