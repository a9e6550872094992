//! Parsers for the values of flags.

use std::str::FromStr;
use std::time::Duration;

/// The longest accepted time limit in seconds: a year of 365 days.
const LONGEST: f64 = 365.0 * 86_400.0;

/// Parses `30s`, `5m`, `1.5h` or plain seconds.
pub fn time_limit(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((end, 's')) => (&text[..end], 1.0),
        Some((end, 'm')) => (&text[..end], 60.0),
        Some((end, 'h')) => (&text[..end], 3600.0),
        _ => (text, 1.0),
    };
    let is_plain = number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let seconds = number.parse::<f64>().map(|number| number * unit);
    match seconds {
        Ok(seconds) if is_plain && seconds > 0.0 && seconds <= LONGEST => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err("write a time above 0 and up to a year, such as 30s, 5m or 1.5h".to_owned()),
    }
}

/// Parses a non-negative whole number.
pub fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    let number = text.parse();
    number.map_err(|_| "write a whole number, such as 10".to_owned())
}

/// Parses a number of seconds, at least one.
pub fn seconds(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(seconds) if seconds > 0 => Ok(seconds),
        _ => Err("write whole seconds, at least 1".to_owned()),
    }
}

/// A time as text: `0.34 s`, `12 s`, `3 min`, `2.5 h`.
pub fn in_words(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 10.0 => format!("{seconds:.2} s"),
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        seconds if seconds < 7200.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.1} h", seconds / 3600.0),
    }
}

/// Parses the number of a class, counted from 0.
pub fn class(text: &str) -> Result<usize, String> {
    let mend = "write the numbers of the classes, such as 0,1";
    text.trim().parse().map_err(|_| mend.to_owned())
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

    #[test]
    fn whole_numbers_and_seconds_say_what_they_want() {
        assert_eq!(whole::<usize>("10"), Ok(10));
        assert!(whole::<usize>("0.3").unwrap_err().contains("whole number"));
        assert_eq!(seconds("2"), Ok(2));
        for text in ["0", "0.3", "-1", "2s"] {
            assert!(seconds(text).unwrap_err().contains("at least 1"), "{text}");
        }
    }
}
