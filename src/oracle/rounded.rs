//! The one correct result of an operation that rounds once, computed in exact arithmetic.

use num_traits::Zero;

use crate::number::Exact;

/// `a·x + y` rounded once to the nearest f32, ties to even (IEEE 754-2019, fusedMultiplyAdd).
///
/// | factors and addend | result |
/// |---|---|
/// | a NaN, 0·∞, ∞ − ∞ | NaN |
/// | an infinity otherwise | that infinity |
/// | exact sum ≠ 0 | nearest f32, with the sign of the exact sum even when it becomes 0 |
/// | exact sum = 0, product and addend of the same sign | 0 with that sign |
/// | exact sum = 0 otherwise | +0 |
pub fn fma(a: f32, x: f32, y: f32) -> f32 {
    let finite = [a, x, y].map(Exact::from_f32);
    let [Some(exact_a), Some(exact_x), Some(exact_y)] = finite else {
        // If an operand is not finite, nothing is rounded, but the product of two finite factors must
        // not become infinite.
        let product = if a.is_finite() && x.is_finite() {
            0.0
        } else {
            a * x
        };
        return product + y;
    };
    let product = exact_a * exact_x;
    let sum = &product + &exact_y;
    if !sum.is_zero() {
        return signed(sum.abs().to_f32(), sum < Exact::zero());
    }
    let product_negative = a.is_sign_negative() != x.is_sign_negative();
    let both_negative = product_negative && y.is_sign_negative();
    signed(0.0, both_negative)
}

/// `a·x` rounded once to the nearest f32, ties to even.
pub fn product(a: f32, x: f32) -> f32 {
    // The addend is a zero with the sign of the product, which changes nothing.
    let negative = a.is_sign_negative() != x.is_sign_negative();
    fma(a, x, signed(0.0, negative))
}

/// `x + y` rounded once to the nearest f32, ties to even.
pub fn sum(x: f32, y: f32) -> f32 {
    fma(1.0, x, y)
}

/// ReLU: 0 for numbers below zero; NaN stays NaN and −0 stays −0.
pub fn relu(x: f32) -> f32 {
    match Exact::from_f32(x) {
        Some(exact) if exact < Exact::zero() => 0.0,
        None if x == f32::NEG_INFINITY => 0.0,
        _ => x,
    }
}

/// The derivative of ReLU: `dy` where its output is above zero, otherwise +0, also where the output is
/// NaN.
pub fn relu_backward(output: f32, dy: f32) -> f32 {
    match Exact::from_f32(output) {
        Some(exact) if exact > Exact::zero() => dy,
        None if output == f32::INFINITY => dy,
        _ => 0.0,
    }
}

fn signed(magnitude: f32, negative: bool) -> f32 {
    if negative { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_rounding_agrees_with_the_machine_on_all_corners() {
        let tiny = f32::from_bits(1);
        let corners = [
            0.0,
            1.0,
            1.5,
            tiny,
            3.0 * tiny,
            f32::MIN_POSITIVE,
            1e-30,
            7e37,
        ];
        let corners = corners
            .into_iter()
            .chain([f32::MAX, f32::INFINITY, f32::NAN]);
        let corners: Vec<f32> = corners.flat_map(|x| [x, -x]).collect();
        for &a in &corners {
            for &x in &corners {
                assert_eq!(key(product(a, x)), key(a * x), "{a} · {x}");
                assert_eq!(key(sum(a, x)), key(a + x), "{a} + {x}");
                for &y in &corners {
                    assert_eq!(key(fma(a, x, y)), key(a.mul_add(x, y)), "{a} · {x} + {y}");
                }
            }
        }
    }

    fn key(x: f32) -> Option<u32> {
        (!x.is_nan()).then_some(x.to_bits())
    }
}
