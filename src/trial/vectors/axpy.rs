//! The trial of a scaled addition.

use super::cases::{VectorCase, in_memory};
use super::elementwise::sums;
use super::judge::{judge_element, permitted_words};
use super::logical;
use crate::trial::case_trial::{CaseTrial, Judgement, NumberedCase};
use crate::trial::kernels::{Axpy, Vector, VectorMut};
use crate::trial::operand::{Input, Pattern};
use crate::trial::options::Options;
use crate::trial::scope::Policy;
use crate::trial::verdict::Verdict;

/// Puts `y ← αx + y` on trial: 59 360 cases. Each element must be what an FMA gives, or a product and an
/// addition, or f64 arithmetic rounded at the end: the exact set of these results, with the sign of a
/// zero, and no bound.
///
/// Where α = 0, the reference BLAS leaves y as it is, so that a NaN in x is lost. [`Policy::Reference`]
/// permits this beside the formula, [`Policy::Strict`] does not.
pub fn check_axpy(kernel: &dyn Axpy, name: &str, options: &Options) -> Verdict {
    let scope = kernel.scope();
    CaseTrial::run(
        name,
        "saxpy",
        options,
        VectorCase::COUNT,
        |trial, number| {
            let case = VectorCase::new(number);
            if case.strides != [1, 1] && !scope.strides {
                return trial.leave_out("a stride other than 1");
            }
            if case.alpha != 1.0 && !scope.factors {
                return trial.leave_out("a factor other than 1");
            }
            let [x, y] = [(&case.x, 0), (&case.y, 1)]
                .map(|(elements, vector)| in_memory(elements, case.strides[vector]));
            let count = case.x.len();
            let input = |values, vector: usize| Input {
                pattern: Pattern::vector(count, case.strides[vector]),
                values,
                is_output: vector == 1,
            };
            let policy = trial.policy();
            trial.try_case(
                NumberedCase {
                    number,
                    description: &|| case.describe(true, true),
                    inputs: &[input(&x, 0), input(&y, 1)],
                    places: [&case.places[0], &case.places[1]],
                },
                &|memory: &mut [&mut [f32]]| {
                    let [x, y] = memory else { return None };
                    let x = Vector {
                        memory: x,
                        count,
                        stride: case.strides[0],
                    };
                    let y = VectorMut {
                        memory: y,
                        count,
                        stride: case.strides[1],
                    };
                    kernel.axpy(case.alpha, x, y);
                    None
                },
                &mut |results| judge(results, &case, policy),
            );
        },
    )
}

fn judge(results: &[f32], case: &VectorCase, policy: Policy) -> Judgement {
    let mut judgement = Judgement::default();
    let elements = case.x.iter().zip(&case.y).enumerate();
    for (i, (&x, &y)) in elements {
        let came = results[logical(i, case.x.len(), case.strides[1])];
        let [fused, apart, double] = sums(case.alpha, x, y);
        let all = [fused, apart, double, y];
        let may_skip = case.alpha == 0.0 && policy == Policy::Reference;
        let permitted = if may_skip { &all[..] } else { &all[..3] };
        let right = || format!("element {i}: {}", permitted_words(permitted));
        judge_element(came, permitted).count(came, right, &mut judgement);
    }
    judgement
}
