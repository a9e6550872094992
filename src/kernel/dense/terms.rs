//! Which samples reach which rows of `W`: behind a rectifier half of the derivatives are zero.

use std::ops::Range;

use crate::kernel::view::MatrixRef;

/// The most rows that pass together.
pub(super) const PAIR: usize = 2;

/// A sample that reaches some rows: its derivative by one of them is not zero.
#[derive(Clone, Copy, Default)]
pub(super) struct Term {
    pub(super) sample: usize,
    /// Its derivatives by the rows, as many as there are.
    pub(super) deltas: [f32; PAIR],
}

/// For one or two rows of `W` at a time the samples that reach them, in order.
#[derive(Default)]
pub(super) struct Terms {
    at_a_time: usize,
    terms: Vec<Term>,
    groups: Vec<Group>,
}

/// Rows that pass together, and where their terms lie.
struct Group {
    rows: Range<usize>,
    terms: Range<usize>,
}

impl Terms {
    /// Looks through `delta`, samples × rows, so many rows at a time.
    pub(super) fn find(&mut self, delta: MatrixRef, at_a_time: usize) {
        let (samples, rows) = delta.shape();
        self.at_a_time = at_a_time;
        self.groups.clear();
        // Terms that are zero are written too, and written over by what comes next.
        self.terms.resize(samples * rows + 1, Term::default());
        for first in (0..rows).step_by(at_a_time) {
            match rows - first {
                PAIR.. if at_a_time == PAIR => self.group::<PAIR>(delta, first),
                _ => self.group::<1>(delta, first),
            }
        }
    }

    fn group<const ROWS: usize>(&mut self, delta: MatrixRef, first: usize) {
        let start = self.groups.last().map_or(0, |group| group.terms.end);
        let mut end = start;
        for sample in 0..delta.rows() {
            let from: &[f32; ROWS] = delta.row(sample)[first..].first_chunk().expect("rows");
            let mut deltas = [0.0; PAIR];
            deltas[..ROWS].copy_from_slice(from);
            self.terms[end] = Term { sample, deltas };
            let is_reached = from
                .iter()
                .fold(false, |some, delta| some | (*delta != 0.0));
            end += usize::from(is_reached);
        }
        self.groups.push(Group {
            rows: first..first + ROWS,
            terms: start..end,
        });
    }

    /// Some rows, which begin with a group and end with one: each group with its terms.
    pub(super) fn of(&self, rows: &Range<usize>) -> impl Iterator<Item = (Range<usize>, &[Term])> {
        let groups = rows.start / self.at_a_time..rows.end.div_ceil(self.at_a_time);
        let terms = |group: &Group| (group.rows.clone(), &self.terms[group.terms.clone()]);
        self.groups[groups].iter().map(terms)
    }
}
