//! The progress line on the terminal. Everything else is printed above it.

use std::cell::RefCell;
use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget};

thread_local! {
    static LINE: RefCell<Option<ProgressBar>> = const { RefCell::new(None) };
}

/// The target of progress lines: stderr if it is a terminal, else nothing.
pub fn target() -> ProgressDrawTarget {
    if stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    }
}

/// Sets the line that is drawn from now on; `None` removes it.
pub fn draw(line: Option<ProgressBar>) {
    LINE.set(line);
}

/// Prints while the line is hidden.
pub fn above_the_line<T>(print: impl FnOnce() -> T) -> T {
    match LINE.with_borrow(Clone::clone) {
        Some(line) => line.suspend(print),
        None => print(),
    }
}
