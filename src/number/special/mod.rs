//! The functions of one number that a mathematical library has, enclosed with any number of bits.

mod composite;
mod function;

use rug::Float;
use rug::float::Round;

use super::Bracket;

pub use function::{SELU_ALPHA, SELU_SCALE, Special};

impl Special {
    /// The value at `x` between two neighbours of at least `bits` bits. For the functions below
    /// `sigmoid` in the table the bounds are a few neighbours apart.
    ///
    /// `x` is finite, inside of the domain of the function, and no pole of it.
    ///
    /// # Panics
    /// If the function is not defined at `x`.
    pub fn enclose(self, x: f64, bits: u32) -> Bracket {
        let bracket = match self {
            Special::Sigmoid | Special::Softplus | Special::Silu if x == 0.0 => {
                composite::enclose(self, 0.0, bits)
            }
            Special::Gelu | Special::GeluTanh | Special::Elu | Special::Selu if x == 0.0 => {
                Bracket::exact(x, bits)
            }
            Special::Sigmoid
            | Special::Softplus
            | Special::Gelu
            | Special::GeluTanh
            | Special::Silu
            | Special::Elu
            | Special::Selu => composite::enclose(self, x, bits),
            Special::Tgamma if x < -64.0 => tiny_gamma(x, bits),
            _ => {
                let mut value = Float::with_val(bits.max(53), x);
                let rounded = self.round(&mut value, Round::Down);
                Bracket::rounded_down(value, rounded)
            }
        };
        assert!(
            !bracket.lower().is_nan() && !bracket.upper().is_nan(),
            "{} is not defined at {x}",
            self.name()
        );
        bracket
    }

    /// Replaces the argument by the rounded value of the function; returns how that compares with the
    /// unrounded value.
    fn round(self, x: &mut Float, round: Round) -> std::cmp::Ordering {
        match self {
            Special::Exp => x.exp_round(round),
            Special::Exp2 => x.exp2_round(round),
            Special::Exp10 => x.exp10_round(round),
            Special::Expm1 => x.exp_m1_round(round),
            Special::Log => x.ln_round(round),
            Special::Log2 => x.log2_round(round),
            Special::Log10 => x.log10_round(round),
            Special::Log1p => x.ln_1p_round(round),
            Special::Sin => x.sin_round(round),
            Special::Cos => x.cos_round(round),
            Special::Tan => x.tan_round(round),
            Special::Asin => x.asin_round(round),
            Special::Acos => x.acos_round(round),
            Special::Atan => x.atan_round(round),
            Special::Sinh => x.sinh_round(round),
            Special::Cosh => x.cosh_round(round),
            Special::Tanh => x.tanh_round(round),
            Special::Asinh => x.asinh_round(round),
            Special::Acosh => x.acosh_round(round),
            Special::Atanh => x.atanh_round(round),
            Special::Erf => x.erf_round(round),
            Special::Erfc => x.erfc_round(round),
            Special::Cbrt => x.cbrt_round(round),
            Special::Sqrt => x.sqrt_round(round),
            Special::Tgamma => x.gamma_round(round),
            Special::Lgamma => x.ln_abs_gamma_round(round).1,
            Special::Sigmoid
            | Special::Softplus
            | Special::Gelu
            | Special::GeluTanh
            | Special::Silu
            | Special::Elu
            | Special::Selu => unreachable!("composites are enclosed by their own formulas"),
        }
    }
}

/// Γ(x) for an `x < −64` at a distance of at least 2⁻²⁴ from every integer, like every f32 there that is no
/// integer.
///
/// With n = ⌈−x⌉ ≥ 65 we have 0 < x + n < 1, and Γ(x) = Γ(x + n + 1)/∏_{j ≤ n} (x + j) with Γ(x + n + 1) ≤ 1.
/// Of the n + 1 factors, those with j = n and j = n − 1 are at least 2⁻²⁴ in magnitude, and one of the two is at least ½;
/// the others are larger than 1, 2, …, n − 1 in magnitude. Hence
/// |Γ(x)| ≤ 2²⁵/64! < 2⁻²⁰⁰. The sign is that of (−1)ⁿ.
fn tiny_gamma(x: f64, bits: u32) -> Bracket {
    assert!(x.fract() != 0.0, "tgamma has a pole at {x}");
    let is_negative = x.floor() % 2.0 != 0.0;
    let tiny = 2f64.powi(-200);
    let open = Float::with_val(bits.max(53), tiny);
    let zero = Float::new(bits.max(53));
    if is_negative {
        Bracket::open(-open, zero)
    } else {
        Bracket::open(zero, open)
    }
}

impl Special {
    /// `log π − log sin(πj/2^k)`, correctly rounded to an f64 in all but the rarest cases, and then next to it.
    pub fn log_of_pi_over_sine(j: u32, k: u32) -> f64 {
        let bits = 160;
        let pi = Float::with_val(bits, rug::float::Constant::Pi);
        let angle = Float::with_val(bits, &pi * j) >> k;
        (pi.ln() - angle.sin().ln()).to_f64()
    }
}

/// `⌊2^q·(2/π)·2¹²⁶⌋ mod 2¹²⁸`: the number of quarter turns in 2^q, modulo 4, in units of 2⁻¹²⁶.
///
/// # Panics
/// If q is not from −64 to 128.
pub fn quarter_turns(q: i32) -> u128 {
    assert!((-64..=128).contains(&q), "2^{q} is out of range");
    // 2/π < 1, so these bits reach far below the units of the result, unless they are all ones.
    let bits = 512;
    let mut pi = Float::new(bits);
    rug::ops::AssignRound::assign_round(&mut pi, rug::float::Constant::Pi, Round::Nearest);
    let turns = (Float::with_val(bits, 2) / pi) << (q + 126);
    let whole = turns.to_integer_round(Round::Down).map(|(whole, _)| whole);
    let whole = whole.expect("a finite number");
    whole.keep_bits(128).to_u128_wrapping()
}
