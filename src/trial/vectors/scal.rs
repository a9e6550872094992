//! The trial of a scaling.

use super::cases::{VectorCase, in_memory};
use super::elementwise::product;
use super::judge::{judge_element, permitted_words};
use super::logical;
use crate::trial::case_trial::{CaseTrial, Judgement, NumberedCase};
use crate::trial::kernels::{Scal, VectorMut};
use crate::trial::operand::{Input, Pattern};
use crate::trial::options::Options;
use crate::trial::scope::Policy;
use crate::trial::verdict::Verdict;

/// Puts `x ← αx` on trial: 59 360 cases. Each element must be the product rounded once, with the sign of
/// a zero.
///
/// Where α = 0, the reference BLAS multiplies, so that NaN and infinities become NaN; libraries that
/// write zeros instead are common. [`Policy::Reference`] permits +0 beside the product,
/// [`Policy::Strict`] does not. Where the stride is negative, the reference BLAS does nothing; that is
/// permitted and proves little, and any other result is judged as the formula says.
pub fn check_scal(kernel: &dyn Scal, name: &str, options: &Options) -> Verdict {
    let scope = kernel.scope();
    CaseTrial::run(
        name,
        "sscal",
        options,
        VectorCase::COUNT,
        |trial, number| {
            let case = VectorCase::new(number);
            let (stride, policy) = (case.strides[0], trial.policy());
            if stride != 1 && !scope.strides {
                return trial.leave_out("a stride other than 1");
            }
            if case.alpha != 1.0 && !scope.factors {
                return trial.leave_out("a factor other than 1");
            }
            let count = case.x.len();
            let values = in_memory(&case.x, stride);
            trial.try_case(
                NumberedCase {
                    number,
                    description: &|| case.describe(false, true),
                    inputs: &[Input {
                        pattern: Pattern::vector(count, stride),
                        values: &values,
                        is_output: true,
                    }],
                    places: [&case.places[0][..1], &case.places[1][..1]],
                },
                &|memory: &mut [&mut [f32]]| {
                    let memory = &mut *memory[0];
                    kernel.scal(
                        case.alpha,
                        VectorMut {
                            memory,
                            count,
                            stride,
                        },
                    );
                    None
                },
                &mut |results| judge(results, &case, policy),
            );
        },
    )
}

fn judge(results: &[f32], case: &VectorCase, policy: Policy) -> Judgement {
    let mut judgement = Judgement::default();
    if case.strides[0] < 0 && is_unchanged(results, &case.x) {
        judgement.silent = results.len() as u64;
        return judgement;
    }
    for (i, &x) in case.x.iter().enumerate() {
        let came = results[logical(i, case.x.len(), case.strides[0])];
        let both = [product(case.alpha, x), 0.0];
        let may_clear = case.alpha == 0.0 && policy == Policy::Reference;
        let permitted = if may_clear { &both[..] } else { &both[..1] };
        let right = || format!("element {i}: {}", permitted_words(permitted));
        judge_element(came, permitted).count(came, right, &mut judgement);
    }
    judgement
}

/// Whether the results are the elements as they were, in the order of memory of a negative stride.
fn is_unchanged(results: &[f32], x: &[f32]) -> bool {
    let mut pairs = results.iter().zip(x.iter().rev());
    pairs.all(|(came, was)| came.to_bits() == was.to_bits())
}
