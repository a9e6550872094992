//! Room **curvature**: the ends of the spectrum, each number with a residual bound.
//!
//! Sharpness is the largest *algebraic* eigenvalue of the Hessian, not the largest in absolute value;
//! the smallest eigenvalue is always reported with it. Non-uniformity is `s = √λ_max(Σ)` with
//! `Σ = (1/n) Σ_i H_i² − H²` (the population variance, divided by n).
//!
//! A residual proves the following: a symmetric matrix has some eigenvalue within `‖Ax − θx‖/‖x‖` of θ,
//! up to the f32 rounding of the one product that measures it (usually about 10⁻⁶ of the largest
//! absolute eigenvalue, but far more for badly scaled data; `diagnosis` measures it). That this
//! eigenvalue is the *largest* one is the usual assumption of the Lanczos method with a random start.
//! For the smallest eigenvalue, which has many neighbours near zero, this assumption would be too strong
//! ([`Smallest`]).
//!
//! | file | contents |
//! |---|---|
//! | [`Lanczos`] | both ends of a spectrum from products alone |
//! | `space`, `basis` | the Krylov space, which grows with what is asked of it, with full reorthogonalisation |
//! | [`Top`] | the largest eigenvalues, with their vectors |
//! | [`Smallest`] | the smallest eigenvalue, with a lower bound |
//! | [`Measurement`] | sharpness, smallest eigenvalue and non-uniformity of a network at a point |
//! | [`Traces`] | the traces of H and Σ, from random probes |
//! | [`Density`] | the spectral density of H, by stochastic Lanczos quadrature |
//! | [`block_sharpness`] | the sharpness of a part of the parameters |
//! | [`fn@measure`], [`Tracker`] | one measurement; measurements along a training run |
//! | [`fn@preconditioned`] | the spectrum that determines the stability of an adaptive optimiser |
//! | [`OneStepMatrix`] | the spectrum of Theorem 1's matrix `2H − η(H² + pΣ)` |
//! | [`fn@batch_sharpness`], `estimate` | the curvature of random batches along their own gradients |
//! | [`gradient_noise_interaction`] | the curvature of the full loss along the gradients of random batches |

mod basis;
mod batch_sharpness;
mod block;
mod density;
mod estimate;
mod interaction;
mod lanczos;
mod measurement;
mod one_step;
mod preconditioned;
mod smallest;
mod space;
mod top;
mod trace;
mod tracker;

pub use batch_sharpness::{
    BatchPlan, BatchSharpness, LEAST_BATCHES, PRECISION, Stopped, along_gradient, batch_sharpness,
    most_batches,
};
pub use block::block_sharpness;
pub use density::{Density, Node, Quadrature};
pub use estimate::{Draw, Estimate};
pub use interaction::{Interaction, gradient_noise_interaction};
pub use lanczos::{Ends, LEAST_PRODUCTS, LEAST_WARM_PRODUCTS, Lanczos, cold_start, warm_start};
pub use measurement::{Eigenvalue, Measurement, root};
pub use one_step::{OneStepEnds, OneStepMatrix, OneStepParts};
pub use preconditioned::preconditioned;
pub use smallest::{FINE_ENOUGH, FINE_ENOUGH_TO_FOLLOW, LEAST_FOR_SMALLEST, RISK, Smallest};
pub use space::Ritz;
pub use top::Top;
pub use trace::{Trace, Traces};
pub use tracker::{Limits, Tracker, measure};
