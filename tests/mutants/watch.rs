//! Runs a program of tests until its first failure, the end of its time, or its end.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How a program of tests ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All tests passed.
    Passed,
    /// A test failed, or the program crashed; its words.
    Failed(String),
    /// It took too long.
    TimedOut,
}

/// Runs a program of tests in its crate, within a time and 8 GB of memory.
pub fn watch(program: &Path, arguments: &[String], root: &Path, limit: Duration) -> Ended {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -v 8000000; exec \"$@\"", "sh"])
        .arg(program)
        .args(arguments)
        .current_dir(root)
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0);
    let mut child = command.spawn().expect("a shell");
    let ended = follow(lines(&mut child), Instant::now() + limit);
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if ended != Ended::Passed {
        // The group is gone if the program has ended by itself.
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
    }
    let status = child.wait().expect("the end of a program");
    match ended {
        Ended::Passed if !status.success() => Ended::Failed(format!("{status}")),
        ended => ended,
    }
}

/// The lines that a program prints, as they come.
fn lines(child: &mut Child) -> Receiver<String> {
    let (send, receive) = channel();
    let output = child.stdout.take().expect("the output of the program");
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    receive
}

/// Reads the lines until one says that a test failed.
fn follow(lines: Receiver<String>, until: Instant) -> Ended {
    loop {
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) if line.starts_with("test ") && line.ends_with("FAILED") => {
                let name = line.split_whitespace().nth(1).unwrap_or_default();
                return Ended::Failed(name.to_owned());
            }
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => return Ended::TimedOut,
            Err(RecvTimeoutError::Disconnected) => return Ended::Passed,
        }
    }
}
