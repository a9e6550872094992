//! The trial of a product of a matrix and a vector.

use super::case::Case;
use super::element::expected;
use super::list::cases;
use super::memory::{Stored, places};
use crate::trial::case_trial::{CaseTrial, Judgement, NumberedCase};
use crate::trial::elements::judge;
use crate::trial::kernels::{Gemv, MatrixVector, Vector, VectorMut};
use crate::trial::options::Options;
use crate::trial::scope::Policy;
use crate::trial::verdict::Verdict;

/// Puts a product of a matrix and a vector on trial, on every case that its scope takes, by the bound
/// and the policy that [`crate::trial`] states.
///
/// Where the sums have no term, because A has rows and no columns or the reverse, the formula is `y ← βy`.
/// The reference BLAS returns at once (`IF ((M.EQ.0) .OR. (N.EQ.0) .OR. …) RETURN`) and leaves y as it is.
/// [`Policy::Reference`] permits both, and counts a y that was left as mistrusted; [`Policy::Strict`]
/// permits the formula alone.
///
/// # Panics
/// When the system has no memory for the operands.
pub fn check_gemv(kernel: &dyn Gemv, name: &str, options: &Options) -> Verdict {
    let cases = cases(true);
    let scope = kernel.scope();
    CaseTrial::run(
        name,
        "sgemv",
        options,
        cases.len() as u64,
        |trial, number| {
            let case = &cases[number as usize];
            match case.left_out(scope, true) {
                Some(reason) => trial.leave_out(reason),
                None => try_case(trial, case, kernel),
            }
        },
    )
}

/// y is C with one column, x is B with one column, and op(A) is m × k.
fn try_case(trial: &mut CaseTrial, case: &Case, kernel: &dyn Gemv) {
    let problem = case.problem();
    let ([m, _, k], layout) = (case.shape, case.layout);
    let (transpose, [x_stride, y_stride]) = (layout.transposes[0], layout.strides);
    let a = Stored::matrix(&problem.a, [m, k], layout.order, transpose, layout.slack[0]);
    let x = Stored::vector(&problem.b, x_stride);
    let y = Stored::vector(&problem.c, y_stride);
    let [first, second] = places(case.number, layout.offsets);
    let expected = expected(&problem, trial.policy());
    let [rows, columns] = if transpose { [k, m] } else { [m, k] };
    let call = |memories: &mut [&mut [f32]]| {
        let [memory_a, memory_x, memory_y] = memories else {
            unreachable!("three operands are laid");
        };
        kernel.gemv(MatrixVector {
            order: layout.order,
            transpose,
            rows,
            columns,
            alpha: problem.alpha,
            a: memory_a,
            leading_a: a.leading(),
            x: Vector {
                memory: memory_x,
                count: k,
                stride: x_stride,
            },
            beta: problem.beta,
            y: VectorMut {
                memory: memory_y,
                count: m,
                stride: y_stride,
            },
        });
        None
    };
    let numbered = NumberedCase {
        number: case.number as u64,
        description: &|| describe(case),
        inputs: &[a.input(false), x.input(false), y.input(true)],
        places: [&first, &second],
    };
    let may_leave = k == 0 && trial.policy() == Policy::Reference;
    trial.try_case(numbered, &call, &mut |results| {
        let name = |place| format!("element {place}");
        let results = y.in_rows(results);
        let is_left = may_leave && is_same(&results, &problem.c);
        let judgement = judge(results, &expected, name);
        if is_left && !judgement.wrong.is_empty() {
            Judgement {
                silent: m as u64,
                ..Judgement::default()
            }
        } else {
            judgement
        }
    });
}

/// Whether a result is what stood in y before, bit for bit but for the bits of NaN.
fn is_same(results: &[f64], before: &[f32]) -> bool {
    let same = |(came, y): (&f64, &f32)| {
        (came.is_nan() && y.is_nan()) || came.to_bits() == f64::from(*y).to_bits()
    };
    results.iter().zip(before).all(same)
}

fn describe(case: &Case) -> String {
    let [x, y] = case.layout.strides;
    format!("{case}, strides {x} and {y}")
}
