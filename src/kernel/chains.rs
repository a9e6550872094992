//! Sums in 64 lanes, as four chains of vectors side by side.

use super::lanes::{LANES, Lanes};

/// The number of vectors summed side by side: enough independent chains to hide the latency of an FMA.
pub(super) const CHAINS: usize = 4;

/// Adds the pairs `(x_i, y_i)` to four chains. Pair `i` goes to lane `i mod 64`, in order; the sequence
/// is padded with zeros to a multiple of 64. The slices have the same length.
#[inline(always)]
pub(super) fn in_chains<L: Lanes, S: Copy>(
    lanes: L,
    x: &[f32],
    y: &[f32],
    zero: S,
    add: impl Fn(S, L::Vector, L::Vector) -> S,
) -> [S; CHAINS] {
    let mut sums = [zero; CHAINS];
    let (whole_x, rest_x) = x.as_chunks::<{ CHAINS * LANES }>();
    let (whole_y, rest_y) = y.as_chunks::<{ CHAINS * LANES }>();
    for (x, y) in whole_x.iter().zip(whole_y) {
        add_block(lanes, &mut sums, x, y, &add);
    }
    if !rest_x.is_empty() {
        add_block(lanes, &mut sums, rest_x, rest_y, &add);
    }
    sums
}

/// Adds at most one vector to each chain. A chain for which there is none stays as it is: it begins at +0, to which
/// zeros add nothing.
#[inline(always)]
fn add_block<L: Lanes, S: Copy>(
    lanes: L,
    sums: &mut [S; CHAINS],
    x: &[f32],
    y: &[f32],
    add: &impl Fn(S, L::Vector, L::Vector) -> S,
) {
    let vectors = x.chunks(LANES).zip(y.chunks(LANES));
    for (sum, (x, y)) in sums.iter_mut().zip(vectors) {
        *sum = add(*sum, lanes.load_padded(x), lanes.load_padded(y));
    }
}
