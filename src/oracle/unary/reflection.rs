//! log|Γ(x)| for −2²³ < x ≤ −2⁷, where every stretch of floats has poles.
//!
//! # The proof
//!
//! The reflection formula Γ(x)Γ(1 − x) = π/sin(πx) gives log|Γ(x)| = log π − log|sin πx| − log Γ(1 − x). The spacing of the
//! floats here is a multiple of 2⁻¹⁶, so x differs from the nearest integer by j·2⁻¹⁶ with an integer |j| ≤ 2¹⁵, and
//! |sin πx| = sin(π|j|2⁻¹⁶). The table holds log π − log sin(πj2⁻¹⁶) for j = 1 … 2¹⁵, rounded once to an f64, of size at most
//! 12: an error of at most 2⁻⁵⁰. The last term is a polynomial in w = 1 − x, which is exact in f64, with its own proved
//! bound, and of a size below 2²⁷; the subtraction rounds once more, by at most 2⁻⁵³ of the result, whose size is
//! below that of the last term plus 12.

use std::sync::LazyLock;

use crate::number::Special;

/// The exponent of the unit of the table.
const FINEST: u32 = 16;

static LOGARITHMS: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let table = 1..=1u32 << (FINEST - 1);
    table
        .map(|j| Special::log_of_pi_over_sine(j, FINEST))
        .collect()
});

/// The bound of the errors of the table.
pub(super) const TABLE_ERROR: f64 = 1.0 / (1u64 << 50) as f64;

/// log π − log|sin πx|, or NaN if x is an integer.
#[inline]
pub(super) fn sine_term(x: f64) -> f64 {
    let j = ((x - x.round()).abs() * f64::from(1 << FINEST)) as usize;
    match j {
        0 => f64::NAN,
        _ => LOGARITHMS[j - 1],
    }
}
