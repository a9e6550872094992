//! Which samples contribute to which rows of `W`: after a ReLU, half of the derivatives are zero.

use std::ops::Range;

use crate::kernel::view::MatrixRef;

/// The largest number of rows processed together.
pub(super) const PAIR: usize = 2;

/// A sample whose derivative with respect to at least one of a group of outputs is not zero.
#[derive(Clone, Copy, Default)]
pub(super) struct SampleDelta {
    pub(super) sample: usize,
    /// The derivatives with respect to the outputs of the group; further entries are unused.
    pub(super) deltas: [f32; PAIR],
}

/// For each group of one or two rows of `W`, the samples that contribute, in order.
#[derive(Default)]
pub(super) struct Nonzero {
    at_a_time: usize,
    samples: Vec<SampleDelta>,
    groups: Vec<Group>,
}

/// Rows that are processed together, and the range of their samples in the list.
struct Group {
    rows: Range<usize>,
    samples: Range<usize>,
}

impl Nonzero {
    /// Searches `delta`, samples × rows, in groups of `at_a_time` rows.
    pub(super) fn find(&mut self, delta: MatrixRef, at_a_time: usize) {
        let (samples, rows) = delta.shape();
        self.at_a_time = at_a_time;
        self.groups.clear();
        // A sample that does not contribute is also written, but the next one overwrites it.
        self.samples
            .resize(samples * rows + 1, SampleDelta::default());
        for first in (0..rows).step_by(at_a_time) {
            match rows - first {
                PAIR.. if at_a_time == PAIR => self.group::<PAIR>(delta, first),
                _ => self.group::<1>(delta, first),
            }
        }
    }

    fn group<const ROWS: usize>(&mut self, delta: MatrixRef, first: usize) {
        let start = self.groups.last().map_or(0, |group| group.samples.end);
        let mut end = start;
        for sample in 0..delta.rows() {
            let from: &[f32; ROWS] = delta.row(sample)[first..].first_chunk().expect("rows");
            let mut deltas = [0.0; PAIR];
            deltas[..ROWS].copy_from_slice(from);
            self.samples[end] = SampleDelta { sample, deltas };
            let counts = from
                .iter()
                .fold(false, |some, delta| some | (*delta != 0.0));
            end += usize::from(counts);
        }
        self.groups.push(Group {
            rows: first..first + ROWS,
            samples: start..end,
        });
    }

    /// Some rows, which begin and end at group boundaries: yields each group with the samples that
    /// contribute.
    pub(super) fn of(
        &self,
        rows: &Range<usize>,
    ) -> impl Iterator<Item = (Range<usize>, &[SampleDelta])> {
        let groups = rows.start / self.at_a_time..rows.end.div_ceil(self.at_a_time);
        let samples = |group: &Group| (group.rows.clone(), &self.samples[group.samples.clone()]);
        self.groups[groups].iter().map(samples)
    }
}
