//! A block of B in the layout that the micro-kernel reads: panels of [`NR`] columns, each row by row.

use std::ops::Range;

use super::blocking::NR;
use super::transpose::transpose;
use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// How many rows ahead of the one being copied the source is prefetched.
const AHEAD: usize = 12;

/// A panel of B, or its columns from some column on. Row `k` begins at `k·stride`; the last panel is
/// padded with zeros to whole vectors.
#[derive(Clone, Copy)]
pub(super) struct PanelB<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) stride: usize,
    pub(super) depth: usize,
}

impl PanelB<'_> {
    /// The panel starting at this column.
    #[inline(always)]
    pub(super) fn starting_at(self, column: usize) -> Self {
        PanelB {
            numbers: &self.numbers[column..],
            ..self
        }
    }
}

/// A block of B. Each panel is packed just before the first block of A needs it.
pub(super) struct PackedB<'a> {
    b: MatrixRef<'a>,
    packed: &'a mut [f32],
    /// Whether all panels are kept one after the other, for further blocks of A. Otherwise each panel
    /// replaces the previous one, which is still in the L1 cache.
    is_kept: bool,
}

impl<'a> PackedB<'a> {
    #[inline(always)]
    pub(super) fn new(b: MatrixRef<'a>, is_kept: bool, buffer: &'a mut Buffer) -> Self {
        let width = if is_kept {
            b.columns().next_multiple_of(LANES)
        } else {
            NR
        };
        PackedB {
            b,
            packed: buffer.numbers(b.rows() * width),
            is_kept,
        }
    }

    /// The panel of these columns, which start at a multiple of [`NR`]; it is packed first if `is_first`
    /// is set.
    #[inline(always)]
    pub(super) fn panel<L: Lanes>(
        &mut self,
        lanes: L,
        columns: Range<usize>,
        is_first: bool,
    ) -> PanelB<'_> {
        let depth = self.b.rows();
        let stride = columns.len().next_multiple_of(LANES);
        let start = if self.is_kept {
            depth * columns.start
        } else {
            0
        };
        let numbers = &mut self.packed[start..][..depth * stride];
        if is_first {
            pack(lanes, self.b.block(0..depth, columns), stride, numbers);
        }
        PanelB {
            numbers,
            stride,
            depth,
        }
    }
}

/// Writes the rows of a panel to `to`, `stride` numbers apart, each padded with zeros.
#[inline(always)]
fn pack<L: Lanes>(lanes: L, panel: MatrixRef, stride: usize, to: &mut [f32]) {
    if panel.has_adjacent_columns() {
        copy(lanes, panel, stride, to);
    } else if panel.transposed().has_adjacent_columns() {
        transpose(lanes, panel.transposed(), |k| k * stride, to);
    } else {
        for (k, to) in to.chunks_exact_mut(stride).enumerate() {
            to.fill(0.0);
            (0..panel.columns()).for_each(|j| to[j] = panel.get(k, j));
        }
    }
}

/// Copies rows with adjacent numbers.
#[inline(always)]
fn copy<L: Lanes>(lanes: L, panel: MatrixRef, stride: usize, to: &mut [f32]) {
    for (k, to) in to.chunks_exact_mut(stride).enumerate() {
        if k + AHEAD < panel.rows() {
            let lines = panel.row(k + AHEAD).chunks(LANES);
            lines.for_each(|line| lanes.prefetch(line.as_ptr()));
        }
        let row = panel.row(k);
        let (to, _) = to.as_chunks_mut();
        if let (Some(row), Some(to)) = (row.first_chunk(), to.first_chunk_mut()) {
            copy_whole(lanes, row, to);
            continue;
        }
        for (v, to) in to.iter_mut().enumerate() {
            let from = (v * LANES).min(row.len());
            lanes.store(lanes.load_padded(&row[from..]), to);
        }
    }
}

/// Copies a row of a complete panel.
#[inline(always)]
fn copy_whole<L: Lanes>(lanes: L, row: &[f32; NR], to: &mut [[f32; LANES]; NR / LANES]) {
    for (from, to) in row.as_chunks().0.iter().zip(to) {
        lanes.store(lanes.load(from), to);
    }
}
