//! The sum of the pieces of a derivative.

use crate::kernel::lanes::Lanes;

use super::rows::Cell;

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
    /// `room`: four times `cells`.
    pub(super) fn new(room: &'a mut [Cell], cells: usize) -> Self {
        let (current, rest) = room.split_at_mut(cells);
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
