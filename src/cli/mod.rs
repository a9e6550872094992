//! Room **cli**: the program, with one file for each command. Nothing else in the crate prints, exits or
//! shows progress.
//!
//! To add a command, write a file with its `Arguments` and `run`, and add a variant to [`Command`].
//!
//! Exit codes: 0 done, all claims as stated · 1 internal error, or output that cannot be written ·
//! 2 usage or bad input · 3 unstable (`diagnose --check`) · 4 undecided, or out of time · 5 a check failed.

mod certify;
mod decide;
mod decision;
mod diagnose;
mod ending;
mod help;
mod kernels;
mod made;
mod manifest;
mod merge;
mod networks;
mod objective;
mod output;
mod progress;
mod report;
mod reproduce;
mod search;
mod spectrum;
mod subject;
mod suggest;
mod terminal;
mod verify;
mod watch;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use sgd_stability::error::Result;
use sgd_stability::kernel::Isa;

use output::Answer;

/// Learn whether SGD is stable where your network was trained, and check the theory that says so.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    help_template = help::TEMPLATE,
    before_help = EXAMPLES,
    after_help = help::exit_codes(&EXIT_CODES),
    after_long_help = help::explained(ABOUT, &EXIT_CODES)
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples: a trained network over its data, a small model decided exactly, one claim checked
  $ sgd-stability diagnose --weights model.safetensors --arch fnn \\
      --data fashion-mnist --lr 0.1 --batch 10
  $ echo '{\"kind\":\"linear\",\"inputs\":[[\"1\",\"0\"],[\"0\",\"1\"],[\"1\",\"1\"]]}' > model.json
  $ sgd-stability decide model.json --lr 5/4 --batch 1
  $ sgd-stability verify toy_escape";

const ABOUT: &str = "\
SGD with learning rate η and batch size B can stay only at minima that are flat enough (their sharpness a \
is small) and alike enough for all samples (their non-uniformity s is small). This program measures a and s \
of a trained network, decides small models exactly over the rationals, and checks the claims of the theory.

Begin with diagnose when you have a checkpoint, and with decide or verify when you have none. \
`sgd-stability COMMAND --help` explains a command.";

const EXIT_CODES: [(u8, &str); 4] = [
    (0, "done; every check came out as stated"),
    (3, "unstable (diagnose --check)"),
    (4, "undecided, or out of time (decide; diagnose --check)"),
    (
        5,
        "a check failed (verify, certify, report --check, kernels)",
    ),
];

/// The commands, in the order in which a newcomer needs them.
#[derive(Debug, Subcommand)]
enum Command {
    Diagnose(Box<diagnose::Arguments>),
    Watch(Box<watch::Arguments>),
    Networks(networks::Arguments),
    Decide(decide::Arguments),
    Certify(certify::Arguments),
    Search(search::Arguments),
    Verify(verify::Arguments),
    Reproduce(reproduce::Arguments),
    Merge(merge::Arguments),
    Report(report::Arguments),
    Kernels(kernels::Arguments),
}

impl Command {
    fn run(&self) -> Result<Answer> {
        Isa::check_environment()?;
        match self {
            Command::Diagnose(arguments) => diagnose::run(arguments),
            Command::Watch(arguments) => watch::run(arguments),
            Command::Networks(arguments) => networks::run(arguments),
            Command::Decide(arguments) => decide::run(arguments),
            Command::Certify(arguments) => certify::run(arguments),
            Command::Search(arguments) => search::run(arguments),
            Command::Verify(arguments) => verify::run(arguments),
            Command::Reproduce(arguments) => reproduce::run(arguments),
            Command::Merge(arguments) => merge::run(arguments),
            Command::Report(arguments) => report::run(arguments),
            Command::Kernels(arguments) => kernels::run(arguments),
        }
    }
}

impl Cli {
    fn read(arguments: &[OsString]) -> std::result::Result<Self, clap::Error> {
        let with_template = |command: clap::Command| command.help_template(help::TEMPLATE);
        let command = Cli::command()
            .mut_subcommands(|command| with_template(command).mut_subcommands(with_template));
        Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }
}

/// Runs the program with its arguments, and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    match Cli::read(&arguments) {
        Err(fault) => output::usage(&fault, json),
        Ok(cli) => match cli.command.run() {
            Ok(answer) => output::answer(&answer, json),
            Err(error) => output::error(&error, json),
        },
    }
}
