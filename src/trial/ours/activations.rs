//! Activation functions that are not among the functions of one number, and the derivatives of all.
//!
//! A kernel multiplies numbers by the derivative at other numbers. Its oracle is [`Activation::slopes`]: jets over intervals of
//! 512 bits, from the definition alone, where the kernel has a formula for each derivative.
//!
//! # The bound
//!
//! | kernels | error at most |
//! |---|---|
//! | leaky-relu, hardtanh and their first derivatives | that of one rounding; none where nothing is rounded |
//! | elu with an α of its own, and all other derivatives | [`PROMISE`](super::functions::PROMISE) units in the last place |
//! | derivatives of gelu, gelu-tanh and silu where `|z| < 3` | 2⁻⁴⁸ times the factor besides, because all their zeros lie there |
//!
//! The second derivatives of leaky-relu and hardtanh are not tried: where only zeros are right, no case proves
//! anything.

use super::setup::{Operand, Setup, exact, once, only, promised};
use crate::kernel::{
    Isa, Nonlinearity, nonlinear, nonlinear_derivative, nonlinear_second_derivative,
};
use crate::number::{Exact, Interval};
use crate::oracle::Expected;
use crate::oracle::graph::{Activation, Slopes};
use crate::trial::case_trial::CaseTrial;
use crate::trial::options::Options;
use crate::trial::verdict::Verdict;

use super::arguments::{Argument, CASES, arguments, describe};

/// The slope of the leaky ReLU.
const SLOPE: f32 = 0.01;
/// The α of the ELU; it differs from 1 so that a kernel that leaves it out is found.
const ALPHA: f32 = 1.3;

/// Beyond, e^−|z| is below 2⁻¹⁴⁰⁰.
const FAR: f32 = 1000.0;

/// The bits of the oracle.
const BITS: u32 = 512;

/// An activation function as a kernel and as a definition.
#[derive(Clone, Copy)]
struct Both {
    name: &'static str,
    kernel: Nonlinearity,
    definition: Activation,
}

const FUNCTIONS: [Both; 10] = [
    Both {
        name: "leaky-relu",
        kernel: Nonlinearity::LeakyRelu { slope: SLOPE },
        definition: Activation::LeakyRelu {
            slope: SLOPE as f64,
        },
    },
    Both {
        name: "hardtanh",
        kernel: Nonlinearity::Hardtanh,
        definition: Activation::Hardtanh,
    },
    Both {
        name: "elu",
        kernel: Nonlinearity::Elu { alpha: ALPHA },
        definition: Activation::Elu {
            alpha: ALPHA as f64,
        },
    },
    Both {
        name: "selu",
        kernel: Nonlinearity::Selu,
        definition: Activation::Selu,
    },
    Both {
        name: "tanh",
        kernel: Nonlinearity::Tanh,
        definition: Activation::Tanh,
    },
    Both {
        name: "sigmoid",
        kernel: Nonlinearity::Sigmoid,
        definition: Activation::Sigmoid,
    },
    Both {
        name: "softplus",
        kernel: Nonlinearity::Softplus,
        definition: Activation::Softplus,
    },
    Both {
        name: "gelu",
        kernel: Nonlinearity::Gelu,
        definition: Activation::Gelu,
    },
    Both {
        name: "gelu-tanh",
        kernel: Nonlinearity::GeluTanh,
        definition: Activation::GeluTanh,
    },
    Both {
        name: "silu",
        kernel: Nonlinearity::Silu,
        definition: Activation::Silu,
    },
];

/// What is computed of an activation function.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Value,
    First,
    Second,
}

/// A part of an activation function, which can be tried.
#[derive(Clone, Copy)]
pub(super) struct Derivative {
    function: Both,
    part: Part,
}

/// Everything that is tried.
pub(super) fn all() -> impl Iterator<Item = Derivative> {
    let parts = |function: Both| {
        let parts = match function.kernel {
            Nonlinearity::LeakyRelu { .. } | Nonlinearity::Hardtanh => {
                &[Part::Value, Part::First][..]
            }
            Nonlinearity::Elu { .. } => &[Part::Value, Part::First, Part::Second],
            _ => &[Part::First, Part::Second],
        };
        { parts.iter() }.map(move |part| Derivative {
            function,
            part: *part,
        })
    };
    FUNCTIONS.into_iter().flat_map(parts)
}

impl Derivative {
    /// The name as an entry.
    pub(super) fn name(self) -> String {
        let function = self.function.name;
        match (self.part, self.function.kernel) {
            (Part::Value, Nonlinearity::Elu { alpha }) => format!("{function}, α = {alpha}"),
            (Part::Value, _) => function.to_owned(),
            (Part::First, _) => format!("{function}, first derivative"),
            (Part::Second, _) => format!("{function}, second derivative"),
        }
    }

    /// What it computes, as a formula.
    pub(super) fn formula(self) -> &'static str {
        match self.part {
            Part::Value => "σ(z)",
            Part::First => "x·σ'(z)",
            Part::Second => "x·σ''(z)",
        }
    }

    /// Puts our kernel on trial.
    pub(super) fn check(self, isa: Isa, options: &Options) -> Verdict {
        let kernel = self.function.kernel;
        self.check_kernel(options, &|z, x| match self.part {
            Part::Value => {
                x.copy_from_slice(z);
                nonlinear(isa, kernel, x);
            }
            Part::First => nonlinear_derivative(isa, kernel, z, x),
            Part::Second => nonlinear_second_derivative(isa, kernel, z, x),
        })
    }

    /// Puts a kernel on trial that writes what it computes of its first operand, times the second operand, to the second.
    fn check_kernel(self, options: &Options, kernel: &dyn Fn(&[f32], &mut [f32])) -> Verdict {
        let count = CASES as u64;
        CaseTrial::run(
            &self.name(),
            self.formula(),
            options,
            count,
            |trial, number| {
                let number = number as usize;
                self.setup(number).run(trial, number, false, &|memories| {
                    if let [z, x] = memories {
                        kernel(z, x);
                    }
                    None
                });
            },
        )
    }

    fn setup(self, number: usize) -> Setup {
        let arguments = arguments(number);
        let expected = arguments.iter().map(|argument| self.expected(*argument));
        Setup {
            description: describe(number),
            expected: expected.collect(),
            operands: vec![
                Operand::In(arguments.iter().map(|argument| argument.z).collect()),
                Operand::Out(arguments.iter().map(|argument| argument.x).collect()),
            ],
        }
    }

    fn expected(self, Argument { z, x }: Argument) -> Expected {
        match (self.part, self.function.kernel) {
            (Part::Value, _) if z.is_nan() => Expected::Invalid,
            (Part::Value, Nonlinearity::LeakyRelu { slope }) if z <= 0.0 => once(slope, z, 0.0),
            (Part::Value, Nonlinearity::LeakyRelu { .. }) => only(z),
            (Part::Value, Nonlinearity::Hardtanh) => only(z.clamp(-1.0, 1.0)),
            (Part::Value, Nonlinearity::Elu { .. }) if z > 0.0 => only(z),
            (Part::Value, _) => promised(&self.slopes(z).value, Exact::from(0)),
            // At NaN there is no derivative, and no kernel promises one.
            _ if z.is_nan() => Expected::Unknown,
            (Part::First, Nonlinearity::LeakyRelu { slope }) if z <= 0.0 => once(slope, x, 0.0),
            (Part::First, Nonlinearity::LeakyRelu { .. }) => only(x),
            (Part::First, Nonlinearity::Hardtanh) => only(if z.abs() < 1.0 { x } else { 0.0 }),
            _ if x.is_nan() => Expected::Invalid,
            (Part::First, _) => self.slope(z, x, &self.slopes(z).first),
            // At a kink the second derivative is that of the line above.
            (Part::Second, Nonlinearity::Elu { .. } | Nonlinearity::Selu) if z == 0.0 => only(0.0),
            (Part::Second, _) => self.slope(z, x, &self.slopes(z).second),
        }
    }

    /// The value and the derivatives. Far away they are the limits, to more bits than any result has; only a
    /// value has none above.
    fn slopes(self, z: f32) -> Slopes<Interval<BITS>> {
        let most = if self.part == Part::Value {
            f32::MAX
        } else {
            FAR
        };
        self.function.definition.slopes(z.clamp(-FAR, most))
    }

    /// What is permitted of `x·σ'`.
    fn slope(self, z: f32, x: f32, slope: &Interval<BITS>) -> Expected {
        let factor = exact(x);
        let has_zeros = matches!(
            self.function.kernel,
            Nonlinearity::Gelu | Nonlinearity::GeluTanh | Nonlinearity::Silu
        );
        let besides = if has_zeros && z.abs() < 3.0 {
            factor.abs() * Exact::power_of_two(-48)
        } else {
            Exact::from(0)
        };
        promised(&(slope * &point(&factor)), besides)
    }
}

fn point(x: &Exact) -> Interval<BITS> {
    Interval::between(x, x)
}

#[cfg(test)]
mod tests;
