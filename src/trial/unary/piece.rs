//! One piece of a trial: 2²⁴ neighbouring magnitudes with both signs.

use super::chunk::{Judge, Side};
use super::tally::Tally;
use crate::oracle::unary::{Block, Direction, Function, Parity, blocks, direction, parity};
use crate::trial::kernels::Unary;
use crate::trial::verdict::FaultKind;

/// The number of magnitudes in a piece.
pub(super) const PIECE: u32 = 1 << 24;
/// The number of pieces of all floats.
pub(super) const PIECES: u32 = 128;
/// The number of magnitudes for which the kernel is called at once.
const UNIT: u32 = 1 << 17;
const SIGN: u32 = 1 << 31;

/// The magnitudes `first ..= last` of a unit, and what the kernel makes of them.
struct Unit {
    first: u32,
    count: u32,
    x: Vec<f32>,
    plus: Vec<f32>,
    minus: Vec<f32>,
}

/// Tries the magnitudes `first ..= last`, which are in one piece.
pub(super) fn try_piece(
    kernel: &dyn Unary,
    function: Function,
    (first, last): (u32, u32),
    allowed: f64,
    advance: &dyn Fn(u64),
) -> Tally {
    let mut judge = Judge::new(function, allowed);
    let mut from = first;
    loop {
        let end = (from | (UNIT - 1)).min(last);
        let unit = Unit::new(kernel, from, end);
        let count = unit.count;
        unit.judge(function, &mut judge);
        advance(2 * u64::from(count));
        match end.checked_add(1) {
            Some(next) if end < last => from = next,
            _ => return judge.tally,
        }
    }
}

/// The flag for the trial of the piece that has this input.
fn replay(input: u32) -> String {
    format!("--shard {}/{PIECES}", (input & (SIGN - 1)) / PIECE + 1)
}

impl Unit {
    /// Calls the kernel. One more float than the unit has is tried, to compare the order across its end.
    fn new(kernel: &dyn Unary, first: u32, last: u32) -> Self {
        let count = last - first + 1;
        let beyond = last.saturating_add(1).min(SIGN - 1);
        let x: Vec<f32> = (first..=beyond).map(f32::from_bits).collect();
        let map = |x: &[f32]| {
            // A kernel that leaves an element unwritten must not profit from an earlier one.
            let mut y = vec![f32::from_bits(0x7fa5_a5a5); x.len()];
            let (own, next) = y.split_at_mut(count as usize);
            // The last result of a call is judged too, so that the float beyond has a call of its own.
            kernel.map(&x[..own.len()], own);
            if !next.is_empty() {
                kernel.map(&x[own.len()..], next);
            }
            y
        };
        let plus = map(&x);
        let opposite: Vec<f32> = x.iter().map(|x| -x).collect();
        let minus = map(&opposite);
        Unit {
            first,
            count,
            x,
            plus,
            minus,
        }
    }

    fn judge(mut self, function: Function, judge: &mut Judge) {
        let count = self.count as usize;
        let parity = parity(function);
        if parity != Parity::Neither {
            self.symmetry(parity, judge);
        }
        let x: Vec<f32>;
        match parity {
            Parity::Neither => {
                judge_blocks(
                    function,
                    self.first,
                    &self.x[..count],
                    &[Side {
                        sign: 0,
                        flips: false,
                        y: &self.plus,
                    }],
                    judge,
                );
                x = self.x.iter().map(|x| -x).collect();
                judge_blocks(
                    function,
                    self.first | SIGN,
                    &x[..count],
                    &[Side {
                        sign: 0,
                        flips: false,
                        y: &self.minus,
                    }],
                    judge,
                );
            }
            Parity::Odd | Parity::Even => {
                let flips = parity == Parity::Odd;
                if flips {
                    self.minus.iter_mut().for_each(|y| *y = -*y);
                }
                let sides = [
                    Side {
                        sign: 0,
                        flips: false,
                        y: &self.plus,
                    },
                    Side {
                        sign: SIGN,
                        flips,
                        y: &self.minus,
                    },
                ];
                judge_blocks(function, self.first, &self.x[..count], &sides, judge);
            }
        }
    }

    /// Compares f(−x) with f(x).
    fn symmetry(&self, parity: Parity, judge: &mut Judge) {
        let flip = if parity == Parity::Odd { SIGN } else { 0 };
        let differs = |i: &usize| {
            let (plus, minus) = (self.plus[*i], self.minus[*i]);
            plus.to_bits() ^ flip != minus.to_bits() && !(plus.is_nan() && minus.is_nan())
        };
        let places = 0..self.count as usize;
        let count = places.clone().filter(differs).count();
        let pair = || {
            let i = places.clone().find(differs).unwrap_or(0);
            let x = self.x[i].to_bits();
            [(x, self.plus[i]), (x | SIGN, self.minus[i])]
        };
        judge
            .tally
            .pair_fault(FaultKind::Symmetry, count as u64, replay(self.first), pair);
    }
}

/// Cuts the inputs `x` of one sign, from the bits `first` on, into blocks, and judges each.
fn judge_blocks(function: Function, first: u32, x: &[f32], sides: &[Side], judge: &mut Judge) {
    let mut start = 0;
    while start < x.len() {
        // Blocks are aligned, so that a range that begins anywhere still has powers of two.
        let from = first + start as u32;
        let left = (x.len() - start) as u32;
        let largest = if from & (UNIT - 1) == 0 {
            UNIT
        } else {
            1 << from.trailing_zeros()
        };
        let count = largest.min(1 << left.ilog2());
        for block in blocks(function, from, count) {
            let places =
                (block.first - first) as usize..(block.first - first + block.count) as usize;
            judge.block(&block, &x[places.clone()], sides, places.start);
            order(function, &block, places, sides, judge);
        }
        start += count as usize;
    }
}

/// Compares neighbouring results where the function is known to rise or fall, up to the first one beyond
/// the block.
fn order(
    function: Function,
    block: &Block,
    places: std::ops::Range<usize>,
    sides: &[Side],
    judge: &mut Judge,
) {
    let Some(known) = block.direction else { return };
    let beyond = f32::from_bits(block.first + block.count);
    let near = f64::from(f32::from_bits(block.first));
    let ends = (near.min(beyond.into()), near.max(beyond.into()));
    let reaches = beyond.is_finite() && direction(function, ends.0, ends.1) == Some(known);
    // Seen from zero, a negative stretch is passed backwards.
    let rises = (known == Direction::Rising) == near.is_sign_positive();
    for side in sides {
        let end = if reaches { places.end } else { places.end - 1 };
        let y = &side.y[places.start..(end + 1).min(side.y.len())];
        let breaks = |pair: &[f32]| {
            if rises {
                pair[0] > pair[1]
            } else {
                pair[0] < pair[1]
            }
        };
        let count = y.windows(2).filter(|pair| breaks(pair)).count();
        let pair = || {
            let i = y.windows(2).position(breaks).unwrap_or(0);
            let bits = |i: usize| (block.first + i as u32) | side.sign;
            [i, i + 1].map(|i| (bits(i), side.came(y[i])))
        };
        judge.tally.pair_fault(
            FaultKind::Monotonicity,
            count as u64,
            replay(block.first),
            pair,
        );
    }
}
