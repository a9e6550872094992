//! The functions of one number.

use crate::kernel::{Elementary, Isa, Nonlinearity, elementary, nonlinear};
use crate::oracle::unary::Function;
use crate::trial::kernels::Unary;

/// A function of one number by a kernel.
#[derive(Clone, Copy, Debug)]
pub(super) struct OurFunction {
    pub(super) isa: Isa,
    kernel: Kernel,
}

#[derive(Clone, Copy, Debug)]
enum Kernel {
    Elementary(Elementary),
    Nonlinear(Nonlinearity),
}

/// A function with its name as an entry, and what it computes.
pub(super) struct Named {
    pub(super) name: &'static str,
    pub(super) function: Function,
    pub(super) kernel: OurFunction,
}

/// The error in ulps that the kernels promise.
pub(super) const PROMISE: f64 = 0.501;

/// All functions of one number that have an oracle.
pub(super) fn functions(isa: Isa) -> Vec<Named> {
    let of_elementary = |function: Elementary| Named {
        name: function.name(),
        function: match function {
            Elementary::Exp => Function::Exp,
            Elementary::Expm1 => Function::Expm1,
            Elementary::Log => Function::Log,
            Elementary::Log1p => Function::Log1p,
            Elementary::Tanh => Function::Tanh,
            Elementary::Sigmoid => Function::Sigmoid,
            Elementary::Softplus => Function::Softplus,
            Elementary::Erf => Function::Erf,
        },
        kernel: OurFunction {
            isa,
            kernel: Kernel::Elementary(function),
        },
    };
    let activations = [
        ("gelu", Function::Gelu, Nonlinearity::Gelu),
        ("gelu-tanh", Function::GeluTanh, Nonlinearity::GeluTanh),
        ("silu", Function::Silu, Nonlinearity::Silu),
        ("elu", Function::Elu, Nonlinearity::Elu { alpha: 1.0 }),
        ("selu", Function::Selu, Nonlinearity::Selu),
    ];
    let of_activation = |(name, function, kernel)| Named {
        name,
        function,
        kernel: OurFunction {
            isa,
            kernel: Kernel::Nonlinear(kernel),
        },
    };
    let elementary = Elementary::ALL.into_iter().map(of_elementary);
    elementary
        .chain(activations.into_iter().map(of_activation))
        .collect()
}

impl Unary for OurFunction {
    fn map(&self, x: &[f32], y: &mut [f32]) {
        y.copy_from_slice(x);
        match self.kernel {
            Kernel::Elementary(function) => elementary(self.isa, function, y),
            Kernel::Nonlinear(function) => nonlinear(self.isa, function, y),
        }
    }
}
