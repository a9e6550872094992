//! The innermost loop of the sliding kernel: a tile of pixels by channels in registers.

use std::array;
use std::iter::from_fn;

use super::begin::Begin;
use super::plan::Place;
use super::weights::Rows;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::window::Sides;

/// The terms of a pixel. They consist of runs, counted in rows and columns of the window; each run
/// multiplies `length` contiguous numbers (the channels of adjacent pixels, or those of one group of a
/// pixel) by the same number of adjacent rows of the weights.
#[derive(Clone, Copy)]
pub(super) struct Taps {
    pub(super) runs: Sides,
    pub(super) length: usize,
    /// The offset from a position to the first number that is read.
    pub(super) from: usize,
    /// The first row of the weights, at which the first run starts.
    pub(super) first: usize,
    /// The offset between runs in the source.
    pub(super) source_step: Sides,
    /// The offset between runs in the weights, in rows.
    pub(super) weight_step: Sides,
}

/// Splits `vectors` vectors of channels into panels of at most `most` vectors, which are in registers
/// together. Yields the first vector and the size of each panel. Larger panels need fewer loads per FMA:
/// 9 loads for 8 FMAs with one vector, 10 for 16 with two, 8 for 16 with four.
pub(super) fn panels(vectors: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut first = 0;
    from_fn(move || {
        let widest = most.min(vectors - first);
        let width = [4, 2, 1].into_iter().find(|&width| width <= widest)?;
        first += width;
        Some((first - width, width))
    })
}

/// How a tile begins, and where its result goes.
pub(super) struct Output<'a> {
    pub(super) y: &'a mut [f32],
    /// The number of channels written per pixel.
    pub(super) channels: usize,
    /// The offset from a position to the first of these channels.
    pub(super) to: usize,
    /// The first vector of channels of the tile.
    pub(super) first: usize,
    pub(super) begin: Begin<'a>,
    pub(super) relu: bool,
}

/// `y ← begin + Σ x·w` for a tile of `PLACES` pixels by `VECTORS` vectors of channels. Pixels and
/// channels that are missing at the edge are computed but not written; a missing pixel repeats the first
/// one.
#[inline(always)]
pub(super) fn tile<L: Lanes, const PLACES: usize, const VECTORS: usize>(
    lanes: L,
    x: &[f32],
    places: &[Place],
    taps: Taps,
    w: Rows,
    output: &mut Output,
) {
    let mut sums = output.begin::<L, PLACES, VECTORS>(lanes, places);
    let mut sources = [0; PLACES];
    for (p, source) in sources.iter_mut().enumerate() {
        *source = places.get(p).unwrap_or(&places[0]).source as usize + taps.from;
    }
    for row in 0..taps.runs.rows {
        for column in 0..taps.runs.columns {
            let along = |step: Sides| row * step.rows + column * step.columns;
            let step = along(taps.source_step);
            let mut pixels: [&[f32]; PLACES] = [&[]; PLACES];
            for p in 0..PLACES {
                pixels[p] = &x[sources[p] + step..][..taps.length];
            }
            let w = w.from(taps.first + along(taps.weight_step));
            for (j, w) in (0..taps.length).zip(w) {
                let mut weights = [lanes.splat(0.0); VECTORS];
                for v in 0..VECTORS {
                    weights[v] = lanes.load(&w[output.first + v]);
                }
                for p in 0..PLACES {
                    let x = lanes.splat(pixels[p][j]);
                    for v in 0..VECTORS {
                        sums[p][v] = lanes.fma(x, weights[v], sums[p][v]);
                    }
                }
            }
        }
    }
    output.end(lanes, places, sums);
}

impl Output<'_> {
    /// The initial values of the chains in a tile.
    #[inline(always)]
    fn begin<L: Lanes, const PLACES: usize, const VECTORS: usize>(
        &self,
        lanes: L,
        places: &[Place],
    ) -> [[L::Vector; VECTORS]; PLACES] {
        let mut sums = [[lanes.splat(0.0); VECTORS]; PLACES];
        match self.begin {
            Begin::Zero => {}
            Begin::Row(row) => {
                sums = [load(lanes, &row[self.first * LANES..]); PLACES];
            }
            Begin::Accumulate => {
                for (p, sums) in sums.iter_mut().enumerate() {
                    if let Some(place) = places.get(p) {
                        let pixel = &self.y[place.target as usize + self.to..][..self.channels];
                        *sums = load(lanes, &pixel[self.first * LANES..]);
                    }
                }
            }
        }
        sums
    }

    /// Writes the sums of a tile.
    #[inline(always)]
    fn end<L: Lanes, const PLACES: usize, const VECTORS: usize>(
        &mut self,
        lanes: L,
        places: &[Place],
        mut sums: [[L::Vector; VECTORS]; PLACES],
    ) {
        if self.relu {
            for sums in &mut sums {
                for sum in sums {
                    *sum = lanes.positive_part(*sum);
                }
            }
        }
        for (p, sums) in sums.iter().enumerate() {
            if let Some(place) = places.get(p) {
                let pixel = &mut self.y[place.target as usize + self.to..][..self.channels];
                store(lanes, sums, &mut pixel[self.first * LANES..]);
            }
        }
    }
}

/// Reads vectors, with zeros beyond the end of the numbers.
#[inline(always)]
pub(super) fn load<L: Lanes, const VECTORS: usize>(
    lanes: L,
    numbers: &[f32],
) -> [L::Vector; VECTORS] {
    array::from_fn(
        #[inline(always)]
        |v| lanes.load_padded(&numbers[(v * LANES).min(numbers.len())..]),
    )
}

/// Writes vectors up to the end of the slice.
#[inline(always)]
pub(super) fn store<L: Lanes, const VECTORS: usize>(
    lanes: L,
    vectors: &[L::Vector; VECTORS],
    numbers: &mut [f32],
) {
    for (v, &vector) in vectors.iter().enumerate() {
        let from = (v * LANES).min(numbers.len());
        lanes.store_cut(vector, &mut numbers[from..]);
    }
}
