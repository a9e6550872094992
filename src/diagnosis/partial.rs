//! What is left out when a measurement has to end before it is done.

use crate::work;

/// What was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut(Vec<&'static str>);

impl LeftOut {
    /// Whether there is time to measure `what`; otherwise notes it.
    pub fn has_time_for(&mut self, what: &'static str) -> bool {
        let is_over = work::is_over();
        if is_over {
            self.0.push(what);
        }
        !is_over
    }

    /// The names of what was left out, first to last.
    pub fn names(&self) -> &[&'static str] {
        &self.0
    }
}
