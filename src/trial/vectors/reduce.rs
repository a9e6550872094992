//! What the trials of functions of one vector that return a number have in common.

use super::cases::{VectorCase, in_memory};
use crate::trial::case_trial::{CaseTrial, Judgement, NumberedCase};
use crate::trial::kernels::Vector;
use crate::trial::operand::{Input, Pattern};
use crate::trial::options::Options;
use crate::trial::scope::{Policy, Scope};
use crate::trial::verdict::Verdict;

/// Judges the result of a case.
pub(super) type Judge = Box<dyn Fn(f32) -> Judgement>;

/// A function of one vector that returns a number.
pub(super) struct Reduction<'a> {
    /// The name of the function.
    pub(super) function: &'static str,
    /// What the kernel takes.
    pub(super) scope: Scope,
    /// The kernel.
    pub(super) call: &'a dyn Fn(Vector) -> f32,
    /// Finds what is expected of a case.
    pub(super) prepare: &'a dyn Fn(&VectorCase, Policy) -> Judge,
}

/// Puts a function of one vector on trial.
///
/// Where the stride is negative, the reference BLAS returns 0 without a look at the vector. That is
/// permitted and proves little; any other result is judged as the formula says.
pub(super) fn check_reduction(reduction: &Reduction, name: &str, options: &Options) -> Verdict {
    let Reduction {
        function,
        scope,
        call,
        prepare,
    } = *reduction;
    CaseTrial::run(
        name,
        function,
        options,
        VectorCase::COUNT,
        |trial, number| {
            let case = VectorCase::new(number);
            let stride = case.strides[0];
            if stride != 1 && !scope.strides {
                return trial.leave_out("a stride other than 1");
            }
            let count = case.x.len();
            let values = in_memory(&case.x, stride);
            let judge = prepare(&case, trial.policy());
            trial.try_case(
                NumberedCase {
                    number,
                    description: &|| case.describe(false, false),
                    inputs: &[Input {
                        pattern: Pattern::vector(count, stride),
                        values: &values,
                        is_output: false,
                    }],
                    places: [&case.places[0][..1], &case.places[1][..1]],
                },
                &|memory: &mut [&mut [f32]]| {
                    Some(call(Vector {
                        memory: &*memory[0],
                        count,
                        stride,
                    }))
                },
                &mut |results| match stride < 0 && results[0].to_bits() == 0 {
                    true => Judgement {
                        silent: 1,
                        ..Judgement::default()
                    },
                    false => judge(results[0]),
                },
            );
        },
    )
}
