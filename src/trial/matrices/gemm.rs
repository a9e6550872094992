//! The trial of a product of two matrices.

use super::case::Case;
use super::element::expected;
use super::list::cases;
use super::memory::{Stored, places};
use super::problem::Problem;
use crate::trial::case_trial::{CaseTrial, NumberedCase};
use crate::trial::elements::judge;
use crate::trial::kernels::{Gemm, Product};
use crate::trial::options::Options;
use crate::trial::verdict::Verdict;

/// Puts a product of two matrices on trial, on every case that its scope takes, by the bound and the
/// policy that [`crate::trial`] states.
///
/// # Panics
/// When the system has no memory for the operands.
pub fn check_gemm(kernel: &dyn Gemm, name: &str, options: &Options) -> Verdict {
    let cases = cases(false);
    let scope = kernel.scope();
    CaseTrial::run(
        name,
        "sgemm",
        options,
        cases.len() as u64,
        |trial, number| {
            let case = &cases[number as usize];
            match case.left_out(scope, false) {
                Some(reason) => trial.leave_out(reason),
                None => try_case(trial, case, kernel),
            }
        },
    )
}

fn try_case(trial: &mut CaseTrial, case: &Case, kernel: &dyn Gemm) {
    let problem = case.problem();
    let [a, b, c] = stored(case, &problem);
    let [first, second] = places(case.number, case.layout.offsets);
    let expected = expected(&problem, trial.policy());
    let [m, n, k] = case.shape;
    let call = |memories: &mut [&mut [f32]]| {
        let [memory_a, memory_b, memory_c] = memories else {
            unreachable!("three operands are laid");
        };
        kernel.gemm(Product {
            order: case.layout.order,
            transpose_a: case.layout.transposes[0],
            transpose_b: case.layout.transposes[1],
            m,
            n,
            k,
            alpha: problem.alpha,
            a: memory_a,
            leading_a: a.leading(),
            b: memory_b,
            leading_b: b.leading(),
            beta: problem.beta,
            c: memory_c,
            leading_c: c.leading(),
        });
        None
    };
    let numbered = NumberedCase {
        number: case.number as u64,
        description: &|| case.to_string(),
        inputs: &[a.input(false), b.input(false), c.input(true)],
        places: [&first, &second],
    };
    trial.try_case(numbered, &call, &mut |results| {
        let name = |place| format!("element ({}, {})", place / n, place % n);
        judge(c.in_rows(results), &expected, name)
    });
}

/// The memory of A, B and C.
fn stored(case: &Case, problem: &Problem) -> [Stored; 3] {
    let ([m, n, k], layout) = (case.shape, case.layout);
    let [transpose_a, transpose_b] = layout.transposes;
    let matrix = |numbers: &[f32], shape, is_transposed, slack| {
        Stored::matrix(numbers, shape, layout.order, is_transposed, slack)
    };
    [
        matrix(&problem.a, [m, k], transpose_a, layout.slack[0]),
        matrix(&problem.b, [k, n], transpose_b, layout.slack[1]),
        matrix(&problem.c, [m, n], false, layout.slack[2]),
    ]
}
