//! How the operands of a case stand in memory.

use crate::trial::kernels::Order;

/// How the matrices stand in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) order: Order,
    /// Whether op(A), op(B) are transposes.
    pub(super) transposes: [bool; 2],
    /// By how much the leading dimensions of A, B and C are larger than needed.
    pub(super) slack: [usize; 3],
    /// How many numbers after a boundary of 64 bytes A, B and C begin.
    pub(super) offsets: [usize; 3],
    /// The strides of x and y, for a product with a vector.
    pub(super) strides: [isize; 2],
}

impl Layout {
    /// Layout number `number`. Eight that follow each other have all orders and transposes; slack,
    /// offsets and strides go round with other periods.
    pub(super) fn number(number: usize) -> Self {
        const SLACK: [usize; 5] = [0, 3, 0, 1, 16];
        const STRIDES: [isize; 7] = [1, 1, -1, 2, 1, -3, 5];
        let pick = |step: usize| SLACK[(number / 2 + step) % SLACK.len()];
        let order = if number.is_multiple_of(2) {
            Order::RowMajor
        } else {
            Order::ColumnMajor
        };
        Layout {
            order,
            transposes: [number / 2 % 2 == 1, number / 4 % 2 == 1],
            slack: [pick(0), pick(1), pick(3)],
            offsets: [number % 16, number * 5 % 16, number * 3 % 16],
            strides: [number, number / 3].map(|number| STRIDES[number % STRIDES.len()]),
        }
    }

    /// By rows and not transposed.
    pub(super) fn is_plain(&self) -> bool {
        self.order == Order::RowMajor && self.transposes == [false; 2]
    }
}
