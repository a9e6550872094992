//! `e^x` and `e^x − 1` on lanes of f64.
//!
//! With `y = x·log₂e`, `k` the whole number nearest to `y` and `r = y − k`, `e^x = 2^k·(1 + r·Q(r))` where
//! `Q` is a polynomial near `(2^r − 1)/r`, fitted on `|r| ≤ ½` by Remez' exchange so that the largest
//! relative error of `r·Q(r)` is least. `y` is rounded once, which moves the result by a factor of at most
//! `1 + |y|·2^−53`.

use super::polynomial::polynomial;
use crate::kernel::lanes::Lanes;

/// A polynomial with a relative error of at most `2^−37.7`: enough for a result that is rounded to f32.
pub(super) const SHORT: [f64; 8] = [
    0.693_147_180_556_861_8,
    0.240_226_506_964_898_17,
    0.055_504_109_061_146_86,
    0.009_618_128_942_605_011,
    0.001_333_347_869_904_282_4,
    0.000_154_036_293_927_204_62,
    1.530_364_060_028_269_5e-5,
    1.321_554_294_896_678_8e-6,
];

/// A polynomial with a relative error of at most `2^−55.6`: for sums in which terms cancel.
pub(super) const LONG: [f64; 11] = [
    std::f64::consts::LN_2,
    0.240_226_506_959_100_97,
    0.055_504_108_664_821_236,
    0.009_618_129_107_607_003,
    0.001_333_355_814_653_161_4,
    0.000_154_035_304_415_725_98,
    1.525_273_370_133_108_9e-5,
    1.321_544_267_511_558_5e-6,
    1.017_812_121_310_509_4e-7,
    7.072_570_445_469_294e-9,
    4.445_555_085_441_639e-10,
];

/// `e^x` in parts: `2^k·(1 + q)`.
pub(super) struct Power<L: Lanes> {
    lanes: L,
    k: L::Wide,
    q: L::Wide,
}

/// The parts of `e^x`, for `|x| ≤ 700` or NaN.
#[inline(always)]
pub(super) fn power<L: Lanes, const TERMS: usize>(
    lanes: L,
    x: L::Wide,
    terms: &[f64; TERMS],
) -> Power<L> {
    let y = lanes.wide_mul(x, lanes.wide_splat(std::f64::consts::LOG2_E));
    let k = lanes.wide_round(y);
    let r = lanes.wide_fma(k, lanes.wide_splat(-1.0), y);
    let q = lanes.wide_mul(r, polynomial(lanes, r, terms));
    Power { lanes, k, q }
}

impl<L: Lanes> Power<L> {
    /// `e^x`.
    #[inline(always)]
    pub(super) fn exp(&self) -> L::Wide {
        let lanes = self.lanes;
        let one = lanes.wide_splat(1.0);
        lanes.wide_scale(lanes.wide_add(one, self.q), self.k)
    }

    /// `e^x − 1`, with a small relative error. Zero is +0 whatever the sign of `x`.
    #[inline(always)]
    pub(super) fn exp_minus_one(&self) -> L::Wide {
        let lanes = self.lanes;
        let power = lanes.wide_scale(lanes.wide_splat(1.0), self.k);
        let above = lanes.wide_add(power, lanes.wide_splat(-1.0));
        lanes.wide_fma(power, self.q, above)
    }
}

/// `e^x` for `|x| ≤ 700` or NaN, with a relative error of at most `2^−37`.
#[inline(always)]
pub(super) fn exp<L: Lanes>(lanes: L, x: L::Wide) -> L::Wide {
    power(lanes, x, &SHORT).exp()
}
