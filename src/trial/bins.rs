//! The bins of inputs: all floats, in the order of their values, cut into 512 equal parts.
//!
//! With the bits of a float as an integer, negative ones reversed, floats stand in the order of their
//! values, from the negative NaNs over −∞, −0 and +0 to ∞ and the positive NaNs. The nine leading bits of
//! this rank are the bin. It holds 2²³ floats: those of one sign and one exponent.
//!
//! | bin | floats |
//! |---|---|
//! | 0 | −∞ and the NaNs with a sign |
//! | 1 … 254 | −2¹²⁸ < x ≤ −2¹²⁷ … −2⁻¹²⁵ < x ≤ −2⁻¹²⁶ |
//! | 255, 256 | negative subnormals and −0, +0 and positive subnormals |
//! | 257 … 510 | 2⁻¹²⁶ ≤ x < 2⁻¹²⁵ … 2¹²⁷ ≤ x < 2¹²⁸ |
//! | 511 | ∞ and the NaNs without a sign |

/// The number of bins.
pub const BINS: u32 = 512;

/// The bin of an input.
pub fn bin(x: f32) -> u32 {
    rank(x) >> 23
}

/// The place of a float among all floats in the order of value, from 0 to 2³² − 1.
fn rank(x: f32) -> u32 {
    let bits = x.to_bits();
    if x.is_sign_negative() {
        !bits
    } else {
        bits | 1 << 31
    }
}

/// The first and the last float of a bin, in the order of value.
///
/// # Panics
/// If there is no such bin.
pub fn ends(bin: u32) -> [f32; 2] {
    assert!(bin < BINS, "there are {BINS} bins");
    [bin << 23, (bin << 23) | ((1 << 23) - 1)].map(|rank| {
        let bits = if rank >> 31 == 1 {
            rank ^ 1 << 31
        } else {
            !rank
        };
        f32::from_bits(bits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_is_a_sign_and_an_exponent() {
        for (x, place) in [
            (f32::NEG_INFINITY, 0),
            (-1.5, 128),
            (-1.0, 128),
            (-0.0, 255),
            (0.0, 256),
            (f32::from_bits(1), 256),
            (f32::MIN_POSITIVE, 257),
            (1.0, 383),
            (f32::MAX, 510),
            (f32::INFINITY, 511),
        ] {
            assert_eq!(bin(x), place, "{x:e}");
        }
        assert_eq!(ends(128), [(-2.0_f32).next_up(), -1.0]);
        assert_eq!(ends(383), [1.0, 2.0_f32.next_down()]);
        assert_eq!(ends(511)[0], f32::INFINITY);
        for place in 0..BINS {
            assert_eq!(ends(place).map(bin), [place; 2]);
        }
    }
}
