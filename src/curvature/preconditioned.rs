//! The sharpness that decides the stability of an adaptive optimiser: that of the preconditioned Hessian.

use crate::kernel::{self, Isa};
use crate::network::Curvature;
use crate::train::random::{Purpose, stream};

use super::lanczos::{Ends, Lanczos, cold_start};

/// Both ends of the spectrum of `P⁻¹H` at the point of `curvature`, `P` diagonal with the positive
/// entries `preconditioner` ([`crate::train::Trainer::preconditioner`]).
///
/// `P⁻¹H` has the eigenvalues of the symmetric `S = P^(−1/2) H P^(−1/2)`, to which the residuals and
/// Ritz vectors belong. The entries of `P^(−1/2)` are rounded twice to f32, which moves an eigenvalue
/// by at most 4·2⁻²⁴ of itself (Ostrowski). The largest end is to be held against
/// [`crate::criterion::preconditioned::largest_preconditioned_sharpness`]. `seed` gives the start
/// vector; `None` when a product has left the range of f32.
///
/// # Panics
/// When there is not one entry a parameter.
pub fn preconditioned(
    isa: Isa,
    curvature: &mut Curvature<'_>,
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
