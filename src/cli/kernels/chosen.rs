//! Which kernels are tried.

use std::path::Path;

use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::Isa;
use sgd_stability::trial::ours::{self, Entry};
use sgd_stability::trial::{Verdict, unary};

use super::super::suggest::unknown;
use super::arguments::Arguments;
use super::job::Part;
use super::resume::{place, recall};
use super::supervised::{self, Limits};
use super::task::{MAX_ULP, Rule, Task, Word, from_file, function_of, library, quoted};
use super::trials::{of_one_number, options};

/// A kernel to try.
pub enum Subject {
    /// One of a shared library.
    Foreign(Task),
    /// One of ours.
    Own(Entry),
}

impl Subject {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Subject::Foreign(task) => &task.name,
            Subject::Own(entry) => &entry.name,
        }
    }

    /// The instruction set, of a kernel of ours.
    pub fn isa(&self) -> Option<&'static str> {
        match self {
            Subject::Foreign(_) => None,
            Subject::Own(entry) => Some(entry.isa.name()),
        }
    }

    /// The arguments of `kernels check` that try it.
    pub fn flags(&self) -> String {
        match self {
            Subject::Foreign(task) => task.flags(),
            Subject::Own(entry) => format!("{} --isa {}", quoted(&entry.name), entry.isa.name()),
        }
    }

    /// Whether order and symmetry are asked of it too; of ours they are not.
    pub fn is_strict(&self) -> bool {
        matches!(self, Subject::Foreign(task) if task.is_strict)
    }

    /// Tries it. What is done is kept in the folder, if there is one.
    pub fn attempt(
        &self,
        part: &Part,
        limits: Limits,
        folder: Option<&Path>,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Verdict> {
        match (self, folder) {
            (Subject::Foreign(task), Some(folder)) if task.signature.0.is_of_one_number() => {
                let part = Part {
                    folder: Some(place(folder, &task.name, &task.function)),
                    ..part.clone()
                };
                supervised::attempt(task, part, limits, progress)
            }
            (Subject::Foreign(task), None) => {
                supervised::attempt(task, part.clone(), limits, progress)
            }
            (Subject::Foreign(task), Some(folder)) => {
                let path = place(folder, &task.name, &task.function);
                recall(&path, self.flags(), part, || {
                    supervised::attempt(task, part.clone(), limits, progress)
                })
            }
            (Subject::Own(entry), None) => own_verdict(entry, part, None, progress),
            (Subject::Own(entry), Some(folder)) => {
                let name = format!("{}-{}", entry.name, entry.isa.name());
                let path = place(folder, &name, &entry.function);
                recall(&path, self.flags(), part, || {
                    own_verdict(entry, part, Some(&path), progress)
                })
            }
        }
    }
}

/// Tries a kernel of ours. A function of one number is tried on a sample, if nothing else is asked.
fn own_verdict(
    entry: &Entry,
    part: &Part,
    folder: Option<&Path>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Verdict> {
    if part.is_every_input || part.sample.is_some() || part.input.is_some() {
        let options = of_one_number(part, folder, unary::Options::default())?;
        if let Some(verdict) = entry.run_on_every_input(&options) {
            return verdict;
        }
    }
    Ok(entry.run(&options(part, progress)?))
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
        (None, None) => return own(arguments),
    };
    let known = tasks.iter().map(|task| task.name.clone());
    check_names(&arguments.names, &known.collect::<Vec<_>>())?;
    let is_wanted =
        |task: &Task| arguments.names.is_empty() || arguments.names.contains(&task.name);
    Ok(tasks
        .into_iter()
        .filter(is_wanted)
        .map(Subject::Foreign)
        .collect())
}

/// Our kernels of these names and this instruction set.
fn own(arguments: &Arguments) -> Result<Vec<Subject>> {
    let entries = ours::entries();
    let known = entries.iter().map(|entry| entry.name.clone());
    check_names(&arguments.names, &known.collect::<Vec<_>>())?;
    let sets: Vec<&str> = Isa::available().into_iter().map(Isa::name).collect();
    if let Some(isa) = &arguments.isa
        && !sets.contains(&&isa[..])
    {
        let fault = format!("this machine has {}, not \"{isa}\"", sets.join(", "));
        return Err(Error::input("kernels check", "--isa", fault));
    }
    let is_wanted = |entry: &Entry| {
        let is_named = arguments.names.is_empty() || arguments.names.contains(&entry.name);
        let isa = arguments.isa.as_deref();
        is_named && isa.is_none_or(|isa| isa == entry.isa.name())
    };
    Ok(entries
        .into_iter()
        .filter(is_wanted)
        .map(Subject::Own)
        .collect())
}

/// Checks that every name is known.
fn check_names(names: &[String], known: &[String]) -> Result<()> {
    let Some(name) = names.iter().find(|name| !known.contains(name)) else {
        return Ok(());
    };
    let mend = "`sgd-stability kernels list` shows ours";
    let fault = unknown("kernel", name, known, mend);
    Err(Error::input("kernels check", "NAME", fault))
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
