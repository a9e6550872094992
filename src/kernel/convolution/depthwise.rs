//! Depthwise convolutions, in which every channel has its own kernel: a vector holds channels, and each
//! lane processes the taps of its own kernel. The chains are those of the definition.

use super::begin::Begin;
use super::gradient;
use super::plan::{Class, Place, Plan};
use crate::kernel::buffer::Buffer;
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, Lanes, vectors};

/// Reorders weights from channels × taps to taps × channels.
pub(super) fn by_tap<'a>(w: &[f32], channels: usize, buffer: &'a mut Buffer) -> &'a mut [f32] {
    let taps = w.len() / channels;
    let transposed = buffer.numbers(w.len());
    for (channel, w) in w.chunks(taps).enumerate() {
        for (tap, w) in w.iter().enumerate() {
            transposed[tap * channels + channel] = *w;
        }
    }
    transposed
}

/// `y ← begin + Σ x·w` on one thread: the forward product, or the backward one with the transposed
/// weights.
pub(super) struct Depthwise<'a> {
    pub(super) plan: &'a Plan,
    pub(super) x: &'a [f32],
    /// The weights, taps × channels.
    pub(super) w: &'a [f32],
    pub(super) begin: Begin<'a>,
    pub(super) relu: bool,
    pub(super) y: &'a mut [f32],
}

impl Kernel for Depthwise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        let plan = self.plan;
        let (source, target) = (plan.source.sample(), plan.target.sample());
        let block = plan.block * target;
        for number in 0..self.y.len().div_ceil(block) {
            let x = &self.x[number * plan.block * source..];
            let samples = (self.y.len() - number * block).min(block) / target;
            for class in &plan.classes {
                for place in &class.places[..samples * class.each] {
                    self.pixel(
                        lanes,
                        class,
                        &x[place.source as usize..],
                        number * block + place.target as usize,
                    );
                }
            }
        }
    }
}

impl Depthwise<'_> {
    /// Computes all channels of the result's pixel at `to`; `x` starts at the first pixel that it reads.
    #[inline(always)]
    fn pixel<L: Lanes>(&mut self, lanes: L, class: &Class, x: &[f32], to: usize) {
        let (plan, channels) = (self.plan, self.plan.groups);
        let step = plan.source.step(plan.step);
        vectors(
            channels,
            #[inline(always)]
            |first, count| {
                let y = &mut self.y[to + first..][..count];
                let mut sum = match self.begin {
                    Begin::Zero => lanes.splat(0.0),
                    Begin::Row(row) => lanes.load_padded(&row[first..][..count]),
                    Begin::Accumulate => lanes.load_padded(y),
                };
                for row in 0..class.taps.rows {
                    for column in 0..class.taps.columns {
                        let tap = (class.first.rows + row) * plan.kernel.columns
                            + class.first.columns
                            + column;
                        let from = row * step.rows + column * step.columns + first;
                        let x = lanes.load_padded(&x[from..][..count]);
                        let w = lanes.load_padded(&self.w[tap * channels + first..][..count]);
                        sum = lanes.fma(x, w, sum);
                    }
                }
                if self.relu {
                    sum = lanes.positive_part(sum);
                }
                lanes.store_cut(sum, y);
            },
        );
    }
}

/// `dw ← dw + Σ x·dy`.
pub(super) fn gradient(
    isa: Isa,
    plan: &gradient::Plan,
    x: &[f32],
    dy: &[f32],
    dw: &mut [f32],
    buffer: &mut Buffer,
) {
    let (channels, taps) = (plan.source.channels, dw.len() / plan.source.channels);
    let sums = by_tap(dw, channels, buffer);
    isa.run(Gradient {
        plan,
        x,
        dy,
        dw: &mut *sums,
    });
    for (place, dw) in dw.iter_mut().enumerate() {
        *dw = sums[place % taps * channels + place / taps];
    }
}

/// `dw ← dw + Σ x·dy` on one thread.
struct Gradient<'a> {
    plan: &'a gradient::Plan,
    x: &'a [f32],
    dy: &'a [f32],
    /// The gradient, taps × channels.
    dw: &'a mut [f32],
}

impl Kernel for Gradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let plan = self.plan;
        let (source, target) = (plan.source.sample(), plan.target.sample());
        let dys = self.dy.chunks(plan.block * target);
        for (x, dy) in self.x.chunks(plan.block * source).zip(dys) {
            let samples = dy.len() / target;
            for class in &plan.classes {
                let tap = plan.tap(class);
                let dw = &mut self.dw[tap * plan.source.channels..][..plan.source.channels];
                tap_sums(lanes, x, dy, &class.places[..samples * class.each], dw);
            }
        }
    }
}

/// Sums the gradient with respect to the weights of one tap over the pixels.
#[inline(always)]
fn tap_sums<L: Lanes>(lanes: L, x: &[f32], dy: &[f32], places: &[Place], dw: &mut [f32]) {
    vectors(
        dw.len(),
        #[inline(always)]
        |first, count| {
            let mut sum = lanes.load_padded(&dw[first..][..count]);
            for place in places {
                let (source, target) = (place.source as usize, place.target as usize);
                let x = lanes.load_padded(&x[source + first..][..count]);
                let dy = lanes.load_padded(&dy[target + first..][..count]);
                sum = lanes.fma(x, dy, sum);
            }
            lanes.store_cut(sum, &mut dw[first..][..count]);
        },
    );
}
