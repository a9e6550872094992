//! The changes that no test can see, with the reason of each.

use crate::mutant::Mutant;

/// Changes that are left out of the sample.
pub struct Equivalent {
    /// The file.
    pub file: &'static str,
    /// What the line begins with where the change is; empty for every line of the file.
    line: &'static str,
    /// The change as the report writes it; empty for every change of the line.
    change: &'static str,
    /// Why nothing but time, or nothing at all, is different.
    pub because: &'static str,
}

const fn line(file: &'static str, line: &'static str, because: &'static str) -> Equivalent {
    change(file, line, "", because)
}

const fn change(
    file: &'static str,
    line: &'static str,
    change: &'static str,
    because: &'static str,
) -> Equivalent {
    Equivalent {
        file,
        line,
        change,
        because,
    }
}

const ORDER_OF_WORK: &str =
    "decides when or by which thread a part is computed, which by design changes no bit";
const WAITING: &str = "decides how long a thread waits before it yields or sleeps";

/// All such changes. A test fails when an entry is no longer found.
pub const EQUIVALENT: &[Equivalent] = &[
    line(
        "src/kernel/peak.rs",
        "",
        "measures the speed of the machine; its result is a time",
    ),
    line(
        "src/kernel/gemm/blocking.rs",
        "pub(super) const MC",
        ORDER_OF_WORK,
    ),
    line(
        "src/kernel/gemm/blocking.rs",
        "pub(super) const NC",
        ORDER_OF_WORK,
    ),
    line(
        "src/kernel/gemm/blocking.rs",
        "pub(super) const KC",
        ORDER_OF_WORK,
    ),
    line("src/kernel/team.rs", "const SPINS", WAITING),
    line("src/kernel/team.rs", "const OFFERS", WAITING),
    line("src/kernel/team.rs", "const HINT_EVERY", WAITING),
];

impl Equivalent {
    /// Whether a change is one of these. `source` is the file of the mutant.
    pub fn holds(&self, mutant: &Mutant, source: &str) -> bool {
        let line = source.lines().nth(mutant.line - 1).unwrap_or_default();
        mutant.file == self.file
            && line.trim().starts_with(self.line)
            && (self.change.is_empty() || mutant.change() == self.change)
    }
}
