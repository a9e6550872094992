//! What every kernel is written in: operations on 16 lanes.

use std::ops::Add;

/// The number of lanes of a vector, on every machine.
pub(super) const LANES: usize = 16;

/// A function that is compiled once for each instruction set ([`super::isa::Isa::run`]).
pub(super) trait Kernel {
    /// What it returns.
    type Output;

    /// The function. Implementations say `#[inline(always)]`: the body must land in the function
    /// that has the instruction set enabled, and so must every function it passes `lanes` to.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// 16 lanes of f32 and of f64 on one instruction set.
///
/// A value of an implementing type is the proof that the machine has the instructions; this is why
/// the operations are methods and are safe. Each rounds once, to nearest, ties to even, and gives
/// the same bits everywhere (payloads of NaN excepted).
pub(super) trait Lanes: Copy {
    /// 16 numbers f32.
    type Vector: Copy;
    /// 16 numbers f64.
    type Wide: Copy;
    /// Vectors that stay in registers.
    const REGISTERS: usize;
    /// Vectors in a row of the register tiles.
    const TILE_VECTORS: usize;
    /// Pixels of the register tile of a convolution, at most.
    const TILE_PLACES: usize;
    /// Vectors of sums in the register tiles of a convolution, at most.
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
    /// `0 > x ? 0 : x`: NaN and −0 stay.
    fn positive_part(self, x: Self::Vector) -> Self::Vector;
    /// `gate > 0 ? x : 0`: NaN closes the gate.
    fn where_positive(self, gate: Self::Vector, x: Self::Vector) -> Self::Vector;
    /// `x > bar or x is NaN ? a : b`.
    fn where_above(
        self,
        x: Self::Vector,
        bar: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector;
    /// `x = y ? a : b`: NaN equals nothing.
    fn where_equal(
        self,
        x: Self::Vector,
        y: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector;
    /// A bit for each lane, the first one the lowest: is it anything but a zero?
    fn nonzero(self, x: Self::Vector) -> u16;
    /// `(a₀ b₀ a₁ b₁ … a₇ b₇, a₈ b₈ … a₁₅ b₁₅)`.
    fn interleave(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector);

    /// Asks for the cache line of the first number, to be there when it is needed.
    #[inline(always)]
    fn prefetch(self, _from: *const f32) {}

    /// Zero in every lane.
    fn wide_zero(self) -> Self::Wide;
    /// The same numbers as f64.
    fn widen(self, x: Self::Vector) -> Self::Wide;
    /// Writes 16 numbers.
    fn wide_store(self, value: Self::Wide, to: &mut [f64; LANES]);
    /// `a + b`.
    fn wide_add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// `a·b + c`, rounded once.
    fn wide_fma(self, a: Self::Wide, b: Self::Wide, c: Self::Wide) -> Self::Wide;

    /// Reads the first 16 numbers, with zeros for those that are not there.
    #[inline(always)]
    fn load_padded(self, from: &[f32]) -> Self::Vector {
        if let Some(whole) = from.first_chunk() {
            return self.load(whole);
        }
        let mut padded = [0.0; LANES];
        padded[..from.len()].copy_from_slice(from);
        self.load(&padded)
    }

    /// Writes the first numbers, as many as there is room for.
    #[inline(always)]
    fn store_cut(self, value: Self::Vector, to: &mut [f32]) {
        if let Some(whole) = to.first_chunk_mut() {
            return self.store(value, whole);
        }
        let mut whole = [0.0; LANES];
        self.store(value, &mut whole);
        to.copy_from_slice(&whole[..to.len()]);
    }

    /// Lane `v` is the sum of the lanes of vector `v`, in the order of [`tree_sum`].
    ///
    /// To interleave vector `v` with vector `v + half` and to add what comes out folds both once:
    /// their lanes stand alternately, and the number of the vector moves into that of the lane.
    #[inline(always)]
    fn tree_sums(self, mut vectors: [Self::Vector; LANES]) -> Self::Vector {
        self.fold::<8>(&mut vectors);
        self.fold::<4>(&mut vectors);
        self.fold::<2>(&mut vectors);
        self.fold::<1>(&mut vectors);
        vectors[0]
    }

    /// A step of [`Lanes::tree_sums`]. One by one and not in a loop, or the vectors leave the registers.
    #[inline(always)]
    fn fold<const HALF: usize>(self, vectors: &mut [Self::Vector; LANES]) {
        for v in 0..HALF {
            let (low, high) = self.interleave(vectors[v], vectors[v + HALF]);
            vectors[v] = self.add(low, high);
        }
    }

    /// Rows to columns: 16 vectors of 16 lanes as a matrix.
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

/// Calls `visit(first, count)` for every vector of so many numbers.
#[inline(always)]
pub(super) fn vectors(numbers: usize, mut visit: impl FnMut(usize, usize)) {
    let whole = numbers / LANES * LANES;
    // Whole vectors apart, so that their length is known when this is compiled.
    for first in (0..whole).step_by(LANES) {
        visit(first, LANES);
    }
    if whole < numbers {
        visit(whole, numbers - whole);
    }
}
