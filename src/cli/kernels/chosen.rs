//! Which kernels are tried.

use std::path::Path;

use sgd_stability::error::{Error, Result};
use sgd_stability::trial::Verdict;

use super::check::Arguments;
use super::functions;
use super::job::Part;
use super::resume::{PIECES, piece, recall};
use super::supervised::{self, Limits};
use super::task::{MAX_ULP, Rule, Task, Word, from_file, function_of, library};

/// A kernel to try.
pub enum Subject {
    /// One of a shared library.
    Foreign(Task),
}

impl Subject {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Subject::Foreign(task) => &task.name,
        }
    }

    /// The arguments of `kernels check` that try it.
    pub fn flags(&self) -> String {
        match self {
            Subject::Foreign(task) => task.flags(),
        }
    }

    /// Tries it; long trials in pieces, if they can be kept in a folder.
    pub fn attempt(
        &self,
        part: &Part,
        limits: Limits,
        folder: Option<&Path>,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Verdict> {
        match self {
            Subject::Foreign(task) => {
                let work = |part: &Part, tell: &dyn Fn(u64, u64)| {
                    supervised::attempt(task, part.clone(), limits, tell)
                };
                let is_long = task.signature.0.is_of_one_number()
                    && part.sample.is_none()
                    && part.input.is_none();
                match folder {
                    None => work(part, progress),
                    Some(folder) if is_long => in_pieces(folder, task, part, progress, work),
                    Some(folder) => recall(folder, task, part, || work(part, progress)),
                }
            }
        }
    }
}

fn in_pieces(
    folder: &Path,
    task: &Task,
    part: &Part,
    progress: &dyn Fn(u64, u64),
    work: impl Fn(&Part, &dyn Fn(u64, u64)) -> Result<Verdict>,
) -> Result<Verdict> {
    let mut whole: Option<Verdict> = None;
    for index in 0..PIECES {
        let tell = |done: u64, all: u64| progress(index as u64 * all + done, PIECES as u64 * all);
        let piece = piece(part, index);
        let verdict = recall(folder, task, &piece, || work(&piece, &tell))?;
        match &mut whole {
            Some(whole) => whole.join(verdict),
            None => whole = Some(verdict),
        }
    }
    Ok(whole.expect("there is a piece"))
}

/// The kernels that the flags ask for.
pub fn chosen(arguments: &Arguments) -> Result<Vec<Subject>> {
    let strict = arguments.strict || arguments.policy == Some(Rule::Strict);
    let tasks = match (&arguments.kernels, &arguments.library) {
        (Some(file), _) => {
            let mut tasks = from_file(file)?;
            for task in &mut tasks {
                task.is_strict |= strict;
                task.max_ulp = arguments.max_ulp.unwrap_or(task.max_ulp);
            }
            tasks
        }
        (None, Some(path)) => vec![single(arguments, path, strict)?],
        (None, None) => Vec::new(),
    };
    let known: Vec<String> = tasks.iter().map(|task| task.name.clone()).collect();
    if let Some(unknown) = arguments.names.iter().find(|name| !known.contains(name)) {
        let near = functions::nearest(unknown, &known);
        let near = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
        let fault = format!("there is no kernel \"{unknown}\" here{near}");
        return Err(Error::input("kernels check", "NAME", fault));
    }
    let is_wanted =
        |task: &Task| arguments.names.is_empty() || arguments.names.contains(&task.name);
    Ok(tasks
        .into_iter()
        .filter(is_wanted)
        .map(Subject::Foreign)
        .collect())
}

/// The kernel that single flags describe.
fn single(arguments: &Arguments, path: &Path, is_strict: bool) -> Result<Task> {
    let (Some(symbol), Some(signature)) = (&arguments.symbol, arguments.signature) else {
        let fault = "needs --symbol and --signature";
        return Err(Error::input("kernels check", "--library", fault));
    };
    let place = "kernels check";
    let function = function_of(place, signature, arguments.function.as_deref())?;
    if !path.exists() && path.components().count() > 1 {
        let cause = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(Error::unreadable(path, &cause));
    }
    Ok(Task {
        name: symbol.clone(),
        library: library(path, Path::new("")),
        symbol: symbol.clone(),
        signature: Word(signature),
        function,
        max_ulp: arguments.max_ulp.unwrap_or(MAX_ULP),
        is_strict,
    })
}
