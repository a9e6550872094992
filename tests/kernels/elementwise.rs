//! `axpy`, `scale`, `relu` and `relu_backward`. They round at most once, so that exactly one result is
//! correct.

use sgd_stability::kernel::{Isa, axpy, relu, relu_backward, scale};
use sgd_stability::oracle::{Case, Family, cases, rounded};

use crate::support::{Guarded, LONG, all_bits, same_everywhere, short_lengths};

/// Ordinary factors, one that produces subnormal numbers, one that produces infinities, and special
/// values.
const FACTORS: [f32; 8] = [0.7, -1.0, 1e-38, 3e38, 0.0, -0.0, f32::INFINITY, f32::NAN];

/// Runs `kernel` on the `y` of each case, between guards, on every instruction set, and compares each
/// element with the result of `right`.
pub fn assert_right(
    name: &str,
    cases: &[Case],
    right: impl Fn(f32, f32) -> f32,
    kernel: impl Fn(Isa, &[f32], &mut [f32]),
) {
    for case in cases {
        let right: Vec<f32> = case
            .x
            .iter()
            .zip(&case.y)
            .map(|(&x, &y)| right(x, y))
            .collect();
        for isa in Isa::available() {
            let place = format!("{name} on {}: {}", isa.name(), case.name());
            let mut y = Guarded::new(&case.y);
            kernel(isa, &case.x, y.numbers());
            assert_eq!(all_bits(&y.checked(&place)), all_bits(&right), "{place}");
        }
    }
}

/// Combines each factor with lengths that cover every tail of 16 lanes.
fn factor_cases(factor: usize) -> Vec<Case> {
    let lengths: Vec<usize> = (factor..=130).step_by(FACTORS.len() + 1).collect();
    cases(&lengths, factor as u64)
}

#[test]
fn axpy_rounds_every_element_once() {
    for (i, a) in FACTORS.into_iter().enumerate() {
        let right = |x, y| rounded::fma(a, x, y);
        let kernel = |isa, x: &[f32], y: &mut [f32]| axpy(isa, a, x, y);
        assert_right("axpy", &factor_cases(i), right, kernel);
    }
}

#[test]
fn scale_rounds_every_element_once() {
    for (i, a) in FACTORS.into_iter().enumerate() {
        let right = |_, y| rounded::product(a, y);
        let kernel = |isa, _: &[f32], y: &mut [f32]| scale(isa, a, y);
        assert_right("scale", &factor_cases(i), right, kernel);
    }
}

#[test]
fn relu_keeps_nan_and_negative_zero() {
    let cases = cases(&short_lengths(), 11);
    let kernel = |isa, _: &[f32], y: &mut [f32]| relu(isa, y);
    assert_right("relu", &cases, |_, y| rounded::relu(y), kernel);
    let mut special = [f32::NAN, -0.0, 0.0, -1.0, f32::NEG_INFINITY, f32::INFINITY];
    relu(Isa::best(), &mut special);
    let right = [f32::NAN, -0.0, 0.0, 0.0, 0.0, f32::INFINITY];
    assert_eq!(all_bits(&special), all_bits(&right));
}

#[test]
fn relu_backward_passes_only_above_zero() {
    let cases = cases(&short_lengths(), 12);
    assert_right(
        "relu_backward",
        &cases,
        rounded::relu_backward,
        relu_backward,
    );
    let mut special = [7.0, 7.0, 7.0, 7.0, f32::NAN, f32::NAN];
    let outputs = [f32::NAN, -0.0, 0.0, f32::INFINITY, 1.0, -1.0];
    relu_backward(Isa::best(), &outputs, &mut special);
    let right = [0.0, 0.0, 0.0, 7.0, f32::NAN, 0.0];
    assert_eq!(all_bits(&special), all_bits(&right));
}

#[test]
fn long_vectors_have_the_same_bits_on_every_isa_and_any_number_of_threads() {
    for case in cases(&LONG, 13) {
        let name = case.name();
        let result = same_everywhere(&name, |isa| {
            let mut y = Guarded::new(&case.y);
            axpy(isa, 0.3, &case.x, y.numbers());
            scale(isa, -1.5, y.numbers());
            relu_backward(isa, &case.x, y.numbers());
            relu(isa, y.numbers());
            all_bits(&y.checked(&name))
        });
        let right = case.x.iter().zip(&case.y).map(|(&x, &y)| {
            let y = 0.3_f32.mul_add(x, y) * -1.5;
            rounded::relu(rounded::relu_backward(x, y))
        });
        assert_eq!(result, all_bits(&right.collect::<Vec<_>>()), "{name}");
    }
}

/// The test must catch a kernel that forgets the last element.
#[test]
#[should_panic(expected = "broken on portable: Uniform, length")]
fn a_forgotten_tail_is_caught() {
    let (x, y) = Family::Uniform.vectors(33, 1);
    let case = Case {
        family: Family::Uniform,
        x,
        y,
    };
    let forgetful = |isa, x: &[f32], y: &mut [f32]| {
        let end = x.len() - 1;
        axpy(isa, 0.7, &x[..end], &mut y[..end]);
    };
    assert_right("broken", &[case], |x, y| rounded::fma(0.7, x, y), forgetful);
}

/// The test must catch a kernel that writes beyond its output.
#[test]
#[should_panic(expected = "touched what stands beside its output")]
fn a_touched_guard_is_caught() {
    let mut guarded = Guarded::new(&[1.0; 39]);
    guarded.touch_one_beyond();
    guarded.checked("broken");
}
