//! Room **curvature**: the ends of the spectrum, each number with a residual bound.
//!
//! Sharpness is the largest *algebraic* eigenvalue of the Hessian, never the largest in size, and
//! the smallest one is always given beside it. Non-uniformity is `s = √λ_max(Σ)`,
//! `Σ = (1/n) Σ_i H_i² − H²` (population variance, divided by n).
//!
//! What a residual proves: for a symmetric matrix some eigenvalue lies within `‖Ax − θx‖/‖x‖` of θ, up
//! to the f32 rounding of the one product that measures it (about 10⁻⁶ of the largest eigenvalue in
//! size as a rule, and far more with ill-scaled data: `diagnosis` measures it). That it is the
//! *largest* one is the usual, stated assumption of the Lanczos method with a random start. Of the
//! smallest one, which stands among many near zero, that would be too much to assume ([`Smallest`]).
//!
//! | file | what is in it |
//! |---|---|
//! | [`Lanczos`], `basis` | both ends of a spectrum from products alone, with full reorthogonalisation |
//! | [`fn@smallest`] | the smallest eigenvalue, by a run of its own, and a floor under it |
//! | [`Measurement`] | sharpness, smallest eigenvalue and non-uniformity of a network at a point |
//! | [`fn@measure`], [`Tracker`] | one measurement; measurements along a training run |
//! | [`fn@preconditioned`] | the spectrum that an adaptive optimiser sees |

mod basis;
mod lanczos;
mod measurement;
mod preconditioned;
mod smallest;
mod tracker;

pub use lanczos::{Ends, LEAST_PRODUCTS, Lanczos, Ritz, cold_start, warm_start};
pub use measurement::{Eigenvalue, Measurement, root};
pub use preconditioned::preconditioned;
pub use smallest::{FINE_ENOUGH, LEAST_FOR_SMALLEST, RISK, Smallest, isotropic_start, smallest};
pub use tracker::{Tracker, measure};
