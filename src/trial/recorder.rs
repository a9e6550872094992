//! Gathers faults while a trial runs.

use super::fault::{Fault, FaultKind};

/// The faults found so far: the count of each kind with its first example.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorder {
    faults: Vec<Fault>,
}

/// One example of a fault, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The input: its bits, and what they mean.
    pub input: String,
    /// What the kernel returned.
    pub came: String,
    /// What would have been right.
    pub right: String,
    /// The arguments that make `kernels check` try just this case again.
    pub replay: String,
}

impl Recorder {
    /// Counts `count` faults of a kind. The example is asked for only if it is the first.
    pub fn record(&mut self, kind: FaultKind, count: u64, example: impl FnOnce() -> Example) {
        if count == 0 {
            return;
        }
        match self.known(kind) {
            Some(fault) => fault.count += count,
            None => {
                let Example {
                    input,
                    came,
                    right,
                    replay,
                } = example();
                self.faults.push(Fault {
                    kind,
                    count,
                    input,
                    came,
                    right,
                    replay,
                });
            }
        }
    }

    /// Adds faults that were counted elsewhere. Of each kind the first example stays.
    pub fn join(&mut self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            match self.known(fault.kind) {
                Some(known) => known.count += fault.count,
                None => self.faults.push(fault),
            }
        }
    }

    fn known(&mut self, kind: FaultKind) -> Option<&mut Fault> {
        self.faults.iter_mut().find(|fault| fault.kind == kind)
    }

    /// Whether nothing is wrong so far.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    /// The faults, in the order of their kinds.
    pub fn faults(mut self) -> Vec<Fault> {
        self.faults.sort_by_key(|fault| fault.kind);
        self.faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_faults_keep_the_first_example_and_all_counts() {
        let fault = |kind, count, input: &str| Fault {
            kind,
            count,
            input: input.to_owned(),
            came: String::new(),
            right: String::new(),
            replay: String::new(),
        };
        let mut recorder = Recorder::default();
        recorder.join([
            fault(FaultKind::Crash, 1, "a"),
            fault(FaultKind::TooLarge, 2, "b"),
        ]);
        recorder.join([fault(FaultKind::Crash, 3, "c")]);
        assert!(!recorder.is_clean());
        assert_eq!(
            recorder.faults(),
            [
                fault(FaultKind::TooLarge, 2, "b"),
                fault(FaultKind::Crash, 4, "a"),
            ]
        );
    }
}
