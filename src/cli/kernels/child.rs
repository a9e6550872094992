//! The child process: runs one job, and writes what came of it.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::foreign::{
    Board, Foreign, Library, Limits, begin_case, supervise, wait_for_each_output,
};

use super::job::{Folder, Job, Outcome, Part, Work, read_json, write_json};
use super::task::Task;
use super::trials::{self, Reports};
use crate::cli::output::{Answer, Ending};

/// Run one job of `kernels check` in a process that may die.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder of the job.
    folder: PathBuf,
}

/// The longest file that a child may write.
const LONGEST_FILE: u64 = 1 << 28;

/// Does the job.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let folder = Folder(arguments.folder.clone());
    let job: Job = read_json(&folder.job())?;
    let unwatched = |cause: std::io::Error| Error::unwritable(&folder.board(), cause);
    let shared = File::options()
        .read(true)
        .write(true)
        .open(folder.board())
        .map_err(unwatched)?;
    let limits = Limits {
        memory: job.memory,
        file: LONGEST_FILE,
    };
    let board = Board::open(&shared).map_err(unwatched)?;
    let board = supervise(board, limits).map_err(unwatched)?;
    let outcome = perform(&job, board, &folder.outcome());
    finish(board, &folder.outcome(), &outcome)?;
    Ok(Answer {
        text: String::new(),
        json: json!(null),
        ending: Ending::Done,
    })
}

fn finish(board: &Board, path: &Path, outcome: &Outcome) -> Result<()> {
    write_json(path, outcome)?;
    board.finish();
    Ok(())
}

fn perform(job: &Job, board: &'static Board, path: &Path) -> Outcome {
    let task = &job.task;
    let function = Library::load(task.library.as_os_str())
        .and_then(|library| library.function(&task.symbol, task.signature.0));
    let function = match function {
        Ok(function) => function,
        Err(error) => {
            return Outcome::Refused(format!("{}: {error}", task.library.display()));
        }
    };
    match &job.work {
        Work::Call(arguments) => {
            call(&function, arguments);
            Outcome::Called
        }
        Work::Try(part) => attempt(&function, task, part, board, &|case, _| begin_case(case)),
        Work::Describe(case) => {
            let describe = |_: u64, text: &dyn Fn() -> String| {
                board.describe(&text());
                let _ = finish(board, path, &Outcome::Called);
                std::process::exit(0);
            };
            let part = Part {
                case: Some(*case),
                shard: "1/1".to_owned(),
                ..Part::default()
            };
            attempt(&function, task, &part, board, &describe)
        }
    }
}

fn attempt(
    function: &Foreign,
    task: &Task,
    part: &Part,
    board: &'static Board,
    before_case: &(dyn Fn(u64, &dyn Fn() -> String) + Sync),
) -> Outcome {
    let reports = Reports { board, before_case };
    match trials::attempt(function, task, part, reports) {
        Ok(verdict) => Outcome::Tried(Box::new(verdict)),
        Err(error) => Outcome::Refused(error.message),
    }
}

/// Calls the function with these arguments.
fn call(function: &Foreign, arguments: &[u64]) {
    wait_for_each_output();
    let half = |shift: u32| -> Vec<f32> {
        let bits = arguments.iter().map(|both| (both >> shift) as u32);
        bits.map(f32::from_bits).collect()
    };
    let x = half(0);
    let mut result = vec![0.0; x.len()];
    match function {
        Foreign::Unary(function) => function.call(&x, &mut result),
        Foreign::VectorUnary(function) => function.call(&x, &mut result),
        Foreign::Binary(function) => function.call(&x, &half(32), &mut result),
        _ => {}
    }
}
