//! Room **dataset**: readers for idx, CIFAR binary, npy and npz files, for checkpoints (safetensors, PyTorch)
//! and for models in arrays, and the embedded Fashion-MNIST subset.
//!
//! All readers treat their files as untrusted: memory is never allocated for what a header promises,
//! only for what the file really contains, and each kind of malformed file has an error message of its
//! own.

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
pub mod tables;
mod targets;
mod text;

pub use exact::Exact;
pub use samples::Dataset;
pub use selection::Selection;
pub use source::{Contents, Source, contents, load};
pub use split::Split;
pub use targets::Targets;
pub(crate) use text::hexadecimal;
