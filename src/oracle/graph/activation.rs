//! The elementwise functions: everything that the oracle knows of each.
//!
//! The engine in f64 has definitions of its own, in `reference/activation.rs`.

use std::cmp::Ordering;

use super::jet::Jet;
use crate::number::Real;

/// A function of every number for itself. The identity is no layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
}

impl Activation {
    /// The smooth piece on which `x` lies, counted from 0, and how far `x` is from the next piece, where
    /// there are several.
    pub(super) fn piece<T: Real>(self, x: &T) -> (usize, Option<T>) {
        match self {
            Activation::Relu => {
                let is_open = x.sign() == Some(Ordering::Greater);
                (usize::from(is_open), Some(x.clone()))
            }
        }
    }

    /// The value with its derivatives, on this piece of the function.
    pub(super) fn on_piece<T: Real>(self, piece: usize, x: &Jet<T>) -> Jet<T> {
        match self {
            Activation::Relu => {
                if piece == 1 {
                    x.clone()
                } else {
                    Jet::zero()
                }
            }
        }
    }

    /// Is every piece a polynomial, so that the rounding of the engine has a proved bound?
    pub(super) fn is_polynomial(self) -> bool {
        match self {
            Activation::Relu => true,
        }
    }
}
