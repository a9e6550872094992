//! The names of the functions.

use std::fmt;
use std::str::FromStr;

use super::Special;

/// Every function with its name, in the order of the tables.
const NAMES: [(Special, &str); 31] = [
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
