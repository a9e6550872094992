//! The element-wise product `y ← x·y`.

use super::elementwise::{combine, in_piece_pairs};
use super::isa::Isa;
use super::lanes::{Kernel, Lanes};

struct Multiply<'a> {
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Kernel for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        combine(
            lanes,
            self.x,
            self.y,
            #[inline(always)]
            |x, y| lanes.mul(x, y),
        );
    }
}

/// `y_i ← x_i·y_i`, rounded once: the product of a diagonal matrix and a vector.
///
/// # Panics
/// When the lengths differ.
pub fn multiply(isa: Isa, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "lengths of the two vectors of a product");
    in_piece_pairs(x, y, |x, y| isa.run(Multiply { x, y }));
}
