//! Which trial belongs to which signature.

use std::path::Path;

use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::foreign::{Board, Foreign};
use sgd_stability::oracle::unary::Function;
use sgd_stability::shard::Shard;
use sgd_stability::trial::{
    Guest, Options, Unary, Verdict, check_asum, check_axpy, check_dot, check_gemm, check_gemv,
    check_nrm2, check_scal, unary,
};
use sgd_stability::work::{self, Watcher};

use super::job::Part;
use super::task::Task;

/// The names of the functions of one number.
pub fn unary_names() -> Vec<String> {
    Function::all()
        .map(|function| function.name().to_owned())
        .collect()
}

/// The names of the functions of two numbers.
pub fn binary_names() -> Vec<String> {
    Vec::new()
}

/// What a trial tells while it runs.
#[derive(Clone, Copy)]
pub struct Reports<'a> {
    /// Told how many inputs or cases of how many are done.
    pub board: &'static Board,
    /// Told the number of a case before it begins, and what describes it.
    pub before_case: &'a (dyn Fn(u64, &dyn Fn() -> String) + Sync),
}

/// The options of a trial of numbered cases.
pub fn options<'a>(part: &'a Part, progress: &'a (dyn Fn(u64, u64) + Sync)) -> Result<Options<'a>> {
    let shard: Shard = part.shard.parse().map_err(Error::internal)?;
    Ok(Options {
        only: part.case,
        shard,
        sample: part.sample,
        skipped: &part.skipped_cases,
        progress,
        ..Options::default()
    })
}

/// The options of a trial of a function of one number, for this part of it.
pub fn of_one_number(
    part: &Part,
    folder: Option<&Path>,
    others: unary::Options,
) -> Result<unary::Options> {
    Ok(unary::Options {
        shard: part.shard.parse().map_err(Error::internal)?,
        resume: folder.map(Path::to_owned),
        only: part.input.as_ref().and_then(|bits| bits.first().copied()),
        sample: part.sample,
        ..others
    })
}

/// Tries a foreign function.
pub fn attempt(function: &Foreign, task: &Task, part: &Part, reports: Reports) -> Result<Verdict> {
    let progress = |done, all| reports.board.progress(done, all);
    let options = Options {
        policy: task.policy(),
        before_case: reports.before_case,
        ..options(part, &progress)?
    };
    let name = &task.name;
    Ok(match function {
        Foreign::Sdot(kernel) => check_dot(kernel, name, &options),
        Foreign::Saxpy(kernel) => check_axpy(kernel, name, &options),
        Foreign::Sscal(kernel) => check_scal(kernel, name, &options),
        Foreign::Snrm2(kernel) => check_nrm2(kernel, name, &options),
        Foreign::Sasum(kernel) => check_asum(kernel, name, &options),
        Foreign::Sgemv(kernel) => check_gemv(kernel, name, &options),
        Foreign::Sgemm(kernel) => check_gemm(kernel, name, &options),
        Foreign::Unary(kernel) => return one_number(kernel, false, task, part, reports),
        Foreign::VectorUnary(kernel) => return one_number(kernel, true, task, part, reports),
        Foreign::Binary(_) => {
            return Err(Error::internal("functions of two numbers have no trial"));
        }
    })
}

fn one_number(
    kernel: &dyn Unary,
    is_over_arrays: bool,
    task: &Task,
    part: &Part,
    reports: Reports,
) -> Result<Verdict> {
    let bits = part.skipped_inputs.iter().map(|bits| *bits as u32);
    let skipped: Vec<u32> = bits.collect();
    let guest = Guest {
        kernel,
        function: task.function.parse().map_err(Error::internal)?,
        skipped: &skipped,
        is_over_arrays,
    };
    let options = unary::Options {
        allowed_ulp: task.max_ulp,
        strict: task.is_strict,
        ..unary::Options::default()
    };
    let options = of_one_number(part, part.folder.as_deref(), options)?;
    work::watched(None, Box::new(Telling(reports.board)), || {
        guest.check(&task.name, &options)
    })
}

/// Passes the progress of a trial on.
struct Telling(&'static Board);

impl Watcher for Telling {
    fn stage(&mut self, _what: &str) {}

    fn progress(&mut self, done: usize, most: usize) {
        self.0.progress(done as u64, most as u64);
    }

    fn answer(&mut self, _answer: &str) {}
}
