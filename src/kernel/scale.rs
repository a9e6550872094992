//! The scaling `x ← a·x`.

use super::elementwise::{in_pieces, update};
use super::isa::Isa;
use super::lanes::{Kernel, Lanes};

struct Scale<'a> {
    a: f32,
    x: &'a mut [f32],
}

impl Kernel for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let a = lanes.splat(self.a);
        update(
            lanes,
            self.x,
            #[inline(always)]
            |x| lanes.mul(a, x),
        );
    }
}

/// `x_i ← a·x_i`, rounded once.
pub fn scale(isa: Isa, a: f32, x: &mut [f32]) {
    in_pieces(x, |x| isa.run(Scale { a, x }));
}
