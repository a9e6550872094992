//! Room **matrix**: the linear algebra over fields without roots that nalgebra does not have: inertia
//! (also of semi-definite matrices), brackets of critical values, tests of a spectral radius against 1.
//!
//! Matrices are nalgebra's. Every question is asked in a form that needs no roots: "λ_max(A) ≤ c"
//! becomes "c·I − A ⪰ 0", a critical value becomes a pair of rationals, and "ρ < 1" is decided from the
//! characteristic polynomial ([`polynomial`]) or from one linear system ([`stein`]).

pub mod algebra;
pub mod bracket;
pub mod cholesky;
pub mod definite;
pub mod eigenbasis;
pub mod fraction_free;
pub mod fractions;
pub mod inertia;
pub mod largest_eigenvalue;
pub mod least_quotient;
pub mod pencil;
pub mod polynomial;
pub mod range;
pub mod solve;
pub mod stein;
pub mod symmetric;
pub mod symmetric_power;

pub use algebra::Algebra;
pub use bracket::{Bracket, bracket, try_bracket};
pub use fractions::Fractions;
pub use inertia::{Inertia, inertia, positive_definite, positive_semidefinite};
pub use largest_eigenvalue::largest_eigenvalue;
