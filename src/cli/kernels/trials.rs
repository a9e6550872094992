//! Which trial belongs to which signature.

use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::foreign::Foreign;
use sgd_stability::shard::Shard;
use sgd_stability::trial::{
    Options, Verdict, check_asum, check_axpy, check_dot, check_nrm2, check_scal,
};

use super::job::Part;
use super::task::Task;

/// The names of the functions of one number.
pub fn unary_names() -> Vec<String> {
    vec![]
}

/// The names of the functions of two numbers.
pub fn binary_names() -> Vec<String> {
    vec![]
}

/// What a trial tells while it runs.
#[derive(Clone, Copy)]
pub struct Reports<'a> {
    /// Told how many inputs or cases of how many are done.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    /// Told the number of a case before it begins, and what describes it.
    pub before_case: &'a (dyn Fn(u64, &dyn Fn() -> String) + Sync),
}

/// Tries a foreign function.
pub fn attempt(function: &Foreign, task: &Task, part: &Part, reports: Reports) -> Result<Verdict> {
    let shard: Shard = part.shard.parse().map_err(Error::internal)?;
    let options = Options {
        policy: task.policy(),
        only: part.case,
        shard,
        sample: part.sample,
        skipped: &part.skipped_cases,
        progress: reports.progress,
        before_case: reports.before_case,
    };
    let name = &task.name;
    Ok(match function {
        Foreign::Sdot(kernel) => check_dot(kernel, name, &options),
        Foreign::Saxpy(kernel) => check_axpy(kernel, name, &options),
        Foreign::Sscal(kernel) => check_scal(kernel, name, &options),
        Foreign::Snrm2(kernel) => check_nrm2(kernel, name, &options),
        Foreign::Sasum(kernel) => check_asum(kernel, name, &options),
        _ => return Err(Error::internal("not yet")),
    })
}
