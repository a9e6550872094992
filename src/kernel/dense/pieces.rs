//! The pieces into which the rows of `W` are cut so that their contributions to a derivative are summed
//! separately, and the tree in which these sums are added.

use super::row_kernel::Cell;
use crate::kernel::lanes::Lanes;
use crate::kernel::team::threads;

/// The number of pieces.
pub(super) const PIECES: usize = 8;
/// Pieces are cut at multiples of this many rows.
pub(super) const ROWS: usize = 8;
/// The number of multiply-adds that are worth a separate thread: about a microsecond.
pub(super) const WORK: usize = 1 << 14;

/// One of the parts in which the pieces are distributed among the threads.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) number: usize,
    /// The number of parts: a power of two up to [`PIECES`], so that no piece is split.
    pub(super) of: usize,
}

/// The number of parts for `work` multiply-adds with the `n` rows of `W`; no part is empty.
///
/// A part has the same rows in the forward and the backward pass, so that they stay in one processor's
/// cache. Fetching what another processor has just written is many times slower.
pub(super) fn parts(work: usize, n: usize) -> usize {
    if n.div_ceil(ROWS) < PIECES {
        return 1;
    }
    let most = threads().min(work / WORK).clamp(1, PIECES);
    1 << most.ilog2()
}

/// The sums of pieces, added as a tree, `(0 + 1) + (2 + 3)`, without the pieces that have no rows.
pub(super) struct Tree<'a> {
    /// The sum of the current piece; at the end, the sum of all pieces.
    pub(super) current: &'a mut [Cell],
    /// The sums of one, two and four pieces that wait for their other half.
    waiting: [&'a mut [Cell]; 3],
    is_there: [bool; 3],
    pieces: usize,
}

impl<'a> Tree<'a> {
    /// `workspace` must have four times `cells` cells.
    pub(super) fn new(workspace: &'a mut [Cell], cells: usize) -> Self {
        let (current, rest) = workspace.split_at_mut(cells);
        let (one, rest) = rest.split_at_mut(cells);
        let (two, four) = rest.split_at_mut(cells);
        Tree {
            current,
            waiting: [one, two, four],
            is_there: [false; 3],
            pieces: 0,
        }
    }

    /// Adds the current piece to the tree; `is_there` tells whether the piece has rows.
    #[inline(always)]
    pub(super) fn take_up<L: Lanes>(&mut self, lanes: L, mut is_there: bool) {
        let halves = self.pieces.trailing_ones() as usize;
        for level in 0..halves {
            if self.is_there[level] {
                for (here, before) in self.current.iter_mut().zip(&*self.waiting[level]) {
                    let (sum, before) = (lanes.load(here), lanes.load(before));
                    lanes.store(
                        if is_there {
                            lanes.add(before, sum)
                        } else {
                            before
                        },
                        here,
                    );
                }
                is_there = true;
            }
        }
        self.pieces += 1;
        if let Some(waiting) = self.waiting.get_mut(halves) {
            waiting.copy_from_slice(self.current);
            self.is_there[halves] = is_there;
        }
    }
}
