//! The mean and variance of the sample curvatures, which are all that most criteria need of a model.

use num_traits::One;

use crate::number::{Field, Symbol};

/// Mean and variance of the sample Hessians, and the identity of their algebra: d × d matrices, numbers
/// (in one dimension or along one direction), or symbols.
#[derive(Clone, Debug, PartialEq)]
pub struct Curvature<A> {
    /// The identity: `I`, or 1.
    pub identity: A,
    /// `H = (1/n) Σ H_i`, or the sharpness `a`.
    pub hessian: A,
    /// `Σ = (1/n) Σ (H_i − H)²` (population form, 1/n), or the squared non-uniformity `s²`.
    pub variance: A,
}

impl<T: Field> Curvature<T> {
    /// The numbers 1, `a = λ_max(H)` (the sharpness) and `s² = λ_max(Σ)` (the squared non-uniformity).
    pub fn along_one_direction(sharpness: T, squared_non_uniformity: T) -> Self {
        Curvature {
            identity: T::one(),
            hessian: sharpness,
            variance: squared_non_uniformity,
        }
    }
}

impl Curvature<Symbol> {
    /// The symbols of the matrices: `I`, `H`, `Σ`.
    pub fn of_matrix_symbols() -> Self {
        Curvature {
            identity: Symbol::named("I"),
            hessian: Symbol::named("H"),
            variance: Symbol::named(r"\Sigma"),
        }
    }

    /// The symbols of the numbers: 1, `a`, `s²`.
    pub fn of_number_symbols() -> Self {
        Curvature {
            identity: Symbol::one(),
            hessian: Symbol::named("a"),
            variance: Symbol::named("s").square(),
        }
    }
}
