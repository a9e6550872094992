//! The report as a reader gets it: one page that needs nothing from outside, and the data beside.

mod contents;
mod page;
mod sample;
