//! The instruction sets of a kernel that give the same results.

use super::entry::Entry;
use super::input::Trials;
use crate::trial::Verdict;

/// A kernel on the instruction sets on which a trial found the same.
pub struct Group<'a> {
    /// The full name of its library.
    pub library: &'a str,
    /// Its trials, one for each instruction set.
    pub entries: Vec<&'a Entry>,
    /// The times for one element in nanoseconds, where measured.
    pub nanoseconds: Vec<Option<f64>>,
}

impl<'a> Group<'a> {
    /// The groups: ours first, otherwise in the order of the files.
    pub fn all(trials: &'a Trials) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let (ours, others): (Vec<&Entry>, Vec<&Entry>) =
            trials.kernels.iter().partition(|e| e.is_ours());
        for entry in ours.into_iter().chain(others) {
            let measured = trials.speeds.iter().find(|speed| speed.fits(entry));
            let nanoseconds = entry
                .verdict
                .nanoseconds
                .or(measured.map(|s| s.nanoseconds));
            match groups.iter_mut().find(|group| group.takes(entry)) {
                Some(group) => {
                    group.entries.push(entry);
                    group.nanoseconds.push(nanoseconds);
                }
                None => groups.push(Group {
                    library: trials.full_name(&entry.library),
                    entries: vec![entry],
                    nanoseconds: vec![nanoseconds],
                }),
            }
        }
        groups
    }

    /// Whether the entry is the same kernel on another instruction set, with the same results.
    fn takes(&self, entry: &Entry) -> bool {
        let known = self.entries[0];
        let is_new = self.entries.iter().all(|e| e.isa != entry.isa);
        is_new && known.library == entry.library && same(&known.verdict, &entry.verdict)
    }

    /// What the trial found on each of its instruction sets; with the data of figures, if any has them.
    pub fn verdict(&self) -> &'a Verdict {
        let mut verdicts = self.entries.iter().map(|entry| &entry.verdict);
        let drawn = verdicts.find(|v| !v.density.is_empty() || !v.conditioned.is_empty());
        drawn.unwrap_or(&self.entries[0].verdict)
    }

    pub fn is_ours(&self) -> bool {
        self.entries[0].is_ours()
    }

    /// Whether the error is judged in ulps: then it is a function of one or two numbers.
    pub fn is_in_ulps(&self) -> bool {
        let verdict = self.verdict();
        verdict.max_ulp.is_some() || verdict.allowed_ulp.is_some()
    }

    /// The instruction sets, or nothing if there is only one way to run it.
    pub fn isas(&self) -> String {
        let names: Vec<&str> = self
            .entries
            .iter()
            .filter_map(|e| e.isa.as_deref())
            .collect();
        names.join(", ")
    }

    /// The shortest time for one element on any of its instruction sets.
    pub fn fastest(&self) -> Option<f64> {
        self.nanoseconds.iter().flatten().copied().reduce(f64::min)
    }
}

/// Whether two trials of a function found the same.
fn same(a: &Verdict, b: &Verdict) -> bool {
    let found = |v: &Verdict| {
        (
            v.max_ulp,
            v.max_ratio,
            v.worst_input.clone(),
            v.histogram,
            v.inputs,
            v.mistrusted,
            v.passed,
            v.exhaustive,
        )
    };
    a.function == b.function
        && found(a) == found(b)
        && equal_where_given(&a.density, &b.density)
        && equal_where_given(&a.conditioned, &b.conditioned)
}

/// Whether the figures of two trials have the same data. A file may give them for one instruction set only.
fn equal_where_given<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.is_empty() || b.is_empty() || a == b
}
