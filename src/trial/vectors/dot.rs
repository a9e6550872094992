//! The trial of a dot product.

use super::cases::{VectorCase, in_memory};
use super::conditioned::conditioned;
use super::judge::{judge_sum, words};
use crate::kernel::Place;
use crate::oracle::AnyOrder;
use crate::trial::case_trial::{CaseTrial, NumberedCase};
use crate::trial::kernels::{Dot, Vector};
use crate::trial::operand::{Input, Pattern};
use crate::trial::options::Options;
use crate::trial::verdict::Verdict;

/// Puts `Σ x_i y_i` on trial: 59 360 cases, judged by the bound for any order of additions
/// ([`AnyOrder`]), n roundings and n underflows. A whole trial has the error against the condition number
/// too.
pub fn check_dot(kernel: &dyn Dot, name: &str, options: &Options) -> Verdict {
    let scope = kernel.scope();
    let mut verdict = CaseTrial::run(name, "sdot", options, VectorCase::COUNT, |trial, number| {
        let case = VectorCase::new(number);
        if case.strides != [1, 1] && !scope.strides {
            return trial.leave_out("a stride other than 1");
        }
        let [x, y] = [(&case.x, 0), (&case.y, 1)]
            .map(|(elements, vector)| in_memory(elements, case.strides[vector]));
        let count = case.x.len();
        let input = |values, vector: usize| Input {
            pattern: Pattern::vector(count, case.strides[vector]),
            values,
            is_output: false,
        };
        let call = |memory: &mut [&mut [f32]]| {
            let vector = |index: usize| Vector {
                memory: &*memory[index],
                count,
                stride: case.strides[index],
            };
            Some(kernel.dot(vector(0), vector(1)))
        };
        let sum = AnyOrder::dot(&case.x, &case.y);
        let expected = sum.expected(sum.count(), sum.count());
        let places: [&[Place]; 2] = [&case.places[0], &case.places[1]];
        trial.try_case(
            NumberedCase {
                number: case.number,
                description: &|| case.describe(true, false),
                inputs: &[input(&x, 0), input(&y, 1)],
                places,
            },
            &call,
            &mut |results| {
                judge_sum(results[0], &sum, &expected).of_one(results[0], || words(&expected))
            },
        );
    });
    if options.is_whole() {
        verdict.conditioned = conditioned(kernel);
    }
    verdict
}
