//! What the processor can do: the yardstick of the other kernels.

use super::isa::Isa;
use super::lanes::{Kernel, LANES, Lanes};

/// Chains side by side: more than the latency of an FMA can hide, fewer than the registers.
const CHAINS: usize = 6;

struct Yardstick {
    rounds: usize,
    factor: f32,
}

impl Kernel for Yardstick {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f32 {
        let factor = lanes.splat(self.factor);
        let mut sums = [lanes.splat(1.0); CHAINS];
        for _ in 0..self.rounds {
            for sum in &mut sums {
                *sum = lanes.fma(factor, *sum, factor);
            }
        }
        let mut total = [0.0; LANES];
        for sum in sums {
            let mut numbers = [0.0; LANES];
            lanes.store(sum, &mut numbers);
            (0..LANES).for_each(|i| total[i] += numbers[i]);
        }
        total.iter().sum()
    }
}

/// The multiply-adds of a round of [`yardstick`].
pub const YARDSTICK_ROUND: usize = CHAINS * LANES;

/// `rounds` times [`YARDSTICK_ROUND`] fused multiply-adds `s ← fma(a, s, a)` in registers, with
/// nothing read from memory: no kernel is faster. Gives the sum of the chains, which begin with 1.
pub fn yardstick(isa: Isa, rounds: usize, a: f32) -> f32 {
    isa.run(Yardstick { rounds, factor: a })
}
