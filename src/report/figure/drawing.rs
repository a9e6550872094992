//! A drawn figure.

/// A drawn figure.
pub struct Drawing {
    /// The SVG document.
    pub svg: String,
    /// One sentence, with a count, for each kind of point that could not be drawn.
    pub notes: Vec<String>,
}
