//! The functions that are combined from others, enclosed by the enclosures of their parts.
//!
//! Every step is a monotone function of one bracket, or a product of positive brackets, so that the ends
//! lead to the ends. An odd number of guard bits is not needed: a caller that cannot decide asks for more.

use rug::Float;
use rug::float::{Constant, Round};
use rug::ops::{AssignRound, DivAssignRound, MulAssignRound};

use super::super::Bracket;
use super::{SELU_ALPHA, SELU_SCALE, Special};

pub(super) fn enclose(function: Special, x: f64, bits: u32) -> Bracket {
    let bits = bits.max(53) + 8;
    let argument = Bracket::exact(x, bits);
    match function {
        Special::Sigmoid => sigmoid(&argument),
        Special::Softplus => softplus(&argument, x),
        Special::Silu if x == 0.0 => Bracket::exact(x, bits),
        Special::Silu => scaled(&sigmoid(&argument), x),
        Special::Gelu => {
            // −x/√2 = −x·√½
            let mut root = Float::with_val(bits, 0.5);
            let rounded = root.sqrt_round(Round::Down);
            let argument = Bracket::rounded_down(root, rounded).times(-x);
            let erfc = argument.decreasing(|w, round| w.erfc_round(round));
            scaled(&erfc, x / 2.0)
        }
        Special::GeluTanh => scaled(&sigmoid(&gelu_argument(x, bits)), x),
        Special::Elu if x > 0.0 => argument,
        Special::Elu => beyond_one(&argument),
        Special::Selu if x > 0.0 => argument.times(SELU_SCALE),
        Special::Selu => beyond_one(&argument).times(SELU_ALPHA).times(SELU_SCALE),
        _ => unreachable!("{function} is no composite"),
    }
}

/// `v·a` of a positive bracket.
fn scaled(v: &Bracket, a: f64) -> Bracket {
    v.times(a)
}

/// `1/(1 + e⁻ᵛ)`.
fn sigmoid(v: &Bracket) -> Bracket {
    v.decreasing(|v, round| {
        *v *= -1;
        v.exp_round(round)
    })
    .plus(1.0)
    .reciprocal()
}

/// `eᵛ − 1` of an exact `v`, which is not 0.
fn beyond_one(v: &Bracket) -> Bracket {
    v.increasing(|v, round| v.exp_m1_round(round))
}

/// `log(1 + eᵛ)`, and `v + log(1 + e⁻ᵛ)` for positive numbers, of an exact `v`.
fn softplus(v: &Bracket, x: f64) -> Bracket {
    if x > 0.0 {
        let small = v.decreasing(|v, round| {
            *v *= -1;
            v.exp_round(round)
        });
        small.increasing(|v, round| v.ln_1p_round(round)).plus(x)
    } else {
        let small = v.increasing(|v, round| v.exp_round(round));
        small.increasing(|v, round| v.ln_1p_round(round))
    }
}

/// `2√(2/π)(x + 0.044715x³)`, so that gelu-tanh(x) = x·sigmoid of this.
fn gelu_argument(x: f64, bits: u32) -> Bracket {
    // 0.044715 = 44715/10⁶; x of at most 53 bits has a cube of at most 159.
    let square = Float::with_val(bits.max(106), x * Float::with_val(106, x));
    let factor = |round| {
        let mut factor = square.clone();
        factor.mul_assign_round(44715, round);
        factor.div_assign_round(1_000_000, round);
        rug::ops::AddAssignRound::add_assign_round(&mut factor, 1, round);
        factor
    };
    let root = |round| {
        // π is in the denominator, so it is rounded the other way.
        let mut pi = Float::new(bits);
        pi.assign_round(Constant::Pi, reverse(round));
        let mut root = Float::with_val(bits, 8);
        root.div_assign_round(&pi, round);
        root.sqrt_round(round);
        root
    };
    let product = |round| {
        let mut product = root(round);
        product.mul_assign_round(&factor(round), round);
        product
    };
    Bracket::open(product(Round::Down), product(Round::Up)).times(x)
}

fn reverse(round: Round) -> Round {
    match round {
        Round::Down => Round::Up,
        _ => Round::Down,
    }
}
