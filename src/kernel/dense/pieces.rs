//! The pieces of the rows of `W` whose contributions to a derivative are summed apart, and the tree in
//! which these sums are added.

use super::row_kernel::Cell;
use crate::kernel::lanes::Lanes;
use crate::kernel::team::threads;

/// The number of pieces.
pub(super) const PIECES: usize = 8;
/// Pieces are cut at multiples of so many rows.
pub(super) const ROWS: usize = 8;
/// Multiply-adds that are worth a thread of their own: about a microsecond.
pub(super) const WORK: usize = 1 << 14;

/// One of the parts in which the threads share the pieces.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) number: usize,
    /// How many parts there are: a power of two up to [`PIECES`], so that pieces are whole.
    pub(super) of: usize,
}

/// The number of parts for so many multiply-adds with the `n` rows of `W`, none of them empty.
///
/// Forward and backward a part has the same rows, so that they stay in one processor's cache: to
/// fetch what another processor has just written is many times slower.
pub(super) fn parts(work: usize, n: usize) -> usize {
    if n.div_ceil(ROWS) < PIECES {
        return 1;
    }
    let most = threads().min(work / WORK).clamp(1, PIECES);
    1 << most.ilog2()
}

/// The sums of pieces, added as a tree: `(0 + 1) + (2 + 3)`. Pieces without rows are left out.
pub(super) struct Tree<'a> {
    /// The piece that is being summed; at the end the sum of all.
    pub(super) current: &'a mut [Cell],
    /// The sums of one, two and four pieces that wait for their other half.
    waiting: [&'a mut [Cell]; 3],
    is_there: [bool; 3],
    pieces: usize,
}

impl<'a> Tree<'a> {
    /// `workspace`: four times `cells`.
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

    /// Takes up the current piece; `is_there`: it has rows.
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
