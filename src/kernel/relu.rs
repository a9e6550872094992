//! The ReLU function, in place.

use super::elementwise::{in_pieces, update};
use super::isa::Isa;
use super::lanes::{Kernel, Lanes};

struct Relu<'a> {
    x: &'a mut [f32],
}

impl Kernel for Relu<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        update(
            lanes,
            self.x,
            #[inline(always)]
            |x| lanes.positive_part(x),
        );
    }
}

/// `x_i ← x_i < 0 ? 0 : x_i`. NaN stays NaN and −0 stays −0.
pub fn relu(isa: Isa, x: &mut [f32]) {
    in_pieces(x, |x| isa.run(Relu { x }));
}
