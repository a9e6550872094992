//! The oracle of functions of two numbers. Errors are measured as those of functions of one number
//! ([`super::unary`]).

use super::unary::{Edges, Finding, compare, decide, round};
use crate::number::{BivariateValue, Bracket};

pub use crate::number::Bivariate as Function;

/// The bits with which the kind of a value is found.
const BITS: u32 = 96;

/// Judges the result `z` of a function at (x, y).
pub fn judge(function: Function, [x, y]: [f32; 2], z: f32, edges: &Edges) -> Finding {
    match function.enclose(x, y, BITS) {
        BivariateValue::Nan if z.is_nan() => Finding::Saturated,
        BivariateValue::Nan => Finding::LostNan,
        _ if z.is_nan() => Finding::MadeNan,
        BivariateValue::Infinite { negative }
            if z.is_infinite() && z.is_sign_negative() == negative =>
        {
            Finding::Saturated
        }
        BivariateValue::Infinite { .. } => Finding::Infinity,
        BivariateValue::Zero { negative } => {
            compare(&Bracket::exact(0.0, BITS), negative, z, edges).unwrap_or(Finding::Undecided)
        }
        BivariateValue::Number(_) => decide(z, edges, |bits| number(function, [x, y], bits)),
    }
}

/// What is right at (x, y), rounded to the nearest f32 (ties to even).
pub fn nearest(function: Function, [x, y]: [f32; 2]) -> f32 {
    let signed = |value: f32, negative: bool| if negative { -value } else { value };
    match function.enclose(x, y, BITS) {
        BivariateValue::Nan => f32::NAN,
        BivariateValue::Infinite { negative } => signed(f32::INFINITY, negative),
        BivariateValue::Zero { negative } => signed(0.0, negative),
        BivariateValue::Number(_) => round(|bits| number(function, [x, y], bits)),
    }
}

/// The enclosed value at (x, y), where it is a number other than zero.
fn number(function: Function, [x, y]: [f32; 2], bits: u32) -> Bracket {
    match function.enclose(x, y, bits) {
        BivariateValue::Number(bracket) => bracket,
        // With more bits a number stays one.
        _ => Bracket::exact(0.0, bits),
    }
}
