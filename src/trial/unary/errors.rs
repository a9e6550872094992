//! The errors of many results at once, in the arithmetic of f64.

use crate::oracle::unary::{Margin, OVERFLOW};

/// Errors from here on, and infinities, are looked at one by one.
pub(super) const HUGE: f64 = 1e18;
/// The exponent of the least normal f32 as f64 has it, with its bias.
const LEAST_BIASED: u64 = 1023 - 126;
/// Estimates from here on are looked at one by one.
pub(super) const NEAR_OVERFLOW: f64 = OVERFLOW * (1.0 - 1e-9);

/// What a look at the errors of a chunk found.
pub(super) struct Look {
    /// The largest error.
    pub most: f64,
    /// Whether some result needs a closer look.
    pub is_odd: bool,
    /// The largest number by which a margin is multiplied to have it in ulps.
    pub per_ulp: f64,
}

/// Writes the errors where all values have the unit 2^(exponent − 23).
pub(super) fn known_unit(y: &[f32], v: &[f64], exponent: i32, errors: &mut [f64]) -> Look {
    let per_ulp = 2f64.powi(23 - exponent);
    let (mut most, mut is_odd) = (0.0, false);
    for ((y, v), error) in y.iter().zip(v).zip(errors) {
        let e = (f64::from(*y) - v).abs() * per_ulp;
        is_odd |= needs_look(*y, *v, e);
        most = if e > most { e } else { most };
        *error = e;
    }
    Look {
        most,
        is_odd,
        per_ulp,
    }
}

/// Writes the errors where the unit is that of the estimate; NaN where the margin of the estimate leaves
/// two units.
pub(super) fn unknown_unit(y: &[f32], v: &[f64], margin: Margin, errors: &mut [f64]) -> Look {
    let (mut most, mut is_odd, mut largest) = (0.0, false, 0.0);
    for ((y, v), error) in y.iter().zip(v).zip(errors) {
        let size = v.abs();
        let margin = (margin.absolute + margin.relative * size) * (1.0 + 1e-6);
        let biased = |size: f64| (size.max(0.0).to_bits() >> 52).max(LEAST_BIASED);
        let (low, high) = (biased(size - margin), biased(size + margin));
        let per_ulp = f64::from_bits((2 * 1023 + 23 - high.min(1023 + 129)) << 52);
        let e = (f64::from(*y) - v).abs() * per_ulp;
        let e = if low == high { e } else { f64::NAN };
        // The sign of an estimate near zero may be wrong.
        is_odd |= needs_look(*y, *v, e) | (*y == 0.0);
        most = if e > most { e } else { most };
        // Where there is no estimate, at a pole, there is no unit either.
        largest = if per_ulp > largest && e >= 0.0 {
            per_ulp
        } else {
            largest
        };
        *error = e;
    }
    Look {
        most,
        is_odd,
        per_ulp: largest,
    }
}

#[inline]
fn needs_look(y: f32, v: f64, error: f64) -> bool {
    let is_wrong_zero = y == 0.0 && y.is_sign_negative() != v.is_sign_negative();
    (error >= HUGE) | error.is_nan() | is_wrong_zero | (v.abs() >= NEAR_OVERFLOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pole beside them must not make the margins of the others look large: then all would go to the oracle.
    #[test]
    fn a_pole_has_no_unit() {
        let margin = Margin {
            absolute: 1e-12,
            relative: 0.0,
        };
        let mut errors = [0.0; 3];
        let look = unknown_unit(
            &[-8.25, f32::INFINITY, -16.5],
            &[-8.25, f64::NAN, -16.25],
            margin,
            &mut errors,
        );
        assert!(look.is_odd && errors[1].is_nan());
        // The unit of 8 is 2⁻²⁰, and that of 16 is 2⁻¹⁹.
        assert_eq!((errors[0], errors[2]), (0.0, 0.25 * 2f64.powi(19)));
        assert_eq!((look.most, look.per_ulp), (2f64.powi(17), 2f64.powi(20)));
    }
}
