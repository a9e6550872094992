//! Room **sweep**: which cells to run, shards, resume, merge.
//!
//! A folder of results holds `cells/<scale>/<experiment>/<cell>.json`, one file a cell, written whole or
//! not at all. A file whose settings are those asked for is a finished cell and is not run again;
//! plain processes and a shared folder are all a cluster needs.

mod shard;
mod store;

pub use shard::Shard;
pub use store::{Finished, Store};
