//! Long work says what it is doing, and ends when its time is over.
//!
//! Exact arithmetic has no useful bound on its time: entries grow while a matrix is eliminated. So inner
//! loops call [`step`], stages name themselves by [`stage`], and who asked for the work may watch it and
//! give it a deadline ([`watched`]). A step that finds the time over unwinds to the nearest [`in_time`],
//! by the road of [`std::panic::resume_unwind`], which is no panic: no hook runs and nothing is printed.
//! Where nobody watches, a step costs one look at a flag.
//!
//! What is done between two steps is one operation on whole numbers, or a product or an eigenbasis in machine
//! numbers: that is how far a deadline may be passed.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Instant;

/// The time was over before the work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfTime;

/// Who watches the work.
pub trait Watcher {
    /// A stage begins: what is being done, in words.
    fn stage(&mut self, what: &str);

    /// Of the rounds of the stage, `done` are done and at most `most` will be.
    fn progress(&mut self, _done: usize, _most: usize) {}

    /// An answer that is certain before the work is done.
    fn answer(&mut self, answer: &str);

    /// The work goes on; called often.
    fn tick(&mut self) {}
}

thread_local! {
    /// Does anybody watch?
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
    /// How many calls of [`in_time`] an unwinding step would find.
    static CATCHERS: Cell<usize> = const { Cell::new(0) };
}

struct Watch {
    deadline: Option<Instant>,
    watcher: Box<dyn Watcher>,
}

/// Does the work while someone watches it; after the deadline every [`step`] within [`in_time`] ends it.
/// Only steps of this thread are seen.
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

/// Ends the watch, however the work ended.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        IS_WATCHED.set(false);
        WATCH.set(None);
    }
}

/// Does the work as far as there is time.
///
/// # Errors
/// When the deadline passed before the end, or had passed before the beginning.
pub fn in_time<T>(work: impl FnOnce() -> T) -> Result<T, OutOfTime> {
    if is_over() {
        return Err(OutOfTime);
    }
    CATCHERS.set(CATCHERS.get() + 1);
    // What is left half done is not looked at again: the caller has only the error.
    let done = catch_unwind(AssertUnwindSafe(work));
    CATCHERS.set(CATCHERS.get() - 1);
    done.map_err(|cause| match cause.downcast::<OutOfTime>() {
        Ok(out_of_time) => *out_of_time,
        Err(panic) => resume_unwind(panic),
    })
}

/// One step of an inner loop.
pub fn step() {
    if !IS_WATCHED.get() {
        return;
    }
    with_watcher(|watcher| watcher.tick());
    if CATCHERS.get() > 0 && is_over() {
        resume_unwind(Box::new(OutOfTime));
    }
}

/// Names what is done from here on.
pub fn stage(what: &str) {
    with_watcher(|watcher| watcher.stage(what));
    step();
}

/// Says how far the stage has come: `done` rounds of at most `most`.
pub fn progress(done: usize, most: usize) {
    if IS_WATCHED.get() {
        with_watcher(|watcher| watcher.progress(done, most));
    }
}

/// Tells an answer that is certain before the work is done.
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

fn is_over() -> bool {
    let over = |watch: &Watch| watch.deadline.is_some_and(|end| Instant::now() >= end);
    WATCH.with_borrow(|watch| watch.as_ref().is_some_and(over))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::time::Duration;

    use super::*;

    /// Writes down what it is told.
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
