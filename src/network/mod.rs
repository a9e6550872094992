//! Room **network**: forward, backward, directional derivative and per-sample curvature products.
//!
//! A network is a list of layers, each of which reads an earlier activation. What passes ask of a
//! layer is one trait, and every layer is one file ([`layers`]): with parameters it is linear in its
//! input and in its weights; without, it is linear once the base pass has chosen its places; only batch
//! normalisation in training mode is neither.
//!
//! | file | what |
//! |---|---|
//! | `layers/*` | the layers, a file each |
//! | `activation` | the functions of one number that may follow a layer |
//! | `shape`, `layer`, `graph` | shapes, layers at their places, networks |
//! | `builder`, `architecture`, `description` | layers put together, by name, or from a TOML file |
//! | `order` | PyTorch's tensors to the engine's parameters |
//! | `tied` | tensors that are one parameter |
//! | `loss`, `decay` | squares, cross-entropies, hinge squared; weight decay |
//! | `point`, `gathered` | a batch, a point of the loss; rows in an order of choice |
//! | `context` | a point made ready for passes |
//! | `chunks` | how a batch is cut without changing a bit |
//! | `tape` | forward and backward over a chunk, and what they leave |
//! | `pass` | loss, gradient, gradient descent over a batch |
//! | `tangent` | forward mode over both passes: Hessian-vector products of a chunk |
//! | `chain` | the same for a chain of dense layers, also with directions of each sample's own |
//! | `curvature` | `Hv`, `Σv = (1/n) Σ_i H_i(H_i v − Hv)` and every `vᵀH_i v` at a point |
//! | `footprint` | how many numbers passes keep in memory |

mod activation;
mod architecture;
mod builder;
mod chain;
mod chunks;
mod context;
mod curvature;
mod curvature_matrix;
mod decay;
pub mod description;
mod footprint;
mod gathered;
mod graph;
mod layer;
mod layers;
mod loss;
mod mends;
mod order;
mod pass;
mod point;
mod shape;
mod tangent;
mod tape;
mod tied;

pub use crate::kernel::{Sides, Window};
pub use activation::{Activation, Keeps};
pub use architecture::{NAMES, named};
pub use builder::Builder;
pub use curvature::Curvature;
pub use curvature_matrix::CurvatureMatrix;
pub use gathered::Gathered;
pub use graph::Network;
pub use layer::{Initialisation, Layer, Tied};
pub use layers::{
    AveragePool, BatchNorm, ChannelScale, Convolution, Dense, Fault, Filters, Flatten, MaxPool,
    Normalise, Operation, Shortcut, Standardise,
};
pub use loss::Loss;
pub use order::{Assembly, Module, TensorRole};
pub use pass::{Evaluation, Pass, State};
pub use point::{Batch, Normalisation, Point};
pub use shape::{Shape, channels_last};
