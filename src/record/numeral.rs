//! Formats numbers for a reader: 0.05, 20, −1.5, 10⁻³.

/// An exponent in superscript digits: `-3` becomes `⁻³`.
pub fn superscript(exponent: i32) -> String {
    let raise = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit),
    };
    exponent.to_string().chars().map(raise).collect()
}

/// A number with `decimals` digits after the point and a true minus sign. It is never "−0".
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let zero = !text.contains(|c| ('1'..='9').contains(&c));
    match text.strip_prefix('-') {
        Some(rest) if zero => rest.to_owned(),
        Some(rest) if !rest.starts_with(|c: char| c.is_alphabetic()) => format!("−{rest}"),
        _ => text,
    }
}

/// The number `mantissa`·10^`exponent`, with `decimals` digits after the point of the mantissa. A
/// mantissa of 1 is omitted.
pub fn scientific(mantissa: f64, decimals: usize, exponent: i32) -> String {
    times_power(&fixed(mantissa, decimals), exponent)
}

fn times_power(mantissa: &str, exponent: i32) -> String {
    let power = format!("10{}", superscript(exponent));
    match mantissa {
        "1" => power,
        "−1" => format!("−{power}"),
        _ => format!("{mantissa}·{power}"),
    }
}

/// The decimal exponent of the leading digit: −2 for 0.05. The value must be finite and non-zero.
pub fn exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    let (_, exponent) = text.split_once('e').expect("the format writes an e");
    exponent.parse().expect("the format writes an integer")
}

/// A number with four significant digits, for reading; the data files hold the exact value.
pub fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        let infinity = if value > 0.0 { "∞" } else { "−∞" };
        return if value.is_nan() {
            "not a number"
        } else {
            infinity
        }
        .to_owned();
    }
    let rounded: f64 = format!("{value:.3e}").parse().expect("a printed number");
    let exponent = exponent(rounded);
    let trim = |text: String| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    };
    if (-4..=5).contains(&exponent) {
        return trim(fixed(rounded, (3 - exponent).max(0) as usize));
    }
    let text = format!("{rounded:.3e}");
    let mantissa = text.split('e').next().unwrap_or(&text).replace('-', "−");
    times_power(&trim(mantissa), exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well_at_every_size() {
        for (value, text) in [
            (0.0, "0"),
            (0.05, "0.05"),
            (-1.5, "−1.5"),
            (20.0, "20"),
            (999_960.0, "10⁶"),
            (123_456.0, "123500"),
            (1.0 / 3.0, "0.3333"),
            (-2.5e-7, "−2.5·10⁻⁷"),
            (1e300, "10³⁰⁰"),
            (f64::NEG_INFINITY, "−∞"),
            (f64::NAN, "not a number"),
        ] {
            assert_eq!(significant(value), text);
        }
    }

    #[test]
    fn a_rounded_zero_has_no_sign_and_a_mantissa_of_one_is_left_out() {
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(fixed(-0.5, 1), "−0.5");
        assert_eq!(scientific(1.0, 0, -3), "10⁻³");
        assert_eq!(scientific(-2.0, 0, 12), "−2·10¹²");
    }
}
