//! Puts honest and faulty kernels on trial: the judge may be wrong in neither direction.

mod faulty_vectors;
mod honest_vectors;
mod matrices;
mod support;
mod vectors;
