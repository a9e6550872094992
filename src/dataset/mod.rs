//! Room **dataset**: readers for idx, CIFAR binary, npy, npz and safetensors files, and the
//! embedded Fashion-MNIST subset.
//!
//! Every reader takes its file for hostile: it never allocates what a header promises, only what
//! the file holds, and each way to be malformed has its own sentence.

pub mod checkpoint;
pub mod cifar;
mod exact;
pub mod fashion_mnist;
pub mod idx;
pub mod npy;
pub mod npz;
mod samples;
mod selection;
mod source;
mod split;
mod targets;
mod text;

pub use exact::Exact;
pub use samples::Dataset;
pub use selection::Selection;
pub use source::{Contents, Source, contents, load};
pub use split::Split;
pub use targets::Targets;
