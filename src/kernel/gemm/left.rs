//! A block of A, as the tiles read it.

use std::ops::Range;

use super::UNIT;
use super::factors::Rows;
use super::order::Order;
use super::pack::{copy_columns, turn_rows};
use super::panels::{panel_height, panels};
use super::zeros::KnownRows;
use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// A block of A. Where a row has its numbers side by side it is read where it stands, but for the last
/// few, where they are fewer than their tile has. A transpose is turned, since each of its columns
/// stands on a page of its own, nearly, and every panel of B needs them all again; its rows may then
/// as well stand in an order in which more terms are zero. With other strides all panels are copied.
pub(super) struct Left<'a> {
    a: MatrixRef<'a>,
    /// Rows from here on are copied.
    first_copied: usize,
    /// Panel after panel as high as its tile, with zeros below the last row.
    copies: &'a [f32],
    /// Which row of C each of its rows belongs to.
    order: &'a [usize],
}

/// Room for a block.
#[derive(Default)]
pub(super) struct Room {
    numbers: Buffer,
    order: Order,
}

impl Room {
    /// The order of the last transpose.
    pub(super) fn order(&self) -> &Order {
        &self.order
    }
}

impl<'a> Left<'a> {
    #[inline(always)]
    pub(super) fn new<L: Lanes>(
        lanes: L,
        a: MatrixRef<'a>,
        is_transpose: bool,
        known: Option<KnownRows<'a>>,
        room: &'a mut Room,
    ) -> Self {
        match is_transpose {
            true => Self::turned(lanes, a.transposed(), known, room),
            false => Self::in_place(a, room),
        }
    }

    #[inline(always)]
    fn in_place(a: MatrixRef<'a>, room: &'a mut Room) -> Self {
        let ((rows, depth), end) = (a.shape(), end(a.rows()));
        let first_copied = match a.has_adjacent_columns() {
            true if end == rows => rows,
            true => rows / UNIT.0 * UNIT.0,
            false => 0,
        };
        room.order.stay(rows);
        let copies = room.numbers.numbers((end - first_copied) * depth);
        for panel in panels(first_copied..rows, panel_height) {
            let height = panel_height(rows - panel.start);
            let copy = &mut copies[(panel.start - first_copied) * depth..][..height * depth];
            copy_columns(a.row_block(panel), height, copy);
        }
        Left {
            a,
            first_copied,
            copies,
            order: &room.order.rows,
        }
    }

    /// The transpose of `across`.
    #[inline(always)]
    fn turned<L: Lanes>(
        lanes: L,
        across: MatrixRef,
        known: Option<KnownRows<'a>>,
        room: &'a mut Room,
    ) -> Self {
        let (depth, rows) = across.shape();
        let stride = depth.next_multiple_of(LANES);
        let (places, order) = match known.and_then(|known| known.order) {
            Some(order) => order,
            None => room.order.find(across),
        };
        let turned = room.numbers.numbers(end(rows) * stride);
        turned[rows * stride..].fill(0.0);
        turn_rows(lanes, across, places, stride, turned);
        Left {
            a: MatrixRef::strided(turned, (rows, depth), (stride, 1)),
            first_copied: rows,
            copies: &[],
            order,
        }
    }

    /// The rows of C that these rows belong to.
    pub(super) fn rows_of_c(&self, rows: Range<usize>) -> &'a [usize] {
        &self.order[rows]
    }

    /// As a matrix.
    pub(super) fn matrix(&self) -> MatrixRef<'a> {
        self.a
    }

    /// The rows of the tile that begins with this one.
    #[inline(always)]
    pub(super) fn rows(&self, first: usize) -> Rows<'a> {
        if let Some(row) = first.checked_sub(self.first_copied) {
            return Rows {
                numbers: &self.copies[row * self.a.columns()..],
                down: 1,
                along: panel_height(self.a.rows() - first),
            };
        }
        let (down, along) = self.a.strides();
        Rows {
            numbers: &self.a.numbers()[first * down..],
            down,
            along,
        }
    }
}

/// Where the last tile of so many rows ends.
fn end(rows: usize) -> usize {
    match rows % UNIT.0 {
        0 => rows,
        rest => rows - rest + panel_height(rest),
    }
}
