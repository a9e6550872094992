//! Room **network**: forward, backward, directional derivative and per-sample curvature products.
//!
//! A network is a list of layers, each of which reads an earlier activation. What a layer can do is
//! little: with parameters it is linear in its input and in its weights; without, it is linear once
//! the base pass has chosen its places; only batch normalisation in training mode is neither. So
//! every derivative is made of the same few products.
//!
//! | file | what |
//! |---|---|
//! | `shape`, `layer`, `graph` | shapes, layers, networks |
//! | `builder`, `architecture`, `description` | layers put together, by name, or from a TOML file |
//! | `settings`, `bounds` | what layers are told; what an architecture may ask for |
//! | `order` | PyTorch's tensors to the engine's parameters |
//! | `tied` | tensors that are one parameter |
//! | `loss`, `decay` | squares, cross-entropies, hinge squared; weight decay |
//! | `point`, `gathered` | a batch, a point of the loss, weights ready for use; rows in an order of choice |
//! | `bilinear`, `linear`, `standardise` | the three families of layers |
//! | `chunks` | how a batch is cut without changing a bit |
//! | `trace`, `pass` | forward and backward over a chunk; loss, gradient, descent over a batch |
//! | `tangent` | the directional derivative of a pass |
//! | `chain` | the same for a chain of dense layers, also with per-sample directions |
//! | `curvature` | `Hv`, `Σv = (1/n) Σ_i H_i(H_i v − Hv)` and every `vᵀH_i v` at a point |
//! | `footprint` | how many numbers passes keep in memory |

mod activation;
mod architecture;
mod bilinear;
mod bounds;
mod builder;
mod chain;
mod chunks;
mod curvature;
mod decay;
pub mod description;
mod footprint;
mod gathered;
mod graph;
mod layer;
mod linear;
mod loss;
mod order;
mod pass;
mod point;
mod settings;
mod shape;
mod standardise;
mod tangent;
mod tied;
mod trace;

pub use crate::kernel::{Sides, Window};
pub use activation::{Activation, Keeps};
pub use architecture::{NAMES, named};
pub use builder::{Builder, Fault};
pub use curvature::{Curvature, CurvatureMatrix};
pub use gathered::Gathered;
pub use graph::Network;
pub use layer::{Initialisation, Layer, Operation, Tied};
pub use loss::Loss;
pub use order::{Assembly, Module, TensorRole};
pub use pass::{Evaluation, Pass, State};
pub use point::{Batch, Normalisation, Point};
pub use settings::{BatchNorm, Filters};
pub use shape::{Shape, channels_last};
