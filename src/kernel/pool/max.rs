//! The largest number of each window, and operations that use its position.

use super::places;
use super::shape::Pool;
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, Lanes};

/// The number of pixels of the windows with specialised code.
const FOUR: usize = 4;

struct Largest<'a> {
    pool: &'a Pool,
    x: &'a [f32],
    y: &'a mut [f32],
    places: &'a mut [u8],
}

impl Kernel for Largest<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        if !self.pool.is_tiled() {
            return self.patches(lanes);
        }
        let offsets = self.pool.offsets();
        match <&[usize; FOUR]>::try_from(&offsets[..]) {
            Ok(four) => self.windows(lanes, four),
            Err(_) => self.windows(lanes, &offsets),
        }
    }
}

impl Largest<'_> {
    #[inline(always)]
    fn windows<L: Lanes>(&mut self, lanes: L, offsets: &[usize]) {
        let samples = self.y.len() / self.pool.output();
        self.pool.vectors(
            samples,
            #[inline(always)]
            |input, output, count| {
                let read = |offset| lanes.load_padded(&self.x[input + offset..][..count]);
                let (mut best, mut place) = (read(0), lanes.splat(places::marked(0)));
                for (k, &offset) in offsets.iter().enumerate().skip(1) {
                    let x = read(offset);
                    let k = lanes.splat(places::marked(k));
                    place = lanes.where_above(x, best, k, place);
                    best = lanes.where_above(x, best, x, best);
                }
                lanes.store_cut(best, &mut self.y[output..][..count]);
                places::store(lanes, place, &mut self.places[output..][..count]);
            },
        );
    }
}

impl Largest<'_> {
    /// The general case, for windows in any position.
    #[inline(always)]
    fn patches<L: Lanes>(&mut self, lanes: L) {
        let samples = self.y.len() / self.pool.output();
        self.pool.patches(
            samples,
            #[inline(always)]
            |patch, output, count| {
                let (mut best, mut place) = (lanes.splat(0.0), lanes.splat(0.0));
                let mut is_first = true;
                patch.each(
                    #[inline(always)]
                    |input, k| {
                        let x = lanes.load_padded(&self.x[input..][..count]);
                        let k = lanes.splat(places::marked(k));
                        if std::mem::take(&mut is_first) {
                            (best, place) = (x, k);
                        }
                        place = lanes.where_above(x, best, k, place);
                        best = lanes.where_above(x, best, x, best);
                    },
                );
                lanes.store_cut(best, &mut self.y[output..][..count]);
                places::store(lanes, place, &mut self.places[output..][..count]);
            },
        );
    }
}

/// The largest number of each window and its position: `y ← max_k x_k`, `place ← argmax_k`, where
/// `k = row·columns + column` counts the pixels of the window row after row. Only pixels inside the
/// image count, as if the padding held −∞. Among equal numbers the first is chosen. A NaN counts as
/// larger than every number, and among several NaN the last is chosen (as in PyTorch).
///
/// `x`: samples of the input; `y`, `places`: the same number of samples of the output. Runs on the
/// calling thread.
///
/// # Panics
/// When the lengths do not match, or a window has more than 256 pixels.
pub fn max_pool(isa: Isa, pool: &Pool, x: &[f32], y: &mut [f32], places: &mut [u8]) {
    check(pool, x, y, places);
    isa.run(Largest { pool, x, y, places });
}

fn check(pool: &Pool, input: &[f32], output: &[f32], places: &[u8]) {
    pool.check(input, output);
    assert!(
        places.len() == output.len() && pool.pixels() <= 256,
        "{} places of one byte for {} windows of {} pixels",
        places.len(),
        output.len(),
        pool.pixels()
    );
}

struct Gather<'a> {
    pool: &'a Pool,
    x: &'a [f32],
    places: &'a [u8],
    y: &'a mut [f32],
}

impl Kernel for Gather<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let samples = self.y.len() / self.pool.output();
        if !self.pool.is_tiled() {
            return self.pool.patches(
                samples,
                #[inline(always)]
                |patch, output, count| {
                    let place = places::load(lanes, &self.places[output..][..count]);
                    let mut y = lanes.splat(0.0);
                    patch.each(
                        #[inline(always)]
                        |input, k| {
                            let x = lanes.load_padded(&self.x[input..][..count]);
                            y = lanes.where_equal(place, lanes.splat(k as f32), x, y);
                        },
                    );
                    lanes.store_cut(y, &mut self.y[output..][..count]);
                },
            );
        }
        let offsets = self.pool.offsets();
        self.pool.vectors(
            samples,
            #[inline(always)]
            |input, output, count| {
                let place = places::load(lanes, &self.places[output..][..count]);
                let mut y = lanes.splat(0.0);
                for (k, &offset) in offsets.iter().enumerate() {
                    let x = lanes.load_padded(&self.x[input + offset..][..count]);
                    y = lanes.where_equal(place, lanes.splat(k as f32), x, y);
                }
                lanes.store_cut(y, &mut self.y[output..][..count]);
            },
        );
    }
}

/// `y ← x_place`: the numbers at the positions found by [`max_pool`]. This is the derivative of the pool
/// in the direction `x`. A position outside the window gives 0.
///
/// # Panics
/// Under the conditions of [`max_pool`].
pub fn gather_pool(isa: Isa, pool: &Pool, x: &[f32], places: &[u8], y: &mut [f32]) {
    check(pool, x, y, places);
    isa.run(Gather { pool, x, places, y });
}

struct Scatter<'a> {
    pool: &'a Pool,
    dy: &'a [f32],
    places: &'a [u8],
    dx: &'a mut [f32],
}

impl Kernel for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        if !self.pool.is_tiled() {
            return self.patches(lanes);
        }
        self.pool.clear_rest(self.dx);
        let offsets = self.pool.offsets();
        match <&[usize; FOUR]>::try_from(&offsets[..]) {
            Ok(four) => self.windows(lanes, four),
            Err(_) => self.windows(lanes, &offsets),
        }
    }
}

impl Scatter<'_> {
    /// For windows that may overlap: a pixel sums the derivatives from all of its windows.
    #[inline(always)]
    fn patches<L: Lanes>(&mut self, lanes: L) {
        self.dx.fill(0.0);
        let samples = self.dy.len() / self.pool.output();
        self.pool.patches(
            samples,
            #[inline(always)]
            |patch, output, count| {
                let place = places::load(lanes, &self.places[output..][..count]);
                let dy = lanes.load_padded(&self.dy[output..][..count]);
                patch.each(
                    #[inline(always)]
                    |input, k| {
                        let dx = &mut self.dx[input..][..count];
                        let (before, k) = (lanes.load_padded(dx), lanes.splat(k as f32));
                        let after = lanes.add(before, dy);
                        lanes.store_cut(lanes.where_equal(place, k, after, before), dx);
                    },
                );
            },
        );
    }

    #[inline(always)]
    fn windows<L: Lanes>(&mut self, lanes: L, offsets: &[usize]) {
        let samples = self.dy.len() / self.pool.output();
        self.pool.vectors(
            samples,
            #[inline(always)]
            |input, output, count| {
                let place = places::load(lanes, &self.places[output..][..count]);
                let dy = lanes.load_padded(&self.dy[output..][..count]);
                for (k, &offset) in offsets.iter().enumerate() {
                    let k = lanes.splat(k as f32);
                    let dx = lanes.where_equal(place, k, dy, lanes.splat(0.0));
                    lanes.store_cut(dx, &mut self.dx[input + offset..][..count]);
                }
            },
        );
    }
}

/// `dx ← dy` at the positions found by [`max_pool`], and 0 elsewhere. Where windows overlap, their
/// derivatives are summed, in the order of the windows from +0. This is the transpose of
/// [`gather_pool`].
///
/// # Panics
/// Under the conditions of [`max_pool`].
pub fn scatter_pool(isa: Isa, pool: &Pool, dy: &[f32], places: &[u8], dx: &mut [f32]) {
    check(pool, dx, dy, places);
    isa.run(Scatter {
        pool,
        dy,
        places,
        dx,
    });
}
