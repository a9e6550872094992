//! Computes one rectangle of C on one thread, in blocks for the caches and tiles for the registers.

use std::ops::Range;

use super::blocking::{
    KC, MC, MC_TRANSPOSE, MR, NC, NR, blocks, column_panels, panel_height, row_panels,
};
use super::micro_kernel::{Tile, micro_kernel};
use super::nonzero::Nonzero;
use super::pack_a::{self, Layout, PackedA};
use super::pack_b::{PackedB, PanelB};
use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::start::Start;
use crate::kernel::view::{MatrixMut, MatrixRef};

/// A function applied to a block of C while it is in the cache; it gets the rows and columns of the
/// block.
pub(super) type Epilogue<'a> = dyn Fn(Range<usize>, Range<usize>, MatrixMut) + 'a;

/// `C ← start + A·B`.
pub(super) struct MacroKernel<'a> {
    pub(super) a: MatrixRef<'a>,
    /// The memory layout of the whole A, of which `a` holds some rows.
    pub(super) layout: Layout,
    /// Whether terms are skipped that are zero in a whole micro-panel of A.
    pub(super) searches_zeros: bool,
    pub(super) b: MatrixRef<'a>,
    pub(super) start: Start,
    pub(super) c: MatrixMut<'a>,
    pub(super) workspace: &'a mut Workspace,
    pub(super) epilogue: &'a Epilogue<'a>,
}

/// Memory that is reused from product to product, since fresh pages cost more than a small product.
#[derive(Default)]
pub(super) struct Workspace {
    a: pack_a::Workspace,
    b: Buffer,
    nonzero: Nonzero,
}

impl Kernel for MacroKernel<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        let (rows, columns) = self.c.shape();
        let depth = self.a.columns();
        if depth == 0 {
            return self.run_without_terms();
        }
        let row_blocks: Vec<_> = match self.layout {
            Layout::Transpose => blocks(rows, MC_TRANSPOSE, MC_TRANSPOSE).collect(),
            Layout::Rows | Layout::Strided => blocks(rows, MC, MR).collect(),
        };
        let Workspace { a, b, nonzero } = self.workspace;
        for columns in blocks(columns, NC, NR) {
            for terms in blocks(depth, KC, 1) {
                let factor = self.b.block(terms.clone(), columns.clone());
                let mut b = PackedB::new(factor, row_blocks.len() > 1, b);
                let start = if terms.start == 0 {
                    self.start
                } else {
                    Start::Accumulate
                };
                for (number, rows) in row_blocks.iter().enumerate() {
                    let factor = self.a.block(rows.clone(), terms.clone());
                    let a = PackedA::new(lanes, factor, self.layout, self.searches_zeros, a);
                    nonzero.clear();
                    if self.searches_zeros {
                        nonzero.find(lanes, a.rows());
                    }
                    let mut c = self.c.block(rows.clone(), columns.clone());
                    let block = Block {
                        a: &a,
                        nonzero,
                        start,
                        is_first: number == 0,
                    };
                    block.multiply(lanes, &mut b, c.reborrow());
                    if terms.end == depth {
                        (self.epilogue)(rows.clone(), columns.clone(), c);
                    }
                }
            }
        }
    }
}

impl MacroKernel<'_> {
    /// Handles a product without terms, which leaves only the initial value.
    fn run_without_terms(mut self) {
        let (rows, columns) = self.c.shape();
        if self.start == Start::Zero {
            (0..rows).for_each(|i| self.c.row_mut(i).fill(0.0));
        }
        (self.epilogue)(0..rows, 0..columns, self.c);
    }
}

/// A block of A that is multiplied by a block of B.
struct Block<'a> {
    a: &'a PackedA<'a>,
    nonzero: &'a Nonzero,
    start: Start,
    /// Whether this is the first block of A that is multiplied by this block of B.
    is_first: bool,
}

impl Block<'_> {
    /// Computes all tiles of a block of C: a panel of B stays in the L1 cache while the micro-panels of
    /// A are read.
    #[inline(always)]
    fn multiply<L: Lanes>(&self, lanes: L, b: &mut PackedB, mut c: MatrixMut) {
        let (rows, columns) = c.shape();
        for first in (0..columns).step_by(NR) {
            let panel = first..columns.min(first + NR);
            let b = b.panel(lanes, panel.clone(), self.is_first);
            for part in column_panels::<L>(panel.len()) {
                let b = b.starting_at(part.start);
                let part = first + part.start..first + part.end;
                self.multiply_panel(lanes, b, c.block(0..rows, part));
            }
        }
    }

    /// Computes the tiles in the columns of one panel.
    #[inline(always)]
    fn multiply_panel<L: Lanes>(&self, lanes: L, b: PanelB, mut c: MatrixMut) {
        let (rows, vectors) = (c.rows(), c.columns().div_ceil(LANES));
        for panel in row_panels(rows) {
            let height = panel_height(rows - panel.start);
            let tile = Tile {
                a: self.a.panel(panel.start),
                b,
                nonzero: self.nonzero.of_panel(panel.start),
                start: self.start,
                rows: self.a.rows_of_c(panel),
            };
            let c = c.reborrow();
            match (height, vectors) {
                (6, 4) => micro_kernel::<L, 6, 4>(lanes, tile, c),
                (6, 3) => micro_kernel::<L, 6, 3>(lanes, tile, c),
                (6, 2) => micro_kernel::<L, 6, 2>(lanes, tile, c),
                (6, 1) => micro_kernel::<L, 6, 1>(lanes, tile, c),
                (4, 4) => micro_kernel::<L, 4, 4>(lanes, tile, c),
                (4, 3) => micro_kernel::<L, 4, 3>(lanes, tile, c),
                (4, 2) => micro_kernel::<L, 4, 2>(lanes, tile, c),
                (4, 1) => micro_kernel::<L, 4, 1>(lanes, tile, c),
                shape => unreachable!("no tile has the shape {shape:?}"),
            }
        }
    }
}
