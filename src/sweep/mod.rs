//! Room **sweep**: the folder of finished cells, and how cells are spread over machines.
//!
//! A folder of results holds a file `cells/<scale>/<experiment>/<cell>.json` per cell, written whole or
//! not at all. A cell whose file has the settings that are asked for is not run again. A cluster needs
//! nothing but plain processes and a shared folder.

mod shard;
mod store;

pub use shard::Shard;
pub use store::{Finished, Store};
