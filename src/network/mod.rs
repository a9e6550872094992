//! Room **network**: forward and backward passes, directional derivatives and per-sample curvature
//! products.
//!
//! A network is a list of layers, each of which reads earlier activations. Every layer is one file and
//! implements the same trait, through which the passes use it (`layers`). Layers with parameters are
//! linear in their input and in their weights. Layers without parameters are linear once the base pass
//! has fixed the positions that they choose, except for attention and for those that standardise by moments
//! which they measure.
//!
//! | file | contents |
//! |---|---|
//! | `layers/*` | the layers, one file each |
//! | `activation` | the elementwise functions that may follow a layer |
//! | `shape`, `layer`, `graph` | shapes, layers with their inputs and parameters, networks |
//! | `builder`, `architecture`, `description` | networks built layer by layer, by name, or from a TOML file |
//! | `item`, `written` | an item of the list in a TOML file; a network as such a file |
//! | `order` | conversion of PyTorch's tensors to the engine's parameters |
//! | `tied` | tensors that share one parameter |
//! | `loss`, `decay` | squared losses, cross-entropies, squared hinge; weight decay |
//! | `point`, `gathered` | a batch, and a point of the loss; a batch's rows in a chosen order |
//! | `context` | a point prepared for passes |
//! | `chunks` | how a batch is split without changing the result |
//! | `tape` | forward and backward over a chunk, and what they record |
//! | `pass` | loss, gradient and gradient descent over a batch |
//! | `tangent` | forward mode over both passes: Hessian-vector products of a chunk |
//! | `chain` | the same for a chain of dense layers, also along directions that differ by sample |
//! | `pieces` | a chain of dense layers over a batch that is cut into pieces |
//! | `curvature` | `Hv`, `Σv = (1/n) Σ_i H_i(H_i v − Hv)` and every `vᵀH_i v` at a point |
//! | `gram` | `J Jᵀ`, the Gram matrix of the Jacobian |
//! | `footprint` | how many numbers the passes keep in memory |

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
mod gram;
mod graph;
mod item;
mod layer;
mod layers;
mod loss;
mod mends;
mod order;
mod pass;
mod pieces;
mod point;
mod shape;
mod tangent;
mod tape;
mod tied;
mod written;

pub use crate::kernel::{Sides, Window};
pub use activation::{Activation, Keeps};
pub use architecture::{Decoder, NAMES, activation_by_name, named};
pub use builder::{Builder, Fork};
pub use curvature::CurvatureOperator;
pub use curvature_matrix::CurvatureMatrix;
pub use gathered::Gathered;
pub use gram::{Gram, jacobian};
pub use graph::Network;
pub use layer::{Initialisation, Layer, Tied};
pub use layers::{
    Added, Attention, AveragePool, BatchNorm, Convolution, Dense, Embedding, Fault, Filters,
    Flatten, MaxPool, Normalise, Operation, PackedAs, Positions, ReadOut, SampleNorm, Scale,
    Scaled, Shortcut, Standardise, StandardiseSample, Together, Zeros,
};
pub use loss::Loss;
pub use order::{Assembly, Module, TensorRole};
pub use pass::{Evaluation, Pass, State};
pub use point::{Batch, Normalisation, Point};
pub use shape::{Shape, channels_last};
