//! Faulty functions of one vector that return a number.

use sgd_stability::trial::FaultKind;

use super::{Faulty, asum, flushed, norm, nrm2, plain, short, strictly};

/// Norms.
pub fn norms() -> Vec<Faulty> {
    use FaultKind::{Infinity, LostNan, MadeNan, SignOfZero, TooLarge};
    let squares = |x: &[f32]| x.iter().fold(0.0, |sum, x| sum + x * x);
    vec![
        strictly(nrm2("squares overflow", Infinity, move |x| {
            squares(&x).sqrt()
        })),
        strictly(nrm2("squares underflow", TooLarge, move |x| {
            squares(&x).sqrt()
        })),
        strictly(nrm2("subnormal elements are lost", TooLarge, |x| {
            norm(&x.iter().map(|x| flushed(*x)).collect::<Vec<f32>>())
        })),
        nrm2("the root is forgotten", TooLarge, |x| norm(&x) * norm(&x)),
        nrm2("the last element is lost", TooLarge, |x| {
            norm(&x[..x.len().saturating_sub(1)])
        }),
        nrm2("NaN is left out", LostNan, |x| {
            norm(&x.into_iter().filter(|x| !x.is_nan()).collect::<Vec<f32>>())
        }),
        nrm2("the scale is ∞, and ∞/∞ NaN", MadeNan, |x| {
            let scale = x.iter().fold(0.0_f32, |scale, x| scale.max(x.abs()));
            let scale = if scale == 0.0 { 1.0 } else { scale };
            let ratios: Vec<f32> = x.iter().map(|x| x / scale).collect();
            scale * norm(&ratios)
        }),
        nrm2("an estimate of the root with 11 bits", TooLarge, |x| {
            short(norm(&x), 13)
        }),
        nrm2("zero has the sign −", SignOfZero, |x| {
            if norm(&x) == 0.0 { -0.0 } else { norm(&x) }
        }),
    ]
}

/// Sums of absolute values.
pub fn absolute_sums() -> Vec<Faulty> {
    use FaultKind::{LostNan, MadeNan, SignOfZero, TooLarge};
    let absolute = |x: &[f32]| x.iter().map(|x| x.abs()).collect::<Vec<f32>>();
    vec![
        asum("no absolute values", TooLarge, |x| plain(&x)),
        asum("the absolute value of the sum", TooLarge, |x| {
            plain(&x).abs()
        }),
        asum("the greater of x and 0 twice", TooLarge, |x| {
            2.0 * x.iter().fold(0.0, |s, x| s + x.max(0.0))
        }),
        asum("NaN is left out", LostNan, move |x| {
            plain(
                &absolute(&x)
                    .into_iter()
                    .filter(|x| !x.is_nan())
                    .collect::<Vec<f32>>(),
            )
        }),
        asum(
            "an iterator's sum, which is −0 if empty",
            SignOfZero,
            |x| x.iter().map(|x| x.abs()).sum(),
        ),
        asum("the mean times n", MadeNan, move |x| {
            plain(&absolute(&x)) / x.len() as f32 * x.len() as f32
        }),
        asum("subnormal elements are lost", TooLarge, move |x| {
            absolute(&x).iter().fold(0.0, |sum, x| sum + flushed(*x))
        }),
        asum("Euclid's norm instead", TooLarge, |x| norm(&x)),
    ]
}
