//! The derivative with respect to the weights.

use super::plan::{Class, Image, Place, block, images, steps};
use super::shape::{Group, Shape, groups};
use super::tile::{load, panels, store};
use super::weights::Rows;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::window::{Axis, Sides};

/// Up to this many channels per image, all rows of the window are processed together in registers,
/// because the channels alone give too few chains to hide the latency of an FMA.
const FEW: usize = 3;

/// Which pixels of the input and of the output belong to which weights.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) source: Image,
    pub(super) target: Image,
    kernel: Sides,
    /// The number of input channels that a group reads.
    inputs: usize,
    /// The step between indices of the kernel, in pixels of the input.
    step: Sides,
    /// The number of samples in a block.
    pub(super) block: usize,
    /// The classes; each belongs to the weights of some rows in one column of the kernel.
    pub(super) classes: Vec<Class>,
}

/// The limit on positions in a block, over all classes; a longer list would not fit in the caches.
const PLACES: usize = 1 << 20;

impl Plan {
    pub(super) fn new(shape: &Shape) -> Self {
        let (source, target) = images(shape);
        // Offsets in the output count the vectors of a group; for depthwise convolutions, all channels.
        let target = Image {
            channels: if shape.is_depthwise() {
                shape.outputs
            } else {
                shape.group_outputs().div_ceil(LANES)
            },
            ..target
        };
        let inputs = shape.group_inputs();
        let few = inputs <= FEW && !shape.is_depthwise();
        let places = target.height * target.width * shape.window.size.area();
        let (block, rows) = if few {
            (1, groups(target.height, |t| shape.rows().forward(t)))
        } else {
            let block = block(target).min(PLACES.div_ceil(places));
            (block, single(target.height, shape.rows()))
        };
        let columns = single(target.width, shape.columns());
        let classes = columns
            .iter()
            .flat_map(|columns| rows.iter().map(move |rows| (rows, columns)))
            .map(|(rows, columns)| Class::new(rows, columns, source, target, block))
            .filter(|class| class.each > 0)
            .collect();
        Plan {
            source,
            target,
            kernel: shape.window.size,
            inputs,
            step: steps(shape, Axis::forward_step),
            block,
            classes,
        }
    }
}

impl Plan {
    /// The first index of a class in the kernel, counted row after row.
    pub(super) fn tap(&self, class: &Class) -> usize {
        class.first.rows * self.kernel.columns + class.first.columns
    }
}

/// For each index of the kernel, the coordinates of the output at which it reads inside the image.
fn single(targets: usize, axis: Axis) -> Vec<Group> {
    let group = |tap| {
        let reached = (0..targets).map(|target| (target, axis.forward(target)));
        let places = reached
            .filter(|(_, reach)| (reach.tap..reach.tap + reach.taps).contains(&tap))
            .map(|(target, reach)| {
                let further = (tap - reach.tap) * axis.forward_step();
                (target, reach.source + further)
            })
            .collect();
        Group {
            tap,
            taps: 1,
            places,
        }
    };
    (0..axis.kernel).map(group).collect()
}

/// `dw ← dw + Σ x·dy` for one group of channels, on one thread.
pub(super) struct Gradient<'a> {
    pub(super) plan: &'a Plan,
    pub(super) group: usize,
    pub(super) x: &'a [f32],
    /// The derivative of the output, one row per pixel.
    pub(super) dy: Rows<'a>,
    /// The length of a row of weights: the output channels of a group.
    pub(super) outputs: usize,
    /// The weights of the group.
    pub(super) dw: &'a mut [f32],
}

impl Kernel for Gradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let plan = self.plan;
        let (source, target) = (plan.source.sample(), plan.target.sample());
        let dys = self.dy.vectors().chunks(plan.block * target);
        for (x, dy) in self.x.chunks(plan.block * source).zip(dys) {
            let samples = dy.len() / target;
            let most = match plan.inputs {
                ..=FEW => 1,
                _ => L::TILE_VECTORS,
            };
            for (first, vectors) in panels(plan.target.channels, most) {
                for class in &plan.classes {
                    let mut panel = Panel {
                        x,
                        from: self.group * plan.inputs,
                        source_step: plan.source.step(plan.step).rows,
                        dy: &dy[first..],
                        places: &class.places[..samples * class.each],
                        outputs: self.outputs,
                        first,
                        vectors,
                        dw: &mut *self.dw,
                    };
                    panel.class(lanes, plan, class);
                }
            }
        }
    }
}

/// A block of samples, for some rows of the weights and some vectors of output channels.
struct Panel<'a> {
    x: &'a [f32],
    /// The offset from a position to the first number that is read.
    from: usize,
    /// The offset between rows of the window in the image.
    source_step: usize,
    dy: &'a [[f32; LANES]],
    places: &'a [Place],
    outputs: usize,
    /// The first vector of output channels; `vectors` is their number.
    first: usize,
    vectors: usize,
    dw: &'a mut [f32],
}

impl Panel<'_> {
    #[inline(always)]
    fn class<L: Lanes>(&mut self, lanes: L, plan: &Plan, class: &Class) {
        let (channels, first) = (plan.inputs, class.first);
        let step = plan.kernel.columns * channels;
        let row = |tap| (first.rows + tap) * step + first.columns * channels;
        let mut tap = 0;
        while tap < class.taps.rows {
            let (rows, offset) = ((row(tap), step), self.from + tap * self.source_step);
            let taps = together::<L>(class.taps.rows - tap, channels);
            match (taps, channels) {
                (5, 3) => self.tile::<L, 5, 3, 1>(lanes, rows, offset),
                (3, 3) => self.tile::<L, 3, 3, 1>(lanes, rows, offset),
                (2, 3) => self.tile::<L, 2, 3, 1>(lanes, rows, offset),
                (5, 1) => self.tile::<L, 5, 1, 1>(lanes, rows, offset),
                (3, 1) => self.tile::<L, 3, 1, 1>(lanes, rows, offset),
                _ => self.column(lanes, row(tap), channels, offset),
            }
            tap += taps;
        }
    }

    /// Processes all channels of one tap.
    #[inline(always)]
    fn column<L: Lanes>(&mut self, lanes: L, row: usize, channels: usize, offset: usize) {
        let mut channel = 0;
        while channel < channels {
            let (rows, offset) = ((row + channel, 0), offset + channel);
            let vectors = self.vectors;
            channel += match (height::<L>(channels - channel, vectors), vectors) {
                (16, 1) => self.tall::<L, 16, 1>(lanes, rows, offset),
                (8, 1) => self.tall::<L, 8, 1>(lanes, rows, offset),
                (8, 2) => self.tall::<L, 8, 2>(lanes, rows, offset),
                (6, 1) => self.tall::<L, 6, 1>(lanes, rows, offset),
                (6, 2) => self.tall::<L, 6, 2>(lanes, rows, offset),
                (4, 1) => self.tall::<L, 4, 1>(lanes, rows, offset),
                (4, 2) => self.tall::<L, 4, 2>(lanes, rows, offset),
                (4, 4) => self.tall::<L, 4, 4>(lanes, rows, offset),
                (2, 1) => self.tall::<L, 2, 1>(lanes, rows, offset),
                (2, 2) => self.tall::<L, 2, 2>(lanes, rows, offset),
                (2, 4) => self.tall::<L, 2, 4>(lanes, rows, offset),
                (1, 1) => self.tall::<L, 1, 1>(lanes, rows, offset),
                (1, 2) => self.tall::<L, 1, 2>(lanes, rows, offset),
                (1, 4) => self.tall::<L, 1, 4>(lanes, rows, offset),
                shape => unreachable!("no tile has the shape {shape:?}"),
            };
        }
    }

    /// Processes a tile of one tap; returns its height.
    #[inline(always)]
    fn tall<L: Lanes, const HEIGHT: usize, const VECTORS: usize>(
        &mut self,
        lanes: L,
        rows: (usize, usize),
        offset: usize,
    ) -> usize {
        self.tile::<L, 1, HEIGHT, VECTORS>(lanes, rows, offset);
        HEIGHT
    }

    /// Processes `TAPS` times `HEIGHT` rows of the weights, `VECTORS` wide. `rows` gives the first row
    /// and the step between taps, and `offset` the distance from a position to the first number that is
    /// read.
    #[inline(always)]
    fn tile<L: Lanes, const TAPS: usize, const HEIGHT: usize, const VECTORS: usize>(
        &mut self,
        lanes: L,
        rows: (usize, usize),
        offset: usize,
    ) {
        let (first, outputs) = (self.first * LANES, self.outputs);
        let count = (VECTORS * LANES).min(outputs - first);
        let at = |tap, i| (rows.0 + tap * rows.1 + i) * outputs + first;
        let mut sums = [[[lanes.splat(0.0); VECTORS]; HEIGHT]; TAPS];
        for (tap, sums) in sums.iter_mut().enumerate() {
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = load(lanes, &self.dw[at(tap, i)..][..count]);
            }
        }
        let (x, dy) = (self.x, self.dy);
        for place in self.places {
            let vectors = dy[place.target as usize..].first_chunk();
            let vectors: &[_; VECTORS] = vectors.expect("all vectors");
            let mut dy = [lanes.splat(0.0); VECTORS];
            for v in 0..VECTORS {
                dy[v] = lanes.load(&vectors[v]);
            }
            for (tap, sums) in sums.iter_mut().enumerate() {
                let from = place.source as usize + offset + tap * self.source_step;
                let x: &[f32; HEIGHT] = x[from..].first_chunk().expect("all channels");
                for (sums, &x) in sums.iter_mut().zip(x) {
                    let x = lanes.splat(x);
                    for v in 0..VECTORS {
                        sums[v] = lanes.fma(x, dy[v], sums[v]);
                    }
                }
            }
        }
        for (tap, sums) in sums.iter().enumerate() {
            for (i, sum) in sums.iter().enumerate() {
                store(lanes, sum, &mut self.dw[at(tap, i)..][..count]);
            }
        }
    }
}

/// The number of taps in the next tile when `left` taps remain; more than one only for one or three
/// channels.
fn together<L: Lanes>(left: usize, channels: usize) -> usize {
    let sizes: &[usize] = match channels {
        1 => &[5, 3],
        3 => &[5, 3, 2],
        _ => &[],
    };
    let fits = |&taps: &usize| taps <= left && taps * channels <= L::TILE_SUMS;
    sizes.iter().copied().find(fits).unwrap_or(1)
}

/// The number of rows in the next tile of `vectors` vectors when `left` rows remain.
fn height<L: Lanes>(left: usize, vectors: usize) -> usize {
    let tallest = (L::TILE_SUMS / vectors).min(left);
    [16, 8, 6, 4, 2]
        .into_iter()
        .find(|&height| height <= tallest)
        .unwrap_or(1)
}
