//! The flags of `kernels check`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use sgd_stability::diagnosis::machine;
use sgd_stability::kernel::foreign::Signature;

use super::task::Rule;
use crate::cli::help::{exit_codes, explained, headings};
use crate::cli::words;

/// Try kernels: ours, one function of a C library, or those that a file lists.
#[derive(Debug, Args)]
#[command(
    allow_negative_numbers = true,
    before_help = EXAMPLE,
    after_help = exit_codes(&super::EXIT_CODES),
    after_long_help = explained(ABOUT, &super::EXIT_CODES)
)]
pub struct Arguments {
    /// The kernels to try, by their names; all of them when none is named.
    #[arg(value_name = "NAME")]
    pub(super) names: Vec<String>,
    /// The library: a file, or a name that the system's loader knows.
    #[arg(long, value_name = "LIB", help_heading = FOREIGN, requires = "symbol", requires = "signature")]
    pub(super) library: Option<PathBuf>,
    /// The function in the library.
    #[arg(long, value_name = "SYM", help_heading = FOREIGN, requires = "library")]
    pub(super) symbol: Option<String>,
    /// Its signature: sdot, saxpy, sscal, snrm2, sasum, sgemv, sgemm, unary, vector-unary, binary.
    #[arg(long, value_name = "S", help_heading = FOREIGN, requires = "library")]
    pub(super) signature: Option<Signature>,
    /// The function that it computes, such as tanh; needed for unary, vector-unary and binary.
    #[arg(long, value_name = "F", help_heading = FOREIGN, requires = "library")]
    pub(super) function: Option<String>,
    /// The largest permitted error of such a function, in ulps [default: 1].
    #[arg(long, value_name = "U", help_heading = FOREIGN, value_parser = ulps)]
    pub(super) max_ulp: Option<f64>,
    /// A TOML file that lists kernels of a library.
    #[arg(long, value_name = "FILE", help_heading = FOREIGN, conflicts_with = "library")]
    pub(super) kernels: Option<PathBuf>,
    /// The most time for one call, such as 500ms, 10s or 1m.
    #[arg(long, value_name = "LIMIT", default_value = "10s", value_parser = call_limit, help_heading = FOREIGN)]
    pub(super) time_limit: Duration,
    /// The most memory for the process that runs a foreign kernel, such as 800MB.
    #[arg(long, value_name = "SIZE", default_value = "2GB", value_parser = machine::size, help_heading = FOREIGN)]
    pub(super) memory_limit: u64,
    /// How special cases are judged: as the reference BLAS does it, or by the formula (strict).
    #[arg(long, value_enum, value_name = "P", help_heading = WHAT)]
    pub(super) policy: Option<Rule>,
    /// The same as --policy strict. It also makes a function of one number fail that does not rise or
    /// fall where it should, or breaks its symmetry; without it, such faults are only counted. A sample
    /// has no neighbours, and shows neither.
    #[arg(long, help_heading = WHAT, conflicts_with = "policy")]
    pub(super) strict: bool,
    /// Try only this case, as a fault names it.
    #[arg(long, value_name = "N", value_parser = words::whole::<u64>, help_heading = WHAT)]
    pub(super) case: Option<u64>,
    /// Try only this input: the bits of a float, or of two with a comma between.
    #[arg(long, value_name = "0x…", help_heading = WHAT, conflicts_with = "case")]
    pub(super) input: Option<String>,
    /// Try our functions of one number on all 2³² inputs, which takes minutes each; foreign ones always
    /// are.
    #[arg(long, help_heading = WHAT, conflicts_with_all = ["library", "kernels", "sample"])]
    pub(super) every_input: bool,
    /// Try about so many inputs or cases, spread over all.
    #[arg(long, value_name = "N", value_parser = count, help_heading = WHAT)]
    pub(super) sample: Option<u64>,
    /// Try only share I of N, 1 ≤ I ≤ N, to spread a trial over machines; `kernels merge` joins them.
    #[arg(long, value_name = "I/N", default_value = "1/1", help_heading = WHAT)]
    pub(super) shard: String,
    /// Of our kernels only those for this instruction set: portable, avx2 or avx512.
    #[arg(long, value_name = "ISA", help_heading = WHAT, conflicts_with_all = ["library", "kernels"])]
    pub(super) isa: Option<String>,
    /// Keep finished pieces in this folder, and do not try again those that are there.
    #[arg(long, value_name = "DIR", help_heading = WHAT)]
    pub(super) resume: Option<PathBuf>,
    /// A kernel that is worse than in this file fails, and one that is as bad does not.
    #[arg(long, value_name = "FILE", help_heading = headings::OUTPUT)]
    pub(super) baseline: Option<PathBuf>,
    /// Write the verdicts to the baseline.
    #[arg(long, help_heading = headings::OUTPUT)]
    pub(super) record: bool,
    /// Write the verdicts as JSON to this file too.
    #[arg(long, value_name = "FILE", help_heading = headings::OUTPUT)]
    pub(super) out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    pub(super) json: bool,
}

const FOREIGN: &str = "Foreign kernel";
const WHAT: &str = "Trial";

const EXAMPLE: &str = "\
Example, the hyperbolic tangent of the C library, at some of its 2³² inputs:
  $ sgd-stability kernels check --library libm.so.6 --symbol tanhf \\
      --signature unary --function tanh --max-ulp 3 --sample 100000";

const ABOUT: &str = "\
A function of one number is tried on all 2³² floats, in units in the last place of the exact value; one of two \
numbers on hard cases. A BLAS function is tried on numbered cases against bounds that are theorems; every call \
finds inaccessible memory or canaries around its operands. Every fault is printed with a command that tries \
just that case again. A file for --kernels:

library = \"./libmine.so\"
[[kernel]]
symbol = \"mine_tanh\"
signature = \"unary\"
function = \"tanh\"
max-ulp = 2";

fn ulps(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(ulps) if ulps >= 0.0 && f64::is_finite(ulps) => Ok(ulps),
        _ => Err("write a number from 0 on, such as 1 or 2.5".to_owned()),
    }
}

fn count(text: &str) -> std::result::Result<u64, String> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("write a whole number, at least 1".to_owned()),
    }
}

fn call_limit(text: &str) -> std::result::Result<Duration, String> {
    let milliseconds = text
        .strip_suffix("ms")
        .and_then(|number| number.parse().ok());
    match milliseconds {
        Some(number) if number > 0 => Ok(Duration::from_millis(number)),
        _ => words::time_limit(text),
    }
}
