//! Progress reports and deadlines for long computations.
//!
//! Exact arithmetic has no useful bound on its running time, since the entries of a matrix grow during
//! elimination. Inner loops therefore call [`step`], stages announce themselves with [`stage`], and the
//! caller may watch the work and give it a deadline ([`watched`]), or call it off
//! ([`Watcher::is_called_off`]). A step that finds the deadline passed unwinds to the nearest [`in_time`] by [`std::panic::resume_unwind`], which is not a panic: no panic
//! hook runs, and nothing is printed. If nobody watches, a step costs one test of a flag.
//!
//! Between two steps lies one operation on integers, or one matrix product or eigendecomposition in
//! floating point. A deadline may be exceeded by that much.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Instant;

/// The error of work whose deadline passed before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfTime;

/// How far an iteration is whose residual falls to a goal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Approach {
    /// The number of products done.
    pub done: usize,
    /// The residual that is reached.
    pub reached: f64,
    /// The residual at which the iteration ends.
    pub goal: f64,
}

/// Receives the progress of the work.
pub trait Watcher {
    /// A stage begins; `what` describes it in words.
    fn stage(&mut self, what: &str);

    /// `done` rounds of the stage are done, of at most `most`.
    fn progress(&mut self, _done: usize, _most: usize) {}

    /// The residual of the stage has fallen so far.
    fn approach(&mut self, _approach: Approach) {}

    /// An answer is certain before the work is done.
    fn answer(&mut self, answer: &str);

    /// The work is still going on. This is called often.
    fn tick(&mut self) {}

    /// Whether the work is to end as if its deadline had passed.
    fn is_called_off(&self) -> bool {
        false
    }
}

thread_local! {
    /// Whether the work of this thread is watched.
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
    /// The number of calls of [`in_time`] on the stack, which would catch an unwinding step.
    static CATCHERS: Cell<usize> = const { Cell::new(0) };
}

struct Watch {
    deadline: Option<Instant>,
    watcher: Box<dyn Watcher>,
}

/// Does the work while a watcher receives its progress. After the deadline, the next [`step`] within
/// [`in_time`] ends the work. Only steps on the current thread are seen.
pub fn watched<T>(
    deadline: Option<Instant>,
    watcher: Box<dyn Watcher>,
    work: impl FnOnce() -> T,
) -> T {
    let _ended = End;
    WATCH.set(Some(Watch { deadline, watcher }));
    IS_WATCHED.set(true);
    work()
}

/// Ends the watch when dropped, however the work ended.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        IS_WATCHED.set(false);
        WATCH.set(None);
    }
}

/// Does the work, unless its deadline passes.
///
/// # Errors
/// Returns [`OutOfTime`] if the deadline passes before the work is done, or had passed before it began.
pub fn in_time<T>(work: impl FnOnce() -> T) -> Result<T, OutOfTime> {
    if is_over() {
        return Err(OutOfTime);
    }
    CATCHERS.set(CATCHERS.get() + 1);
    // Unwind safety: the caller gets only the error, and never sees what was left half done.
    let done = catch_unwind(AssertUnwindSafe(work));
    CATCHERS.set(CATCHERS.get() - 1);
    done.map_err(|cause| match cause.downcast::<OutOfTime>() {
        Ok(out_of_time) => *out_of_time,
        Err(panic) => resume_unwind(panic),
    })
}

/// Marks one step of an inner loop. If the deadline has passed, it unwinds to the nearest [`in_time`];
/// outside of `in_time` it always returns.
pub fn step() {
    if !IS_WATCHED.get() {
        return;
    }
    with_watcher(|watcher| watcher.tick());
    if CATCHERS.get() > 0 && is_over() {
        resume_unwind(Box::new(OutOfTime));
    }
}

/// Announces the stage that begins here.
pub fn stage(what: &str) {
    with_watcher(|watcher| watcher.stage(what));
    step();
}

/// Reports the progress of the stage: `done` rounds of at most `most`.
pub fn progress(done: usize, most: usize) {
    if IS_WATCHED.get() {
        with_watcher(|watcher| watcher.progress(done, most));
        step();
    }
}

/// Reports how far the residual of the stage has fallen.
pub fn approach(approach: Approach) {
    if IS_WATCHED.get() {
        with_watcher(|watcher| watcher.approach(approach));
    }
}

/// Reports an answer that is certain before the work is done.
pub fn answer(answer: &str) {
    with_watcher(|watcher| watcher.answer(answer));
}

fn with_watcher(tell: impl FnOnce(&mut dyn Watcher)) {
    WATCH.with_borrow_mut(|watch| {
        if let Some(watch) = watch {
            tell(&mut *watch.watcher);
        }
    });
}

/// Whether the deadline has passed, or the work is called off. An iteration that can end early with what it has asks
/// this; only work on the current thread is watched.
pub fn is_over() -> bool {
    let over = |watch: &Watch| {
        watch.deadline.is_some_and(|end| Instant::now() >= end) || watch.watcher.is_called_off()
    };
    WATCH.with_borrow(|watch| watch.as_ref().is_some_and(over))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::time::Duration;

    use super::*;

    /// A watcher that records everything that it receives.
    #[derive(Clone, Default)]
    struct Notes(Rc<RefCell<Vec<String>>>);

    impl Watcher for Notes {
        fn stage(&mut self, what: &str) {
            self.0.borrow_mut().push(format!("stage {what}"));
        }

        fn answer(&mut self, answer: &str) {
            self.0.borrow_mut().push(format!("answer {answer}"));
        }
    }

    #[test]
    fn work_without_an_end_ends_at_its_deadline_and_says_what_it_did() {
        let notes = Notes::default();
        let deadline = Instant::now() + Duration::from_millis(20);
        let found = watched(Some(deadline), Box::new(notes.clone()), || {
            let counted: Result<(), _> = in_time(|| {
                stage("counting");
                answer("one is less than two");
                loop {
                    step();
                }
            });
            (counted, in_time(|| "never begun"))
        });
        assert_eq!(found, (Err(OutOfTime), Err(OutOfTime)));
        assert_eq!(
            *notes.0.borrow(),
            ["stage counting", "answer one is less than two"]
        );
        assert_eq!(in_time(|| 7), Ok(7), "the watch is over");
    }

    /// A watcher that calls the work off at its third tick.
    struct Third(usize);

    impl Watcher for Third {
        fn stage(&mut self, _what: &str) {}

        fn answer(&mut self, _answer: &str) {}

        fn tick(&mut self) {
            self.0 += 1;
        }

        fn is_called_off(&self) -> bool {
            self.0 >= 3
        }
    }

    #[test]
    fn work_that_is_called_off_ends_at_its_next_step() {
        let mut rounds = 0;
        let ended = watched(None, Box::new(Third(0)), || {
            in_time(|| {
                loop {
                    rounds += 1;
                    progress(rounds, 10);
                }
            })
        });
        let ended: Result<(), _> = ended;
        assert_eq!((ended, rounds), (Err(OutOfTime), 3));
    }

    #[test]
    fn without_a_deadline_nothing_ends_and_a_panic_stays_one() {
        let ended = watched(None, Box::new(Notes::default()), || in_time(step));
        assert_eq!(ended, Ok(()));
        let past = Some(Instant::now());
        watched(past, Box::new(Notes::default()), step);
        let panic = catch_unwind(|| in_time(|| resume_unwind(Box::new("a fault"))));
        assert!(panic.is_err());
    }
}
