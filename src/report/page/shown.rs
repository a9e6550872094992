//! Figures with their numbers and drawings, and tables with the kinds of their columns.

use crate::record::{Figure, Table};

use super::super::figure::{self, Drawing, Map};

/// Gives the figures of a page their numbers, in the order in which they are asked for.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    last: usize,
}

/// A figure on the page.
pub(super) struct ShownFigure<'a> {
    pub number: usize,
    pub figure: &'a Figure,
    pub drawing: Drawing,
}

/// A map on the page.
pub(super) struct ShownMap<'a> {
    pub number: usize,
    pub map: &'a Map,
    pub drawing: Drawing,
}

impl Numbers {
    fn next(&mut self) -> usize {
        self.last += 1;
        self.last
    }

    pub fn figure<'a>(&mut self, figure: &'a Figure) -> ShownFigure<'a> {
        ShownFigure {
            number: self.next(),
            figure,
            drawing: figure::draw(figure),
        }
    }

    pub fn map<'a>(&mut self, map: &'a Map) -> ShownMap<'a> {
        ShownMap {
            number: self.next(),
            map,
            drawing: figure::draw_map(map),
        }
    }
}

/// A table, and which of its columns hold numbers.
pub(super) struct TableView<'a> {
    pub table: &'a Table,
    numeric: Vec<bool>,
}

impl<'a> TableView<'a> {
    pub fn new(table: &'a Table) -> Self {
        let numeric = |i: usize| {
            let mut cells = table.rows.iter().map(|row| row[i].as_str());
            cells.all(looks_numeric) && !table.rows.is_empty()
        };
        TableView {
            table,
            numeric: (0..table.columns.len()).map(numeric).collect(),
        }
    }

    /// The CSS class of the cells of a column.
    pub fn class(&self, column: &usize) -> &'static str {
        if self.numeric[*column] {
            "number"
        } else {
            "words"
        }
    }
}

/// Whether a cell looks numeric, that is, is empty, a dash, or begins with a number. Such cells are
/// aligned right.
fn looks_numeric(cell: &str) -> bool {
    let unsigned = cell.trim_start_matches(['-', '−', '+', '<', '>', '≤', '≥', '±', '–', '∞', ' ']);
    unsigned.is_empty() || unsigned.starts_with(|c: char| c.is_ascii_digit())
}
