//! Formats numbers and lines for the page, which is 80 columns wide.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::number::Exact;

/// The width of the page in columns.
pub const WIDTH: usize = 80;

/// A fraction as it is, or rounded if it is long.
pub fn brief(number: &Exact) -> String {
    const LONGEST: usize = 24;
    let exact = number.to_string();
    if exact.len() > LONGEST {
        format!("about {}", digits(number.to_f64()))
    } else {
        exact
    }
}

/// A number with four significant digits.
pub fn digits(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if (1e-3..1e5).contains(&size) => {
            let places = places(size).max(0) as usize;
            format!("{value:.places$}")
        }
        _ => format!("{value:.3e}"),
    }
}

/// A number with four significant digits, rounded so that the text never exceeds the number.
pub fn digits_below(value: f64) -> String {
    let nearest = digits(value);
    if nearest.parse().is_ok_and(|nearest: f64| nearest > value) {
        digits(value - 0.5 * 10_f64.powi(-places(value.abs())))
    } else {
        nearest
    }
}

/// The position of the fourth significant digit after the decimal point.
fn places(size: f64) -> i32 {
    3 - size.log10().floor() as i32
}

/// A share with four digits, or "none".
pub fn share(accuracy: Option<f64>) -> String {
    accuracy.map_or("none".to_owned(), |share| format!("{share:.4}"))
}

/// A count with its noun: `1 sample`, `2 samples`.
pub fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

/// The beginning of a line, as much as fits on the page.
pub fn cut(line: &str) -> String {
    if line.width() <= WIDTH {
        return line.to_owned();
    }
    format!("{}…", beginning(line.chars(), WIDTH - 1))
}

/// The end of a text in at most `columns` columns, after `…` if something is left out.
pub fn end(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let reversed = beginning(text.chars().rev(), columns - 1);
    let end: String = reversed.chars().rev().collect();
    format!("…{end}")
}

/// As many of these characters as fit into `columns` columns.
fn beginning(characters: impl Iterator<Item = char>, columns: usize) -> String {
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.width().unwrap_or(0);
        taken <= columns
    };
    characters.take_while(fits).collect()
}

/// A text padded with spaces to `columns` columns.
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// The number of columns that a text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Breaks a text into lines, between words but never at a no-break space. All lines but the first begin
/// with `indent`.
pub fn wrap(text: &str, indent: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("a line");
        if !line.trim().is_empty() && line.width() + 1 + word.width() > WIDTH {
            lines.push(format!("{indent}{word}"));
        } else {
            let gap = if line.trim().is_empty() { "" } else { " " };
            line.push_str(gap);
            line.push_str(word);
        }
    }
    let plain = |line: String| line.replace('\u{a0}', " ");
    lines.into_iter().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits_whatever_their_size() {
        let said = [19.6234, -0.00123456, 123456.7, 0.0, 999.96, 3e-9].map(digits);
        assert_eq!(
            said,
            ["19.62", "-0.001235", "1.235e5", "0", "1000.0", "3.000e-9"]
        );
    }

    #[test]
    fn a_number_is_rounded_down_where_it_says_no_less() {
        let numbers = [
            -2.72439, -2.7241, 1.23456, -1.0e-9, -999.99, -0.001, 0.0, -123456.7,
        ];
        let said = numbers.map(digits_below);
        assert_eq!(
            said,
            [
                "-2.725",
                "-2.725",
                "1.234",
                "-1.000e-9",
                "-1000.0",
                "-0.001000",
                "0",
                "-1.235e5"
            ]
        );
        for (number, said) in numbers.iter().zip(&said) {
            assert!(
                said.parse::<f64>().is_ok_and(|said| said <= *number),
                "{said}"
            );
        }
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!((width("重み"), padded("重み", 6)), (4, "重み  ".to_owned()));
        assert_eq!(end("run/重み.safetensors", 15), "…み.safetensors");
        assert_eq!(width(&cut(&"重".repeat(41))), 79);
        assert_eq!(cut(&"λ".repeat(80)), "λ".repeat(80));
    }

    #[test]
    fn lines_break_between_words_and_keep_them_all() {
        let text = "word ".repeat(50);
        let lines = wrap(text.trim(), "  ");
        assert!(
            lines.iter().all(|line| line.chars().count() <= WIDTH),
            "{lines:?}"
        );
        let words: usize = lines
            .iter()
            .map(|line| line.split_whitespace().count())
            .sum();
        assert_eq!((words, &lines[1][..6]), (50, "  word"));
    }
}
