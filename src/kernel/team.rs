//! Shares the work of a kernel among threads.
//!
//! Work is cut into numbered parts. Any thread may run any part (the thread that posts a team's work
//! begins with the first). The content of a part does not depend on the thread that runs it, so neither
//! do the bits.
//!
//! Waking a sleeping thread costs tens of microseconds, as much as a whole product of a small batch. A
//! long computation can therefore hold threads ([`with_team`]): they wait actively for parts, so that
//! sharing a kernel costs less than a microsecond. Without a team, the parts go to rayon.

use std::any::Any;
use std::cell::RefCell;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::from_ref;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::yield_now;

use rayon::prelude::*;

/// The largest number of parts of one piece of work.
const MOST_PARTS: usize = (1 << 12) - 1;
/// How often a waiting thread looks at the ticket before it begins to yield its processor: some tens of
/// microseconds.
const SPINS: u32 = 1 << 15;
/// The number of looks between two spin-loop hints to the processor.
const HINT_EVERY: u32 = 1 << 6;
/// How often a waiting thread yields before it goes to sleep: about a millisecond.
const OFFERS: u32 = 1 << 11;

/// The work, which is stored on the poster's stack.
struct Job<'a> {
    run: &'a (dyn Fn(usize) + Sync),
}

/// A value on a cache line of its own (two lines, since they are fetched in pairs).
#[repr(align(128))]
#[derive(Default)]
struct Apart<T>(T);

/// Threads that wait for work, and the current work.
#[derive(Default)]
struct Team {
    /// The round, its number of parts and the next part to be taken, in 40, 12 and 12 bits.
    ticket: Apart<AtomicU64>,
    /// The number of parts of this round that are done.
    done: Apart<AtomicUsize>,
    /// The work of this round.
    job: Apart<AtomicPtr<Job<'static>>>,
    closed: AtomicBool,
    sleepers: AtomicUsize,
    /// Protects the transition to sleep.
    bed: Mutex<()>,
    bell: Condvar,
    /// The payload of the first part that panicked.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    threads: usize,
}

thread_local! {
    /// The team that serves the work on this thread.
    static TEAM: RefCell<Option<Arc<Team>>> = const { RefCell::new(None) };
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of parts in a ticket, and the next part to be taken.
fn parts_and_next(ticket: u64) -> (usize, usize) {
    let low = ticket as usize;
    (low >> 12 & MOST_PARTS, low & MOST_PARTS)
}

/// Waits a little; the longer it has waited, the more readily it gives up the processor.
///
/// There is no hint at every look, because a hypervisor would take that as a reason to run another
/// guest.
fn wait(looks: u32) {
    match looks {
        SPINS.. => yield_now(),
        _ if looks.is_multiple_of(HINT_EVERY) => spin_loop(),
        _ => {}
    }
}

impl Team {
    /// Runs all parts on the calling thread and on the waiting threads, and returns when they are done.
    fn run(&self, parts: usize, run: &(dyn Fn(usize) + Sync)) {
        let job = Job { run };
        let round = (self.ticket.0.load(Relaxed) >> 24) + 1;
        self.done.0.store(0, Relaxed);
        let job = from_ref(&job).cast_mut().cast::<Job<'static>>();
        self.job.0.store(job, Relaxed);
        // This thread takes the first part, so that the same part of every kernel finds its data in this
        // core's cache.
        let ticket = round << 24 | (parts as u64) << 12 | 1;
        self.ticket.0.store(ticket, SeqCst);
        if self.sleepers.load(SeqCst) > 0 {
            drop(lock(&self.bed));
            self.bell.notify_all();
        }
        self.run_part(run, 0);
        while self.take_part() {}
        let mut looks = 0;
        while self.done.0.load(Acquire) < parts {
            wait(looks);
            looks = looks.saturating_add(1);
        }
        let panic = lock(&self.panic).take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    /// Takes a part and runs it, if one is left; returns whether there was one.
    fn take_part(&self) -> bool {
        let ticket = self.ticket.0.load(Acquire);
        let (parts, next) = parts_and_next(ticket);
        if next >= parts {
            return false;
        }
        let job = self.job.0.load(Relaxed);
        let taken = self
            .ticket
            .0
            .compare_exchange(ticket, ticket + 1, AcqRel, Relaxed);
        if taken.is_ok() {
            // SAFETY: the exchange shows that the round of `ticket` still runs and that its part
            // `next` is ours; so `job` is this round's, and its poster does not leave `run`, which
            // owns what it points to, before we have counted the part as done.
            let job = unsafe { &*job };
            self.run_part(job.run, next);
        }
        true
    }

    /// Runs a part and marks it as done.
    fn run_part(&self, run: &(dyn Fn(usize) + Sync), part: usize) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(part))) {
            lock(&self.panic).get_or_insert(panic);
        }
        self.done.0.fetch_add(1, Release);
    }

    /// Takes parts until the team is closed.
    fn stand_by(&self) {
        let mut looks = 0;
        while !self.closed.load(Acquire) {
            if self.take_part() {
                looks = 0;
            } else if looks < SPINS + OFFERS {
                wait(looks);
                looks += 1;
            } else {
                self.sleep();
                looks = 0;
            }
        }
    }

    /// Sleeps until there is work, or the team is closed.
    fn sleep(&self) {
        let mut bed = lock(&self.bed);
        self.sleepers.fetch_add(1, SeqCst);
        let is_idle = || {
            let (parts, next) = parts_and_next(self.ticket.0.load(SeqCst));
            next >= parts && !self.closed.load(SeqCst)
        };
        while is_idle() {
            bed = self.bell.wait(bed).unwrap_or_else(PoisonError::into_inner);
        }
        self.sleepers.fetch_sub(1, SeqCst);
    }
}

/// Closes a team on drop, even when its work panics.
struct Closing<'a>(&'a Team);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        TEAM.set(None);
        self.0.closed.store(true, SeqCst);
        drop(lock(&self.0.bed));
        self.0.bell.notify_all();
    }
}

/// Runs `work` on this thread while the idle threads of the current rayon pool wait for the kernels that
/// it calls. This is worthwhile for work that consists mainly of many kernels, such as training or a
/// power iteration. A nested `with_team` uses the outer team.
///
/// The result is that of `work()`, to the bit.
pub fn with_team<T>(work: impl FnOnce() -> T) -> T {
    let threads = rayon::current_num_threads();
    if threads == 1 || TEAM.with_borrow(Option::is_some) {
        return work();
    }
    let team = Arc::new(Team {
        threads,
        ..Team::default()
    });
    rayon::in_place_scope(|scope| {
        for _ in 1..threads {
            let team = Arc::clone(&team);
            scope.spawn(move |_| team.stand_by());
        }
        let _closing = Closing(&team);
        TEAM.set(Some(Arc::clone(&team)));
        work()
    })
}

/// The number of threads that may take part in a kernel called on this thread.
pub fn threads() -> usize {
    let held = TEAM.with_borrow(|team| team.as_ref().map(|team| team.threads));
    held.unwrap_or_else(rayon::current_num_threads)
}

/// Restores on drop a team that was removed for a round.
struct Lent(Option<Arc<Team>>);

impl Drop for Lent {
    fn drop(&mut self) {
        TEAM.set(self.0.take());
    }
}

/// Runs `work` on this thread; the kernels that it calls use no other threads.
pub fn alone<T>(work: impl FnOnce() -> T) -> T {
    let one = Team {
        threads: 1,
        ..Team::default()
    };
    let _lent = Lent(TEAM.replace(Some(Arc::new(one))));
    work()
}

/// Calls `run(i)` once for every `i` below `parts`, on any threads and in any order.
pub fn share(parts: usize, run: impl Fn(usize) + Sync) {
    if parts <= 1 || threads() == 1 {
        return (0..parts).for_each(run);
    }
    // During the round, the parts cannot use the team for another round.
    let lent = Lent(TEAM.take());
    match &lent.0 {
        Some(team) if parts <= MOST_PARTS => team.run(parts, &run),
        _ => (0..parts).into_par_iter().with_max_len(1).for_each(&run),
    }
}

/// Calls `run(first, piece)` for consecutive pieces of `numbers`, on any threads and in any order. All
/// pieces except the last have `length` numbers; `first` is the index of the piece's first number.
///
/// # Panics
/// When `length` is 0.
pub fn share_out(numbers: &mut [f32], length: usize, run: impl Fn(usize, &mut [f32]) + Sync) {
    if numbers.len() <= length {
        return run(0, numbers);
    }
    let pieces: Vec<_> = numbers.chunks_mut(length).map(Mutex::new).collect();
    share(pieces.len(), |place| {
        run(place * length, &mut lock(&pieces[place]));
    });
}
