//! What a process that runs foreign functions does, so that another one learns what they did to it.

use std::ffi::{c_int, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

use rustix::fs::fstat;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::board::{self, Board, Death};

/// The exit code of a process that a signal has ended.
pub const CRASHED: i32 = 97;
/// The exit code of a process that has written to its output.
pub const WROTE: i32 = 98;

/// What a watched process may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most memory, in bytes.
    pub memory: u64,
    /// The longest file that it may write, in bytes.
    pub file: u64,
}

/// The lengths of the files behind the standard output and the standard error at the beginning.
static WRITTEN: [AtomicI64; 2] = [AtomicI64::new(0), AtomicI64::new(0)];
static LIMIT: OnceLock<Limits> = OnceLock::new();
static IS_CAREFUL: AtomicBool = AtomicBool::new(false);

/// The signals by which a faulty function ends its process.
const SIGNALS: [c_int; 7] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGABRT,
    libc::SIGTRAP,
    libc::SIGSYS,
];

/// Makes this process one that is watched through the board: its calls of foreign functions are told
/// there, and so are signals, calls of `exit`, and output, any of which ends it. This cannot be undone. Its
/// standard output and error must be files.
///
/// # Errors
/// Returns the error of the system.
pub fn supervise(board: Board, limits: Limits) -> std::io::Result<&'static Board> {
    let board = board::install(board);
    // Without a watcher there is no use in going on. Only Linux has this.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    LIMIT.get_or_init(|| limits);
    let limit = |most: u64| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(Resource::Data, limit(limits.memory))?;
    setrlimit(Resource::Fsize, limit(limits.file))?;
    setrlimit(Resource::Core, limit(0))?;
    for signal in SIGNALS {
        handle(signal)?;
    }
    // SAFETY: `note_exit` is a function of this program, which stays loaded.
    unsafe { libc::atexit(note_exit) };
    forgive_output();
    Ok(board)
}

/// What was written to the output until now is no fault of a call.
pub(super) fn forgive_output() {
    for (known, length) in WRITTEN.iter().zip(lengths()) {
        known.store(length, Relaxed);
    }
}

/// The next calls of this thread belong to this case.
pub fn begin_case(case: u64) {
    board::set_case(case);
}

/// From now on, functions of one or two numbers are called one at a time, so that output is blamed on the
/// right one. That is slow.
pub fn wait_for_each_output() {
    IS_CAREFUL.store(true, Relaxed);
}

pub(super) fn is_careful() -> bool {
    IS_CAREFUL.load(Relaxed)
}

/// The lengths of the files behind the standard output and the standard error.
fn lengths() -> [i64; 2] {
    // SAFETY: a null pointer means all streams.
    unsafe { libc::fflush(std::ptr::null_mut()) };
    let length =
        |state: rustix::io::Result<rustix::fs::Stat>| state.map_or(0, |state| state.st_size);
    [
        length(fstat(rustix::stdio::stdout())),
        length(fstat(rustix::stdio::stderr())),
    ]
}

/// Ends this process if something was written to its output.
pub(super) fn check_output() {
    let Some(board) = board::current() else {
        return;
    };
    if lengths() != WRITTEN.each_ref().map(|length| length.load(Relaxed)) {
        board.note_death(&Death::Wrote);
        // SAFETY: the process ends without running anything more of the faulty library.
        unsafe { libc::_exit(WROTE) };
    }
}

extern "C" fn note_exit() {
    if let Some(board) = board::current()
        && !board.is_finished()
        && board.death().is_none()
    {
        board.note_death(&Death::Exit);
    }
}

fn handle(signal: c_int) -> std::io::Result<()> {
    // SAFETY: a zeroed sigaction is a valid one; it is filled before it is used. The handler only makes
    // system calls and stores to memory, which is permitted in a handler.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = end_by;
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(signal, &action, std::ptr::null_mut())
    };
    if result == 0 {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error())
    }
}

extern "C" fn end_by(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    if let Some(board) = board::current() {
        let has_address = signal == libc::SIGSEGV || signal == libc::SIGBUS;
        // SAFETY: the system gives a valid siginfo, which has an address for these signals.
        let address = if has_address {
            unsafe { (*info).si_addr() }.addr() as u64
        } else {
            0
        };
        board.note_death(&Death::Signal {
            signal,
            address,
            is_write: has_address && was_write(context),
            is_memory_gone: is_memory_gone(),
        });
    }
    // SAFETY: the process ends here, without running anything more of it.
    unsafe { libc::_exit(CRASHED) };
}

/// Whether the address was to be written, as the processor says.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn was_write(context: *mut c_void) -> bool {
    // SAFETY: the system gives the context of the interrupted thread.
    let context = unsafe { &*context.cast::<libc::ucontext_t>() };
    context.uc_mcontext.gregs[libc::REG_ERR as usize] & 2 != 0
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn was_write(_context: *mut c_void) -> bool {
    false
}

/// Whether half of the permitted memory can no longer be had.
fn is_memory_gone() -> bool {
    let Some(limits) = LIMIT.get() else {
        return false;
    };
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    let length = (limits.memory / 2) as usize;
    // SAFETY: the system chooses the address, so nothing that exists is replaced.
    let mapped = unsafe { libc::mmap(std::ptr::null_mut(), length, access, flags, -1, 0) };
    mapped == libc::MAP_FAILED
}
