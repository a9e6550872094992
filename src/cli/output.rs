//! What the program says, and with which exit code.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use serde_json::{Value, json};
use sgd_stability::error::{Error, Kind};

use super::terminal::above_the_line;

/// The end of a command that did its work.
pub struct Answer {
    /// For a person.
    pub text: String,
    /// For `--json`.
    pub json: Value,
    /// How it ended, for the exit code.
    pub ending: Ending,
}

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// As it should: exit code 0.
    Done,
    /// A check ran and did not come out as stated: exit code 5.
    Failed,
    /// A network is unstable, and the command was asked to check: exit code 3.
    Unstable,
    /// A question was answered with "undecided": exit code 4.
    Undecided,
    /// Some of the input could not be used, as the `error` of the answer's JSON says: exit code 2.
    Faulty,
}

impl Ending {
    /// Failed, or done.
    pub fn failed_if(failed: bool) -> Self {
        if failed { Ending::Failed } else { Ending::Done }
    }
}

/// The exit code of "undecided".
const UNDECIDED: u8 = 4;

/// The exit code of "unstable".
const UNSTABLE: u8 = 3;

/// Says on the way what a person at a terminal may want to know.
pub fn remark(text: &str) {
    let mut out = io::stderr();
    if out.is_terminal() {
        let _ = above_the_line(|| writeln!(out, "{text}"));
    }
}

/// Says on stdout what is certain before the whole answer is there.
pub fn first_answer(text: &str) {
    // When it cannot be said, the whole answer says that.
    let _ = above_the_line(|| say(io::stdout(), text));
}

/// Says what somebody must know who waits for the end, at a terminal or not.
pub fn warning(text: &str) {
    let _ = above_the_line(|| say(io::stderr(), text));
}

/// Prints an answer; an answer that could not be printed was not given.
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

/// Prints what clap has to say of the command line; help and version are no errors.
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

/// What clap says is wrong, and its tips, in one line; without the usage.
fn sentence(text: &str) -> String {
    let is_said = |part: &&str| !part.starts_with("Usage:") && !part.starts_with("For more");
    let parts = text.trim().split("\n\n").map(str::trim).filter(is_said);
    let lines = |part: &str| part.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let said = parts.map(lines).collect::<Vec<_>>().join("; ");
    said.trim_start_matches("error: ").to_owned()
}

fn fault(kind: &str, message: &str, json: bool) {
    // When even the error cannot be said, the exit code still says it.
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

/// Writes a text and one line end. A reader that has gone away (a closed pipe) is no fault.
fn say(mut out: impl Write, text: &str) -> io::Result<()> {
    let written = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
    match written {
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
