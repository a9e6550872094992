//! The 16 lanes in plain Rust: correct on every machine, and the reference for the other instruction
//! sets.

use std::array::from_fn;

use super::lanes::{EXPONENT, FROM_ROOT, LANES, Lanes, ONE_OVER, SHIFT, WHOLE, WHOLE_AND_BIAS};

/// The token of plain Rust, which every machine can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Portable;

impl Lanes for Portable {
    type Vector = [f32; LANES];
    type Wide = [f64; LANES];
    const REGISTERS: usize = 8;
    const TILE_VECTORS: usize = 1;
    const TILE_PLACES: usize = 4;
    const TILE_SUMS: usize = 4;

    #[inline(always)]
    fn splat(self, value: f32) -> Self::Vector {
        [value; LANES]
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> Self::Vector {
        *from
    }

    #[inline(always)]
    fn store(self, value: Self::Vector, to: &mut [f32; LANES]) {
        *to = value;
    }

    #[inline(always)]
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        from_fn(|i| a[i] + b[i])
    }

    #[inline(always)]
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        from_fn(|i| a[i] * b[i])
    }

    #[inline(always)]
    fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        from_fn(|i| a[i] / b[i])
    }

    #[inline(always)]
    fn sqrt(self, a: Self::Vector) -> Self::Vector {
        a.map(f32::sqrt)
    }

    #[inline(always)]
    fn fma(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        from_fn(|i| a[i].mul_add(b[i], c[i]))
    }

    #[inline(always)]
    fn positive_part(self, x: Self::Vector) -> Self::Vector {
        from_fn(|i| if x[i] < 0.0 { 0.0 } else { x[i] })
    }

    #[inline(always)]
    fn where_positive(self, gate: Self::Vector, x: Self::Vector) -> Self::Vector {
        from_fn(|i| if gate[i] > 0.0 { x[i] } else { 0.0 })
    }

    #[inline(always)]
    fn where_above(
        self,
        x: Self::Vector,
        bar: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector {
        let above = |i: usize| x[i] > bar[i] || x[i].is_nan();
        from_fn(|i| if above(i) { a[i] } else { b[i] })
    }

    #[inline(always)]
    fn where_equal(
        self,
        x: Self::Vector,
        y: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector {
        from_fn(|i| if x[i] == y[i] { a[i] } else { b[i] })
    }

    #[inline(always)]
    fn clamp(self, x: Self::Vector, low: f32, high: f32) -> Self::Vector {
        x.map(|x| x.clamp(low, high))
    }

    #[inline(always)]
    fn abs(self, x: Self::Vector) -> Self::Vector {
        x.map(f32::abs)
    }

    #[inline(always)]
    fn copy_sign(self, magnitude: Self::Vector, sign: Self::Vector) -> Self::Vector {
        from_fn(|i| magnitude[i].copysign(sign[i]))
    }

    #[inline(always)]
    fn nonzero(self, x: Self::Vector) -> u16 {
        (0..LANES).fold(0, |bits, i| bits | u16::from(x[i] != 0.0) << i)
    }

    #[inline(always)]
    fn interleave(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector) {
        let lane = |i: usize| {
            if i.is_multiple_of(2) {
                a[i / 2]
            } else {
                b[i / 2]
            }
        };
        (from_fn(lane), from_fn(|i| lane(i + LANES)))
    }

    #[inline(always)]
    fn wide_zero(self) -> Self::Wide {
        [0.0; LANES]
    }

    #[inline(always)]
    fn wide_splat(self, value: f64) -> Self::Wide {
        [value; LANES]
    }

    #[inline(always)]
    fn widen(self, x: Self::Vector) -> Self::Wide {
        x.map(f64::from)
    }

    #[inline(always)]
    fn narrow(self, x: Self::Wide) -> Self::Vector {
        x.map(|x| x as f32)
    }

    #[inline(always)]
    fn wide_load(self, from: &[f64; LANES]) -> Self::Wide {
        *from
    }

    #[inline(always)]
    fn wide_store(self, value: Self::Wide, to: &mut [f64; LANES]) {
        *to = value;
    }

    #[inline(always)]
    fn wide_add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        from_fn(|i| a[i] + b[i])
    }

    #[inline(always)]
    fn wide_mul(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        from_fn(|i| a[i] * b[i])
    }

    #[inline(always)]
    fn wide_div(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        from_fn(|i| a[i] / b[i])
    }

    #[inline(always)]
    fn wide_fma(self, a: Self::Wide, b: Self::Wide, c: Self::Wide) -> Self::Wide {
        from_fn(|i| a[i].mul_add(b[i], c[i]))
    }

    #[inline(always)]
    fn wide_at_least(self, x: Self::Wide, low: f64) -> Self::Wide {
        x.map(|x| if x < low { low } else { x })
    }

    #[inline(always)]
    fn wide_round(self, x: Self::Wide) -> Self::Wide {
        x.map(f64::round_ties_even)
    }

    #[inline(always)]
    fn wide_scale(self, x: Self::Wide, k: Self::Wide) -> Self::Wide {
        from_fn(|i| {
            let up = (k[i] + SHIFT).to_bits() << 52;
            f64::from_bits(x[i].to_bits().wrapping_add(up))
        })
    }

    #[inline(always)]
    fn wide_exponent(self, x: Self::Wide) -> (Self::Wide, Self::Wide) {
        let moved = x.map(|x| x.to_bits().wrapping_add(FROM_ROOT));
        let exponent = moved.map(|bits| f64::from_bits(bits >> 52 | WHOLE) - WHOLE_AND_BIAS);
        let one_over = |bits: u64| f64::from_bits(ONE_OVER.wrapping_sub(bits & EXPONENT));
        (exponent, moved.map(one_over))
    }
}
