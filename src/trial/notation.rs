//! How numbers are written in verdicts.

/// A number as C's `%a` prints it: `0x1.ddca18p-3`.
pub fn hexadecimal(value: f32) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return format!("{sign}inf");
    }
    if value == 0.0 {
        return format!("{sign}0x0p+0");
    }
    let bits = f64::from(value).to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1023;
    let fraction = format!("{:013x}", bits & ((1 << 52) - 1));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}0x1{point}{fraction}p{exponent:+}")
}

/// A number with its bits: `0x3e6ee50c (0x1.ddca18p-3)`.
pub fn with_bits(value: f32) -> String {
    format!("{:#010x} ({})", value.to_bits(), hexadecimal(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_c_does_it() {
        for (value, text) in [
            (1.0, "0x1p+0"),
            (-0.0, "-0x0p+0"),
            (f32::from_bits(0x3e6e_e50c), "0x1.ddca18p-3"),
            (f32::from_bits(1), "0x1p-149"),
            (f32::MAX, "0x1.fffffep+127"),
            (f32::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(hexadecimal(value), text);
        }
        assert_eq!(with_bits(1.0), "0x3f800000 (0x1p+0)");
    }
}
