//! Memory between two pages that nobody may touch, in which a kernel on trial gets its operands.
//!
//! ```text
//!  inaccessible │ canaries │ operand │ canaries │ inaccessible
//! ```
//!
//! A read or a write that leaves the accessible pages ends the process with a signal. A write that stays
//! inside changes a canary, which [`Guarded::changed_outside`] finds. A read that stays inside gives a
//! canary, which the result shows if the canary is a NaN.

use std::ptr::NonNull;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

use crate::error::{Error, Result};

/// The numbers in 64 bytes: what the widest vector register holds, and a line of the cache.
const LINE: usize = 16;

/// Where an operand stands between the inaccessible pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its first number follows the inaccessible page.
    AfterGuard,
    /// Its last number precedes the inaccessible page.
    BeforeGuard,
    /// So many numbers, 0 to 15, after a boundary of 64 bytes.
    Offset(usize),
}

/// Accessible pages between two inaccessible ones, and an operand in them.
#[derive(Debug)]
pub struct Guarded {
    /// The first inaccessible page.
    base: NonNull<f32>,
    /// The length of a page, in numbers.
    page: usize,
    /// The number of accessible numbers.
    accessible: usize,
    /// Where the operand begins, counted from the first accessible number.
    begin: usize,
    /// The length of the operand.
    len: usize,
}

impl Guarded {
    /// Maps pages for operands of up to `capacity` numbers at any [`Place`].
    ///
    /// # Errors
    /// Returns an error when the system gives no memory.
    pub fn new(capacity: usize) -> Result<Guarded> {
        let bytes = rustix::param::page_size();
        let page = bytes / size_of::<f32>();
        // Two lines more, so that there is space for an offset and for canaries.
        let pages = (capacity + 2 * LINE).div_ceil(page);
        let fault = |error: rustix::io::Errno| {
            Error::memory(format!(
                "{pages} pages for an operand of a kernel on trial: {error}"
            ))
        };
        // SAFETY: the system chooses the address, so nothing that exists is replaced.
        let base = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                (pages + 2) * bytes,
                ProtFlags::empty(),
                MapFlags::PRIVATE,
            )
        };
        let base = NonNull::new(base.map_err(fault)?.cast::<f32>())
            .expect("the system maps nothing at the address 0");
        let guarded = Guarded {
            base,
            page,
            accessible: pages * page,
            begin: 0,
            len: 0,
        };
        // SAFETY: these are the pages between the first and the last one of the mapping above.
        unsafe {
            mprotect(
                guarded.first().cast(),
                pages * bytes,
                MprotectFlags::READ | MprotectFlags::WRITE,
            )
        }
        .map_err(fault)?;
        Ok(guarded)
    }

    /// The longest operand.
    pub fn capacity(&self) -> usize {
        self.accessible - 2 * LINE
    }

    /// Puts an operand of `len` numbers at `place` and fills everything with canaries, the operand too.
    /// `canary` gives the bits of the number at a distance from the first number of the operand.
    ///
    /// # Panics
    /// When the operand is longer than the capacity, or an offset is above 15.
    pub fn place(&mut self, len: usize, place: Place, canary: impl Fn(isize) -> u32) {
        assert!(len <= self.capacity(), "an operand of {len} numbers");
        self.len = len;
        self.begin = match place {
            Place::AfterGuard => 0,
            Place::BeforeGuard => self.accessible - len,
            Place::Offset(offset) => {
                assert!(offset < LINE, "an offset of {offset} numbers");
                LINE + offset
            }
        };
        for i in 0..self.accessible {
            let bits = canary(self.distance(i));
            // SAFETY: i < accessible, and those pages may be written. No reference to them exists,
            // because `self` is borrowed mutably.
            unsafe { self.first().add(i).cast::<u32>().write_volatile(bits) };
        }
    }

    /// The operand.
    pub fn memory(&self) -> &[f32] {
        // SAFETY: the operand lies in the accessible pages, which are initialised (the system fills them
        // with zeros) and live as long as `self`.
        unsafe { std::slice::from_raw_parts(self.first().add(self.begin), self.len) }
    }

    /// The operand, to be changed.
    pub fn memory_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `memory`; `self` is borrowed mutably, so this is the only reference.
        unsafe { std::slice::from_raw_parts_mut(self.first().add(self.begin), self.len) }
    }

    /// The distance from the first number of the operand to the first number outside of it that is not
    /// the canary of its place.
    pub fn changed_outside(&self, canary: impl Fn(isize) -> u32) -> Option<isize> {
        let outside = (0..self.begin).chain(self.begin + self.len..self.accessible);
        outside
            .map(|i| (i, self.distance(i)))
            .find(|&(i, distance)| {
                // SAFETY: i < accessible, and those pages may be read.
                let bits = unsafe { self.first().add(i).cast::<u32>().read_volatile() };
                bits != canary(distance)
            })
            .map(|(_, distance)| distance)
    }

    fn distance(&self, i: usize) -> isize {
        i as isize - self.begin as isize
    }

    /// The first accessible number.
    fn first(&self) -> *mut f32 {
        self.base.as_ptr().wrapping_add(self.page)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let bytes = (self.accessible + 2 * self.page) * size_of::<f32>();
        // SAFETY: this is the whole mapping made by `new`, and the references into it ended before.
        // An error would only mean that the memory stays mapped.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), bytes) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: u32 = 0x7fa0_1234;

    #[test]
    fn an_operand_stands_where_it_should() {
        let mut guarded = Guarded::new(2000).unwrap();
        assert!(guarded.capacity() >= 2000);
        for len in [0, 1, 5, 1023, 2000] {
            for place in [Place::AfterGuard, Place::BeforeGuard, Place::Offset(3)] {
                guarded.place(len, place, |_| CANARY);
                let memory = guarded.memory_mut();
                memory.fill(1.0);
                let (begin, end) = (memory.as_ptr().addr(), memory.as_ptr_range().end.addr());
                let page = rustix::param::page_size();
                match place {
                    Place::AfterGuard => assert_eq!(begin % page, 0),
                    Place::BeforeGuard => assert_eq!(end % page, 0),
                    Place::Offset(offset) => assert_eq!(begin % 64, 4 * offset),
                }
                assert_eq!(guarded.changed_outside(|_| CANARY), None);
            }
        }
    }

    #[test]
    fn a_changed_canary_is_found() {
        let mut guarded = Guarded::new(10).unwrap();
        for distance in [-1, 4, 7] {
            guarded.place(4, Place::Offset(2), |_| CANARY);
            let neighbour = guarded.memory_mut().as_mut_ptr().wrapping_offset(distance);
            // SAFETY: the number lies in the same accessible pages.
            unsafe { neighbour.write_volatile(0.0) };
            assert_eq!(guarded.changed_outside(|_| CANARY), Some(distance));
        }
    }
}
