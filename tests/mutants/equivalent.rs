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

const SHARES: &str = "says how work is cut into parts or blocks, which by design changes no bit";
const WAITING: &str = "says how long a thread waits before it yields or sleeps";
const AHEAD: &str = "says how far ahead memory is asked for";
const REGISTERS: &str = "chooses the register tile that is fastest, which by design changes no bit";

/// All such changes. A test fails when an entry is no longer found.
pub const EQUIVALENT: &[Equivalent] = &[
    line(
        "src/kernel/peak.rs",
        "",
        "measures the speed of the machine; its result is a time",
    ),
    line("src/kernel/gemm/blocking.rs", "pub(super) const MC", SHARES),
    line("src/kernel/gemm/blocking.rs", "pub(super) const NC", SHARES),
    line("src/kernel/gemm/blocking.rs", "pub(super) const KC", SHARES),
    line("src/kernel/gemm/pack_b.rs", "const AHEAD", AHEAD),
    line("src/kernel/gemm/transpose.rs", "const AHEAD", AHEAD),
    line("src/kernel/dot.rs", "let parts = threads().min(", SHARES),
    line(
        "src/kernel/dense/mod.rs",
        "let sharers = threads().min(",
        SHARES,
    ),
    line(
        "src/kernel/dense/pieces.rs",
        "let most = threads().min(work / WORK)",
        SHARES,
    ),
    change(
        "src/kernel/foreign/library.rs",
        "drop(entry);",
        "",
        "ends the entry a few lines further down",
    ),
    line("src/kernel/portable.rs", "const REGISTERS", REGISTERS),
    line("src/kernel/portable.rs", "const TILE_", REGISTERS),
    line("src/kernel/x86/avx2.rs", "const REGISTERS", REGISTERS),
    line("src/kernel/x86/avx2.rs", "const TILE_", REGISTERS),
    line("src/kernel/x86/avx512.rs", "const REGISTERS", REGISTERS),
    line("src/kernel/x86/avx512.rs", "const TILE_", REGISTERS),
    change(
        "src/kernel/convolution/slide.rs",
        "(4, 2) => tile::<L, 4, 2>",
        "`4` → `5`",
        "takes a larger register tile, of which the last place is not written",
    ),
    change(
        "src/kernel/convolution/slide.rs",
        "(4, 1) => tile::<L, 4, 1>",
        "`4` → `5`",
        "takes a larger register tile, of which the last place is not written",
    ),
    change(
        "src/kernel/gemm/macro_kernel.rs",
        "(6, 2) => micro_kernel::<L, 6, 2>",
        "`2` → `3`",
        "takes a wider register tile, of which only the part inside of C is written",
    ),
    change(
        "src/oracle/unary/shape.rs",
        "let rises_from = |place: f64| (low >= place)",
        "`>=` → `>`",
        "encloses an interval that begins at the very place without the help of its ends",
    ),
    change(
        "src/kernel/convolution/mod.rs",
        "if plan.groups > 1 && (plan.reads(), plan.writes()) == (1, 1)",
        "`1` → `0`",
        "takes the slower of two kernels with the same bits",
    ),
    change(
        "src/oracle/unary/disc.rs",
        "let near = (rho < 1.5)",
        "`1.5` → `1.5000014305114746`",
        "the bound holds up to π/2",
    ),
    line(
        "src/oracle/unary/finding.rs",
        "const BITS: [u32; 6]",
        "says with how many bits a loop goes on until the answer is certain",
    ),
    line("src/kernel/team.rs", "const SPINS", WAITING),
    line("src/kernel/team.rs", "const OFFERS", WAITING),
    line("src/kernel/team.rs", "const HINT_EVERY", WAITING),
    change(
        "src/kernel/team.rs",
        "if self.sleepers.load(SeqCst) > 0",
        "`>` → `>=`",
        "rings the bell when nobody sleeps, too",
    ),
    change(
        "src/kernel/team.rs",
        "if parts <= 1 || threads() == 1",
        "`<=` → `<`",
        "gives a single part to the team, which runs it",
    ),
    change(
        "src/kernel/buffer.rs",
        "self.0.resize(length + LANES, 0.0)",
        "`0.0` → `1.0`",
        "fills memory whose values are arbitrary",
    ),
    change(
        "src/oracle/judge.rs",
        "Expected::Infinite(negative) if computed.is_infinite() && (computed < 0.0) == *negative",
        "`<` → `<=`",
        "compares an infinity with 0",
    ),
    change(
        "src/oracle/terms.rs",
        "product if product > 0.0",
        "`>` → `>=`",
        "compares an infinity with 0",
    ),
    change(
        "src/oracle/terms.rs",
        "product if product.is_nan() => self.invalid += 1",
        "`1` → `2`",
        "counts what is only asked whether it is there",
    ),
    change(
        "src/oracle/terms.rs",
        "product if product > 0.0 => self.positive_infinities += 1",
        "`1` → `2`",
        "counts what is only asked whether it is there",
    ),
    change(
        "src/oracle/terms.rs",
        "_ => self.negative_infinities += 1",
        "`1` → `2`",
        "counts what is only asked whether it is there",
    ),
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
