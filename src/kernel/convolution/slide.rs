//! A kernel that slides over images: the forward product, and the backward product with the transposed
//! weights.

use super::begin::Begin;
use super::plan::{Class, Place, Plan};
use super::tile::{Output, Taps, panels, tile};
use super::weights::Rows;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::window::Sides;

/// The sizes of the smaller tiles, used for the remaining pixels.
const SHORT: usize = 4;
const SHORTEST: usize = 2;

/// `y ← begin + Σ x·w` for one group of channels, on one thread.
pub(super) struct Slide<'a> {
    pub(super) plan: &'a Plan,
    pub(super) group: usize,
    pub(super) x: &'a [f32],
    /// The weights of the group.
    pub(super) w: Rows<'a>,
    /// One number per channel of the group, or another start.
    pub(super) begin: Begin<'a>,
    pub(super) relu: bool,
    pub(super) y: &'a mut [f32],
}

impl Kernel for Slide<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let plan = self.plan;
        let (source, target) = (plan.source.sample(), plan.target.sample());
        let xs = self.x.chunks(plan.block * source);
        for (x, y) in xs.zip(self.y.chunks_mut(plan.block * target)) {
            let samples = y.len() / target;
            for class in &plan.classes {
                let places = &class.places[..samples * class.each];
                let taps = Taps::new(plan, class, self.group);
                let channels = plan.writes().div_ceil(LANES);
                for (first, vectors) in panels(channels, L::TILE_VECTORS) {
                    let mut output = Output {
                        y,
                        channels: plan.writes(),
                        to: self.group * plan.writes(),
                        first,
                        begin: self.begin,
                        relu: self.relu,
                    };
                    tiles(lanes, x, places, taps, self.w, vectors, &mut output);
                }
            }
        }
    }
}

/// Processes all tiles of a class, for the given vectors of channels.
#[inline(always)]
fn tiles<L: Lanes>(
    lanes: L,
    x: &[f32],
    mut places: &[Place],
    taps: Taps,
    w: Rows,
    vectors: usize,
    output: &mut Output,
) {
    let most = L::TILE_PLACES.min(L::TILE_SUMS / vectors);
    while !places.is_empty() {
        let fits = |&size: &usize| places.len() <= size;
        let small = [SHORTEST, SHORT].into_iter().find(fits);
        let size = small.unwrap_or(most);
        let (now, rest) = places.split_at(size.min(places.len()));
        match (size, vectors) {
            (8, 2) => tile::<L, 8, 2>(lanes, x, now, taps, w, output),
            (8, 1) => tile::<L, 8, 1>(lanes, x, now, taps, w, output),
            (4, 4) => tile::<L, 4, 4>(lanes, x, now, taps, w, output),
            (4, 2) => tile::<L, 4, 2>(lanes, x, now, taps, w, output),
            (4, 1) => tile::<L, 4, 1>(lanes, x, now, taps, w, output),
            (2, 4) => tile::<L, 2, 4>(lanes, x, now, taps, w, output),
            (2, 2) => tile::<L, 2, 2>(lanes, x, now, taps, w, output),
            (2, 1) => tile::<L, 2, 1>(lanes, x, now, taps, w, output),
            shape => unreachable!("no tile has the shape {shape:?}"),
        }
        places = rest;
    }
}

impl Taps {
    fn new(plan: &Plan, class: &Class, group: usize) -> Self {
        let (channels, taps) = (plan.reads(), class.taps);
        let row = plan.kernel.columns * channels;
        // If the pixels of a row are adjacent and all channels are read, a row is a single run.
        let is_one = plan.groups == 1 && plan.step.columns == 1;
        let (columns, length) = if is_one {
            (taps.columns.min(1), taps.columns * channels)
        } else {
            (taps.columns, channels)
        };
        Taps {
            runs: Sides {
                rows: taps.rows,
                columns,
            },
            length,
            from: group * channels,
            first: class.first.rows * row + class.first.columns * channels,
            source_step: plan.source.step(plan.step),
            weight_step: Sides {
                rows: row,
                columns: channels,
            },
        }
    }
}
