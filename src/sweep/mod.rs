//! Room **sweep**: the folder of finished cells, and how cells are spread over several machines.
//!
//! A folder of results holds one file `cells/<scale>/<experiment>/<cell>.json` for each cell, written
//! atomically. A cell is not run again if its file has the requested settings. A cluster needs nothing
//! but plain processes and a shared folder. How each cell was made stands in `runs.jsonl` ([`Runs`]).

mod runs;
mod store;

pub use runs::{Made, Runs};
pub use store::{Finished, Store};
