//! One call of a foreign function, told to the board.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::board::{self, MOST, OPERANDS, slot};
use super::supervision;

/// What a call works on, as far as the board keeps it.
pub(super) enum Inputs<'a> {
    None,
    These(&'a [f32]),
}

/// A call that has begun. It has returned when this is dropped.
pub(super) struct Entry(Option<&'static [AtomicU64]>);

/// Begins a call.
pub(super) fn enter<const N: usize>(inputs: Inputs, operands: [Range<*const f32>; N]) -> Entry {
    let Some(board) = board::current() else {
        return Entry(None);
    };
    let own = board::own_slot(board);
    let set = |place: usize, value: u64| own[place].store(value, Relaxed);
    for i in 0..OPERANDS {
        let range = operands.get(i).map_or(0..0, |range| {
            range.start.addr() as u64..range.end.addr() as u64
        });
        set(slot::OPERANDS + 2 * i, range.start);
        set(slot::OPERANDS + 2 * i + 1, range.end);
    }
    set(slot::IS_SCALAR, 0);
    set(slot::LENGTH, 0);
    if let Inputs::These(numbers) = inputs {
        let kept = &numbers[..numbers.len().min(MOST)];
        for (place, pair) in kept.chunks(2).enumerate() {
            let bits = |i: usize| pair.get(i).map_or(0, |x| u64::from(x.to_bits()));
            set(slot::NUMBERS + place, bits(0) | bits(1) << 32);
        }
        set(slot::LENGTH, kept.len() as u64);
    }
    set(slot::CALLS, own[slot::CALLS].load(Relaxed) + 1);
    set(slot::IS_RUNNING, 1);
    Entry(Some(own))
}

impl Entry {
    /// Tells the arguments of the next call of a function of one or two numbers.
    #[inline]
    pub(super) fn scalar(&self, bits: u64) {
        if let Some(slot) = self.0 {
            slot[slot::SCALAR].store(bits, Relaxed);
            slot[slot::IS_SCALAR].store(1, Relaxed);
        }
    }
}

impl Entry {
    /// The call has returned, and another one begins.
    pub(super) fn renewed(self) -> Entry {
        drop(self);
        enter(Inputs::None, [])
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(slot) = self.0 {
            supervision::check_output();
            slot[slot::IS_RUNNING].store(0, Relaxed);
        }
    }
}
