//! The derivative of the rectifier, applied.

use super::elementwise::{combine, in_piece_pairs};
use super::isa::Isa;
use super::lanes::{Kernel, Lanes};

struct Gate<'a> {
    gate: &'a [f32],
    x: &'a mut [f32],
}

impl Kernel for Gate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        combine(
            lanes,
            self.gate,
            self.x,
            #[inline(always)]
            |gate, x| lanes.where_positive(gate, x),
        );
    }
}

/// `x_i ← gate_i > 0 ? x_i : +0`: the derivative of the rectifier at `gate`, times `x`. The
/// derivative at 0 is 0, and a gate that is NaN is closed.
///
/// # Panics
/// When the lengths differ.
pub fn gate(isa: Isa, gate: &[f32], x: &mut [f32]) {
    assert_eq!(gate.len(), x.len(), "lengths of a gate and its numbers");
    in_piece_pairs(gate, x, |gate, x| isa.run(Gate { gate, x }));
}
