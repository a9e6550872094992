//! The tensors of a checkpoint to the parameters of a network, by shape and, where that leaves a
//! choice, by an order that is proved.
//!
//! | file | what |
//! |---|---|
//! | `group` | the modules of a checkpoint |
//! | `order` | which comes first of modules that could be exchanged |
//! | `neighbours` | batch normalisations by the convolutions in front of them |
//! | `chain` | a chain of dense layers from its weights |
//! | `fill` | a module of the checkpoint for each module of the network |
//! | `pairs` | parameters, ties and names of modules that were matched |
//! | `assignment` | which tensor became which layer's, for the page and for JSON |
//! | `layout` | weights that stand inputs before outputs |
//! | `foreign` | tensors that are not the model's |

pub mod assignment;
pub mod chain;
mod fill;
pub mod foreign;
pub mod group;
mod layout;
mod neighbours;
pub mod order;
mod pairs;
#[cfg(test)]
mod tests;

pub use assignment::{Assigned, Assignment, Exchangeable};
pub use fill::{Filled, fill, has_the_layers_of};
pub use order::{OrderedBy, RequestedOrder};
