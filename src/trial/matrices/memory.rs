//! Where the elements of a matrix or a vector stand in the memory of an operand.

use crate::kernel::Place;
use crate::trial::kernels::Order;
use crate::trial::operand::{Input, Pattern};

/// The memory of a matrix, or of a vector as a matrix of one column.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pattern: Pattern,
    /// The places of the elements, row by row.
    places: Vec<usize>,
    values: Vec<f32>,
}

impl Stored {
    /// A matrix with the given rows and columns, transposed when stored or not, in an order, with a
    /// leading dimension that is `slack` larger than needed. `numbers` are its elements, row by row.
    pub(super) fn matrix(
        numbers: &[f32],
        [rows, columns]: [usize; 2],
        order: Order,
        is_transposed: bool,
        slack: usize,
    ) -> Self {
        let lines_are_rows = (order == Order::RowMajor) != is_transposed;
        let [lines, line] = if lines_are_rows {
            [rows, columns]
        } else {
            [columns, rows]
        };
        let leading = line.max(1) + slack;
        let place = |i, j| {
            if lines_are_rows {
                i * leading + j
            } else {
                j * leading + i
            }
        };
        let places = (0..rows).flat_map(|i| (0..columns).map(move |j| place(i, j)));
        Stored::new(
            Pattern::matrix(lines, line, leading),
            places.collect(),
            numbers,
        )
    }

    /// A vector, as BLAS stores it.
    pub(super) fn vector(numbers: &[f32], stride: isize) -> Self {
        let (count, step) = (numbers.len(), stride.unsigned_abs());
        let place = |i: usize| {
            if stride < 0 {
                (count - 1 - i) * step
            } else {
                i * step
            }
        };
        let places = (0..count).map(place).collect();
        Stored::new(Pattern::vector(count, stride), places, numbers)
    }

    fn new(pattern: Pattern, places: Vec<usize>, numbers: &[f32]) -> Self {
        let mut values = vec![0.0; pattern.len];
        for (place, number) in places.iter().zip(numbers) {
            values[*place] = *number;
        }
        Stored {
            pattern,
            places,
            values,
        }
    }

    /// The distance between neighbouring lines.
    pub(super) fn leading(&self) -> usize {
        self.pattern.period
    }

    /// The operand for a call.
    pub(super) fn input(&self, is_output: bool) -> Input<'_> {
        Input {
            pattern: self.pattern,
            values: &self.values,
            is_output,
        }
    }

    /// The elements, row by row, from those in the order of memory.
    pub(super) fn in_rows(&self, in_memory: &[f32]) -> Vec<f64> {
        let mut sorted = self.places.clone();
        sorted.sort_unstable();
        let rank = |place| sorted.partition_point(|other| *other < place);
        let number = |&place| f64::from(in_memory[rank(place)]);
        self.places.iter().map(number).collect()
    }
}

/// The places of three operands in the first call, off the boundaries of 64 bytes, and in the second,
/// before or after an inaccessible page.
pub(super) fn places(number: usize, offsets: [usize; 3]) -> [[Place; 3]; 2] {
    let beside = |operand: usize| {
        if (number / 3 + operand).is_multiple_of(3) {
            Place::AfterGuard
        } else {
            Place::BeforeGuard
        }
    };
    [offsets.map(Place::Offset), [0, 1, 2].map(beside)]
}
