//! A run, followed over its checkpoints: one line for each, and its path in the plane of a and s.

mod figure;
mod folder;
mod line;
mod log;
mod series;

pub use figure::{figure, threshold_figure};
pub use folder::checkpoints;
pub use line::{Conditions, Line, Named};
pub use log::{Difference, Log};
pub use series::Course;
