//! Pools: one number of each window of an image, and back. On the calling thread: whoever has a
//! batch cuts it into chunks of samples.

mod average;
mod max;
mod places;
mod shape;

pub use average::{average_pool, spread_pool};
pub use max::{gather_pool, max_pool, scatter_pool};
pub use shape::Pool;
