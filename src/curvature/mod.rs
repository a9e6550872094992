//! Room **curvature**: Lanczos; sharpness, non-uniformity, smallest eigenvalue; every number with a residual bound.
