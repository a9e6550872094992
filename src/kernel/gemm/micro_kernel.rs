//! The micro-kernel: a tile of C is held in registers while the terms are added.

use std::array::from_fn;
use std::hint::black_box;
use std::marker::PhantomData;

use super::pack_a::PanelA;
use super::pack_b::PanelB;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::start::Start;
use crate::kernel::view::MatrixMut;

/// How many rows ahead of the current one B is prefetched.
const AHEAD: usize = 8;

/// The inputs of a tile of C.
#[derive(Clone, Copy)]
pub(super) struct Tile<'a> {
    pub(super) a: PanelA<'a>,
    pub(super) b: PanelB<'a>,
    /// The terms to be added, in ascending order; `None` means all terms.
    pub(super) nonzero: Option<&'a [u16]>,
    pub(super) start: Start,
    /// The rows of C to which the rows of `a` belong; there may be fewer than the tile has.
    pub(super) rows: &'a [usize],
}

/// `C ← start + A·B` for a tile of `ROWS` rows of `VECTORS` vectors; only the part inside `c` is
/// written.
#[inline(always)]
pub(super) fn micro_kernel<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    lanes: L,
    tile: Tile,
    c: MatrixMut,
) {
    let mut sums = [[lanes.splat(0.0); VECTORS]; ROWS];
    if tile.start == Start::Accumulate {
        sums = load(lanes, &c, tile.rows);
    }
    let depth = tile.b.depth;
    let factors = Factors::<ROWS, VECTORS>::new(tile.a, tile.b);
    match tile.nonzero {
        None => {
            for k in 0..depth {
                // SAFETY: `k < depth`.
                unsafe { factors.add_term(lanes, k, &mut sums) };
            }
        }
        Some(terms) => {
            let last = terms.iter().fold(0, |last, &k| k.max(last));
            assert!(usize::from(last) < depth, "a term of a tile");
            for &k in terms {
                // SAFETY: `k` is at most `last`, which is less than `depth`.
                unsafe { factors.add_term(lanes, usize::from(k), &mut sums) };
            }
        }
    }
    store(lanes, sums, c, tile.rows);
}

/// `ROWS` rows of A and `VECTORS` vectors of B, whose bounds are asserted once for all terms. An
/// assertion for each term, or a pointer for each row, would leave no registers for the sums.
#[derive(Clone, Copy)]
struct Factors<'a, const ROWS: usize, const VECTORS: usize> {
    /// Pointers to the first and the fourth row, from each of which two more are reached without
    /// arithmetic.
    a: [*const f32; 2],
    a_stride: usize,
    b: *const f32,
    b_ahead: *const f32,
    b_stride: usize,
    numbers: PhantomData<&'a [f32]>,
}

impl<'a, const ROWS: usize, const VECTORS: usize> Factors<'a, ROWS, VECTORS> {
    /// # Panics
    /// When `a` or `b` has fewer than `b.depth` terms, or when there are no terms.
    #[inline(always)]
    fn new(a: PanelA<'a>, b: PanelB<'a>) -> Self {
        let last = b.depth.checked_sub(1).expect("a term");
        assert!(
            (ROWS - 1) * a.stride + last < a.numbers.len()
                && last * b.stride + VECTORS * LANES <= b.numbers.len(),
            "the numbers of a tile"
        );
        // `black_box`, because the compiler would otherwise recompute these two for each term.
        let fourth_a = black_box(a.numbers.as_ptr().wrapping_add(3 * a.stride));
        let b_stride = black_box(b.stride);
        let first_b = b.numbers.as_ptr();
        Factors {
            a: [a.numbers.as_ptr(), fourth_a],
            a_stride: a.stride,
            b: first_b,
            b_ahead: first_b.wrapping_add(b_stride.wrapping_mul(AHEAD)),
            b_stride,
            numbers: PhantomData,
        }
    }

    /// `sums ← fma(a_k, b_k, sums)`.
    ///
    /// # Safety
    /// `k` is less than the depth of the `b` that [`Factors::new`] was given.
    #[inline(always)]
    unsafe fn add_term<L: Lanes>(
        self,
        lanes: L,
        k: usize,
        sums: &mut [[L::Vector; VECTORS]; ROWS],
    ) {
        // SAFETY: `new` has asserted that VECTORS·LANES numbers follow `last·b_stride` in B, which
        // outlives `self`; `k ≤ last` by the caller. An array of f32 is aligned as f32 is.
        let b: &[[f32; LANES]; VECTORS] = unsafe { &*self.b.add(k * self.b_stride).cast() };
        let ahead = self.b_ahead.wrapping_add(k * self.b_stride);
        (0..VECTORS).for_each(|v| lanes.prefetch(ahead.wrapping_add(v * LANES)));
        let b = from_fn::<_, VECTORS, _>(
            #[inline(always)]
            |v| lanes.load(&b[v]),
        );
        for (i, sums) in sums.iter_mut().enumerate() {
            // SAFETY: the address is that of number i·a_stride + k, since `a[i / 3]` points to row 3·⌊i/3⌋
            // for i < 6; `new` has asserted that number (ROWS − 1)·a_stride + last exists in A, which
            // outlives `self`; `i < ROWS`, and `k ≤ last` by the caller.
            let a = lanes.splat(unsafe { *self.a[i / 3].add(k).add(i % 3 * self.a_stride) });
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = lanes.fma(a, b, *sum);
            }
        }
    }
}

/// A tile on its way between memory and registers. It may be cut short here, row by row; if the sums
/// themselves were accessed in a loop of unknown length, they would be kept in memory throughout.
type Copied<const ROWS: usize, const VECTORS: usize> = [[[f32; LANES]; VECTORS]; ROWS];

/// Reads a tile, with zeros outside `c`.
#[inline(always)]
fn load<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    lanes: L,
    c: &MatrixMut,
    rows: &[usize],
) -> [[L::Vector; VECTORS]; ROWS] {
    let mut sums = [[lanes.splat(0.0); VECTORS]; ROWS];
    if (rows.len(), c.columns()) == (ROWS, VECTORS * LANES) {
        for (sums, &row) in sums.iter_mut().zip(rows) {
            for (sum, vector) in sums.iter_mut().zip(c.row(row).as_chunks().0) {
                *sum = lanes.load(vector);
            }
        }
        return sums;
    }
    let mut copied: Copied<ROWS, VECTORS> = [[[0.0; LANES]; VECTORS]; ROWS];
    for (copied, &row) in copied.iter_mut().zip(rows) {
        let row = c.row(row);
        for (v, vector) in copied.iter_mut().enumerate() {
            let from = (v * LANES).min(row.len());
            lanes.store(lanes.load_padded(&row[from..]), vector);
        }
    }
    for i in 0..ROWS {
        for v in 0..VECTORS {
            sums[i][v] = lanes.load(&copied[i][v]);
        }
    }
    sums
}

/// Writes the part of a tile that is inside `c`.
#[inline(always)]
fn store<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    lanes: L,
    sums: [[L::Vector; VECTORS]; ROWS],
    mut c: MatrixMut,
    rows: &[usize],
) {
    if (rows.len(), c.columns()) == (ROWS, VECTORS * LANES) {
        for (sums, &row) in sums.iter().zip(rows) {
            for (&sum, vector) in sums.iter().zip(c.row_mut(row).as_chunks_mut().0) {
                lanes.store(sum, vector);
            }
        }
        return;
    }
    let mut copied: Copied<ROWS, VECTORS> = [[[0.0; LANES]; VECTORS]; ROWS];
    for i in 0..ROWS {
        for v in 0..VECTORS {
            lanes.store(sums[i][v], &mut copied[i][v]);
        }
    }
    for (copied, &row) in copied.iter().zip(rows) {
        let row = c.row_mut(row);
        for (v, vector) in copied.iter().enumerate() {
            let from = (v * LANES).min(row.len());
            lanes.store_cut(lanes.load(vector), &mut row[from..]);
        }
    }
}
