//! A mutant: one small change of one file.

use std::ops::Range;

use serde::Serialize;

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A number, such as a coefficient of a polynomial, is a little different.
    Number,
    /// A number or an expression has the other sign, or a condition is turned round.
    Sign,
    /// Another operator.
    Operator,
    /// Another method or instruction, or its operands in another order.
    Method,
    /// A range or a loop is shorter by one.
    Range,
    /// A statement is missing.
    Statement,
    /// A function does nothing, or returns the default value.
    Body,
}

/// One change of one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mutant {
    /// The file, from the root of the repository.
    pub file: String,
    /// The line where the change begins.
    pub line: usize,
    /// The kind of change.
    pub kind: Kind,
    /// What is replaced.
    pub was: String,
    /// What is there instead.
    pub becomes: String,
    /// The bytes that are replaced.
    #[serde(skip)]
    pub bytes: Range<usize>,
}

impl Mutant {
    /// The whole file with the change.
    pub fn apply(&self, source: &str) -> String {
        let Range { start, end } = self.bytes;
        [&source[..start], &self.becomes, &source[end..]].concat()
    }

    /// The change in one line.
    pub fn change(&self) -> String {
        format!("`{}` → `{}`", one_line(&self.was), one_line(&self.becomes))
    }
}

/// A text on one line, with its middle left out if it is long.
fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let line: Vec<char> = words.join(" ").chars().collect();
    if line.len() <= 60 {
        return line.into_iter().collect();
    }
    let part = |range: Range<usize>| line[range].iter().collect::<String>();
    format!("{} … {}", part(0..36), part(line.len() - 20..line.len()))
}
