//! Polynomials on lanes of f64.

use crate::kernel::lanes::Lanes;

/// `c_0 + c_1 x + c_2 x² + …` by Horner's rule.
#[inline(always)]
pub(super) fn polynomial<L: Lanes, const TERMS: usize>(
    lanes: L,
    x: L::Wide,
    terms: &[f64; TERMS],
) -> L::Wide {
    let mut sum = lanes.wide_splat(terms[TERMS - 1]);
    for &term in terms[..TERMS - 1].iter().rev() {
        sum = lanes.wide_fma(sum, x, lanes.wide_splat(term));
    }
    sum
}
