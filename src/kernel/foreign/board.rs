//! Memory shared by a process that runs a foreign function and the one that watches it.
//!
//! Before each call the running thread writes to its slot which call it is; that costs a few stores. The
//! other process reads how long a call has lasted, and after a death which call it was.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// The shared memory.
#[derive(Debug)]
pub struct Board(NonNull<AtomicU64>);

/// The number that stands for no case.
pub const NO_CASE: u64 = u64::MAX;

/// The number that stands for the loading of the library.
pub const LOADING: u64 = u64::MAX - 1;

/// The number of slots. More threads share them.
const SLOTS: usize = 64;
/// The most numbers of an array that a slot keeps.
pub(super) const MOST: usize = 1 << 16;
/// The most operands of a call.
pub(super) const OPERANDS: usize = 3;
/// The longest description of a case, in bytes.
const TEXT: usize = 4096;

/// Places in the header, in words of 64 bits.
mod header {
    pub const CAUSE: usize = 0;
    pub const SIGNAL: usize = 1;
    pub const ADDRESS: usize = 2;
    pub const IS_WRITE: usize = 3;
    pub const IS_MEMORY_GONE: usize = 4;
    pub const SLOT: usize = 5;
    pub const DONE: usize = 6;
    pub const ALL: usize = 7;
    pub const TEXT_LENGTH: usize = 8;
    pub const IS_FINISHED: usize = 9;
    pub const TEXT: usize = 16;
    pub const END: usize = TEXT + super::TEXT / 8;
}

/// Places in a slot, in words of 64 bits.
pub(super) mod slot {
    pub const IS_RUNNING: usize = 0;
    pub const CALLS: usize = 1;
    pub const CASE: usize = 2;
    /// 1 if there are scalar arguments.
    pub const IS_SCALAR: usize = 3;
    pub const SCALAR: usize = 4;
    /// The length of the array, if there is one.
    pub const LENGTH: usize = 5;
    pub const OPERANDS: usize = 8;
    pub const NUMBERS: usize = OPERANDS + 2 * super::OPERANDS;
    pub const END: usize = NUMBERS + super::MOST / 2;
}

const WORDS: usize = header::END + SLOTS * slot::END;

/// Why a watched process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Death {
    /// By a signal.
    Signal {
        /// Its number.
        signal: i32,
        /// The address that was touched, if the signal is about one.
        address: u64,
        /// Whether it was to be written.
        is_write: bool,
        /// Whether most of the permitted memory was taken.
        is_memory_gone: bool,
    },
    /// Something was written to its output.
    Wrote,
    /// `exit` was called.
    Exit,
}

/// What a thread was doing.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Whether the function had not returned.
    pub is_running: bool,
    /// The number of calls that the thread has begun.
    pub calls: u64,
    /// The number of the case, or [`NO_CASE`].
    pub case: u64,
    /// The bits of the arguments of a function of one or two numbers, the second one in the upper half.
    pub scalar: Option<u64>,
    /// The numbers on which a function of one number is called.
    pub inputs: Option<Vec<f32>>,
    /// The first address of each operand, and the one behind its end.
    pub operands: Vec<Range<u64>>,
}

// SAFETY: the memory is only touched through atomic operations.
unsafe impl Send for Board {}
// SAFETY: as above.
unsafe impl Sync for Board {}

impl Board {
    /// Gives the file the right length, and maps it.
    ///
    /// # Errors
    /// Returns the error of the system.
    pub fn create(file: &File) -> io::Result<Board> {
        file.set_len((WORDS * size_of::<u64>()) as u64)?;
        Board::open(file)
    }

    /// Maps a file that [`Board::create`] has made.
    ///
    /// # Errors
    /// Returns the error of the system, or one if the file has another length.
    pub fn open(file: &File) -> io::Result<Board> {
        let length = WORDS * size_of::<u64>();
        if file.metadata()?.len() != length as u64 {
            return Err(io::Error::other("this is no board"));
        }
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the system chooses the address, so nothing that exists is replaced.
        let base = unsafe {
            mmap(
                std::ptr::null_mut(),
                length,
                access,
                MapFlags::SHARED,
                file,
                0,
            )
        };
        let base = NonNull::new(base?.cast()).expect("the system maps nothing at the address 0");
        Ok(Board(base))
    }

    fn words(&self) -> &[AtomicU64] {
        // SAFETY: the mapping has this length, is aligned to a page, and lives as long as `self`; all
        // processes touch it by atomic operations only.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr(), WORDS) }
    }

    fn get(&self, place: usize) -> u64 {
        self.words()[place].load(Relaxed)
    }

    pub(super) fn set(&self, place: usize, value: u64) {
        self.words()[place].store(value, Relaxed);
    }

    fn slot(&self, index: usize) -> &[AtomicU64] {
        &self.words()[header::END + index * slot::END..][..slot::END]
    }

    /// Tells how many cases of how many are done.
    pub fn progress(&self, done: u64, all: u64) {
        self.set(header::DONE, done);
        self.set(header::ALL, all);
    }

    /// How many cases of how many are done.
    pub fn done(&self) -> (u64, u64) {
        (self.get(header::DONE), self.get(header::ALL))
    }

    /// Tells that the process has done its work, and ends from now on by its own will.
    pub fn finish(&self) {
        self.set(header::IS_FINISHED, 1);
    }

    /// Whether the process has done its work.
    pub fn is_finished(&self) -> bool {
        self.get(header::IS_FINISHED) != 0
    }

    /// Keeps a description, shortened to what has space.
    pub fn describe(&self, text: &str) {
        let end = text.floor_char_boundary(TEXT);
        for (place, bytes) in text.as_bytes()[..end].chunks(8).enumerate() {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            self.set(header::TEXT + place, u64::from_le_bytes(word));
        }
        self.set(header::TEXT_LENGTH, end as u64);
    }

    /// The description that was kept last.
    pub fn description(&self) -> String {
        let length = (self.get(header::TEXT_LENGTH) as usize).min(TEXT);
        let words = (0..length.div_ceil(8)).map(|place| self.get(header::TEXT + place));
        let mut bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
        bytes.truncate(length);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(super) fn note_death(&self, death: &Death) {
        let cause = match death {
            Death::Signal {
                signal,
                address,
                is_write,
                is_memory_gone,
            } => {
                self.set(header::SIGNAL, *signal as u64);
                self.set(header::ADDRESS, *address);
                self.set(header::IS_WRITE, u64::from(*is_write));
                self.set(header::IS_MEMORY_GONE, u64::from(*is_memory_gone));
                1
            }
            Death::Wrote => 2,
            Death::Exit => 3,
        };
        let own = OWN.with(Cell::get);
        self.set(header::SLOT, own.map_or(0, |slot| slot as u64 + 1));
        self.set(header::CAUSE, cause);
    }

    /// Why the process ended, if it could still tell.
    pub fn death(&self) -> Option<Death> {
        match self.get(header::CAUSE) {
            1 => Some(Death::Signal {
                signal: self.get(header::SIGNAL) as i32,
                address: self.get(header::ADDRESS),
                is_write: self.get(header::IS_WRITE) != 0,
                is_memory_gone: self.get(header::IS_MEMORY_GONE) != 0,
            }),
            2 => Some(Death::Wrote),
            3 => Some(Death::Exit),
            _ => None,
        }
    }

    /// The call of the thread that could still tell why the process ended.
    pub fn last_call(&self) -> Option<Call> {
        let slot = (self.get(header::SLOT) as usize).checked_sub(1)?;
        (slot < SLOTS).then(|| self.call(slot))
    }

    /// The calls that have not returned, with their slots.
    pub fn running(&self) -> Vec<(usize, Call)> {
        let is_running = |slot: &usize| self.slot(*slot)[slot::IS_RUNNING].load(Relaxed) != 0;
        let calls = (0..SLOTS)
            .filter(is_running)
            .map(|slot| (slot, self.call(slot)));
        calls.collect()
    }

    fn call(&self, index: usize) -> Call {
        let slot = self.slot(index);
        let get = |place: usize| slot[place].load(Relaxed);
        let length = (get(slot::LENGTH) as usize).min(MOST);
        let number = |i: usize| {
            let word = get(slot::NUMBERS + i / 2);
            f32::from_bits((word >> (32 * (i % 2))) as u32)
        };
        let operand = |i: usize| get(slot::OPERANDS + 2 * i)..get(slot::OPERANDS + 2 * i + 1);
        Call {
            is_running: get(slot::IS_RUNNING) != 0,
            calls: get(slot::CALLS),
            case: get(slot::CASE),
            scalar: (get(slot::IS_SCALAR) != 0).then(|| get(slot::SCALAR)),
            inputs: (length > 0).then(|| (0..length).map(number).collect()),
            operands: (0..OPERANDS)
                .map(operand)
                .filter(|range| range.end > 0)
                .collect(),
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        // SAFETY: this is the whole mapping, and no reference into it outlives `self`.
        let _ = unsafe { munmap(self.0.as_ptr().cast(), WORDS * size_of::<u64>()) };
    }
}

static CURRENT: OnceLock<Board> = OnceLock::new();
static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The slot of this thread.
    static OWN: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The board of this process, if it is watched.
pub(super) fn current() -> Option<&'static Board> {
    CURRENT.get()
}

/// From now on, calls of this process are told to the board. The first board stays.
pub(super) fn install(board: Board) -> &'static Board {
    CURRENT.get_or_init(|| board)
}

/// The slot of this thread.
pub(super) fn own_slot(board: &'static Board) -> &'static [AtomicU64] {
    let own = OWN.with(Cell::get);
    let index = own.unwrap_or_else(|| {
        let index = NEXT.fetch_add(1, Relaxed) % SLOTS;
        let slot = board.slot(index);
        slot[slot::CASE].store(NO_CASE, Relaxed);
        OWN.set(Some(index));
        index
    });
    board.slot(index)
}

/// The number of the case to which the next calls of this thread belong.
pub(super) fn set_case(case: u64) {
    if let Some(board) = current() {
        own_slot(board)[slot::CASE].store(case, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_process_tells_the_other_reads() {
        let file = tempfile::tempfile().unwrap();
        let (told, read) = (Board::create(&file).unwrap(), Board::open(&file).unwrap());
        assert!(Board::open(&tempfile::tempfile().unwrap()).is_err());
        told.progress(3, 7);
        told.describe("naïve case");
        assert_eq!(
            (read.done(), read.description()),
            ((3, 7), "naïve case".to_owned())
        );
        told.describe(&"é".repeat(TEXT));
        assert_eq!(read.description().len(), TEXT);
        assert_eq!((read.death(), read.last_call()), (None, None));
        let death = Death::Signal {
            signal: 11,
            address: 0x1234,
            is_write: true,
            is_memory_gone: false,
        };
        told.note_death(&death);
        assert_eq!(read.death(), Some(death));
        assert!(read.running().is_empty());
    }
}
