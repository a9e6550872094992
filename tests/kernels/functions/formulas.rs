//! The functions by another road: their definitions in MPFR numbers of 700 bits, and derivatives as
//! differences over `2^−150`.

use std::sync::LazyLock;

use num_traits::{One, Zero};
use sgd_stability::kernel::{Elementary, Nonlinearity};
use sgd_stability::number::{Exact, Field, Precise, Real};

/// A number of so many bits that nothing here cancels.
pub type Number = Precise<700>;

/// A finite f32 as a number.
pub fn number(x: f32) -> Number {
    Number::from_exact(&Exact::from_f32(x).expect("a finite number"))
}

/// `Σ ±1/((2i + 1)·n^{2i + 1})`.
fn arctan_of_one_over(n: i64) -> Number {
    let mut power = Number::ratio(1, n.unsigned_abs());
    let square = Number::int(n * n);
    let mut sum = Number::zero();
    for i in 0..160 {
        let term = &power / Number::int(2 * i + 1);
        if i % 2 == 0 {
            sum += term;
        } else {
            sum -= term;
        }
        power /= &square;
    }
    sum
}

/// π by Machin's formula.
static PI: LazyLock<Number> = LazyLock::new(|| {
    Number::int(16) * arctan_of_one_over(5) - Number::int(4) * arctan_of_one_over(239)
});

/// `erf x = (2/√π)·e^{−x²}·Σ 2^n x^{2n+1}/(1·3·5 ⋯ (2n+1))`, all of whose terms have the same sign.
fn erf(x: &Number) -> Number {
    let square = x.square();
    let mut term = x.clone();
    let mut sum = term.clone();
    for n in 1..1200 {
        term = term * &square * Number::int(2) / Number::int(2 * n + 1);
        sum += &term;
    }
    Number::int(2) / PI.sqrt() * (-square).exp() * sum
}

fn tanh(x: &Number) -> Number {
    let e = (Number::int(2) * x).exp();
    (&e - Number::one()) / (e + Number::one())
}

fn sigmoid(x: &Number) -> Number {
    Number::one() / (Number::one() + (-x).exp())
}

fn softplus(x: &Number) -> Number {
    (Number::one() + x.exp()).ln()
}

/// The function by its definition.
pub fn elementary(function: Elementary, x: &Number) -> Number {
    match function {
        Elementary::Exp => x.exp(),
        Elementary::Expm1 => x.exp() - Number::one(),
        Elementary::Log => x.ln(),
        Elementary::Log1p => (Number::one() + x).ln(),
        Elementary::Tanh => tanh(x),
        Elementary::Sigmoid => sigmoid(x),
        Elementary::Softplus => softplus(x),
        Elementary::Erf => erf(x),
    }
}

fn is_positive(z: &Number) -> bool {
    z.to_f64() > 0.0
}

fn elu(z: &Number, alpha: &Number) -> Number {
    if is_positive(z) {
        z.clone()
    } else {
        alpha * (z.exp() - Number::one())
    }
}

fn decimal(text: &str) -> Number {
    Number::from_exact(&text.parse().expect("a decimal"))
}

/// The function by its definition, with the constants of PyTorch.
pub fn nonlinear(function: Nonlinearity, z: &Number) -> Number {
    let half = Number::ratio(1, 2);
    match function {
        Nonlinearity::LeakyRelu { .. } if is_positive(z) => z.clone(),
        Nonlinearity::LeakyRelu { slope } => number(slope) * z,
        Nonlinearity::Elu { alpha } => elu(z, &number(alpha)),
        Nonlinearity::Selu => {
            decimal("1.0507009873554804934193349852946")
                * elu(z, &decimal("1.6732632423543772848170429916717"))
        }
        Nonlinearity::Tanh => tanh(z),
        Nonlinearity::Sigmoid => sigmoid(z),
        Nonlinearity::Softplus => softplus(z),
        Nonlinearity::Hardtanh if is_positive(&(z - Number::one())) => Number::one(),
        Nonlinearity::Hardtanh if is_positive(&(-z - Number::one())) => -Number::one(),
        Nonlinearity::Hardtanh => z.clone(),
        Nonlinearity::Gelu => z * half.clone() * (Number::one() + erf(&(z * half.sqrt()))),
        Nonlinearity::GeluTanh => {
            let cube = z * z.square() * decimal("0.044715");
            let inner = (Number::int(2) / &*PI).sqrt() * (z + cube);
            half * z * (Number::one() + tanh(&inner))
        }
        Nonlinearity::Silu => z * sigmoid(z),
    }
}

/// `2^−150`.
fn small() -> Number {
    Number::from_exact(&Exact::power_of_two(-150))
}

/// `(σ(z + h) − σ(z − h))/2h`.
pub fn derivative(function: Nonlinearity, z: &Number) -> Number {
    let h = small();
    let ahead = nonlinear(function, &(z + &h));
    let behind = nonlinear(function, &(z - &h));
    (ahead - behind) / (Number::int(2) * h)
}

/// `(σ(z + h) − 2σ(z) + σ(z − h))/h²`.
pub fn second_derivative(function: Nonlinearity, z: &Number) -> Number {
    let h = small();
    let ahead = nonlinear(function, &(z + &h));
    let behind = nonlinear(function, &(z - &h));
    let here = Number::int(2) * nonlinear(function, z);
    (ahead - here + behind) / h.square()
}
