//! The report as a reader gets it: one self-contained page, with its data beside it.

mod contents;
mod page;
mod sample;
mod trials;
