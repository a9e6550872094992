//! Applies a function of lanes to slices.

use crate::kernel::elementwise::{combine, in_piece_pairs, in_pieces, update};
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, Lanes};

/// A function of one number.
pub(super) trait Function: Copy + Sync {
    /// The function in 16 lanes. Implementations must be `#[inline(always)]`.
    fn value<L: Lanes>(self, lanes: L, x: L::Vector) -> L::Vector;
}

/// A factor that depends on one number: a derivative.
pub(super) trait Factor: Copy + Sync {
    /// `x` times the factor at `z`, in 16 lanes. Implementations must be `#[inline(always)]`.
    fn times<L: Lanes>(self, lanes: L, z: L::Vector, x: L::Vector) -> L::Vector;
}

struct Apply<'a, F> {
    function: F,
    x: &'a mut [f32],
}

impl<F: Function> Kernel for Apply<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let function = self.function;
        update(
            lanes,
            self.x,
            #[inline(always)]
            |x| function.value(lanes, x),
        );
    }
}

/// `x_i ← f(x_i)`.
pub(super) fn apply(isa: Isa, function: impl Function, x: &mut [f32]) {
    in_pieces(x, |x| isa.run(Apply { function, x }));
}

struct Multiply<'a, F> {
    factor: F,
    z: &'a [f32],
    x: &'a mut [f32],
}

impl<F: Factor> Kernel for Multiply<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let factor = self.factor;
        combine(
            lanes,
            self.z,
            self.x,
            #[inline(always)]
            |z, x| factor.times(lanes, z, x),
        );
    }
}

/// `x_i ← f(z_i)·x_i`.
///
/// # Panics
/// When the lengths differ.
pub(super) fn multiply(isa: Isa, factor: impl Factor, z: &[f32], x: &mut [f32]) {
    assert_eq!(z.len(), x.len(), "lengths of arguments and factors");
    in_piece_pairs(z, x, |z, x| isa.run(Multiply { factor, z, x }));
}
