//! The progress line on the terminal, above which everything else is printed; and colours.

use std::cell::RefCell;
use std::env;
use std::io::{IsTerminal, stderr, stdout};

use console::style;
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

/// Whether stdout shows colours: it is a terminal, and the user did not set NO_COLOR (no-color.org).
fn is_coloured() -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    stdout().is_terminal() && !refused && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Text of something that came out well.
pub fn good(text: &str) -> String {
    style(text).green().force_styling(is_coloured()).to_string()
}

/// Text of something that did not.
pub fn bad(text: &str) -> String {
    style(text)
        .red()
        .bold()
        .force_styling(is_coloured())
        .to_string()
}

/// A heading.
pub fn bold(text: &str) -> String {
    style(text).bold().force_styling(is_coloured()).to_string()
}
