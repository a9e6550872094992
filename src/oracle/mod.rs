//! Room **oracle**: exact results and proved error bounds for kernels; case generators. Shares nothing with the kernels.

pub mod network;
