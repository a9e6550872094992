//! The output of the program, and its exit codes.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use serde_json::{Value, json};
use sgd_stability::error::{Error, Kind};

use super::terminal::above_the_line;

/// The result of a command that completed.
pub struct Answer {
    /// The answer as text.
    pub text: String,
    /// The answer for `--json`.
    pub json: Value,
    /// How the command ended, which determines the exit code.
    pub ending: Ending,
}

/// How a command that completed ended.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// Without findings: exit code 0.
    Done,
    /// A check failed: exit code 5.
    Failed,
    /// A network is unstable, and the command was asked to check it: exit code 3.
    Unstable,
    /// The answer is "undecided": exit code 4.
    Undecided,
    /// Some input could not be used, as the field `error` of the JSON answer says: exit code 2.
    Faulty,
}

impl Ending {
    /// [`Ending::Failed`] if `failed`, else [`Ending::Done`].
    pub fn failed_if(failed: bool) -> Self {
        if failed { Ending::Failed } else { Ending::Done }
    }
}

/// The exit code for "undecided".
const UNDECIDED: u8 = 4;

/// The exit code for "unstable".
const UNSTABLE: u8 = 3;

/// Prints a remark on progress, if stderr is a terminal.
pub fn remark(text: &str) {
    let mut out = io::stderr();
    if out.is_terminal() {
        let _ = above_the_line(|| writeln!(out, "{text}"));
    }
}

/// Whether remarks are seen.
pub fn has_a_reader() -> bool {
    io::stderr().is_terminal()
}

/// Prints to stdout what is certain before the whole answer is known.
pub fn first_answer(text: &str) {
    // A failure to print is reported with the whole answer.
    let _ = above_the_line(|| say(io::stdout(), text));
}

/// Prints a warning to stderr, whether it is a terminal or not.
pub fn warning(text: &str) {
    let _ = above_the_line(|| say(io::stderr(), text));
}

/// Prints an answer and returns its exit code; a failure to print is an error.
pub fn answer(answer: &Answer, json: bool) -> ExitCode {
    let said = if json {
        say(io::stdout(), &pretty(&answer.json))
    } else {
        say(io::stdout(), &answer.text)
    };
    if let Err(cause) = said {
        return error(
            &Error::unwritable(Path::new("standard output"), cause),
            false,
        );
    }
    match answer.ending {
        Ending::Done => ExitCode::SUCCESS,
        Ending::Failed => ExitCode::from(Kind::Check.exit_code()),
        Ending::Undecided => ExitCode::from(UNDECIDED),
        Ending::Unstable => ExitCode::from(UNSTABLE),
        Ending::Faulty => {
            if !json {
                let message = answer.json["error"]["message"].as_str();
                fault(Kind::Input.name(), message.unwrap_or_default(), false);
            }
            ExitCode::from(Kind::Input.exit_code())
        }
    }
}

/// Prints an error: one sentence on stderr, or one JSON object on stdout.
pub fn error(error: &Error, json: bool) -> ExitCode {
    fault(error.kind.name(), &error.message, json);
    ExitCode::from(error.kind.exit_code())
}

/// Prints a message of clap about the command line. Help and version are not errors.
pub fn usage(said: &clap::Error, json: bool) -> ExitCode {
    let text = said.render().to_string();
    if matches!(
        said.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return match say(io::stdout(), &text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(Kind::Io.exit_code()),
        };
    }
    if said.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && !json {
        let _ = say(io::stderr(), &text);
        return ExitCode::from(Kind::Input.exit_code());
    }
    fault("usage", &sentence(&text), json);
    ExitCode::from(Kind::Input.exit_code())
}

/// The error and the tips of a clap message, in one line and without the usage.
fn sentence(text: &str) -> String {
    let is_said = |part: &&str| !part.starts_with("Usage:") && !part.starts_with("For more");
    let parts = text.trim().split("\n\n").map(str::trim).filter(is_said);
    let lines = |part: &str| part.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let said = parts.map(lines).collect::<Vec<_>>().join("; ");
    said.trim_start_matches("error: ").to_owned()
}

fn fault(kind: &str, message: &str, json: bool) {
    // If even the error cannot be printed, the exit code still reports it.
    let _ = if json {
        let object = json!({"error": {"kind": kind, "message": message}});
        say(io::stdout(), &pretty(&object))
    } else {
        say(io::stderr(), &format!("error: {message}"))
    };
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value has string keys")
}

/// Writes a text and one newline. A reader that has closed the pipe is not an error.
fn say(mut out: impl Write, text: &str) -> io::Result<()> {
    let written = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
    match written {
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
