//! The engine's derivatives against exact ones (`oracle::graph`).

mod bounded;
mod coupled;
mod quotients;
mod support;
