//! The elements that `αx + y` and `αx` may have, by f64 arithmetic that is exact until the last rounding.

/// `a·x + y` rounded once to f32, as an FMA does.
///
/// The product of two f32 numbers has at most 48 bits and is exact in f64. TwoSum (Knuth) gives the sum
/// of product and addend as `sum + rest` exactly. If the rest is not 0, `sum` is moved to the neighbour
/// with an odd last bit on the side of the exact value (rounding to odd); then the conversion to f32
/// rounds as if it saw the exact value, subnormal results included, because 53 ≥ 24 + 2 (Boldo and
/// Melquiond, 2008, *Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to
/// odd*).
pub(super) fn rounded_once(a: f32, x: f32, y: f32) -> f32 {
    let (product, y) = (f64::from(a) * f64::from(x), f64::from(y));
    let sum = product + y;
    if !sum.is_finite() {
        return sum as f32;
    }
    let from_y = sum - product;
    let rest = (product - (sum - from_y)) + (y - from_y);
    let is_odd = sum.to_bits() & 1 == 1;
    if rest == 0.0 || is_odd {
        return sum as f32;
    }
    let odd = if rest > 0.0 {
        sum.next_up()
    } else {
        sum.next_down()
    };
    odd as f32
}

/// `a·x` rounded once.
pub(super) fn product(a: f32, x: f32) -> f32 {
    // Exact in f64, as above; one conversion rounds.
    (f64::from(a) * f64::from(x)) as f32
}

/// What an element of `αx + y` may be: by an FMA, by a product and an addition, or in f64 rounded at the
/// end.
pub(super) fn sums(a: f32, x: f32, y: f32) -> [f32; 3] {
    let in_double = (f64::from(a) * f64::from(x) + f64::from(y)) as f32;
    let apart = rounded_once(1.0, product(a, x), y);
    [rounded_once(a, x, y), apart, in_double]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::rounded;
    use crate::trial::dice::Dice;

    #[test]
    fn one_rounding_is_that_of_the_rational_oracle() {
        let key = |x: f32| (!x.is_nan()).then_some(x.to_bits());
        let mut dice = Dice::of_case(0);
        let corners = [
            0.0,
            -0.0,
            f32::from_bits(1),
            f32::MAX,
            f32::INFINITY,
            f32::NAN,
            -1.0,
        ];
        for i in 0..40_000 {
            let mut any = || f32::from_bits(dice.bits() as u32);
            let (mut a, x, mut y) = (any(), any(), any());
            match i % 4 {
                0 => y = -(a * x) * (1.0 + f32::EPSILON * (i % 7) as f32),
                1 => a = corners[i / 4 % 7],
                2 => y = corners[i / 4 % 7],
                _ => {}
            }
            let right = rounded::fma(a, x, y);
            assert_eq!(key(rounded_once(a, x, y)), key(right), "{a:e} {x:e} {y:e}");
            assert_eq!(
                key(product(a, x)),
                key(rounded::product(a, x)),
                "{a:e} {x:e}"
            );
        }
    }
}
