//! AVX2 with FMA: a vector of 16 lanes is two registers.

use std::arch::x86_64::*;
use std::array::from_fn;

use super::proved;
use crate::kernel::lanes::{
    EXPONENT, FROM_ROOT, Kernel, LANES, Lanes, ONE_OVER, SHIFT, WHOLE, WHOLE_AND_BIAS,
};

/// A token that proves that the processor has AVX2, FMA and POPCNT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel) struct Avx2 {
    detected: (),
}

#[target_feature(enable = "avx2,fma,popcnt")]
fn run<K: Kernel>(lanes: Avx2, kernel: K) -> K::Output {
    kernel.run(lanes)
}

impl Avx2 {
    /// Returns the token if the processor has the instructions.
    pub(in crate::kernel) fn detect() -> Option<Self> {
        let detected = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("popcnt");
        detected.then_some(Avx2 { detected: () })
    }

    /// Runs a kernel compiled for AVX2 and FMA.
    pub(in crate::kernel) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        proved!(self, run(self, kernel))
    }
}

impl Lanes for Avx2 {
    type Vector = [__m256; 2];
    type Wide = [__m256d; 4];
    const REGISTERS: usize = 8;
    const TILE_VECTORS: usize = 1;
    const TILE_PLACES: usize = 4;
    const TILE_SUMS: usize = 6;

    #[inline(always)]
    fn splat(self, value: f32) -> Self::Vector {
        proved!(self, [_mm256_set1_ps(value); 2])
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> Self::Vector {
        let at = from.as_ptr();
        proved!(self, [_mm256_loadu_ps(at), _mm256_loadu_ps(at.add(8))])
    }

    #[inline(always)]
    fn store(self, value: Self::Vector, to: &mut [f32; LANES]) {
        let (halves, _) = to.as_chunks_mut::<8>();
        for (half, value) in halves.iter_mut().zip(value) {
            proved!(self, _mm256_storeu_ps(half.as_mut_ptr(), value));
        }
    }

    #[inline(always)]
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proved!(self, [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proved!(self, [_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proved!(self, [_mm256_div_ps(a[0], b[0]), _mm256_div_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn sqrt(self, a: Self::Vector) -> Self::Vector {
        proved!(self, [_mm256_sqrt_ps(a[0]), _mm256_sqrt_ps(a[1])])
    }

    #[inline(always)]
    fn fma(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        proved!(
            self,
            [
                _mm256_fmadd_ps(a[0], b[0], c[0]),
                _mm256_fmadd_ps(a[1], b[1], c[1]),
            ]
        )
    }

    #[inline(always)]
    fn positive_part(self, x: Self::Vector) -> Self::Vector {
        // For NaN and for two zeros, the instruction returns its second operand.
        proved!(self, {
            let zero = _mm256_setzero_ps();
            [_mm256_max_ps(zero, x[0]), _mm256_max_ps(zero, x[1])]
        })
    }

    #[inline(always)]
    fn where_positive(self, gate: Self::Vector, x: Self::Vector) -> Self::Vector {
        proved!(self, {
            let zero = _mm256_setzero_ps();
            [
                _mm256_and_ps(x[0], _mm256_cmp_ps::<_CMP_GT_OQ>(gate[0], zero)),
                _mm256_and_ps(x[1], _mm256_cmp_ps::<_CMP_GT_OQ>(gate[1], zero)),
            ]
        })
    }

    #[inline(always)]
    fn where_above(
        self,
        x: Self::Vector,
        bar: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector {
        from_fn(
            #[inline(always)]
            |half| {
                proved!(self, {
                    let above = _mm256_cmp_ps::<_CMP_GT_OQ>(x[half], bar[half]);
                    let invalid = _mm256_cmp_ps::<_CMP_UNORD_Q>(x[half], x[half]);
                    _mm256_blendv_ps(b[half], a[half], _mm256_or_ps(above, invalid))
                })
            },
        )
    }

    #[inline(always)]
    fn where_equal(
        self,
        x: Self::Vector,
        y: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector {
        from_fn(
            #[inline(always)]
            |half| {
                proved!(self, {
                    let equal = _mm256_cmp_ps::<_CMP_EQ_OQ>(x[half], y[half]);
                    _mm256_blendv_ps(b[half], a[half], equal)
                })
            },
        )
    }

    #[inline(always)]
    fn clamp(self, x: Self::Vector, low: f32, high: f32) -> Self::Vector {
        // For NaN and for two zeros, the instructions return their second operand.
        proved!(self, {
            let (low, high) = (_mm256_set1_ps(low), _mm256_set1_ps(high));
            [
                _mm256_min_ps(high, _mm256_max_ps(low, x[0])),
                _mm256_min_ps(high, _mm256_max_ps(low, x[1])),
            ]
        })
    }

    #[inline(always)]
    fn abs(self, x: Self::Vector) -> Self::Vector {
        proved!(self, {
            let sign = _mm256_set1_ps(-0.0);
            [_mm256_andnot_ps(sign, x[0]), _mm256_andnot_ps(sign, x[1])]
        })
    }

    #[inline(always)]
    fn copy_sign(self, magnitude: Self::Vector, sign: Self::Vector) -> Self::Vector {
        proved!(self, {
            let bit = _mm256_set1_ps(-0.0);
            [
                _mm256_or_ps(
                    _mm256_andnot_ps(bit, magnitude[0]),
                    _mm256_and_ps(bit, sign[0]),
                ),
                _mm256_or_ps(
                    _mm256_andnot_ps(bit, magnitude[1]),
                    _mm256_and_ps(bit, sign[1]),
                ),
            ]
        })
    }

    #[inline(always)]
    fn nonzero(self, x: Self::Vector) -> u16 {
        let [low, high] = x.map(
            #[inline(always)]
            |half| {
                proved!(self, {
                    _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_NEQ_UQ>(half, _mm256_setzero_ps()))
                })
            },
        );
        (low | high << 8) as u16
    }

    #[inline(always)]
    fn interleave(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector) {
        (
            self.interleave_halves(a[0], b[0]),
            self.interleave_halves(a[1], b[1]),
        )
    }

    #[inline(always)]
    fn prefetch(self, from: *const f32) {
        proved!(self, _mm_prefetch::<_MM_HINT_T0>(from.cast()));
    }

    #[inline(always)]
    fn wide_zero(self) -> Self::Wide {
        proved!(self, [_mm256_setzero_pd(); 4])
    }

    #[inline(always)]
    fn wide_splat(self, value: f64) -> Self::Wide {
        proved!(self, [_mm256_set1_pd(value); 4])
    }

    #[inline(always)]
    fn widen(self, x: Self::Vector) -> Self::Wide {
        proved!(
            self,
            [
                _mm256_cvtps_pd(_mm256_castps256_ps128(x[0])),
                _mm256_cvtps_pd(_mm256_extractf128_ps::<1>(x[0])),
                _mm256_cvtps_pd(_mm256_castps256_ps128(x[1])),
                _mm256_cvtps_pd(_mm256_extractf128_ps::<1>(x[1])),
            ]
        )
    }

    #[inline(always)]
    fn narrow(self, x: Self::Wide) -> Self::Vector {
        proved!(
            self,
            [
                _mm256_set_m128(_mm256_cvtpd_ps(x[1]), _mm256_cvtpd_ps(x[0])),
                _mm256_set_m128(_mm256_cvtpd_ps(x[3]), _mm256_cvtpd_ps(x[2])),
            ]
        )
    }

    #[inline(always)]
    fn wide_load(self, from: &[f64; LANES]) -> Self::Wide {
        let (quarters, _) = from.as_chunks::<4>();
        from_fn(|i| proved!(self, _mm256_loadu_pd(quarters[i].as_ptr())))
    }

    #[inline(always)]
    fn wide_store(self, value: Self::Wide, to: &mut [f64; LANES]) {
        let (quarters, _) = to.as_chunks_mut::<4>();
        for (quarter, value) in quarters.iter_mut().zip(value) {
            proved!(self, _mm256_storeu_pd(quarter.as_mut_ptr(), value));
        }
    }

    #[inline(always)]
    fn wide_add(self, mut a: Self::Wide, b: Self::Wide) -> Self::Wide {
        for (a, b) in a.iter_mut().zip(b) {
            *a = proved!(self, _mm256_add_pd(*a, b));
        }
        a
    }

    #[inline(always)]
    fn wide_mul(self, mut a: Self::Wide, b: Self::Wide) -> Self::Wide {
        for (a, b) in a.iter_mut().zip(b) {
            *a = proved!(self, _mm256_mul_pd(*a, b));
        }
        a
    }

    #[inline(always)]
    fn wide_div(self, mut a: Self::Wide, b: Self::Wide) -> Self::Wide {
        for (a, b) in a.iter_mut().zip(b) {
            *a = proved!(self, _mm256_div_pd(*a, b));
        }
        a
    }

    #[inline(always)]
    fn wide_fma(self, a: Self::Wide, b: Self::Wide, mut c: Self::Wide) -> Self::Wide {
        for (i, c) in c.iter_mut().enumerate() {
            *c = proved!(self, _mm256_fmadd_pd(a[i], b[i], *c));
        }
        c
    }

    #[inline(always)]
    fn wide_at_least(self, mut x: Self::Wide, low: f64) -> Self::Wide {
        // For NaN, the instruction returns its second operand.
        for x in &mut x {
            *x = proved!(self, _mm256_max_pd(_mm256_set1_pd(low), *x));
        }
        x
    }

    #[inline(always)]
    fn wide_round(self, mut x: Self::Wide) -> Self::Wide {
        for x in &mut x {
            *x = proved!(
                self,
                _mm256_round_pd::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(*x)
            );
        }
        x
    }

    #[inline(always)]
    fn wide_scale(self, mut x: Self::Wide, k: Self::Wide) -> Self::Wide {
        for (x, k) in x.iter_mut().zip(k) {
            *x = proved!(self, {
                let whole = _mm256_castpd_si256(_mm256_add_pd(k, _mm256_set1_pd(SHIFT)));
                let up = _mm256_slli_epi64::<52>(whole);
                _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(*x), up))
            });
        }
        x
    }

    #[inline(always)]
    fn wide_exponent(self, mut x: Self::Wide) -> (Self::Wide, Self::Wide) {
        let mut exponent = x;
        for (x, exponent) in x.iter_mut().zip(&mut exponent) {
            proved!(self, {
                let bits = |bits: u64| _mm256_set1_epi64x(bits.cast_signed());
                let moved = _mm256_add_epi64(_mm256_castpd_si256(*x), bits(FROM_ROOT));
                let whole = _mm256_or_si256(_mm256_srli_epi64::<52>(moved), bits(WHOLE));
                let whole = _mm256_castsi256_pd(whole);
                *exponent = _mm256_sub_pd(whole, _mm256_set1_pd(WHOLE_AND_BIAS));
                let power = _mm256_and_si256(moved, bits(EXPONENT));
                *x = _mm256_castsi256_pd(_mm256_sub_epi64(bits(ONE_OVER), power));
            });
        }
        (exponent, x)
    }
}

impl Avx2 {
    /// `a₀ b₀ a₁ b₁ … a₇ b₇`. The unpacking instructions work within 128 bits, so the quarters come out
    /// as 0 2 (low) and 1 3 (high) and have to be reordered.
    #[inline(always)]
    fn interleave_halves(self, a: __m256, b: __m256) -> [__m256; 2] {
        proved!(self, {
            let (low, high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
            [
                _mm256_permute2f128_ps::<0x20>(low, high),
                _mm256_permute2f128_ps::<0x31>(low, high),
            ]
        })
    }
}
