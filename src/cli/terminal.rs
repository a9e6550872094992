//! The one line that is drawn on the terminal, above which everything else is printed.

use std::cell::RefCell;
use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget};

thread_local! {
    static LINE: RefCell<Option<ProgressBar>> = const { RefCell::new(None) };
}

/// Where a line is drawn: on stderr when that is a terminal, else nowhere.
pub fn target() -> ProgressDrawTarget {
    if stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    }
}

/// Which line is drawn from now on; `None` when it is gone.
pub fn draw(line: Option<ProgressBar>) {
    LINE.set(line);
}

/// Prints while the line is out of the way.
pub fn above_the_line<T>(print: impl FnOnce() -> T) -> T {
    match LINE.with_borrow(Clone::clone) {
        Some(line) => line.suspend(print),
        None => print(),
    }
}
