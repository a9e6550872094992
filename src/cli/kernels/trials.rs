//! Which trial belongs to which signature. TOY

use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::foreign::Foreign;
use sgd_stability::trial::*;

use super::job::Part;
use super::task::Task;

pub type BeforeCase<'a> = &'a (dyn Fn(u64, &dyn Fn() -> String) + Sync);

pub fn unary_names() -> Vec<String> {
    vec!["tanh".into(), "exp".into()]
}

pub fn binary_names() -> Vec<String> {
    vec!["hypot".into()]
}

fn v(task: &Task, inputs: u64) -> Verdict {
    Verdict {
        name: task.name.clone(),
        function: task.function.clone(),
        exhaustive: false,
        inputs,
        mistrusted: 0,
        left_out: Default::default(),
        max_ulp: Some(0.5),
        allowed_ulp: Some(1.0),
        max_ratio: None,
        worst_input: None,
        histogram: Default::default(),
        density: vec![],
        faults: vec![],
        passed: true,
    }
}

pub fn numbered(function: &Foreign, task: &Task, options: &Options, skip: &[u64]) -> Verdict {
    let mut n = 0;
    for case in 0..10u64 {
        if options.only.is_some_and(|o| o != case) || skip.contains(&case) {
            continue;
        }
        (options.before_case)(case, &|| format!("toy case {case}"));
        n += 1;
        let x: Vec<f32> = vec![1.0; case as usize];
        let y = x.clone();
        if let Foreign::Sdot(f) = function {
            f.dot(
                Vector {
                    memory: &x,
                    count: x.len(),
                    stride: 1,
                },
                Vector {
                    memory: &y,
                    count: y.len(),
                    stride: 1,
                },
            );
        }
    }
    v(task, n)
}

pub fn attempt(
    function: &Foreign,
    task: &Task,
    part: &Part,
    progress: &(dyn Fn(u64, u64) + Sync),
    before_case: BeforeCase,
) -> Result<Verdict> {
    let options = Options {
        policy: task.policy(),
        only: part.case,
        progress,
        before_case,
        ..Options::default()
    };
    let unary: &dyn Unary = match function {
        Foreign::Unary(f) => f,
        Foreign::VectorUnary(f) => f,
        Foreign::Sdot(_) => return Ok(numbered(function, task, &options, &part.skipped_cases)),
        _ => return Err(Error::internal("toy")),
    };
    let mut n = 0;
    for block in 0..20u32 {
        let x: Vec<f32> = (0..1000)
            .map(|i| 0x3f80_0000 + block * 1000 + i)
            .filter(|b| !part.skipped_inputs.contains(&u64::from(*b)))
            .map(f32::from_bits)
            .collect();
        let mut y = vec![0.0; x.len()];
        unary.map(&x, &mut y);
        n += x.len() as u64;
    }
    Ok(v(task, n))
}
