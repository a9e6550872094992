//! Room **matrix**: what nalgebra cannot give over a field without roots: inertia (semi-definite
//! too), brackets, spectral radii below 1.
//!
//! nalgebra is the container; the questions asked of a matrix are answered here without roots:
//! "λ_max(A) ≤ c" is asked as "c·I − A ⪰ 0", a critical value is a pair of rationals, and "ρ < 1" is
//! asked of the characteristic polynomial ([`polynomial`]) or of one linear system ([`stein`]).

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
