//! Running sums and means of a sequence of vectors.

use super::elementwise::{combine, in_piece_pairs};
use super::isa::Isa;
use super::lanes::{Kernel, Lanes};

struct Decay<'a> {
    keep: f32,
    x: &'a [f32],
    sum: &'a mut [f32],
}

impl Kernel for Decay<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let keep = lanes.splat(self.keep);
        combine(
            lanes,
            self.x,
            self.sum,
            #[inline(always)]
            |x, sum| lanes.fma(keep, sum, x),
        );
    }
}

/// `sum_i ← fma(keep, sum_i, x_i)`: a sum whose older terms decay.
///
/// # Panics
/// When the lengths differ.
pub fn decay(isa: Isa, keep: f32, x: &[f32], sum: &mut [f32]) {
    assert_eq!(x.len(), sum.len(), "lengths of a vector and a running sum");
    in_piece_pairs(x, sum, |x, sum| isa.run(Decay { keep, x, sum }));
}

struct Approach<'a> {
    share: f32,
    x: &'a [f32],
    mean: &'a mut [f32],
}

impl Kernel for Approach<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let (share, minus) = (lanes.splat(self.share), lanes.splat(-1.0));
        combine(
            lanes,
            self.x,
            self.mean,
            #[inline(always)]
            |x, mean| lanes.fma(share, lanes.fma(minus, mean, x), mean),
        );
    }
}

/// `mean_i ← fma(share, x_i − mean_i, mean_i)`: moves a mean towards `x` by the fraction `share`.
///
/// # Panics
/// When the lengths differ.
pub fn approach(isa: Isa, share: f32, x: &[f32], mean: &mut [f32]) {
    assert_eq!(
        x.len(),
        mean.len(),
        "lengths of a vector and a running mean"
    );
    in_piece_pairs(x, mean, |x, mean| isa.run(Approach { share, x, mean }));
}

struct DecaySquares<'a> {
    keep: f32,
    share: f32,
    x: &'a [f32],
    sum: &'a mut [f32],
}

impl Kernel for DecaySquares<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let (keep, share) = (lanes.splat(self.keep), lanes.splat(self.share));
        combine(
            lanes,
            self.x,
            self.sum,
            #[inline(always)]
            |x, sum| lanes.fma(lanes.mul(share, x), x, lanes.mul(keep, sum)),
        );
    }
}

/// `sum_i ← fma(share·x_i, x_i, keep·sum_i)`: a running sum (`keep = share = 1`) or mean
/// (`keep + share = 1`) of squares.
///
/// # Panics
/// When the lengths differ.
pub fn decay_squares(isa: Isa, (keep, share): (f32, f32), x: &[f32], sum: &mut [f32]) {
    assert_eq!(x.len(), sum.len(), "lengths of a vector and a running sum");
    in_piece_pairs(x, sum, |x, sum| {
        isa.run(DecaySquares {
            keep,
            share,
            x,
            sum,
        });
    });
}
