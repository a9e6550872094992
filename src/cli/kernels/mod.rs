//! `sgd-stability kernels`: puts numerical kernels on trial.
//!
//! A foreign kernel runs in a child process, which `process` watches: the child (`child`) gets a job (`job`)
//! and leaves a verdict. If it dies instead, `narrow` finds the case that did it, `incident` makes a
//! fault of it, and `supervised` goes on with the other cases.

mod baseline;
mod check;
mod child;
mod chosen;
mod functions;
mod incident;
mod inputs;
mod job;
mod list;
mod merge;
mod narrow;
mod process;
mod resume;
mod show;
mod supervised;
mod task;
mod trials;

use clap::{Args, Subcommand};
use sgd_stability::error::Result;

use super::help::{exit_codes, explained};
use super::output::Answer;

/// Put numerical kernels on trial against exact arithmetic: ours, or those of a C library.
#[derive(Debug, Args)]
#[command(
    disable_help_subcommand = true,
    before_help = EXAMPLE,
    after_help = exit_codes(&EXIT_CODES),
    after_long_help = explained(ABOUT, &EXIT_CODES)
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLE: &str = "\
Example, a function of the C library at some inputs of all 2³² (without --sample: at all):
  $ sgd-stability kernels list
  $ sgd-stability kernels check --library libm.so.6 --symbol tanhf \\
      --signature unary --function tanh --max-ulp 3 --sample 100000";

const ABOUT: &str = "\
Functions of one number are tried on every float, in units in the last place of the exact value; products and \
sums of vectors and matrices on cases that are known to break kernels, against bounds that are theorems. A \
foreign kernel runs in a process of its own: if it crashes, hangs, prints or exits, the case that did it is \
named, and the trial goes on. docs/kernels-on-trial.md shows it in a CI of your own.";

/// The exit codes of `kernels check`.
const EXIT_CODES: [(u8, &str); 2] = [
    (0, "every bound holds"),
    (
        5,
        "a bound is broken, or a kernel is worse than its baseline",
    ),
];

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Arguments),
    Check(Box<check::Arguments>),
    Merge(merge::Arguments),
    #[command(hide = true)]
    Trial(child::Arguments),
}

/// Runs one of the commands.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    match &arguments.command {
        Command::List(arguments) => list::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Merge(arguments) => merge::run(arguments),
        Command::Trial(arguments) => child::run(arguments),
    }
}
