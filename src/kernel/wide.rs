//! Sums in f64 of numbers in f32: the dot product and the plain sum.

use rayon::prelude::*;

use super::chains::{CHAINS, in_chains};
use super::elementwise::PIECE;
use super::isa::Isa;
use super::lanes::{Kernel, LANES, Lanes, tree_sum};

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
            (self.x, self.y),
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
            (self.x, self.x),
            lanes.wide_zero(),
            #[inline(always)]
            |sum, x, _| lanes.wide_add(sum, lanes.widen(x)),
        );
        wide_tree(lanes, sums)
    }
}

/// The sum of 64 lanes in the fixed tree.
#[inline(always)]
fn wide_tree<L: Lanes>(lanes: L, [a, b, c, d]: [L::Wide; CHAINS]) -> f64 {
    let pairs = (lanes.wide_add(a, b), lanes.wide_add(c, d));
    let mut total = [0.0; LANES];
    lanes.wide_store(lanes.wide_add(pairs.0, pairs.1), &mut total);
    tree_sum(total)
}

/// `Σ x_i y_i` in f64. The product of two f32 is exact in f64 and nothing can underflow, so that an
/// addition is the only thing that rounds.
///
/// Pieces of 2¹⁴ terms, each summed in 64 lanes and the tree of [`super::dot`], then added in order:
/// at most `min(⌈n/64⌉, 2⁸) + 6 + ⌈n/2¹⁴⌉` roundings on the longest path.
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
    let pieces = x.par_chunks(PIECE).zip(y.par_chunks(PIECE));
    let sums: Vec<f64> = pieces.map(|(x, y)| isa.run(DotWide { x, y })).collect();
    in_order(&sums)
}

/// `Σ x_i` in f64, in the order of [`dot_wide`] with the ones vector.
pub fn sum(isa: Isa, x: &[f32]) -> f64 {
    if x.len() <= PIECE {
        return isa.run(Sum { x });
    }
    let pieces = x.par_chunks(PIECE);
    let sums: Vec<f64> = pieces.map(|x| isa.run(Sum { x })).collect();
    in_order(&sums)
}

fn in_order(sums: &[f64]) -> f64 {
    sums.iter().fold(0.0, |total, sum| total + sum)
}
