//! Puts the trials on trial: honest kernels of every kind are accepted, and every faulty one is refused.

mod matrices;
mod ours;
mod table;
//! Puts honest and faulty kernels on trial: the judge may be wrong in neither direction.

mod faulty_vectors;
mod honest_vectors;
mod support;
mod vectors;
