//! What a tile reads of the two factors.

use std::array::from_fn;
use std::hint::black_box;
use std::marker::PhantomData;

use super::tile::Panel;
use crate::kernel::lanes::{LANES, Lanes};

/// How many rows of B ahead of the one that is multiplied the next ones are asked for.
const AHEAD: usize = 8;

/// The rows of A in a tile: element (i, k) stands at `i·down + k·along` of the numbers.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) down: usize,
    pub(super) along: usize,
}

/// `ROWS` rows of A and `VECTORS` vectors of B, with so many terms that were compared with the numbers
/// there are: where another program uses the other half of a core, every instruction beside the
/// multiply-adds counts, and a comparison for each term or a pointer for each row leaves the sums
/// without registers.
#[derive(Clone, Copy)]
pub(super) struct Factors<'a, const ROWS: usize, const VECTORS: usize> {
    /// The first row and the fourth, from which the processor reaches two more without arithmetic.
    a: [*const f32; 2],
    down: usize,
    along: usize,
    b: *const f32,
    ahead: *const f32,
    stride: usize,
    numbers: PhantomData<&'a [f32]>,
}

impl<'a, const ROWS: usize, const VECTORS: usize> Factors<'a, ROWS, VECTORS> {
    /// # Panics
    /// When one of them has less than `depth` terms, or when there are none.
    #[inline(always)]
    pub(super) fn new(a: Rows<'a>, b: Panel<'a>, depth: usize) -> Self {
        let last = depth.checked_sub(1).expect("a term");
        assert!(
            (ROWS - 1) * a.down + last * a.along < a.numbers.len()
                && last * b.stride + VECTORS * LANES <= b.numbers.len(),
            "the numbers of a tile"
        );
        let first = a.numbers.as_ptr();
        Factors {
            // The compiler would forget that it has the second one, and make it anew for each term.
            a: [first, black_box(first.wrapping_add(3 * a.down))],
            down: a.down,
            along: a.along,
            b: b.numbers.as_ptr(),
            ahead: b
                .numbers
                .as_ptr()
                .wrapping_add(b.stride.wrapping_mul(AHEAD)),
            stride: b.stride,
            numbers: PhantomData,
        }
    }

    /// `sums ← sums + a_k·b_k`.
    ///
    /// # Safety
    /// `k < depth`.
    #[inline(always)]
    pub(super) unsafe fn add<L: Lanes>(
        self,
        lanes: L,
        k: usize,
        sums: &mut [[L::Vector; VECTORS]; ROWS],
    ) {
        // SAFETY: `new` has compared the last vector of the last row with the numbers there are.
        let b: &[[f32; LANES]; VECTORS] = unsafe { &*self.b.add(k * self.stride).cast() };
        let ahead = self.ahead.wrapping_add(k * self.stride);
        (0..VECTORS).for_each(|v| lanes.prefetch(ahead.wrapping_add(v * LANES)));
        let b = from_fn::<_, VECTORS, _>(
            #[inline(always)]
            |v| lanes.load(&b[v]),
        );
        for (i, sums) in sums.iter_mut().enumerate() {
            // SAFETY: as for `b`: it is one of `ROWS` rows, and one of `depth` columns.
            let a =
                lanes.splat(unsafe { *self.a[i / 3].add(k * self.along).add(i % 3 * self.down) });
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = lanes.fma(a, b, *sum);
            }
        }
    }
}
