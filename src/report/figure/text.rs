//! Text whose width must be guessed, because the reader's browser chooses the font.

/// The mean width of a character beside the font's size. Sans-serif fonts lie between 0.50
/// (Helvetica) and 0.58 (DejaVu Sans); a little more, so that nothing is cut off.
const WIDTH: f64 = 0.6;

/// About how wide `text` is at `size`, in CSS pixels.
pub fn width(text: &str, size: f64) -> f64 {
    WIDTH * size * text.chars().count() as f64
}

/// The text in lines of at most `limit` pixels, broken between words, and within a word only when
/// it is longer than a line. An empty text has no lines.
pub fn wrap(text: &str, size: f64, limit: f64) -> Vec<String> {
    let most = ((limit / (WIDTH * size)) as usize).max(1);
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
        let limit = 10.0 * WIDTH * 12.0 + 1.0;
        let lines = wrap("learning rate of a verylongwordindeed", 12.0, limit);
        assert_eq!(lines, ["learning", "rate of a", "verylongwo", "rdindeed"]);
        assert!(lines.iter().all(|line| width(line, 12.0) <= limit));
        assert!(wrap(" ", 12.0, limit).is_empty());
    }
}
