//! The backward pass of the rectifier.

use super::elementwise::{combine, in_piece_pairs};
use super::isa::Isa;
use super::lanes::{Kernel, Lanes};

struct ReluBackward<'a> {
    output: &'a [f32],
    dy: &'a mut [f32],
}

impl Kernel for ReluBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        combine(
            lanes,
            self.output,
            self.dy,
            #[inline(always)]
            |output, dy| lanes.where_positive(output, dy),
        );
    }
}

/// `dy_i ← y_i > 0 ? dy_i : +0`, in place: the derivative of the rectifier times `dy`, from what the
/// rectifier gave, `output` = y (its input serves as well). The derivative at 0 is 0, and so it is
/// where y is NaN.
///
/// # Panics
/// When the lengths differ.
pub fn relu_backward(isa: Isa, output: &[f32], dy: &mut [f32]) {
    assert_eq!(output.len(), dy.len(), "lengths of outputs and derivatives");
    in_piece_pairs(output, dy, |output, dy| {
        isa.run(ReluBackward { output, dy });
    });
}
