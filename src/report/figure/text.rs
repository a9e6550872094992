//! The size of text, and its width, which can only be estimated because the reader's browser chooses the
//! font.

/// The size of all text in CSS pixels.
pub const SIZE: f64 = 13.0;

/// The height of a line of text in CSS pixels.
pub const LINE: f64 = 18.0;

/// The assumed mean width of a character, as a share of the font size. Sans-serif fonts lie between 0.50
/// (Helvetica) and 0.58 (DejaVu Sans); the value is a little larger, so that nothing is cut off.
const WIDTH: f64 = 0.6;

/// The estimated width of `text` in CSS pixels.
pub fn width(text: &str) -> f64 {
    WIDTH * SIZE * text.chars().count() as f64
}

/// Breaks a text into lines of at most `limit` pixels, between words, and within a word only if it is
/// longer than a line. An empty text has no lines.
pub fn wrap(text: &str, limit: f64) -> Vec<String> {
    let most = ((limit / (WIDTH * SIZE)) as usize).max(1);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let characters: Vec<char> = word.chars().collect();
        for piece in characters.chunks(most) {
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + piece.len() <= most => {
                    line.push(' ');
                    line.extend(piece);
                }
                _ => lines.push(piece.iter().collect()),
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_never_exceed_the_limit() {
        let limit = 10.0 * WIDTH * SIZE + 1.0;
        let lines = wrap("learning rate of a verylongwordindeed", limit);
        assert_eq!(lines, ["learning", "rate of a", "verylongwo", "rdindeed"]);
        assert!(lines.iter().all(|line| width(line) <= limit));
        assert!(wrap(" ", limit).is_empty());
    }
}
