//! Puts the trials on trial: honest kernels of every kind are accepted, and every faulty one is refused. The
//! judge may be wrong in neither direction.

mod binary;
mod crash;
mod faulty_vectors;
mod honest_vectors;
mod matrices;
mod numbered;
mod ours;
mod roll;
mod support;
mod table;
mod unary;
mod unary_faults;
mod vectors;
