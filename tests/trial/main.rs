//! Puts the trials on trial: honest kernels of every kind pass, and every faulty one is refused.

mod matrices;
