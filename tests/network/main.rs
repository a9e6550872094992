//! The engine's derivatives against exact ones (`oracle::graph`) and those of f64 (`reference`).

mod bits;
mod bounded;
mod coupled;
mod described;
mod objective;
mod quotients;
mod reference;
mod support;
mod tolerance;
