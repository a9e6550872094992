//! The loop of multiply-adds that the benchmarks measure against.

use sgd_stability::kernel::{Isa, YARDSTICK_ROUND, yardstick};

/// A yardstick that skips its work would flatter the machine and shame the kernels.
#[test]
fn the_yardstick_does_all_its_multiply_adds() {
    for (rounds, factor) in [(0, 0.5), (1, 0.5), (7, 0.25), (100, 1.0)] {
        let chain = (0..rounds).fold(1.0_f32, |s, _| factor.mul_add(s, factor));
        // Whole numbers and short fractions: the sum of the chains does not round.
        let right = chain * YARDSTICK_ROUND as f32;
        for isa in Isa::available() {
            let place = format!("{rounds} rounds on {}", isa.name());
            assert_eq!(yardstick(isa, rounds, factor), right, "{place}");
        }
    }
}
