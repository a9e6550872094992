//! Bounds of analytic functions on discs of the complex plane, for the truncation error of polynomials.
//!
//! For the disc |z − c| ≤ R with real `c`, [`bound`] returns an upper bound of |f(z) − a| for some constant
//! `a`, or `None` if f is not known to be analytic there. With x = Re z, y = Im z, ρ = |c| + R:
//!
//! | function | bound, and why |
//! |---|---|
//! | exp | e^(c+R), because \|e^z\| = e^x; exp2, exp10 with the factor ln 2, ln 10 |
//! | expm1 | min(ρ e^ρ, e^(c+R)): the power series, and a = −1 |
//! | log | −log(1 − R/c) around a = log c, for R < c: the series of log(1 + (z − c)/c) has positive terms at −R/c up to signs; log2, log10 divided by ln 2, ln 10; log1p with 1 + c for c |
//! | sin, cos | min(ρ, 1)·e^R·…: \|sin z\| ≤ cosh y ≤ e^R, and ≤ sinh ρ ≤ ρ e^ρ; cos around a = 1: \|cos z\| ≤ e^R |
//! | tan | tan ρ for ρ < 1.5: its power series has positive coefficients |
//! | asin, atanh | asin ρ ≤ (π/2)ρ, and atanh ρ, for ρ < 1: positive coefficients; acos = π/2 − asin |
//! | atan | R/(√(1 + c²) − R)² around a = atan c: \|1/(1 + z²)\| with \|z ± i\| ≥ √(1 + c²) − R |
//! | asinh | R/(√(1 + c²) − R) around a = asinh c: the derivative is 1/√(1 + z²) |
//! | acosh | R/(c − 1 − R) around a = acosh c, for R < c − 1: the derivative is 1/√((z − 1)(z + 1)) |
//! | sinh, cosh | \|sinh z\| ≤ cosh x ≤ e^ρ, and sinh z ≤ ρ e^ρ |
//! | tanh | tan ρ for ρ < 1.5; 1/cos R for R < 1.5: \|tanh z\|² = (sinh²x + sin²y)/(sinh²x + cos²y); 1 + 2/(e^(2(c − R)) − 1) for R < c |
//! | erf, erfc | (2/√π) R e^(R² − d²) around a = f(c), with d the distance of 0 from [c − R, c + R]: \|e^(−z²)\| = e^(y² − x²) |
//! | cbrt, sqrt | the value at c + R, for R < c |
//! | tgamma | \|Γ(z)\| ≤ Γ(x) for x > 0 by Euler's integral; on the left, Γ(z) = Γ(z + n)/∏(z + j) |
//! | lgamma | see [`gamma`] |
//! | sigmoid … | 1/(1 + e^(−s)): at most min(1, e^(Re s)) where \|Im s\| ≤ π/2, because then Re e^(−s) ≥ 0; at most 1/(1 − e^(−Re s)) where Re s > 0 |
//! | softplus | log(1 + w) with w = e^z: \|log(1 + w)\| ≤ \|w\| if \|y\| ≤ π/2, because then \|1 + tw\| ≥ 1; z + log(1 + e^(−z)) for x > 0, with −log(1 − e^(−x)) for the second term |
//! | elu, selu | those of expm1 for c < 0, with the factor λα; for c > 0 λR around a = λc: the disc may reach beyond 0, where the piece goes on as an entire function |
//! | gelu | \|z/2\|·\|erfc(w)\|, w = −z/√2: e^(q² − p²) for p = Re w ≥ 0 (\|erfcx\| ≤ 1 there), q = Im w, otherwise 2 + e^(q² − p²) |
//!
//! The bounds are computed in f64, whose exponential and logarithm are trusted to four digits here; the caller has
//! a factor for that.

use super::Function;
use crate::number::{SELU_ALPHA, SELU_SCALE};

const SQRT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
const PI: f64 = std::f64::consts::PI;

/// A bound of |f − a| on the disc of this centre and radius, enlarged by 2⁻¹⁰.
pub(super) fn bound(function: Function, centre: f64, radius: f64) -> Option<f64> {
    let bound = raw(function, centre, radius)?;
    (bound.is_finite() && bound >= 0.0).then_some(bound * (1.0 + 1.0 / 1024.0))
}

fn raw(function: Function, c: f64, r: f64) -> Option<f64> {
    use Function::*;
    let rho = c.abs() + r;
    let (low, high) = (c - r, c + r);
    let series = rho * rho.exp();
    Some(match function {
        Exp => high.exp(),
        Exp2 => (high * std::f64::consts::LN_2).exp(),
        Exp10 => (high * std::f64::consts::LN_10).exp(),
        Expm1 => series.min(high.exp()),
        Log if low > 0.0 => -(-r / c).ln_1p(),
        Log2 if low > 0.0 => -(-r / c).ln_1p() / std::f64::consts::LN_2,
        Log10 if low > 0.0 => -(-r / c).ln_1p() / std::f64::consts::LN_10,
        Log1p if low > -1.0 => -(-r / (1.0 + c)).ln_1p(),
        Sin => series.min(r.exp()),
        Cos => r.exp(),
        Tan if rho < 1.5 => rho.tan(),
        Asin | Acos if rho < 1.0 => PI / 2.0 * rho,
        Atanh if rho < 1.0 => rho.atanh(),
        Atan if r < c.hypot(1.0) => r / (c.hypot(1.0) - r).powi(2),
        Asinh if r < c.hypot(1.0) => r / (c.hypot(1.0) - r),
        Acosh if low > 1.0 => r / (low - 1.0),
        Sinh => series.min(rho.exp()),
        Cosh => rho.exp(),
        Tanh => tanh(c, r)?,
        Erf | Erfc => {
            let gap = (c.abs() - r).max(0.0);
            2.0 / PI.sqrt() * r * (r * r - gap * gap).exp()
        }
        Cbrt if low > 0.0 => high.cbrt(),
        Sqrt if low > 0.0 => high.sqrt(),
        Cbrt if high < 0.0 => low.abs().cbrt(),
        Tgamma => gamma::tgamma(c, r)?,
        Lgamma => gamma::lgamma(c, r)?,
        Sigmoid => sigmoid(c, r)?,
        Softplus => softplus(c, r)?,
        Silu => rho * sigmoid(c, r)?,
        Elu if c < 0.0 => series.min(high.exp()),
        Selu if c < 0.0 => SELU_ALPHA * SELU_SCALE * series.min(high.exp()),
        Elu => r,
        Selu => SELU_SCALE * r,
        Gelu => {
            let (p_low, p_high, q) = (-high * SQRT_HALF, -low * SQRT_HALF, r * SQRT_HALF);
            let gap = if p_low > 0.0 {
                p_low
            } else {
                (-p_high).max(0.0)
            };
            let decay = (q * q - gap * gap).exp();
            rho / 2.0 * if p_low >= 0.0 { decay } else { 2.0 + decay }
        }
        GeluTanh => {
            let (a, b) = ((8.0 / PI).sqrt(), (8.0 / PI).sqrt() * 0.044715);
            let s = a * c + b * c.powi(3);
            let reach = a * r + b * (rho.powi(3) - c.abs().powi(3));
            rho * sigmoid(s, reach * (1.0 + 1e-9))?
        }
        _ => return None,
    })
}

fn tanh(c: f64, r: f64) -> Option<f64> {
    let rho = c.abs() + r;
    let near = (rho < 1.5).then(|| rho.tan());
    let strip = (r < 1.5).then(|| 1.0 / r.cos());
    let far = (r < c.abs()).then(|| 1.0 + 2.0 / (2.0 * (c.abs() - r)).exp_m1());
    smallest([near, strip, far])
}

/// 1/(1 + e^(−s)) for |s − c| ≤ r.
fn sigmoid(c: f64, r: f64) -> Option<f64> {
    let strip = (r <= 1.57).then(|| (c + r).exp().min(1.0));
    let right = (c - r > 0.0).then(|| -1.0 / (r - c).exp_m1());
    let left = (c + r < 0.0).then(|| -(c + r).exp() / (c + r).exp_m1());
    smallest([strip, right, left])
}

fn softplus(c: f64, r: f64) -> Option<f64> {
    let strip = (r <= 1.57).then(|| (c + r).exp());
    let right = (c - r > 0.0).then(|| c + r - (-(r - c).exp()).ln_1p());
    smallest([strip, right, None])
}

fn smallest(bounds: [Option<f64>; 3]) -> Option<f64> {
    bounds.into_iter().flatten().reduce(f64::min)
}

/// Γ and its logarithm.
///
/// For Re z > 0, Binet's formula gives log Γ(z) = (z − ½) log z − z + ½ log 2π + μ(z) with |μ(z)| ≤ 1/(6|z|)
/// (|μ(z)| ≤ 1/(12|z|cos²(θ/2)) with θ = arg z, |θ| < π/2). For a disc that reaches to the left of 1, the
/// functional equation moves it to the right, log|Γ(x)| = log Γ(x + n) − Σ_{j<n} log|x + j|, and the logarithms are
/// analytic if no −j is in the disc: |log(±(z + j))| ≤ |log|z + j|| + π/2 on a branch that is real at c.
mod gamma {
    use std::f64::consts::PI;

    pub(super) fn tgamma(c: f64, r: f64) -> Option<f64> {
        let (shift, product) = shift(c, r)?;
        let (low, high) = (c + shift - r, c + shift + r);
        // Γ is convex on the right, so its largest value on an interval is at an end.
        let largest = stirling(low).max(stirling(high));
        Some((largest - product.ln_sum).exp())
    }

    pub(super) fn lgamma(c: f64, r: f64) -> Option<f64> {
        let (shift, product) = shift(c, r)?;
        let (least, most) = (c + shift - r, c + shift + r);
        let log = most.ln().abs().max(least.ln().abs()) + PI / 2.0;
        let right = (most + 0.5) * log + most + 1.0 + 1.0 / (6.0 * least);
        Some(right + product.absolute_sum)
    }

    /// An upper bound of log Γ(x) for x ≥ 1/2, by the formula of Binet.
    fn stirling(x: f64) -> f64 {
        (x - 0.5) * x.ln() - x + 0.919 + 1.0 / (12.0 * x)
    }

    struct Product {
        /// A lower bound of Σ log|z + j|.
        ln_sum: f64,
        /// An upper bound of Σ |log(z + j)|.
        absolute_sum: f64,
    }

    /// How far to move the disc to the right, so that it stands right of ½, and the factors on the way.
    fn shift(c: f64, r: f64) -> Option<(f64, Product)> {
        let mut product = Product {
            ln_sum: 0.0,
            absolute_sum: 0.0,
        };
        if c - r < -300.0 {
            return None;
        }
        let mut shift = 0.0;
        while c + shift - r < 0.5 {
            let (near, far) = ((c + shift).abs() - r, (c + shift).abs() + r);
            if near <= 0.0 {
                return None;
            }
            product.ln_sum += near.ln();
            product.absolute_sum += near.ln().abs().max(far.ln().abs()) + PI / 2.0;
            shift += 1.0;
        }
        Some((shift, product))
    }
}
