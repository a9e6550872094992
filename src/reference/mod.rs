//! Room **reference**: loss, gradient and curvature of a network in f64, by another road than the engine's.
//!
//! Reverse mode over numbers `a + t·b` with `t² = 0`: the derivative by the parameters at `w + t·v`
//! has `Hv` as the coefficient of `t`. Products are nalgebra's, convolutions go through the matrix
//! of their windows, images are channels first. The tangent of the outputs' gradient along `v`, taken
//! backward at `w`, gives the Gauss–Newton product. `Σv` is `(1/n) Σ H_i(H_i v) − H(Hv)`, with every
//! `H_i v` formed. The engine shares nothing of it: it works in f32, channels last, and on derivatives
//! written by hand.
//!
//! | file | what is in it |
//! |---|---|
//! | [`ReferencePoint`] | a point of the loss in f64: loss, gradient, `Hv`, `Σv` |
//! | `numbers` | a graph with its numbers in f64; [`Unrounded`]: those that f32 does not hold |
//! | `forward`, `backward` | the two passes through the layers |
//! | `bilinear`, `matrix`, `windows` | dense layers, convolutions, pools |
//! | `activation`, `batch_norm`, `loss` | what each is over numbers `a + t·b` |
//! | `dual` | `a + t·b` |
//! | `ties` | parameters that are used in several places |
//! | [`Lanczos`], [`Measurement`] | both ends of a spectrum; sharpness and non-uniformity, with residuals |
//! | [`translate`] | a network of the engine as a graph of the oracle; orders of numbers |

mod activation;
mod backward;
mod batch_norm;
mod bilinear;
mod dual;
mod forward;
mod lanczos;
mod loss;
mod matrix;
mod measure;
mod numbers;
mod point;
#[cfg(test)]
mod tests;
mod ties;
pub mod translate;
mod windows;

pub use lanczos::{Eigenvalue, Ends, Lanczos};
pub use measure::Measurement;
pub use numbers::Unrounded;
pub use point::ReferencePoint;
pub(crate) use point::{CHUNK, SHARES};
