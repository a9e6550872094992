//! The elementwise functions, with everything that the oracle knows about each.
//!
//! The f64 engine has its own definitions, in `reference/activation.rs`.

use std::cmp::Ordering;

use super::jet::Jet;
use crate::number::Real;

/// A function applied to every number separately. There is no layer for the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
}

impl Activation {
    /// The index, from 0, of the smooth piece on which `x` lies, and the distance of `x` from the next
    /// piece if there are several.
    pub(super) fn piece<T: Real>(self, x: &T) -> (usize, Option<T>) {
        match self {
            Activation::Relu => {
                let is_open = x.sign() == Some(Ordering::Greater);
                (usize::from(is_open), Some(x.clone()))
            }
        }
    }

    /// The value and its derivatives, computed on this piece of the function.
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

    /// Whether every piece is a polynomial, so that the engine's rounding error has a proved bound.
    pub(super) fn is_polynomial(self) -> bool {
        match self {
            Activation::Relu => true,
        }
    }
}
