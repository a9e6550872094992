//! Dashed lines.

use super::canvas::Spot;

/// The dashes along `path`. `pattern` lists the lengths of dashes and gaps alternately, in CSS pixels;
/// the empty pattern is a solid line.
pub fn along(path: &[Spot], pattern: &'static [f64]) -> Vec<Vec<Spot>> {
    match path {
        [] => Vec::new(),
        _ if pattern.is_empty() => vec![path.to_vec()],
        [first, rest @ ..] => {
            let mut pen = Pen::new(*first, pattern);
            rest.iter().for_each(|spot| pen.go(*spot));
            pen.finish()
        }
    }
}

/// A pen that alternates between drawing and not drawing.
struct Pen {
    pattern: &'static [f64],
    /// The index of the current length in the pattern; the pen draws at even indices.
    phase: usize,
    /// The remainder of the current length.
    left: f64,
    piece: Vec<Spot>,
    pieces: Vec<Vec<Spot>>,
}

impl Pen {
    fn new(start: Spot, pattern: &'static [f64]) -> Self {
        Pen {
            pattern,
            phase: 0,
            left: pattern[0],
            piece: vec![start],
            pieces: Vec::new(),
        }
    }

    fn go(&mut self, to: Spot) {
        loop {
            let from = self.piece[self.piece.len() - 1];
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= self.left {
                self.left -= length;
                return self.piece.push(to);
            }
            let part = self.left / length;
            let end = (
                from.0 + part * (to.0 - from.0),
                from.1 + part * (to.1 - from.1),
            );
            self.piece.push(end);
            self.end_phase(end);
        }
    }

    fn end_phase(&mut self, at: Spot) {
        let piece = std::mem::replace(&mut self.piece, vec![at]);
        if self.phase.is_multiple_of(2) {
            self.pieces.push(piece);
        }
        self.phase = (self.phase + 1) % self.pattern.len();
        self.left = self.pattern[self.phase];
    }

    fn finish(mut self) -> Vec<Vec<Spot>> {
        if self.phase.is_multiple_of(2) && self.piece.len() > 1 {
            self.pieces.push(self.piece);
        }
        self.pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_alternate_along_corners() {
        let path = [(0.0, 0.0), (5.0, 0.0), (5.0, 6.0)];
        let pieces = along(&path, &[7.0, 2.0]);
        let expected = [
            vec![(0.0, 0.0), (5.0, 0.0), (5.0, 2.0)],
            vec![(5.0, 4.0), (5.0, 6.0)],
        ];
        assert_eq!(pieces, expected);
        assert_eq!(along(&path, &[]), [path.to_vec()]);
        assert!(along(&[], &[7.0, 2.0]).is_empty());
    }
}
