//! Assigns the tensors of a checkpoint to the parameters of a network: by shape and, where shapes leave a
//! choice, by an order that is proved.
//!
//! | file | what |
//! |---|---|
//! | `group` | the modules of a checkpoint |
//! | `order` | the order of modules that could be exchanged |
//! | `neighbours` | the order of batch normalisations, from the convolutions in front of them |
//! | `chain` | a chain of dense layers, from the weights alone |
//! | `fill` | assigns a module of the checkpoint to each module of the network |
//! | `pairs` | parameters, ties and names of matched modules |
//! | `assignment` | which tensor fills which layer, for the page and for JSON |
//! | `layout` | weights stored with inputs before outputs |
//! | `foreign` | tensors that do not belong to the model |

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
