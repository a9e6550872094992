//! Room **train**: optimisers, batch sampling, stopping; counter-based random numbers.
