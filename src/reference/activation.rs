//! The elementwise functions over numbers `a + t·b`.

use super::dual::Dual;
use crate::oracle::graph::Activation;

/// `f(x)`.
pub(super) fn forward(activation: Activation, x: Dual) -> Dual {
    match activation {
        Activation::Relu => {
            if x.value > 0.0 {
                x
            } else {
                Dual::default()
            }
        }
    }
}

/// `f'(x)·back`: the derivative of the loss with respect to `x`, given that with respect to `f(x)`.
pub(super) fn backward(activation: Activation, x: Dual, back: Dual) -> Dual {
    match activation {
        Activation::Relu => {
            if x.value > 0.0 {
                back
            } else {
                Dual::default()
            }
        }
    }
}
