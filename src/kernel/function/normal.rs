//! The error function and the tail of the normal distribution on lanes of f64.

use super::polynomial::polynomial;
use crate::kernel::lanes::Lanes;

/// Above `√15.7`, the error function is nearer to 1 than to any other f32.
pub(super) const ERF_END: f32 = 3.962_322_5;

/// `erf(x)/x` as a polynomial in `x²/7.85 − 1`, fitted on `x² ≤ 15.7` by Remez' exchange so that the largest
/// relative error is least: `2^−39.6`.
const ERF: [f64; 22] = [
    0.356_888_813_382_147_95,
    -0.178_224_512_687_699_43,
    0.132_805_300_465_657_22,
    -0.108_412_680_969_179_53,
    0.090_428_983_894_625_54,
    -0.074_427_656_466_062_85,
    0.059_121_353_701_024_54,
    -0.044_689_075_219_272_12,
    0.031_878_532_574_989_88,
    -0.021_368_980_528_946_174,
    0.013_438_823_229_954_213,
    -0.007_935_508_067_234_05,
    0.004_410_070_396_047_165,
    -0.002_300_031_975_355_242_4,
    0.001_119_289_835_567_763_7,
    -0.000_526_352_469_538_913_6,
    0.000_249_926_695_911_757_83,
    -0.000_100_936_432_866_437_38,
    2.699_832_254_379_871_2e-5,
    -1.206_420_917_919_995_7e-5,
    1.010_468_003_317_248_2e-5,
    -3.170_890_367_283_994e-6,
];

/// `erf(x)` for `0 ≤ x ≤ ERF_END`.
#[inline(always)]
pub(super) fn erf<L: Lanes>(lanes: L, x: L::Wide) -> L::Wide {
    let square = lanes.wide_mul(x, x);
    let v = lanes.wide_fma(square, lanes.wide_splat(1.0 / 7.85), lanes.wide_splat(-1.0));
    lanes.wide_mul(x, polynomial(lanes, v, &ERF))
}

/// A quotient of polynomials near `e^{a²/2}·Φ(−a)` for `0 ≤ a ≤ 20`, where `Φ` is the distribution function of
/// the normal distribution. Fitted by Remez' exchange so that the largest relative error is least.
pub(super) struct Tail<const ABOVE: usize, const BELOW: usize> {
    above: [f64; ABOVE],
    below: [f64; BELOW],
}

/// A relative error of at most `2^−38.5`: enough for a result that is rounded to f32.
pub(super) const SHORT: Tail<7, 8> = Tail {
    above: [
        0.500_000_000_001_275_8,
        0.581_867_247_959_397_9,
        0.331_717_624_464_405_2,
        0.113_896_513_703_953_75,
        0.024_610_283_444_333_754,
        0.003_184_169_373_329_545,
        0.000_196_601_277_173_392_6,
    ],
    below: [
        1.0,
        1.961_619_057_023_143_3,
        1.728_580_802_970_383_3,
        0.892_152_996_508_187_9,
        0.293_480_286_771_222_3,
        0.062_181_538_239_644_52,
        0.007_981_531_349_453_43,
        0.000_492_806_295_299_944_9,
    ],
};

/// A relative error of at most `2^−50.6`: for sums in which terms cancel.
pub(super) const LONG: Tail<9, 10> = Tail {
    above: [
        0.500_000_000_000_000_2,
        0.699_592_088_862_062_3,
        0.484_463_945_495_206_94,
        0.210_735_014_772_659_8,
        0.062_273_589_114_333_526,
        0.012_751_052_677_306_17,
        0.001_768_936_224_051_818_8,
        0.000_152_986_668_923_831_8,
        6.403_962_925_303_472_5e-6,
    ],
    below: [
        1.0,
        2.197_068_738_527_088,
        2.221_935_116_480_979,
        1.361_744_905_127_049_6,
        0.559_430_597_184_108_6,
        0.160_498_643_063_794_16,
        0.032_345_632_141_655_964,
        0.004_450_117_847_815_712_6,
        0.000_383_480_711_009_769_35,
        1.605_235_453_015_613_3e-5,
    ],
};

impl<const ABOVE: usize, const BELOW: usize> Tail<ABOVE, BELOW> {
    /// `e^{a²/2}·Φ(−a)` for `0 ≤ a ≤ 20`.
    #[inline(always)]
    pub(super) fn scaled<L: Lanes>(&self, lanes: L, a: L::Wide) -> L::Wide {
        lanes.wide_div(
            polynomial(lanes, a, &self.above),
            polynomial(lanes, a, &self.below),
        )
    }
}
