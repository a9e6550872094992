//! A network as PyTorch defines it, and its exact derivatives by a road of its own.
//!
//! The engine derives by hand, keeps channels last and multiplies matrices; here every layer is the
//! plain loop of its definition, channels first, over numbers `a + s·b + t·c + s·t·d` with
//! `s² = t² = 0`. The coefficient of `s·t` of the loss at `w + s·e_j + t·v` is `(H v)_j`. The two
//! roads share no code and no method.
//!
//! | file | what is in it |
//! |---|---|
//! | [`Graph`] | a network by its definition: layers, loss, and which statistics normalise |
//! | [`Layer`], [`Activation`], [`Window`] | the layers: sizes and numbers of parameters; elementwise functions |
//! | `jet` | the numbers with two nilpotent directions |
//! | `forward`, [`Loss`] | layers and losses as they are defined |
//! | `pass` | the layers one after the other, and on which smooth piece of the loss a point lies |
//! | [`Landscape`] | gradients, Hessians and their products at a point |
//! | [`Bound`] | `γ_m·A`: how far the engine may be away, as a theorem |
//! | `sign`, `switches` | terms in absolute value; smooth pieces of the loss |
//!
//! The scalar is any [`crate::number::Real`]. Over intervals the result is an enclosure; on a
//! dyadic grid, where no root, exponential or third part occurs, it is a single number.

mod activation;
mod bound;
mod definition;
mod forward;
mod jet;
mod landscape;
mod layer;
mod loss;
mod pass;
mod sign;
mod switches;
#[cfg(test)]
mod tests;
mod window;

pub use activation::Activation;
pub use bound::Bound;
pub use definition::{Enclosure, Graph, SecondDerivative, Statistics, Values};
pub use landscape::Landscape;
pub use layer::{Layer, Size, numbers};
pub use loss::Loss;
pub use window::Window;
