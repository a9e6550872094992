//! Puts the trials on trial: honest kernels of every kind are accepted, and every faulty one is refused.

mod matrices;
mod ours;
mod table;
