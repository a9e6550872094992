//! An optimiser step with a separate learning rate for every parameter.

use super::elementwise::{combine, combine_two, in_piece_pairs, in_piece_triples};
use super::isa::Isa;
use super::lanes::{Kernel, Lanes};

/// The denominators `p_i = fma(√v_i, root, epsilon)` of an adaptive step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adaptive {
    /// The factor of `√v`: one over the root of the bias correction, or 1.
    pub root: f32,
    /// The constant ε.
    pub epsilon: f32,
}

impl Adaptive {
    #[inline(always)]
    fn denominator<L: Lanes>(self, lanes: L, v: L::Vector) -> L::Vector {
        let (root, epsilon) = (lanes.splat(self.root), lanes.splat(self.epsilon));
        lanes.fma(lanes.sqrt(v), root, epsilon)
    }
}

struct Denominators<'a> {
    adaptive: Adaptive,
    v: &'a [f32],
    p: &'a mut [f32],
}

impl Kernel for Denominators<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let adaptive = self.adaptive;
        combine(
            lanes,
            self.v,
            self.p,
            #[inline(always)]
            |v, _| adaptive.denominator(lanes, v),
        );
    }
}

/// `p_i ← fma(√v_i, root, epsilon)`.
///
/// # Panics
/// When the lengths differ.
pub fn denominators(isa: Isa, adaptive: Adaptive, v: &[f32], p: &mut [f32]) {
    assert_eq!(v.len(), p.len(), "lengths of mean squares and denominators");
    in_piece_pairs(v, p, |v, p| isa.run(Denominators { adaptive, v, p }));
}

struct Descend<'a> {
    adaptive: Adaptive,
    step: f32,
    m: &'a [f32],
    v: &'a [f32],
    w: &'a mut [f32],
}

impl Kernel for Descend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let (adaptive, step) = (self.adaptive, lanes.splat(-self.step));
        combine_two(
            lanes,
            self.m,
            self.v,
            self.w,
            #[inline(always)]
            |m, v, w| lanes.fma(step, lanes.div(m, adaptive.denominator(lanes, v)), w),
        );
    }
}

/// `w_i ← fma(−step, m_i/p_i, w_i)`, where `p` is computed as in [`denominators`].
///
/// # Panics
/// When the lengths differ.
pub fn descend_adaptive(
    isa: Isa,
    adaptive: Adaptive,
    step: f32,
    m: &[f32],
    v: &[f32],
    w: &mut [f32],
) {
    assert!(
        m.len() == w.len() && v.len() == w.len(),
        "lengths {}, {} and {} of the vectors of an adaptive step",
        m.len(),
        v.len(),
        w.len()
    );
    in_piece_triples(m, v, w, |m, v, w| {
        isa.run(Descend {
            adaptive,
            step,
            m,
            v,
            w,
        });
    });
}
