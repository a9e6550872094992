//! Runs one job in a child process and watches it.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::foreign::{Board, Call, Death};

use super::job::{Folder, Job, Outcome, read_json, write_json};

/// How a child ended.
pub enum End {
    /// It reached its end.
    Outcome(Outcome),
    /// It did not.
    Died(Incident),
}

/// What is known of a child that did not reach its end.
pub struct Incident {
    pub cause: Cause,
    /// The call that did it, or else all that were running.
    pub suspects: Vec<Call>,
    /// The beginning of what was written.
    pub output: String,
}

/// Why a child did not reach its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// It told so itself.
    Death(Death),
    /// A call took too long.
    Timeout(Duration),
    /// It ended with this status, and without a word.
    Status(ExitStatus),
}

/// The longest pause between two looks at the board.
const PAUSE: Duration = Duration::from_millis(20);
/// The most characters of an output that are shown.
const SHOWN: usize = 60;

/// Runs a job. `limit` is the most time for one call.
pub fn run(job: &Job, limit: Duration, progress: &dyn Fn(u64, u64)) -> Result<End> {
    run_and_read(job, limit, progress).map(|(end, _)| end)
}

/// Runs a job, and returns what the child described last.
pub fn description(job: &Job, limit: Duration) -> Result<String> {
    run_and_read(job, limit, &|_, _| {}).map(|(_, text)| text)
}

fn run_and_read(job: &Job, limit: Duration, progress: &dyn Fn(u64, u64)) -> Result<(End, String)> {
    let io = |cause: std::io::Error| Error::unwritable(&std::env::temp_dir(), cause);
    let temporary = tempfile::tempdir().map_err(io)?;
    let folder = Folder(temporary.path().to_owned());
    write_json(&folder.job(), job)?;
    let shared = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(folder.board())
        .map_err(io)?;
    let board = Board::create(&shared).map_err(io)?;
    let mut child = start(&folder).map_err(io)?;
    let end = match watch(&mut child, &board, limit, progress).map_err(io)? {
        Some(cause) => End::Died(incident(cause, &board, &folder)),
        None => End::Outcome(read_json(&folder.outcome())?),
    };
    Ok((end, board.description()))
}

fn start(folder: &Folder) -> std::io::Result<Child> {
    let output = File::create(folder.output())?;
    Command::new(std::env::current_exe()?)
        .args(["kernels", "trial"])
        .arg(&folder.0)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
}

/// Waits for the end of the child, or ends it when a call takes too long. `None` if it reached its end.
fn watch(
    child: &mut Child,
    board: &Board,
    limit: Duration,
    progress: &dyn Fn(u64, u64),
) -> std::io::Result<Option<Cause>> {
    let mut seen: Vec<(usize, Call, Instant)> = Vec::new();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(match board.death() {
                _ if status.success() && board.is_finished() => None,
                Some(death) => Some(Cause::Death(death)),
                None => Some(Cause::Status(status)),
            });
        }
        let (done, all) = board.done();
        progress(done, all);
        let running = board.running();
        let since = |slot: usize, call: &Call| {
            let same = seen.iter().find(|(s, c, _)| *s == slot && is_same(c, call));
            same.map_or_else(Instant::now, |(_, _, since)| *since)
        };
        let now = running
            .into_iter()
            .map(|(slot, call)| (slot, since(slot, &call), call));
        seen = now.map(|(slot, since, call)| (slot, call, since)).collect();
        if seen.iter().any(|(_, _, since)| since.elapsed() > limit) {
            child.kill()?;
            child.wait()?;
            seen.retain(|(_, _, since)| since.elapsed() > limit);
            return Ok(Some(Cause::Timeout(limit)));
        }
        sleep(pause);
        pause = (pause * 2).min(PAUSE);
    }
}

fn is_same(one: &Call, other: &Call) -> bool {
    one.calls == other.calls && one.scalar == other.scalar
}

fn incident(cause: Cause, board: &Board, folder: &Folder) -> Incident {
    let told = match cause {
        Cause::Death(_) => board.last_call(),
        Cause::Timeout(_) | Cause::Status(_) => None,
    };
    let suspects = match told {
        Some(call) => vec![call],
        None => board.running().into_iter().map(|(_, call)| call).collect(),
    };
    Incident {
        cause,
        suspects,
        output: beginning(&folder.output()),
    }
}

/// The beginning of what the child wrote.
fn beginning(path: &Path) -> String {
    use std::io::Read;
    let mut bytes = Vec::new();
    if let Ok(file) = sgd_stability::read::open(path) {
        let _ = file.take(SHOWN as u64).read_to_end(&mut bytes);
    }
    let text = String::from_utf8_lossy(&bytes);
    text.trim_end().escape_debug().to_string()
}

impl Cause {
    /// The status in words.
    pub fn status_words(status: ExitStatus) -> String {
        match (status.code(), status.signal()) {
            (Some(code), _) => format!("the process ended with the exit code {code}"),
            (None, Some(signal)) => format!("the process was ended by the signal {signal}"),
            (None, None) => "the process ended".to_owned(),
        }
    }
}
