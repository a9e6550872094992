//! The functions and their names.

use std::fmt;
use std::str::FromStr;

/// The α of SELU (Klambauer and others, 2017), to the digits of f64.
pub const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;

/// The λ of SELU (Klambauer and others, 2017), to the digits of f64.
pub const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

/// A function of one real number.
///
/// | name | formula |
/// |---|---|
/// | `exp10`, `exp2`, `exp`, `expm1` | 10ˣ, 2ˣ, eˣ, eˣ − 1 |
/// | `log`, `log2`, `log10`, `log1p` | the logarithms to the bases e, 2, 10, and log(1 + x) |
/// | `sin` … `atanh` | the circular and hyperbolic functions and their inverses |
/// | `erf`, `erfc` | (2/√π) ∫₀ˣ e^(−t²) dt, and 1 minus this |
/// | `tgamma`, `lgamma` | Γ(x), log\|Γ(x)\| |
/// | `sigmoid` | 1/(1 + e⁻ˣ) |
/// | `softplus` | log(1 + eˣ) |
/// | `gelu` | x·Φ(x) = (x/2)·erfc(−x/√2) |
/// | `gelu-tanh` | (x/2)(1 + tanh(√(2/π)(x + 0.044715x³))), with 0.044715 exactly and √(2/π) unrounded |
/// | `silu` | x/(1 + e⁻ˣ) |
/// | `elu` | x above zero, otherwise eˣ − 1 |
/// | `selu` | λx above zero, otherwise λα(eˣ − 1), with [`SELU_SCALE`] as λ and [`SELU_ALPHA`] as α |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the table above describes them")]
pub enum Special {
    Exp,
    Exp2,
    Exp10,
    Expm1,
    Log,
    Log2,
    Log10,
    Log1p,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Asinh,
    Acosh,
    Atanh,
    Erf,
    Erfc,
    Cbrt,
    Sqrt,
    Tgamma,
    Lgamma,
    Sigmoid,
    Softplus,
    Gelu,
    GeluTanh,
    Silu,
    Elu,
    Selu,
}

/// Every function with its name, in the order of the tables.
const NAMES: [(Special, &str); 33] = [
    (Special::Exp, "exp"),
    (Special::Exp2, "exp2"),
    (Special::Exp10, "exp10"),
    (Special::Expm1, "expm1"),
    (Special::Log, "log"),
    (Special::Log2, "log2"),
    (Special::Log10, "log10"),
    (Special::Log1p, "log1p"),
    (Special::Sin, "sin"),
    (Special::Cos, "cos"),
    (Special::Tan, "tan"),
    (Special::Asin, "asin"),
    (Special::Acos, "acos"),
    (Special::Atan, "atan"),
    (Special::Sinh, "sinh"),
    (Special::Cosh, "cosh"),
    (Special::Tanh, "tanh"),
    (Special::Asinh, "asinh"),
    (Special::Acosh, "acosh"),
    (Special::Atanh, "atanh"),
    (Special::Erf, "erf"),
    (Special::Erfc, "erfc"),
    (Special::Cbrt, "cbrt"),
    (Special::Sqrt, "sqrt"),
    (Special::Tgamma, "tgamma"),
    (Special::Lgamma, "lgamma"),
    (Special::Sigmoid, "sigmoid"),
    (Special::Softplus, "softplus"),
    (Special::Gelu, "gelu"),
    (Special::GeluTanh, "gelu-tanh"),
    (Special::Silu, "silu"),
    (Special::Elu, "elu"),
    (Special::Selu, "selu"),
];

impl Special {
    /// Every function.
    pub fn all() -> impl Iterator<Item = Special> {
        NAMES.into_iter().map(|(function, _)| function)
    }

    /// The name, as `--function` takes it.
    pub fn name(self) -> &'static str {
        let named = NAMES.iter().find(|(function, _)| *function == self);
        named.map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Special {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Special {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = NAMES.iter().find(|(_, name)| *name == text);
        named.map(|(function, _)| *function).ok_or_else(|| {
            let names: Vec<_> = NAMES.iter().map(|(_, name)| *name).collect();
            format!(
                "\"{text}\" is no function of one number; give one of {}",
                names.join(", ")
            )
        })
    }
}
