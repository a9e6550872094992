//! Measures the peak arithmetic speed of the processor.

use super::isa::Isa;
use super::lanes::{Kernel, LANES, Lanes, tree_sum};

/// The number of chains side by side: more than enough to hide the latency of an FMA, but not more than
/// there are registers.
const CHAINS: usize = 12;

struct Peak {
    rounds: usize,
}

impl Kernel for Peak {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f32 {
        let factor = lanes.splat(0.5);
        let mut sums = [factor; CHAINS];
        for _ in 0..self.rounds {
            for sum in &mut sums {
                *sum = lanes.fma(*sum, factor, factor);
            }
        }
        let mut total = [0.0; LANES];
        let all = sums
            .into_iter()
            .fold(lanes.splat(0.0), |all, sum| lanes.add(all, sum));
        lanes.store(all, &mut total);
        tree_sum(total)
    }
}

/// Performs `384·rounds` floating-point operations in registers, half of them multiplications. Their
/// speed is an upper limit for every product. Returns a number that depends on all of them, so that none
/// is optimised away.
pub fn peak(isa: Isa, rounds: usize) -> f32 {
    isa.run(Peak { rounds })
}
