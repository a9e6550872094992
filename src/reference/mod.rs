//! Room **reference**: loss, gradient and curvature of a network in f64, by another road than the engine's.
//!
//! The method is reverse mode over numbers `a + t·b` with `t² = 0`: the derivative with respect to the
//! parameters at `w + t·v` has `Hv` as its coefficient of `t`. Matrix products are nalgebra's,
//! convolutions use im2col matrices, and images are channels first. For the Gauss–Newton product, the
//! tangent of the outputs' gradient along `v` is propagated backward at `w`. `Σv` is computed as
//! `(1/n) Σ H_i(H_i v) − H(Hv)`, with every `H_i v` formed. The engine shares none of this: it uses f32,
//! channels last, and derivatives written by hand.
//!
//! | file | contents |
//! |---|---|
//! | [`ReferencePoint`] | a point of the loss in f64: loss, gradient, `Hv`, `Σv` |
//! | `numbers` | a graph with its numbers in f64; [`Unrounded`]: numbers that f32 does not represent exactly |
//! | `forward`, `backward` | the two passes through the layers |
//! | `bilinear`, `matrix`, `windows` | dense layers, convolutions, pools |
//! | `attention`, `sequence` | the layers of sequences |
//! | `activation`, `batch_norm`, `sample_norm`, `loss` | the definition of each over numbers `a + t·b` |
//! | `dual` | the numbers `a + t·b` |
//! | `ties` | parameters that are used in several places |
//! | [`Lanczos`], [`Measurement`] | both ends of a spectrum; sharpness and non-uniformity, with residuals |
//! | [`translate`] | conversion of the engine's networks to graphs of the oracle, and of their numbers |

mod activation;
mod attention;
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
mod sample_norm;
mod sequence;
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
