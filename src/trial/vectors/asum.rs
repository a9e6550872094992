//! The trial of a sum of absolute values.

use super::cases::VectorCase;
use super::judge::{judge_sum, words};
use super::reduce::{Reduction, check_reduction};
use crate::oracle::AnyOrder;
use crate::trial::kernels::Asum;
use crate::trial::options::Options;
use crate::trial::verdict::Verdict;

/// Puts `Σ |x_i|` on trial: 59 360 cases, judged by the bound for any order of additions
/// ([`AnyOrder`]): n − 1 roundings and no underflow, because sums of f32 numbers do not underflow.
///
/// Where the stride is negative, the reference BLAS returns 0; that is permitted and proves little, and
/// any other result is judged as the formula says.
pub fn check_asum(kernel: &dyn Asum, name: &str, options: &Options) -> Verdict {
    let reduction = Reduction {
        function: "sasum",
        scope: kernel.scope(),
        call: &|x| kernel.asum(x),
        prepare: &|case: &VectorCase, _| {
            let absolute: Vec<f32> = case.x.iter().map(|x| x.abs()).collect();
            let sum = AnyOrder::dot(&absolute, &vec![1.0; absolute.len()]);
            let expected = sum.expected(sum.count().saturating_sub(1), 0);
            Box::new(move |came| judge_sum(came, &sum, &expected).of_one(came, || words(&expected)))
        },
    };
    check_reduction(&reduction, name, options)
}
