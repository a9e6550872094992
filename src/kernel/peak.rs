//! Measures the peak arithmetic speed of the processor.

use super::isa::Isa;
use super::lanes::{Kernel, LANES, Lanes, tree_sum};

/// The number of FMAs of 16 lanes in a round.
const IN_ROUND: usize = 12;

struct Peak {
    rounds: usize,
}

impl Kernel for Peak {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f32 {
        // Twelve vectors side by side, if they fit in the registers beside the factor. A vector that takes
        // two registers is two chains, so that six of them hide the latency of an FMA as well.
        if L::REGISTERS > IN_ROUND {
            chains::<L, IN_ROUND>(lanes, self.rounds)
        } else {
            chains::<L, { IN_ROUND / 2 }>(lanes, 2 * self.rounds)
        }
    }
}

/// Runs chains of `length` FMAs side by side.
#[inline(always)]
fn chains<L: Lanes, const CHAINS: usize>(lanes: L, length: usize) -> f32 {
    let factor = lanes.splat(0.5);
    let mut sums = [factor; CHAINS];
    for _ in 0..length {
        for sum in &mut sums {
            *sum = lanes.fma(*sum, factor, factor);
        }
    }
    let mut total = [0.0; LANES];
    let all = sums.into_iter().fold(
        lanes.splat(0.0),
        #[inline(always)]
        |all, sum| lanes.add(all, sum),
    );
    lanes.store(all, &mut total);
    tree_sum(total)
}

/// Performs `384·rounds` floating-point operations in registers, half of them multiplications. Their
/// speed is an upper limit for every product. Returns a number that depends on all of them, so that none
/// is optimised away.
pub fn peak(isa: Isa, rounds: usize) -> f32 {
    isa.run(Peak { rounds })
}
