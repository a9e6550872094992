//! Minimal models that are not quadratic and yet have an exact theory. Gradient descent on them is a
//! polynomial map, which can be computed exactly over ℚ for a few steps (the numbers triple in length
//! per step) and enclosed by intervals for many.

pub mod catapult;
pub mod central_flow;
pub mod product_net;
pub mod quadratic_regression;
pub mod self_stabilisation;
