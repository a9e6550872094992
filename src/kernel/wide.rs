//! Sums in f64 of f32 numbers: the dot product and the plain sum.

use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::chains::{CHAINS, in_chains};
use super::elementwise::PIECE;
use super::isa::Isa;
use super::lanes::{Kernel, LANES, Lanes, tree_sum};
use super::team::{share, threads};

/// Σ x_i y_i over at most one piece.
struct DotWide<'a> {
    x: &'a [f32],
    y: &'a [f32],
}

impl Kernel for DotWide<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f64 {
        let sums = in_chains(
            lanes,
            self.x,
            self.y,
            lanes.wide_zero(),
            #[inline(always)]
            |sum, x, y| lanes.wide_fma(lanes.widen(x), lanes.widen(y), sum),
        );
        wide_tree(lanes, sums)
    }
}

/// Σ x_i over at most one piece.
struct Sum<'a> {
    x: &'a [f32],
}

impl Kernel for Sum<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f64 {
        let sums = in_chains(
            lanes,
            self.x,
            self.x,
            lanes.wide_zero(),
            #[inline(always)]
            |sum, x, _| lanes.wide_add(sum, lanes.widen(x)),
        );
        wide_tree(lanes, sums)
    }
}

/// The sum of 64 lanes, added in the fixed tree.
#[inline(always)]
fn wide_tree<L: Lanes>(lanes: L, [a, b, c, d]: [L::Wide; CHAINS]) -> f64 {
    let pairs = (lanes.wide_add(a, b), lanes.wide_add(c, d));
    let mut total = [0.0; LANES];
    lanes.wide_store(lanes.wide_add(pairs.0, pairs.1), &mut total);
    tree_sum(total)
}

/// `Σ x_i y_i` in f64. The product of two f32 numbers is exact in f64 and cannot underflow, so only the
/// additions round.
///
/// The terms are cut into pieces of 2¹⁴. Each piece is summed in 64 lanes and the tree of
/// [`super::dot`], and the pieces are added in order. The longest path has at most
/// `min(⌈n/64⌉, 2⁸) + 6 + ⌈n/2¹⁴⌉` roundings.
///
/// # Panics
/// When the lengths differ.
pub fn dot_wide(isa: Isa, x: &[f32], y: &[f32]) -> f64 {
    assert_eq!(
        x.len(),
        y.len(),
        "lengths of the two vectors of a dot product"
    );
    if x.len() <= PIECE {
        return isa.run(DotWide { x, y });
    }
    in_order(x.len(), |piece| {
        let (x, y) = (&x[piece.clone()], &y[piece]);
        isa.run(DotWide { x, y })
    })
}

/// `Σ x_i` in f64, in the order of [`dot_wide`] with a vector of ones.
pub fn sum(isa: Isa, x: &[f32]) -> f64 {
    if x.len() <= PIECE {
        return isa.run(Sum { x });
    }
    in_order(x.len(), |piece| isa.run(Sum { x: &x[piece] }))
}

/// Computes the sums of the pieces of `terms` terms, and adds them in order.
fn in_order(terms: usize, sum: impl Fn(Range<usize>) -> f64 + Sync) -> f64 {
    let pieces = terms.div_ceil(PIECE);
    let sums: Vec<AtomicU64> = (0..pieces).map(|_| AtomicU64::new(0)).collect();
    let parts = threads().min(pieces);
    share(parts, |part| {
        let first = pieces * part / parts;
        let mine = &sums[first..pieces * (part + 1) / parts];
        for (piece, result) in (first..).zip(mine) {
            let terms = piece * PIECE..terms.min((piece + 1) * PIECE);
            result.store(sum(terms).to_bits(), Relaxed);
        }
    });
    let sums = sums.into_iter().map(|sum| f64::from_bits(sum.into_inner()));
    sums.fold(0.0, |total, sum| total + sum)
}
