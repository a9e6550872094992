//! `--time LIMIT`: how long a command may work.

use std::time::Duration;

/// The longest limit that is read: a year of 365 days.
const LONGEST: f64 = 365.0 * 86_400.0;

/// Reads `30s`, `5m`, `1.5h` or plain seconds.
pub fn time_limit(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((end, 's')) => (&text[..end], 1.0),
        Some((end, 'm')) => (&text[..end], 60.0),
        Some((end, 'h')) => (&text[..end], 3600.0),
        _ => (text, 1.0),
    };
    let is_plain = |c: char| c.is_ascii_digit() || c == '.';
    let seconds = match number.chars().all(is_plain) {
        true => number
            .parse::<f64>()
            .map_or(f64::NAN, |number| number * unit),
        false => f64::NAN,
    };
    match seconds > 0.0 && seconds <= LONGEST {
        true => Ok(Duration::from_secs_f64(seconds)),
        false => Err("write a time above 0 and up to a year, such as 30s, 5m or 1.5h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_minutes_and_hours_are_read_and_nothing_else() {
        for (text, milliseconds) in [
            ("30s", 30_000),
            ("5m", 300_000),
            ("1.5h", 5_400_000),
            ("2", 2_000),
            (".5s", 500),
        ] {
            assert_eq!(
                time_limit(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in [
            "", "s", "0", "-1s", "1d", "1e3s", "inf", "NaN", "9999h", "1 s", "٣s",
        ] {
            assert!(time_limit(text).is_err(), "{text}");
        }
    }
}
