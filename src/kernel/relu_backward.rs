//! The backward pass of ReLU.

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

/// `dy_i ← y_i > 0 ? dy_i : +0`, in place: multiplies `dy` by the derivative of ReLU. `output` = y is
/// the output of the ReLU; its input gives the same result. The derivative is 0 at 0 and where y is NaN.
///
/// # Panics
/// When the lengths differ.
pub fn relu_backward(isa: Isa, output: &[f32], dy: &mut [f32]) {
    assert_eq!(output.len(), dy.len(), "lengths of outputs and derivatives");
    in_piece_pairs(output, dy, |output, dy| {
        isa.run(ReluBackward { output, dy });
    });
}
