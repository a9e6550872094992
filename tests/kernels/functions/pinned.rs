//! The bits of every function, which are a promise: a change of any of them is a decision.
//!
//! Most coefficients could change a little without breaking the promised error. This test sees that.

use sgd_stability::kernel::Isa;

use super::bits::kernels;
use crate::support::bits;

/// The names of the kernels and their sums ([`sum`]).
const PINNED: [(&str, u64); 0] = [];

/// Numbers of both signs from 2⁻²⁷ to 2⁹, 131 thousand of them.
fn arguments() -> Vec<f32> {
    let fields = (100_u32 << 23..136 << 23).step_by(4603);
    let magnitudes = fields.map(f32::from_bits);
    magnitudes.flat_map(|x| [x, -x]).collect()
}

/// FNV-1a of the bits of all results, the words in order.
fn sum(results: &[f32]) -> u64 {
    results.iter().fold(0xcbf2_9ce4_8422_2325, |sum, result| {
        (sum ^ u64::from(bits(*result))).wrapping_mul(0x0100_0000_01b3)
    })
}

#[test]
fn the_bits_are_those_that_were_promised() {
    let z = arguments();
    let found = kernels().into_iter().map(|(name, kernel)| {
        // Elementary functions are of `x`; derivatives at `z` are multiplied by `x`.
        let mut x = z.clone();
        x.rotate_left(if name.contains("derivative") { 1009 } else { 0 });
        kernel(Isa::best(), &z, &mut x);
        format!("(\"{name}\", {:#018x}),\n", sum(&x))
    });
    let pinned = PINNED.map(|(name, sum)| format!("(\"{name}\", {sum:#018x}),\n"));
    let (found, pinned) = (found.collect::<String>(), pinned.concat());
    assert!(found == pinned, "these bits are new:\n{found}");
}
