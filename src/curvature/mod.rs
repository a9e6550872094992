//! Room **curvature**: the ends of the spectrum, each number with a residual bound.
//!
//! Sharpness is the largest *algebraic* eigenvalue of the Hessian, never the largest in size, and
//! the smallest one is always given beside it. Non-uniformity is `s = √λ_max(Σ)`,
//! `Σ = (1/n) Σ_i H_i² − H²` (population variance, divided by n).
//!
//! What a residual proves: for a symmetric matrix some eigenvalue lies within `‖Ax − θx‖/‖x‖` of
//! θ, up to the f32 rounding of the one product that measures it (about 10⁻⁶ of the largest
//! eigenvalue in size as a rule, and far more with ill-scaled data: `diagnosis` measures it). That it is the *largest* one is the usual, stated assumption of the Lanczos
//! method with a random start; of the smallest one, which stands among many near zero, it would be
//! too much to assume ([`Smallest`]).

mod basis;
mod lanczos;
mod measurement;
mod preconditioned;
mod smallest;
mod tracker;

pub use lanczos::{Ends, LEAST_PRODUCTS, Lanczos, Ritz, cold_start, warm_start};
pub use measurement::{Eigenvalue, Measurement, root};
pub use preconditioned::preconditioned;
pub use smallest::{FINE_ENOUGH, LEAST_FOR_SMALLEST, RISK, Smallest, round_start, smallest};
pub use tracker::{Tracker, measure};
