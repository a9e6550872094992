//! Puts honest and faulty kernels on trial: the judge may be wrong in neither direction.

mod crash;
mod faulty_vectors;
mod honest_vectors;
mod numbered;
mod support;
mod vectors;
