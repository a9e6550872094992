//! Long work without the GIL, which Ctrl-C ends.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use sgd_stability::error::Result;
use sgd_stability::work::{self, Watcher};

use crate::fault::raised;

/// How often Python is asked whether a signal has come.
const PAUSE: Duration = Duration::from_millis(50);

/// Does the work without the GIL, so that other threads of Python go on. If Python raises an exception because of
/// a signal, the work is called off, and the exception is returned.
pub fn interruptible<T: Send>(
    py: Python<'_>,
    deadline: Option<Instant>,
    work: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| {
        let exception = Rc::new(RefCell::new(None));
        let signals = Signals {
            asked: Instant::now(),
            exception: exception.clone(),
        };
        let done = work::watched(deadline, Box::new(signals), work);
        match exception.take() {
            Some(exception) => Err(exception),
            None => done.map_err(raised),
        }
    })
}

struct Signals {
    asked: Instant,
    exception: Rc<RefCell<Option<PyErr>>>,
}

impl Watcher for Signals {
    fn stage(&mut self, _what: &str) {}

    fn answer(&mut self, _answer: &str) {}

    fn tick(&mut self) {
        if self.is_called_off() || self.asked.elapsed() < PAUSE {
            return;
        }
        self.asked = Instant::now();
        if let Err(exception) = Python::attach(|py| py.check_signals()) {
            self.exception.replace(Some(exception));
        }
    }

    fn is_called_off(&self) -> bool {
        self.exception.borrow().is_some()
    }
}
