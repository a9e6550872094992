//! AVX-512: a vector of 16 lanes is one register.

use std::arch::x86_64::*;

use super::proved;
use crate::kernel::lanes::{
    EXPONENT, FROM_ROOT, Kernel, LANES, Lanes, ONE_OVER, SHIFT, WHOLE, WHOLE_AND_BIAS,
};

/// A token that proves that the processor has AVX-512F and POPCNT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel) struct Avx512 {
    detected: (),
}

#[target_feature(enable = "avx512f,popcnt")]
fn run<K: Kernel>(lanes: Avx512, kernel: K) -> K::Output {
    kernel.run(lanes)
}

impl Avx512 {
    /// Returns the token if the processor has the instructions.
    pub(in crate::kernel) fn detect() -> Option<Self> {
        let detected = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("popcnt");
        detected.then_some(Avx512 { detected: () })
    }

    /// Runs a kernel compiled for AVX-512F.
    pub(in crate::kernel) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        proved!(self, run(self, kernel))
    }
}

impl Lanes for Avx512 {
    type Vector = __m512;
    type Wide = [__m512d; 2];
    const REGISTERS: usize = 32;
    const TILE_VECTORS: usize = 4;
    const TILE_PLACES: usize = 8;
    const TILE_SUMS: usize = 16;

    #[inline(always)]
    fn splat(self, value: f32) -> Self::Vector {
        proved!(self, _mm512_set1_ps(value))
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> Self::Vector {
        proved!(self, _mm512_loadu_ps(from.as_ptr()))
    }

    #[inline(always)]
    fn store(self, value: Self::Vector, to: &mut [f32; LANES]) {
        proved!(self, _mm512_storeu_ps(to.as_mut_ptr(), value));
    }

    #[inline(always)]
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proved!(self, _mm512_add_ps(a, b))
    }

    #[inline(always)]
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proved!(self, _mm512_mul_ps(a, b))
    }

    #[inline(always)]
    fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proved!(self, _mm512_div_ps(a, b))
    }

    #[inline(always)]
    fn sqrt(self, a: Self::Vector) -> Self::Vector {
        proved!(self, _mm512_sqrt_ps(a))
    }

    #[inline(always)]
    fn fma(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        proved!(self, _mm512_fmadd_ps(a, b, c))
    }

    #[inline(always)]
    fn positive_part(self, x: Self::Vector) -> Self::Vector {
        // For NaN and for two zeros, the instruction returns its second operand.
        proved!(self, _mm512_max_ps(_mm512_setzero_ps(), x))
    }

    #[inline(always)]
    fn where_positive(self, gate: Self::Vector, x: Self::Vector) -> Self::Vector {
        proved!(self, {
            let open = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(gate, _mm512_setzero_ps());
            _mm512_maskz_mov_ps(open, x)
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
        proved!(self, {
            let above = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(x, bar);
            let invalid = _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(x, x);
            _mm512_mask_blend_ps(above | invalid, b, a)
        })
    }

    #[inline(always)]
    fn where_equal(
        self,
        x: Self::Vector,
        y: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector {
        proved!(self, {
            let equal = _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(x, y);
            _mm512_mask_blend_ps(equal, b, a)
        })
    }

    #[inline(always)]
    fn clamp(self, x: Self::Vector, low: f32, high: f32) -> Self::Vector {
        // For NaN and for two zeros, the instructions return their second operand.
        proved!(self, {
            let (low, high) = (_mm512_set1_ps(low), _mm512_set1_ps(high));
            _mm512_min_ps(high, _mm512_max_ps(low, x))
        })
    }

    #[inline(always)]
    fn abs(self, x: Self::Vector) -> Self::Vector {
        proved!(self, _mm512_abs_ps(x))
    }

    #[inline(always)]
    fn copy_sign(self, magnitude: Self::Vector, sign: Self::Vector) -> Self::Vector {
        // The truth table 0xd8 is `bit ? sign : magnitude`.
        proved!(self, {
            let bit = _mm512_set1_epi32(i32::MIN);
            _mm512_castsi512_ps(_mm512_ternarylogic_epi32::<0xd8>(
                _mm512_castps_si512(magnitude),
                _mm512_castps_si512(sign),
                bit,
            ))
        })
    }

    #[inline(always)]
    fn nonzero(self, x: Self::Vector) -> u16 {
        proved!(
            self,
            _mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(x, _mm512_setzero_ps())
        )
    }

    #[inline(always)]
    fn interleave(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector) {
        proved!(self, {
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
            (
                _mm512_permutex2var_ps(a, low, b),
                _mm512_permutex2var_ps(a, high, b),
            )
        })
    }

    #[inline(always)]
    fn load_padded(self, from: &[f32]) -> Self::Vector {
        match from.first_chunk() {
            Some(whole) => self.load(whole),
            None => proved!(
                self,
                _mm512_maskz_loadu_ps(first_lanes(from.len()), from.as_ptr())
            ),
        }
    }

    #[inline(always)]
    fn store_cut(self, value: Self::Vector, to: &mut [f32]) {
        match to.first_chunk_mut() {
            Some(whole) => self.store(value, whole),
            None => proved!(
                self,
                _mm512_mask_storeu_ps(to.as_mut_ptr(), first_lanes(to.len()), value)
            ),
        }
    }

    #[inline(always)]
    fn prefetch(self, from: *const f32) {
        proved!(self, _mm_prefetch::<_MM_HINT_T0>(from.cast()));
    }

    #[inline(always)]
    fn wide_zero(self) -> Self::Wide {
        proved!(self, [_mm512_setzero_pd(); 2])
    }

    #[inline(always)]
    fn wide_splat(self, value: f64) -> Self::Wide {
        proved!(self, [_mm512_set1_pd(value); 2])
    }

    #[inline(always)]
    fn widen(self, x: Self::Vector) -> Self::Wide {
        proved!(self, {
            let high = _mm512_extractf64x4_pd::<1>(_mm512_castps_pd(x));
            [
                _mm512_cvtps_pd(_mm512_castps512_ps256(x)),
                _mm512_cvtps_pd(_mm256_castpd_ps(high)),
            ]
        })
    }

    #[inline(always)]
    fn narrow(self, x: Self::Wide) -> Self::Vector {
        proved!(self, {
            let low = _mm512_castps256_ps512(_mm512_cvtpd_ps(x[0]));
            let high = _mm256_castps_pd(_mm512_cvtpd_ps(x[1]));
            _mm512_castpd_ps(_mm512_insertf64x4::<1>(_mm512_castps_pd(low), high))
        })
    }

    #[inline(always)]
    fn wide_load(self, from: &[f64; LANES]) -> Self::Wide {
        let (halves, _) = from.as_chunks::<8>();
        [0, 1].map(|i| proved!(self, _mm512_loadu_pd(halves[i].as_ptr())))
    }

    #[inline(always)]
    fn wide_store(self, value: Self::Wide, to: &mut [f64; LANES]) {
        let (halves, _) = to.as_chunks_mut::<8>();
        for (half, value) in halves.iter_mut().zip(value) {
            proved!(self, _mm512_storeu_pd(half.as_mut_ptr(), value));
        }
    }

    #[inline(always)]
    fn wide_add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        proved!(self, [_mm512_add_pd(a[0], b[0]), _mm512_add_pd(a[1], b[1])])
    }

    #[inline(always)]
    fn wide_mul(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        proved!(self, [_mm512_mul_pd(a[0], b[0]), _mm512_mul_pd(a[1], b[1])])
    }

    #[inline(always)]
    fn wide_div(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        proved!(self, [_mm512_div_pd(a[0], b[0]), _mm512_div_pd(a[1], b[1])])
    }

    #[inline(always)]
    fn wide_fma(self, a: Self::Wide, b: Self::Wide, c: Self::Wide) -> Self::Wide {
        proved!(
            self,
            [
                _mm512_fmadd_pd(a[0], b[0], c[0]),
                _mm512_fmadd_pd(a[1], b[1], c[1]),
            ]
        )
    }

    #[inline(always)]
    fn wide_at_least(self, mut x: Self::Wide, low: f64) -> Self::Wide {
        // For NaN, the instruction returns its second operand.
        for x in &mut x {
            *x = proved!(self, _mm512_max_pd(_mm512_set1_pd(low), *x));
        }
        x
    }

    #[inline(always)]
    fn wide_round(self, x: Self::Wide) -> Self::Wide {
        const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
        proved!(
            self,
            [
                _mm512_roundscale_pd::<NEAREST>(x[0]),
                _mm512_roundscale_pd::<NEAREST>(x[1]),
            ]
        )
    }

    #[inline(always)]
    fn wide_scale(self, mut x: Self::Wide, k: Self::Wide) -> Self::Wide {
        for (x, k) in x.iter_mut().zip(k) {
            *x = proved!(self, {
                let whole = _mm512_castpd_si512(_mm512_add_pd(k, _mm512_set1_pd(SHIFT)));
                let up = _mm512_slli_epi64::<52>(whole);
                _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(*x), up))
            });
        }
        x
    }

    #[inline(always)]
    fn wide_exponent(self, mut x: Self::Wide) -> (Self::Wide, Self::Wide) {
        let mut exponent = x;
        for (x, exponent) in x.iter_mut().zip(&mut exponent) {
            proved!(self, {
                let bits = |bits: u64| _mm512_set1_epi64(bits.cast_signed());
                let moved = _mm512_add_epi64(_mm512_castpd_si512(*x), bits(FROM_ROOT));
                let whole = _mm512_or_si512(_mm512_srli_epi64::<52>(moved), bits(WHOLE));
                let whole = _mm512_castsi512_pd(whole);
                *exponent = _mm512_sub_pd(whole, _mm512_set1_pd(WHOLE_AND_BIAS));
                let power = _mm512_and_si512(moved, bits(EXPONENT));
                *x = _mm512_castsi512_pd(_mm512_sub_epi64(bits(ONE_OVER), power));
            });
        }
        (exponent, x)
    }
}

/// The mask of the first `count` lanes, fewer than 16.
fn first_lanes(count: usize) -> __mmask16 {
    (1 << count) - 1
}
