//! The elementwise functions, with everything that the oracle knows about each.
//!
//! Only the functions are written down; their derivatives are those of jets. The f64 engine has its own
//! definitions, in `reference/activation.rs`.

use std::cmp::Ordering;

use super::jet::{Jet, float, number};
use super::sign::Sign;
use crate::number::Real;

pub use crate::number::{SELU_ALPHA, SELU_SCALE};

/// A function applied to every number separately. There is no layer for the identity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// `x` above zero, `slope·x` otherwise.
    LeakyRelu {
        /// The slope below zero. The engine rounds it to f32, and so does the oracle.
        slope: f64,
    },
    /// `x` above zero, `α·(exp(x) − 1)` otherwise.
    Elu {
        /// α. The engine rounds it to f32, and so does the oracle.
        alpha: f64,
    },
    /// `λ` times the ELU of this α ([`SELU_SCALE`], [`SELU_ALPHA`]).
    Selu,
    /// The hyperbolic tangent.
    Tanh,
    /// `1/(1 + exp(−x))`.
    Sigmoid,
    /// `log(1 + exp(x))`.
    Softplus,
    /// `min(1, max(−1, x))`.
    Hardtanh,
    /// `x·Φ(x)`, where Φ is the distribution function of the standard normal.
    Gelu,
    /// `x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))`, an approximation of [`Activation::Gelu`].
    GeluTanh,
    /// `x/(1 + exp(−x))`.
    Silu,
}

/// The value and the first two derivatives of a function at a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Slopes<T> {
    /// σ(z).
    pub value: T,
    /// σ'(z).
    pub first: T,
    /// σ''(z).
    pub second: T,
}

impl Activation {
    /// The value and the first two derivatives at `z`; at a kink those of the piece that PyTorch's
    /// autograd takes for the first derivative.
    ///
    /// # Panics
    /// When `z` is NaN or infinite.
    pub fn slopes<T: Real>(self, z: f32) -> Slopes<T> {
        let z = number::<T>(z);
        let (piece, _) = self.piece(&z);
        let moved = Jet {
            value: z,
            first: T::one(),
            second: T::one(),
            mixed: T::zero(),
        };
        let jet = self.on_piece(piece, &moved, Sign::AsIs);
        Slopes {
            value: jet.value,
            first: jet.first,
            second: jet.mixed,
        }
    }

    /// The index, from 0, of the smooth piece on which `x` lies, and the distance of `x` from the next
    /// piece if there are several.
    pub(super) fn piece<T: Real>(self, x: &T) -> (usize, Option<T>) {
        let is_positive = |x: &T| x.sign() == Some(Ordering::Greater);
        match self {
            Activation::Relu
            | Activation::LeakyRelu { .. }
            | Activation::Elu { .. }
            | Activation::Selu => (usize::from(is_positive(x)), Some(x.clone())),
            Activation::Hardtanh => {
                let (above_low, above_high) = (x + T::one(), x - T::one());
                if is_positive(x) {
                    let is_inside = above_high.sign() == Some(Ordering::Less);
                    (if is_inside { 1 } else { 2 }, Some(above_high))
                } else {
                    (usize::from(is_positive(&above_low)), Some(above_low))
                }
            }
            Activation::Tanh
            | Activation::Sigmoid
            | Activation::Softplus
            | Activation::Gelu
            | Activation::GeluTanh
            | Activation::Silu => (0, None),
        }
    }

    /// The value and its derivatives, computed on this piece of the function. With [`Sign::Positive`],
    /// slopes and constants are taken in absolute value.
    pub(super) fn on_piece<T: Real>(self, piece: usize, x: &Jet<T>, terms: Sign) -> Jet<T> {
        let is_open = piece == 1;
        match self {
            Activation::Relu if is_open => x.clone(),
            Activation::Relu => Jet::zero(),
            Activation::LeakyRelu { .. } if is_open => x.clone(),
            Activation::LeakyRelu { slope } => x.scaled(&number(terms.added(slope as f32))),
            Activation::Elu { .. } if is_open => x.clone(),
            Activation::Elu { alpha } => beyond_one(x).scaled(&number(alpha as f32)),
            Activation::Selu if is_open => x.scaled(&float(SELU_SCALE)),
            Activation::Selu => {
                let scaled = beyond_one(x).scaled(&float(SELU_ALPHA));
                scaled.scaled(&float(SELU_SCALE))
            }
            Activation::Hardtanh if is_open => x.clone(),
            Activation::Hardtanh if piece == 0 => Jet::constant(number(terms.added(-1.0))),
            Activation::Hardtanh => Jet::constant(T::one()),
            Activation::Tanh => tanh(x),
            Activation::Sigmoid => logistic(x),
            Activation::Softplus => one::<T>().plus(&x.exp()).ln(),
            Activation::Gelu => {
                let scaled = x.scaled(&(T::one() / T::int(2).sqrt()));
                half(x).times(&one::<T>().plus(&scaled.erf()))
            }
            Activation::GeluTanh => {
                let cube = x.times(x).times(x).scaled(&T::ratio(44_715, 1_000_000));
                let root = (T::int(2) / T::pi()).sqrt();
                let inner = x.plus(&cube).scaled(&root);
                half(x).times(&one::<T>().plus(&tanh(&inner)))
            }
            Activation::Silu => x.times(&logistic(x)),
        }
    }

    /// Whether every piece is a polynomial, so that the engine's rounding error has a proved bound.
    pub(super) fn is_polynomial(self) -> bool {
        match self {
            Activation::Relu | Activation::LeakyRelu { .. } | Activation::Hardtanh => true,
            Activation::Elu { .. }
            | Activation::Selu
            | Activation::Tanh
            | Activation::Sigmoid
            | Activation::Softplus
            | Activation::Gelu
            | Activation::GeluTanh
            | Activation::Silu => false,
        }
    }
}

fn one<T: Real>() -> Jet<T> {
    Jet::constant(T::one())
}

fn half<T: Real>(x: &Jet<T>) -> Jet<T> {
    x.scaled(&T::ratio(1, 2))
}

/// `exp(x) − 1`.
fn beyond_one<T: Real>(x: &Jet<T>) -> Jet<T> {
    x.exp().minus(&one())
}

/// `1/(1 + exp(−x))`.
fn logistic<T: Real>(x: &Jet<T>) -> Jet<T> {
    let power = x.scaled(&T::int(-1)).exp();
    one::<T>().plus(&power).inverse()
}

/// `tanh(x) = 1 − 2/(1 + exp(2x))`.
fn tanh<T: Real>(x: &Jet<T>) -> Jet<T> {
    let power = x.scaled(&T::int(2)).exp();
    let share = one::<T>().plus(&power).inverse();
    one().minus(&share.scaled(&T::int(2)))
}
