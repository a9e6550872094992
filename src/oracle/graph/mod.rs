//! Networks as PyTorch defines them, with exact derivatives computed by an independent method.
//!
//! The engine uses hand-written derivatives, stores images channels last and multiplies matrices. Here,
//! every layer is the plain loop of its definition, channels first, over numbers `a + s·b + t·c + s·t·d`
//! with `s² = t² = 0`. If the loss is evaluated at `w + s·e_j + t·v`, its coefficient of `s·t` is
//! `(H v)_j`. The two methods share no code.
//!
//! | file | contents |
//! |---|---|
//! | [`Graph`] | the definition of a network: layers, loss, and which statistics normalise |
//! | [`Layer`], [`Activation`], [`Window`] | the layers: sizes and numbers of parameters; elementwise functions |
//! | `jet` | the numbers with two nilpotent directions |
//! | `forward`, [`Loss`] | layers and losses, written as their definitions |
//! | `sequence` | embeddings, positions and attention |
//! | [`SampleNorm`] | normalisation within a sample |
//! | `pass` | the layers one after the other, and on which smooth piece of the loss a point lies |
//! | [`Landscape`] | gradients, Hessians and their products at a point |
//! | [`Bound`] | the proved bound `γ_m·A` on the engine's error |
//! | `sign`, `switches` | sums with terms in absolute value; smooth pieces of the loss |
//!
//! The scalar is any [`crate::number::Real`]. Over intervals, the result is an enclosure. On a dyadic
//! grid it is a single number, as long as no root, exponential or division by three occurs.

mod activation;
mod bound;
mod definition;
mod forward;
mod jet;
mod landscape;
mod layer;
mod loss;
mod pass;
mod sample_norm;
mod sequence;
mod sign;
mod switches;
#[cfg(test)]
mod tests;
mod window;

pub use activation::{Activation, SELU_ALPHA, SELU_SCALE, Slopes};
pub use bound::Bound;
pub use definition::{Enclosure, Graph, SecondDerivative, Statistics, Values};
pub use landscape::Landscape;
pub use layer::{Layer, Size, numbers};
pub use loss::Loss;
pub use sample_norm::{SampleNorm, Scaled, Together};
pub use window::Window;
