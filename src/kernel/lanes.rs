//! Operations on 16 lanes, in which every kernel is written.

use std::ops::Add;

/// The number of lanes in a vector, the same on every machine.
pub(super) const LANES: usize = 16;

/// A function that is compiled once for each instruction set ([`super::isa::Isa::run`]).
pub(super) trait Kernel {
    /// The return type of the function.
    type Output;

    /// The function. Implementations must be `#[inline(always)]`: the body must be inlined into the
    /// function that has the instruction set enabled, and so must every function to which it passes
    /// `lanes`.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Operations on 16 lanes of f32 and of f64, on one instruction set.
///
/// A value of an implementing type proves that the machine has the instructions; this is why the
/// operations are methods and are safe. Each operation rounds once, to nearest, ties to even, and
/// computes the same bits on every machine (except for the payloads of NaN).
pub(super) trait Lanes: Copy {
    /// A vector of 16 f32 numbers.
    type Vector: Copy;
    /// A vector of 16 f64 numbers.
    type Wide: Copy;
    /// The number of vectors that fit in the registers.
    const REGISTERS: usize;
    /// The number of vectors in a row of the register tiles.
    const TILE_VECTORS: usize;
    /// The largest number of pixels in the register tile of a convolution.
    const TILE_PLACES: usize;
    /// The largest number of vectors of sums in the register tiles of a convolution.
    const TILE_SUMS: usize;

    /// The same number in every lane.
    fn splat(self, value: f32) -> Self::Vector;
    /// Reads 16 numbers.
    fn load(self, from: &[f32; LANES]) -> Self::Vector;
    /// Writes 16 numbers.
    fn store(self, value: Self::Vector, to: &mut [f32; LANES]);
    /// `a + b`.
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a·b`.
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a/b`.
    fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `√a`.
    fn sqrt(self, a: Self::Vector) -> Self::Vector;
    /// `a·b + c`, rounded once.
    fn fma(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// `0 > x ? 0 : x`; NaN and −0 are kept.
    fn positive_part(self, x: Self::Vector) -> Self::Vector;
    /// `gate > 0 ? x : 0`; a NaN gate gives 0.
    fn where_positive(self, gate: Self::Vector, x: Self::Vector) -> Self::Vector;
    /// `x > bar or x is NaN ? a : b`.
    fn where_above(
        self,
        x: Self::Vector,
        bar: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector;
    /// `x = y ? a : b`; NaN is equal to nothing.
    fn where_equal(
        self,
        x: Self::Vector,
        y: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector;
    /// `x < low ? low : x > high ? high : x`; NaN is kept, and so is the sign of a zero.
    fn clamp(self, x: Self::Vector, low: f32, high: f32) -> Self::Vector;
    /// `|x|`.
    fn abs(self, x: Self::Vector) -> Self::Vector;
    /// `|magnitude|` with the sign of `sign`.
    fn copy_sign(self, magnitude: Self::Vector, sign: Self::Vector) -> Self::Vector;
    /// One bit per lane, the first lane lowest: whether the lane is nonzero (NaN included).
    fn nonzero(self, x: Self::Vector) -> u16;
    /// `(a₀ b₀ a₁ b₁ … a₇ b₇, a₈ b₈ … a₁₅ b₁₅)`.
    fn interleave(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector);

    /// Prefetches the cache line of the first number.
    #[inline(always)]
    fn prefetch(self, _from: *const f32) {}

    /// Zero in every lane.
    fn wide_zero(self) -> Self::Wide;
    /// The same number in every lane.
    fn wide_splat(self, value: f64) -> Self::Wide;
    /// The same numbers, converted to f64.
    fn widen(self, x: Self::Vector) -> Self::Wide;
    /// The numbers, rounded to f32.
    fn narrow(self, x: Self::Wide) -> Self::Vector;
    /// Reads 16 numbers.
    fn wide_load(self, from: &[f64; LANES]) -> Self::Wide;
    /// Writes 16 numbers.
    fn wide_store(self, value: Self::Wide, to: &mut [f64; LANES]);
    /// `a + b`.
    fn wide_add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// `a·b`.
    fn wide_mul(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// `a/b`.
    fn wide_div(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// `a·b + c`, rounded once.
    fn wide_fma(self, a: Self::Wide, b: Self::Wide, c: Self::Wide) -> Self::Wide;
    /// `x < low ? low : x`; NaN is kept.
    fn wide_at_least(self, x: Self::Wide, low: f64) -> Self::Wide;
    /// The nearest whole number; the even one of two.
    fn wide_round(self, x: Self::Wide) -> Self::Wide;
    /// `x·2^k` for whole `k`, if `x` and the result are normal; NaN if both `x` and `k` are NaN.
    fn wide_scale(self, x: Self::Wide, k: Self::Wide) -> Self::Wide;
    /// For positive normal `x`, the whole number `k` with `√½ ≤ x·2^−k < √2`, and `2^−k`. For other
    /// numbers, some numbers, the same on every machine.
    fn wide_exponent(self, x: Self::Wide) -> (Self::Wide, Self::Wide);

    /// Reads the first 16 numbers, with zeros beyond the end of the slice.
    #[inline(always)]
    fn load_padded(self, from: &[f32]) -> Self::Vector {
        if let Some(whole) = from.first_chunk() {
            return self.load(whole);
        }
        let mut padded = [0.0; LANES];
        padded[..from.len()].copy_from_slice(from);
        self.load(&padded)
    }

    /// Writes the first numbers, up to the end of the slice.
    #[inline(always)]
    fn store_cut(self, value: Self::Vector, to: &mut [f32]) {
        if let Some(whole) = to.first_chunk_mut() {
            return self.store(value, whole);
        }
        let mut whole = [0.0; LANES];
        self.store(value, &mut whole);
        to.copy_from_slice(&whole[..to.len()]);
    }

    /// Lane `v` of the result is the sum of the lanes of vector `v`, in the order of [`tree_sum`].
    ///
    /// Interleaving vector `v` with vector `v + half` and adding the two results folds both vectors
    /// once: their lanes alternate, and the vector number becomes part of the lane number.
    #[inline(always)]
    fn tree_sums(self, mut vectors: [Self::Vector; LANES]) -> Self::Vector {
        self.fold::<8>(&mut vectors);
        self.fold::<4>(&mut vectors);
        self.fold::<2>(&mut vectors);
        self.fold::<1>(&mut vectors);
        vectors[0]
    }

    /// One step of [`Lanes::tree_sums`]. The calls are unrolled because in a loop the vectors would
    /// leave the registers.
    #[inline(always)]
    fn fold<const HALF: usize>(self, vectors: &mut [Self::Vector; LANES]) {
        for v in 0..HALF {
            let (low, high) = self.interleave(vectors[v], vectors[v + HALF]);
            vectors[v] = self.add(low, high);
        }
    }

    /// Turns rows into columns: transposes 16 vectors of 16 lanes as a matrix.
    ///
    /// Lane `j` of vector `i` has the eight-bit index `(i, j)`. Interleaving vector `i` with vector
    /// `i + 8` rotates every index by one bit; after four rotations `i` and `j` have changed places.
    #[inline(always)]
    fn transpose(self, mut rows: [Self::Vector; LANES]) -> [Self::Vector; LANES] {
        for _ in 0..LANES.ilog2() {
            let before = rows;
            for i in 0..LANES / 2 {
                (rows[2 * i], rows[2 * i + 1]) = self.interleave(before[i], before[i + LANES / 2]);
            }
        }
        rows
    }
}

/// What [`Lanes::wide_exponent`] adds to the bits of a number, so that the exponent field of the sum is
/// `k + 1023`: the bits of 1 minus those of the f64 nearest to √½.
pub(super) const FROM_ROOT: u64 = 0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd;
/// The exponent field of an f64.
pub(super) const EXPONENT: u64 = 0x7ff0_0000_0000_0000;
/// Twice the bits of 1: minus the bits of `2^k`, they are the bits of `2^−k`.
pub(super) const ONE_OVER: u64 = 2 * 0x3ff0_0000_0000_0000;
/// The bits of `2^52`; numbers below `2^52` in the lowest bits are added to it.
pub(super) const WHOLE: u64 = 0x4330_0000_0000_0000;
/// The number whose bits are [`WHOLE`], and the bias of exponents.
pub(super) const WHOLE_AND_BIAS: f64 = 4_503_599_627_370_496.0 + 1023.0;
/// A number at which adding a small whole number adds it to the lowest bits: `1.5·2^52`.
pub(super) const SHIFT: f64 = 6_755_399_441_055_744.0;

/// The sum of 16 lanes by halving: lane `i` takes lane `i + 8`, then `i + 4`, `i + 2`, `i + 1`.
#[inline(always)]
pub(super) fn tree_sum<T: Copy + Add<Output = T>>(mut lanes: [T; LANES]) -> T {
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            lanes[i] = lanes[i] + lanes[i + half];
        }
    }
    lanes[0]
}

/// Calls `visit(first, count)` for every vector of `numbers` numbers.
#[inline(always)]
pub(super) fn vectors(numbers: usize, mut visit: impl FnMut(usize, usize)) {
    let whole = numbers / LANES * LANES;
    // Whole vectors are handled separately, so that their length is known at compile time.
    for first in (0..whole).step_by(LANES) {
        visit(first, LANES);
    }
    if whole < numbers {
        visit(whole, numbers - whole);
    }
}
