//! Room **model**: losses with known per-sample curvature (linear, quadratic, linearised networks, toy), sampling schemes
//! and exact moments.
//!
//! Let `f(x) = (1/n) Σ f_i(x)` have a minimum `x*` that interpolates: `∇f_i(x*) = 0` for every sample.
//! Near it, SGD depends only on the Hessians `H_i = ∇²f_i(x*) ⪰ 0` (without a factor ½: the loss `x²`
//! has `H = 2`). One step on the linearisation is `x⁺ − x* = (I − ηH_b)(x − x*)` with
//! `H_b = (1/B) Σ_{i∈b} H_i`.

pub mod curvature;
pub(crate) mod document;
pub mod file;
pub mod golden;
pub mod gram;
pub mod jacobians;
pub mod linear;
pub mod minimal;
pub mod moments;
pub mod momentum;
pub mod quadratic;
pub mod reshuffling;
mod rounding;
pub mod samples;
pub mod sampling;
pub mod second_moment;
pub mod stationary;
pub mod table;
pub mod tensor;
pub mod toy;

pub use curvature::Curvature;
pub use file::Model;
pub use jacobians::Jacobians;
pub use linear::Linear;
pub use moments::Evolution;
pub use quadratic::Quadratic;
pub use samples::Samples;
pub use sampling::Sampling;
pub use table::{Legend, Meaning, Table};
