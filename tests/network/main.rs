//! Compares the engine's derivatives with exact ones (`oracle::graph`) and with those in f64
//! (`reference`).

mod activated;
mod bits;
mod bounded;
mod coupled;
mod described;
mod gram;
mod objective;
mod quotients;
mod reference;
mod resume;
mod sample_norms;
mod structured;
mod support;
mod threshold;
mod tolerance;
