//! The mean of each window.

use super::shape::Pool;
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, Lanes};

struct Average<'a> {
    pool: &'a Pool,
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Kernel for Average<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let share = lanes.splat(share(self.pool));
        let samples = self.y.len() / self.pool.output();
        if !self.pool.is_tiled() {
            return self.pool.patches(
                samples,
                #[inline(always)]
                |patch, output, count| {
                    let mut sum = lanes.splat(0.0);
                    patch.each(
                        #[inline(always)]
                        |input, _| {
                            sum = lanes.add(sum, lanes.load_padded(&self.x[input..][..count]));
                        },
                    );
                    lanes.store_cut(lanes.mul(sum, share), &mut self.y[output..][..count]);
                },
            );
        }
        let offsets = self.pool.offsets();
        self.pool.vectors(
            samples,
            #[inline(always)]
            |input, output, count| {
                let mut sum = lanes.splat(0.0);
                for &offset in &offsets {
                    let x = lanes.load_padded(&self.x[input + offset..][..count]);
                    sum = lanes.add(sum, x);
                }
                let mean = lanes.mul(sum, share);
                lanes.store_cut(mean, &mut self.y[output..][..count]);
            },
        );
    }
}

/// The scale s: the f32 nearest to 1/pixels.
fn share(pool: &Pool) -> f32 {
    1.0 / pool.pixels() as f32
}

/// `y ← (x_0 + x_1 + …)·s` for each window, where `s` is the f32 nearest to 1/pixels: a chain of
/// additions from +0 over the pixels inside the image, row after row, then one product. Pixels in the
/// padding count as zeros (PyTorch's `count_include_pad`). A global average is a pool with a single
/// window.
///
/// `x`: samples of the input; `y`: the same number of samples of the output. Runs on the calling thread.
///
/// # Panics
/// When the lengths do not match.
pub fn average_pool(isa: Isa, pool: &Pool, x: &[f32], y: &mut [f32]) {
    pool.check(x, y);
    isa.run(Average { pool, x, y });
}

struct Spread<'a> {
    pool: &'a Pool,
    dy: &'a [f32],
    dx: &'a mut [f32],
}

impl Kernel for Spread<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let share = lanes.splat(share(self.pool));
        let samples = self.dy.len() / self.pool.output();
        if !self.pool.is_tiled() {
            self.dx.fill(0.0);
            return self.pool.patches(
                samples,
                #[inline(always)]
                |patch, output, count| {
                    let dy = lanes.load_padded(&self.dy[output..][..count]);
                    let dy = lanes.mul(dy, share);
                    patch.each(
                        #[inline(always)]
                        |input, _| {
                            let dx = &mut self.dx[input..][..count];
                            lanes.store_cut(lanes.add(lanes.load_padded(dx), dy), dx);
                        },
                    );
                },
            );
        }
        let offsets = self.pool.offsets();
        self.pool.clear_rest(self.dx);
        self.pool.vectors(
            samples,
            #[inline(always)]
            |input, output, count| {
                let dy = lanes.load_padded(&self.dy[output..][..count]);
                let dx = lanes.mul(dy, share);
                for &offset in &offsets {
                    lanes.store_cut(dx, &mut self.dx[input + offset..][..count]);
                }
            },
        );
    }
}

/// `dx_k ← Σ dy·s` over the windows that contain pixel `k`, in their order from +0, or 0 for pixels
/// outside all windows. For windows side by side, the sum is a single product. This is the transpose of
/// [`average_pool`].
///
/// # Panics
/// When the lengths do not match.
pub fn spread_pool(isa: Isa, pool: &Pool, dy: &[f32], dx: &mut [f32]) {
    pool.check(dx, dy);
    isa.run(Spread { pool, dy, dx });
}
