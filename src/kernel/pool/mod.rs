//! Pools, which compute one number from each window of an image, and their derivatives. They run on the
//! calling thread; callers split a batch into chunks of samples.

mod average;
mod max;
mod places;
mod shape;

pub use average::{average_pool, spread_pool};
pub use max::{gather_pool, max_pool, scatter_pool};
pub use shape::Pool;
