//! One case of a kernel that is no routine of BLAS: its operands, and the permitted results.

use num_traits::One;

use crate::kernel::{Isa, Place};
use crate::number::{Exact, Interval};
use crate::oracle::{Expected, Family, Format, gamma, rounded};
use crate::trial::calls::Call;
use crate::trial::case_trial::{CaseTrial, NumberedCase};
use crate::trial::elements::judge;
use crate::trial::operand::{Input, Pattern};
use crate::trial::options::Options;
use crate::trial::verdict::Verdict;

/// The families of numbers that are finite and do not overflow.
pub(super) const FINITE: [Family; 6] = [
    Family::Uniform,
    Family::WideRange,
    Family::Cancelling,
    Family::Subnormal,
    Family::ZeroBlocks,
    Family::Repeated,
];

/// The memory of an operand of a kernel.
pub(super) enum Operand {
    /// It is only read.
    In(Vec<f32>),
    /// It is written; the numbers are what stands there before.
    Out(Vec<f32>),
}

impl Operand {
    fn input(&self) -> Input<'_> {
        let (values, is_output) = match self {
            Operand::In(values) => (values, false),
            Operand::Out(values) => (values, true),
        };
        Input {
            pattern: Pattern::vector(values.len(), 1),
            values,
            is_output,
        }
    }
}

/// One case.
pub(super) struct Setup {
    pub(super) description: String,
    pub(super) operands: Vec<Operand>,
    /// What is permitted, for all elements of all outputs.
    pub(super) expected: Vec<Expected>,
}

/// A kernel with its cases.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    /// The name of the kernel.
    pub(super) name: &'static str,
    /// What it computes, as a formula.
    pub(super) function: &'static str,
    /// The number of cases.
    pub(super) cases: usize,
    /// Makes a case.
    pub(super) setup: fn(usize) -> Setup,
    /// Runs the kernel on the memory of the operands of a case.
    pub(super) call: fn(Isa, usize, &mut [&mut [f32]]),
    /// Whether two f32 hold the bits of one f64 of a result.
    pub(super) is_wide: bool,
}

impl Subject {
    /// Puts the kernel on trial on one instruction set.
    pub(super) fn check(self, isa: Isa, options: &Options) -> Verdict {
        let count = self.cases as u64;
        CaseTrial::run(self.name, self.function, options, count, |trial, number| {
            self.try_case(trial, isa, number as usize);
        })
    }

    fn try_case(self, trial: &mut CaseTrial, isa: Isa, number: usize) {
        let call = |memories: &mut [&mut [f32]]| {
            (self.call)(isa, number, memories);
            None
        };
        (self.setup)(number).run(trial, number, self.is_wide, &call);
    }
}

impl Setup {
    /// Runs the case of this number.
    pub(super) fn run(self, trial: &mut CaseTrial, number: usize, is_wide: bool, call: Call) {
        let inputs: Vec<Input> = self.operands.iter().map(Operand::input).collect();
        let first = (0..inputs.len()).map(|i| Place::Offset((number * 5 + i * 3) % 16));
        let beside = |i| [Place::BeforeGuard, Place::AfterGuard][(number + i) / 2 % 2];
        let places: [Vec<Place>; 2] = [first.collect(), (0..inputs.len()).map(beside).collect()];
        let case = NumberedCase {
            number: number as u64,
            description: &|| self.description.clone(),
            inputs: &inputs,
            places: [&places[0], &places[1]],
        };
        trial.try_case(case, call, &mut |results| {
            let name = |place| format!("number {place}");
            if is_wide {
                judge(wide(results), &self.expected, name)
            } else {
                let results = results.iter().copied().map(f64::from);
                judge(results, &self.expected, name)
            }
        });
    }
}

/// The f64 whose bits stand in pairs of f32.
fn wide(halves: &[f32]) -> Vec<f64> {
    let pair = |pair: &[f32]| {
        let [high, low] = [pair[0], pair[1]].map(|half| u64::from(half.to_bits()));
        f64::from_bits(high << 32 | low)
    };
    halves.chunks_exact(2).map(pair).collect()
}

/// Puts the bits of f64 into pairs of f32.
pub(super) fn narrow(wide: &[f64], halves: &mut [f32]) {
    for (number, pair) in wide.iter().zip(halves.chunks_exact_mut(2)) {
        let bits = number.to_bits();
        pair[0] = f32::from_bits((bits >> 32) as u32);
        pair[1] = f32::from_bits(bits as u32);
    }
}

/// What is permitted for `a·x + y` rounded once: the error is at most u times the exact value, or half
/// the least subnormal number.
pub(super) fn once(a: f32, x: f32, y: f32) -> Expected {
    let exact = [a, x, y].map(Exact::from_f32);
    let right = rounded::fma(a, x, y);
    match exact {
        _ if right.is_nan() => Expected::Invalid,
        _ if right.is_infinite() => Expected::Infinite(right < 0.0),
        [Some(a), Some(x), Some(y)] => {
            let format = Format::single();
            let product = a * x;
            let value = &product + &y;
            Expected::Near {
                radius: (&format.unit * value.abs()).max(format.tiny),
                magnitude: product.abs() + y.abs(),
                value,
                may_overflow: false,
            }
        }
        _ => Expected::Invalid,
    }
}

/// What is permitted where only one number is right, such as the largest of several.
pub(super) fn only(right: f32) -> Expected {
    match Exact::from_f32(right) {
        None if right.is_nan() => Expected::Invalid,
        None => Expected::Infinite(right < 0.0),
        Some(value) => Expected::Near {
            radius: Exact::from(0),
            magnitude: value.abs(),
            value,
            may_overflow: false,
        },
    }
}

/// What is permitted of a result with these terms in absolute value, `roundings` on the longest path and
/// errors below the normal range of `small` times half the least subnormal number.
pub(super) fn near(value: Exact, magnitude: Exact, roundings: u64, small: Exact) -> Expected {
    let format = Format::single();
    let gamma = gamma(&format, roundings);
    let radius = &gamma * &magnitude + small * &format.tiny * (Exact::one() + &gamma);
    Expected::Near {
        may_overflow: &magnitude + &radius > format.largest,
        value,
        magnitude,
        radius,
    }
}

/// The exact value of a finite number.
pub(super) fn exact(x: f32) -> Exact {
    Exact::from_f32(x).expect("a finite number")
}

/// The error in units in the last place that kernels which round once from f64 promise, in thousandths.
const PROMISE: i64 = 501;

/// What is permitted of a result that is rounded once from f64: half a unit in the last place and a little
/// more, and `besides`. Anything where the value is enclosed by no two numbers.
pub(super) fn promised<const BITS: u32>(value: &Interval<BITS>, besides: Exact) -> Expected {
    let Some((low, high)) = value.lower().zip(value.upper()) else {
        return Expected::Unknown;
    };
    // Half a unit in the last place above the largest number rounding gives infinity.
    let end = Exact::power_of_two(128) - Exact::power_of_two(103);
    if low >= end || high <= -end {
        return Expected::Infinite(low < Exact::from(0));
    }
    let promise = Exact::fraction(PROMISE, 1000) * last_place(&low);
    Expected::Near {
        radius: promise + besides + (high - &low),
        magnitude: low.abs(),
        value: low,
        may_overflow: false,
    }
}

/// The unit in the last place of a number: 2^(e − 23) for 2^e ≤ |x| < 2^(e + 1), and at least 2⁻¹⁴⁹.
pub(super) fn last_place(x: &Exact) -> Exact {
    let magnitude = x.abs();
    let mut exponent = magnitude.exponent();
    if Exact::power_of_two(exponent.max(-300)) > magnitude {
        exponent = exponent.saturating_sub(1);
    }
    Exact::power_of_two(exponent.max(-126) - 23)
}
