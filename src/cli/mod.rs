//! Room **cli**: the program. One file a command; the only place that prints, exits or shows
//! progress.
//!
//! Exit codes: 0 done, all claims as stated · 1 internal error, or output that cannot be written ·
//! 2 usage or bad input · 3 unstable (`diagnose --check`) · 4 undecided, or out of time · 5 a check failed.

mod certify;
mod decide;
mod decision;
mod diagnose;
mod manifest;
mod merge;
mod networks;
mod objective;
mod output;
mod progress;
mod report;
mod reproduce;
mod search;
mod subject;
mod time_limit;
mod verify;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sgd_stability::error::Result;
use sgd_stability::kernel::Isa;

use output::Answer;

/// Which minima can SGD reach? Decided exactly, measured on real networks, set side by side.
///
/// Start with `sgd-stability verify`, which checks every claim of the theory, and
/// `sgd-stability reproduce`, which trains and measures on embedded images; then
/// `sgd-stability report out` writes the page that compares them.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(verify::Arguments),
    Decide(decide::Arguments),
    Certify(certify::Arguments),
    Search(search::Arguments),
    Diagnose(Box<diagnose::Arguments>),
    Watch(Box<watch::Arguments>),
    Networks(networks::Arguments),
    Reproduce(reproduce::Arguments),
    Merge(merge::Arguments),
    Report(report::Arguments),
}

impl Command {
    fn run(&self) -> Result<Answer> {
        Isa::check_environment()?;
        match self {
            Command::Verify(arguments) => verify::run(arguments),
            Command::Decide(arguments) => decide::run(arguments),
            Command::Certify(arguments) => certify::run(arguments),
            Command::Search(arguments) => search::run(arguments),
            Command::Diagnose(arguments) => diagnose::run(arguments),
            Command::Watch(arguments) => watch::run(arguments),
            Command::Networks(arguments) => networks::run(arguments),
            Command::Reproduce(arguments) => reproduce::run(arguments),
            Command::Merge(arguments) => merge::run(arguments),
            Command::Report(arguments) => report::run(arguments),
        }
    }
}

/// Runs the program on its arguments and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    match Cli::try_parse_from(&arguments) {
        Err(fault) => output::usage(&fault, json),
        Ok(cli) => match cli.command.run() {
            Ok(answer) => output::answer(&answer, json),
            Err(error) => output::error(&error, json),
        },
    }
}
