//! Whether a function over an array gives a number the same result wherever it stands.

use super::kernels::Unary;
use super::recorder::{Example, Recorder};
use super::verdict::FaultKind;

/// The length of the longest array: several registers, and a tail of every length.
const LONGEST: usize = 67;

/// Inputs that take different ways through most functions: zeros, subnormal numbers, powers of ten and
/// their neighbours, where functions overflow, infinities and NaN.
fn inputs() -> Vec<f32> {
    let mut inputs = vec![
        0.0,
        f32::from_bits(1),
        1e-40,
        f32::MAX,
        f32::INFINITY,
        f32::NAN,
    ];
    for power in -38..=38 {
        let x: f32 = 10_f32.powi(power);
        inputs.extend([x, x.next_up(), 2.7 * x]);
    }
    inputs.extend([0.5, 1.0, 9.01, 88.5, 88.8, 104.0]);
    let negative: Vec<f32> = inputs.iter().map(|x| -x).collect();
    [inputs, negative].concat()
}

/// Evaluates every input at every place of arrays of all lengths up to 67, between other inputs, and
/// records as [`FaultKind::Differs`] what depends on the place. All NaN are the same. Returns the number of
/// results compared.
pub fn check_lanes(kernel: &dyn Unary, recorder: &mut Recorder) -> u64 {
    let inputs = inputs();
    let alone = |x: f32| {
        let mut y = [f32::NAN];
        kernel.map(&[x], &mut y);
        y[0]
    };
    let expected: Vec<f32> = inputs.iter().map(|x| alone(*x)).collect();
    let mut compared = 0;
    for length in 1..=LONGEST {
        for first in 0..inputs.len() {
            let place = |i: usize| (first + i) % inputs.len();
            let x: Vec<f32> = (0..length).map(|i| inputs[place(i)]).collect();
            let mut y = vec![f32::from_bits(0x7fa5_a5a5); length];
            kernel.map(&x, &mut y);
            for (i, y) in y.iter().enumerate() {
                let right = expected[place(i)];
                let is_same = y.to_bits() == right.to_bits() || (y.is_nan() && right.is_nan());
                let count = u64::from(!is_same);
                recorder.record(FaultKind::Differs, count, || {
                    example(x[i], *y, right, i, length)
                });
            }
            compared += length as u64;
        }
    }
    compared
}

fn example(x: f32, came: f32, right: f32, place: usize, length: usize) -> Example {
    let shown = |x: f32| format!("{:#010x} = {x:e}", x.to_bits());
    Example {
        input: format!("{}, number {place} of {length}", shown(x)),
        came: shown(came),
        right: format!("{}, as when it stands alone", shown(right)),
        replay: format!("--input {:#010x}", x.to_bits()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The square; wrong in one lane of eight, or not.
    struct Square {
        is_faulty: bool,
    }

    impl Unary for Square {
        fn map(&self, x: &[f32], y: &mut [f32]) {
            for (i, (x, y)) in x.iter().zip(y).enumerate() {
                *y = x * x;
                if self.is_faulty && i % 8 == 5 {
                    *y = y.next_up();
                }
            }
        }
    }

    #[test]
    fn a_result_that_depends_on_the_lane_is_found_and_no_other() {
        for is_faulty in [false, true] {
            let mut recorder = Recorder::default();
            let compared = check_lanes(&Square { is_faulty }, &mut recorder);
            assert!(compared > 400_000);
            let faults = recorder.faults();
            assert_eq!(faults.len(), usize::from(is_faulty));
            if let Some(fault) = faults.first() {
                assert_eq!(fault.kind, FaultKind::Differs);
                assert!(fault.input.contains("number 5 of"), "{}", fault.input);
            }
        }
    }
}
